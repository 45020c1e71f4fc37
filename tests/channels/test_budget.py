"""A chat gets so many answers a day where they cost; then one notice, and only what must be answered."""

from datetime import UTC, datetime, timedelta

import pytest
from small_talk import Channel, Sessions, State

from bot.conversation.actions import Seal
from bot.conversation.engine import Engine
from bot.conversation.events import Address, Incoming, Said
from bot.conversation.messages import Text
from bot.conversation.router import Router


class Chat:
    def __init__(self, metered=True):
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self.channel = Channel(metered)
        idle, vital = Router(), Router(always=True)
        idle.hears("lost")(self.saying("lost"))
        idle.hears("enough")(self.saying("enough"))
        idle.command("plans")(self.saying("plans"))
        vital.command("orders")(self.saying("orders"))
        rights = Router(business=False)
        rights.command("privacy")(self.saying("privacy"))
        self.engine = Engine(
            Router().include([idle, vital, rights]),
            None,
            Sessions(),
            {"whatsapp": self.channel},
            Seal(b"k"),
            lambda: self.now,
            State,
            lambda _text: False,
            most_answers=3,
        )
        self.number = 0

    def saying(self, words):
        async def say(_chat, _shop, _argument):
            return Text(words)

        return say

    async def hears(self, *texts):
        for text in texts:
            self.number += 1
            await self.engine.deal(Incoming(str(self.number), Address("whatsapp", "1"), Said(text)))
        said, self.channel.said = self.channel.said, []
        return said


async def test_after_so_many_there_is_one_notice_and_then_only_what_must_be_answered():
    chat = Chat()

    assert await chat.hears("/plans", "/orders", "/plans") == ["plans", "orders", "plans"]
    assert await chat.hears("/plans", "hm", "/plans") == ["enough"]
    assert await chat.hears("/orders", "/plans", "/privacy", "/orders") == ["orders", "privacy", "orders"]


async def test_tomorrow_everything_is_as_ever():
    chat = Chat()
    await chat.hears(*["/plans"] * 9)
    chat.now += timedelta(days=1)

    assert await chat.hears(*["/plans"] * 5) == ["plans"] * 3 + ["enough"]


@pytest.mark.parametrize("metered", [False])
async def test_where_answers_cost_nothing_there_is_no_end_to_them(metered):
    assert await Chat(metered).hears(*["/plans"] * 20) == ["plans"] * 20
