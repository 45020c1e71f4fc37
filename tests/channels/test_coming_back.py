"""Whoever speaks again after a while hears what they missed, whatever kept it from them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from small_talk import Channel, Room, Sessions, State

from bot.conversation.actions import Seal
from bot.conversation.engine import AWAY, Engine
from bot.conversation.events import Address, Incoming, Said
from bot.conversation.messages import Text
from bot.conversation.router import Router


class Remembered(Sessions):
    """A chat that remembers when it was last heard."""

    def __init__(self, clock):
        self.clock, self.said_at, self.blocked = clock, None, False

    @asynccontextmanager
    async def visited(self, _address, _event):
        yield Room(self.state, said_at=self.said_at, blocked=self.blocked)

    async def commit(self, _room, _event, state, **_more):
        self.state, self.said_at, self.blocked = state, self.clock(), False


class Chat:
    def __init__(self):
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self.sessions, self.back = Remembered(lambda: self.now), []
        router = Router()
        router.hears("lost")(self.answer)
        self.engine = Engine(
            router,
            None,
            self.sessions,
            {"whatsapp": Channel()},
            Seal(b"k"),
            lambda: self.now,
            State,
            lambda _text: False,
        )
        self.engine.on_return(self.returned)

    async def answer(self, _chat, _shop, _words):
        return Text("hm")

    async def returned(self, customer):
        self.back.append(customer)

    async def hears(self, event):
        await self.engine.deal(Incoming(event, Address("whatsapp", "1"), Said("hm")))
        said, self.back = self.back, []
        return said


async def test_a_newcomer_and_somebody_in_the_middle_of_a_talk_have_missed_nothing():
    chat = Chat()

    assert await chat.hears("1") == []
    chat.now += AWAY / 2
    assert await chat.hears("2") == []


@pytest.mark.parametrize("quiet", [AWAY, timedelta(minutes=5), timedelta(days=2)])
async def test_somebody_who_was_quiet_may_have_missed_something(quiet):
    chat = Chat()
    await chat.hears("1")
    chat.now += quiet

    assert await chat.hears("2") == ["ada"]
    assert await chat.hears("3") == []


@pytest.mark.parametrize("mark", [{"blocked": True}, {"said_at": None}])
async def test_so_may_somebody_whom_a_platform_kept_from_us_a_moment_ago(mark):
    chat = Chat()
    await chat.hears("1")
    vars(chat.sessions).update(mark)

    assert await chat.hears("2") == ["ada"]
