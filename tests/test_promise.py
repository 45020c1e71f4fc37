"""The delivery promise: one message that grows, told twice, and at the deadline the eSIM or the money."""

from __future__ import annotations

import asyncio

import pytest

from tests.living import until

CREATE = "line/create"


async def _progress(ada) -> list[dict]:
    return [one for one in await ada.messages() if "Paid" in one["text"]]


async def test_one_message_grows_from_paid_to_ready(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.buys()
    await living.at_rest()

    (grown,) = await _progress(ada)
    assert grown["edited"]
    assert "Issued" in grown["text"]
    assert "Ready" in grown["text"]


async def test_whatsapp_gets_one_word_before_the_esim(living, name):
    ada = living.traveller("whatsapp", name, "en")
    session = await ada.to_the_link()
    await living.fault("keepgo", "slow", method=CREATE, seconds=2)
    await ada.mark()
    await living.pay(session)
    told = await ada.sees("Being issued: here by .* UTC, or your money goes back")
    assert not told["image"]
    await ada.gets_qr()
    await living.at_rest()

    assert len(await _progress(ada)) == 1
    assert len([one for one in await ada.news() if "Order" in one["text"]]) == 2


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_at_the_deadline_the_money_goes_back_and_a_line_that_comes_later_is_stock(
    living, name, channel
):
    ada = living.traveller(channel, name, "en")
    before = await living.at_rest()
    session = await ada.to_the_link()
    # Bought, not answered, and nobody can look: the provider is away until after the deadline.
    await living.fault("keepgo", "commit-then-timeout", method=CREATE, seconds=3)
    lines = len((await living.ledger())["lines"])
    await ada.mark()
    await living.pay(session)

    async def is_bought() -> bool:
        return len((await living.ledger())["lines"]) > lines

    await until(is_bought, 30, living.log)
    await living.fault("keepgo", "error-500", method="lines", times=1_000)
    await ada.sees("Being issued: here by .* UTC")

    await living.advance("PT25S")
    await ada.sees("takes longer than usual")
    await living.advance("PT25S")

    await ada.sees("did not come in the promised time. You get .* back")
    await living.calm()
    await living.at_rest()

    async def is_stock() -> bool:
        return (await asyncio.to_thread(living.books))["stock"] == before["stock"] + 1

    await until(is_stock, 60, living.log)
    assert not any(one["image"] for one in await ada.news())

    bob = living.traveller(channel, f"{name}-bob", "en")
    lines = len((await living.ledger())["lines"])
    await bob.buys()
    assert len((await living.ledger())["lines"]) == lines
    assert (await living.at_rest())["stock"] == before["stock"]


async def test_a_line_whose_code_does_not_come_in_time_is_paid_back_and_sold_to_the_next(living, name):
    ada = living.traveller("telegram", name, "en")
    before = await living.at_rest()
    session = await ada.to_the_link()
    await living.fault("keepgo", "pending-profile", seconds=12)
    await ada.mark()
    await living.pay(session)
    await ada.sees("Being issued")
    await living.advance("PT50S")
    await ada.sees("did not come in the promised time")
    await living.at_rest()

    async def has_code() -> bool:
        await living.advance("PT1S")
        return (await asyncio.to_thread(living.books))["stock"] == before["stock"] + 1

    await until(has_code, 30, living.log)
