"""29: withdrawal for 14 days, from the chat or by the number alone, in two steps, without a reason, with a receipt to keep;
its labels fit every channel; and without both statements of its buyer no QR leaves the shop.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select

from bot.channels.whatsapp.menus import MOST_BUTTON, MOST_TITLE
from bot.conversation.events import Chat
from bot.conversation.i18n import languages, moment, speaking
from bot.conversation.messages import File, Menu, Question, Remember, Text
from handlers import _claims, withdrawal
from services.claims import Claims, withdrawal_ends
from services.clock import Waits
from services.delivery import Delivery
from services.dispatches import Dispatches
from services.giving_back import GivingBack
from services.mailer import Mailer, Settings
from services.news import EsimReady
from services.orders import Orders
from services.privacy import Controller
from services.storage.after_sale import claims
from services.storage.app import statements
from tests.papers.desk import PLAN
from tests.privacy.house import traveller


class Counter:
    """The shop as the handlers of a withdrawal see it, and two chats: the buyer's and a stranger's."""

    def __init__(self, house, buyer):
        self.house = house
        giving_back = GivingBack(house.stores.app, house.clock, house.engine.start_with)
        book = Claims(
            house.stores.app,
            house.vault,
            house.secrets,
            house.clock,
            giving_back,
            house.engine.start_with,
            48,
        )
        self.shop = SimpleNamespace(
            clock=house.clock,
            orders=Orders(house.stores.app, house.clock, house.engine.start_with),
            claims=book,
            customers=house.people,
            controller=Controller(),
        )
        self.buyer = Chat(buyer.chat, "whatsapp", buyer.id, "en", "event-1")
        self.stranger = Chat(house.secrets.hash("chat", "eve"), "telegram", "eve", "en", "event-2")

    async def first_step(self, chat, words):
        """The form, and the chat as it remembers it."""
        said = await withdrawal.withdraw(chat, self.shop, words)
        if isinstance(said, tuple):
            memory, form = said
            assert isinstance(memory, Remember)
            return form, replace(chat, memory=memory.memory)
        return said, chat

    async def confirms(self, chat, order):
        return [
            part
            for part in await withdrawal.confirm(chat, self.shop, withdrawal.ConfirmWithdrawal(order))
            if not isinstance(part, Remember)
        ]

    async def declared(self):
        return await self.house.all(select(claims))


async def opened(house):
    ada = await traveller(house, "ada")
    await house.do(ada_items().values(plan=PLAN))
    return ada, Counter(house, ada)


def ada_items():
    from services.storage.app import items

    return items.update()


@pytest.mark.parametrize("whose", ["buyer", "stranger"])
async def test_two_steps_and_a_receipt_to_keep(each, whose):
    ada, counter = await opened(each)
    chat, number = getattr(counter, whose), ada.paid.id

    form, chat = await counter.first_step(chat, number)
    assert isinstance(form, Menu)
    assert number in form.body
    assert "need not say why" in form.body
    assert form.buttons[0].action == withdrawal.ConfirmWithdrawal(number)
    assert await counter.declared() == []
    if whose == "stranger":
        assert [one for one in ada.plain if one in form.body] == []

    text, paper = await counter.confirms(chat, number)

    (claim,) = await counter.declared()
    assert (claim.kind, claim.order_id, claim.stranger) == ("withdrawal", number, whose == "stranger")
    assert isinstance(text, Text)
    assert isinstance(paper, File)
    kept = paper.content.decode()
    assert f"I withdraw from the contract of order {number}." in kept
    with speaking("en"):
        assert moment(each.clock.now()) in kept
    assert claim.id in kept
    if whose == "stranger":
        assert [one for one in ada.plain if one in text.body + kept] == []


async def test_no_question_asks_for_a_reason(house):
    ada, counter = await opened(house)
    form, chat = await counter.first_step(counter.buyer, ada.paid.id)
    assert not isinstance(form, Question)
    await counter.confirms(chat, ada.paid.id)
    assert len(await counter.declared()) == 1


async def test_without_a_number_one_is_asked_for_and_found(house):
    ada, counter = await opened(house)
    asked, _ = await counter.first_step(counter.stranger, "")
    assert isinstance(asked, Question)
    memory, form = await withdrawal.hear_number(counter.stranger, counter.shop, f" {ada.paid.id.lower()} ")
    assert isinstance(memory, Remember)
    assert ada.paid.id in form.body


async def test_fourteen_days_from_the_chat_and_no_longer(each):
    ada, counter = await opened(each)
    order = await counter.shop.orders.get(ada.paid.id)
    ends = withdrawal_ends(order.placed_at)
    assert ends - order.placed_at >= timedelta(days=14)

    each.clock.at = ends - timedelta(seconds=1)
    form, _ = await counter.first_step(counter.buyer, order.id)
    assert form.buttons[0].action == withdrawal.ConfirmWithdrawal(order.id)
    assert _claims.is_withdrawable(order, each.clock.at)

    each.clock.at = ends
    late, _ = await counter.first_step(counter.buyer, order.id)
    assert withdrawal.ConfirmWithdrawal(order.id) not in [button.action for button in late.buttons]
    assert "14 days" in late.body
    # By the number alone it is received like any other, and its buyer hears that it came too late.
    assert await counter.confirms(counter.stranger, order.id)
    (claim,) = await counter.declared()
    assert (claim.outcome, claim.why) in ((None, None), ("refuse", "late"))


@pytest.mark.parametrize("locale", languages())
async def test_its_labels_are_the_laws_and_fit_every_channel(house, locale):
    ada, counter = await opened(house)
    with speaking(locale):
        form, _ = await counter.first_step(counter.buyer, ada.paid.id)
        buttons = [_claims.withdraw_button(ada.paid.id), *form.buttons]
    for button in buttons:
        short = button.short or button.label
        assert len(short) <= min(MOST_BUTTON, MOST_TITLE), short
        assert len(button.label.encode()) <= 64 * 4
    if locale == "fr":
        plain = [button.label.casefold().replace("\u00a0", " ") for button in buttons]
        assert plain[:2] == ["renoncer au contrat ici", "confirmer la rétractation"]


def delivery(house):
    app, clock, waits = house.stores.app, house.clock, Waits(0)
    return Delivery(
        app,
        house.orders,
        house.esims,
        house.people,
        Mailer(Settings("", "")),
        Dispatches(app, clock, waits),
        house.engine,
        clock,
        waits,
        house.voice,
    )


@pytest.mark.parametrize("missing", ["start_now", "right_ends"])
async def test_a_qr_waits_for_both_statements(each, missing):
    ada = await traveller(each, "ada")
    both = {"start_now", "right_ends"}
    for kind in both - {missing}:
        await each.do(statement(ada, kind))

    assert await delivery(each).deliver(ada.item) == "undeclared"
    assert shown(each) == []

    await each.do(statement(ada, missing))
    assert await delivery(each).deliver(ada.item) == "told"
    assert shown(each) == [ada.item]


def statement(ada, kind):
    return insert(statements).values(
        order_id=ada.paid.id, kind=kind, locale="fr", text="Oui.", digest="", at=ada.house.clock.now()
    )


def shown(house):
    return [item.item for _chat, item, _key in house.voice.told if isinstance(item, EsimReady)]
