"""Whoever has paid is not asked to pay again, however late their words are dealt with."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.conversation.events import Chat
from bot.conversation.messages import Text
from handlers import _paying
from services.checkout import NotOpen
from tests.money.till import OLD_WAY

pytestmark = pytest.mark.filterwarnings(OLD_WAY)


async def test_a_paid_order_gets_no_other_link(till):
    order, _session = await till.sells()

    with pytest.raises(NotOpen) as refusal:
        await till.link(order)

    assert refusal.value.state == "paid"
    assert len(list(till.stripe._office.books.sessions.newest_first())) == 1


@pytest.mark.parametrize("ways", [("card",), ("stars",), ("card", "stars")])
async def test_an_agreement_dealt_with_again_after_the_payment_says_so(till, ways):
    sold, _session = await till.sells()

    said = await _paying.link(_chat(sold), _shop(till, ways), await till.orders.get(sold.id))

    assert said == Text(f"Order {sold.id} is paid already.")


async def test_one_that_was_read_before_the_payment_says_so_too(till):
    read_before, _session = await till.sells()
    assert read_before.state == "awaiting_payment"

    said = await _paying.link(_chat(read_before), _shop(till, ("card",)), read_before)

    assert said == Text(f"Order {read_before.id} is paid already.")


def _chat(order):
    return Chat("c", "telegram", order.customer, "en", "event")


def _shop(till, ways):
    about = SimpleNamespace(back={"telegram": "https://t.me/sandbox_esim_bot"})
    return SimpleNamespace(
        checkouts=till.checkouts, stars=till.stars, methods={"telegram": ways}, about=about
    )
