"""Sending what runs: each chat asked for at the moment of its message, noted before it is tried, never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, and_, exists, false, or_, select, update

from services.campaigns.courier import Courier
from services.campaigns.register import RUNS, counts
from services.clock import Clock
from services.news import Offer, Told
from services.privacy.consents import MARKETING
from services.storage import Storage
from services.storage.app import chats, consents
from services.storage.campaigns import campaign_sends, campaigns
from services.storage.upsert import insert_new

log = structlog.get_logger()

#: Messages on their way at once, of one channel; chats that are looked up at a time.
AT_ONCE, BATCH = 12, 200
#: Longer than any message takes.
LOST = timedelta(minutes=10)
#: A message that certainly did not go out may be tried again, so often in all.
MOST_TRIES = 4
#: What a platform calls its reasons; of them it is sure that nothing went out.
NOT_SENT = ("too_fast", "held_back", "")
#: What a receipt of a failure means: WhatsApp's own codes.
UNWANTED, HELD_BACK, A_DAY = "131050", "131049", timedelta(days=1)
#: The account may write to nobody new for now: (the channel's word, the code in a receipt), and when it is asked again.
REACH_SPENT, SPENT, AN_HOUR = "reach_spent", "131048", timedelta(hours=1)

#: Whether a customer wants offers on a channel, at this moment.
Willing = Callable[[str, str], Awaitable[bool]]
#: Somebody has told the platform that they want no offers: (customer, channel, key of the occasion).
Unwanted = Callable[[str, str, str], Awaitable[None]]


class Round:
    """The sender. Several processes may run it beside one another: what one has noted, no other sends."""

    def __init__(
        self, app: Storage, clock: Clock, courier: Courier, willing: Willing, unwanted: Unwanted
    ) -> None:
        self._app = app
        self._clock = clock
        self._courier = courier
        self._willing = willing
        self._unwanted = unwanted
        #: Channels whose account has reached as many people as it may, and until when they rest.
        self._resting: dict[str, datetime] = {}

    async def run(self) -> int:
        """Send to everybody who is left, of all campaigns that run; how many were tried."""
        now = self._clock.now()
        tried = 0
        await self._give_up()
        for name, words, begun in await self._app.read(_running):
            channels = [channel for channel in words if self._courier.carries(channel)]
            if now - begun >= RUNS:
                await self._end(name)
                continue
            tried += sum(await asyncio.gather(*(self._send_all(name, channel) for channel in channels)))
            if not await self._app.read(partial(_left, name=name, channels=channels)):
                await self._end(name)
        return tried

    async def receipt(self, message: str, state: str, code: str) -> None:
        """A platform says what became of a message (keyed hash). Most are no campaign's."""
        if state != "failed":
            return
        row = await self._app.read(
            lambda connection: connection.execute(
                select(campaign_sends.c.campaign, chats.c.id, chats.c.customer_id, chats.c.channel)
                .join(chats, chats.c.id == campaign_sends.c.chat_id)
                .where(campaign_sends.c.message == message)
            ).one_or_none()
        )
        if row is None:
            return
        if code == UNWANTED:
            await self._unwanted(row.customer_id, row.channel, f"campaign:{row.campaign}:{row.id}")
            await self._settle(row.campaign, row.id, "sent", "unwanted")
        elif code == HELD_BACK:
            await self._settle(row.campaign, row.id, "sent", "later", A_DAY)
        elif code == SPENT:
            self._rest(row.channel, AN_HOUR)
            await self._settle(row.campaign, row.id, "sent", "later", AN_HOUR)
        else:
            await self._settle(row.campaign, row.id, "sent", "failed")

    async def _send_all(self, name: str, channel: str) -> int:
        tried, after = 0, ""
        while True:
            now = self._clock.now()
            found = await self._app.read(
                partial(_candidates, name=name, channel=channel, after=after, now=now)
            )
            if not found:
                return tried
            after = found[-1].id
            room = asyncio.Semaphore(AT_ONCE)
            outcomes = await asyncio.gather(*(self._within(room, name, channel, chat) for chat in found))
            tried += sum(one != "untried" for one in outcomes)
            if "stopped" in outcomes:
                return tried

    async def _within(self, room: asyncio.Semaphore, name: str, channel: str, chat: Any) -> str:
        async with room:
            await self._courier.quiet(channel)
            if self._rests(channel):
                return "stopped"
            return await self._send(name, channel, chat.id, chat.customer_id)

    async def _send(self, name: str, channel: str, chat: str, customer: str) -> str:
        willing, now = await self._willing(customer, channel), self._clock.now()
        claimed = await self._app.transaction(
            lambda connection: _claim(connection, name, chat, now, willing=willing)
        )
        if claimed <= 0:
            return "stopped" if claimed < 0 else "untried"
        told = await self._courier.advertise(
            chat,
            Offer(name),
            f"campaign:{name}:{chat}:{claimed}",
            partial(_note_message, name=name, chat=chat),
        )
        return await self._follow(name, channel, chat, customer, told, claimed)

    async def _follow(self, name: str, channel: str, chat: str, customer: str, told: Told, tries: int) -> str:
        match told.state:
            case "told" | "announced":
                await self._settle(name, chat, "begun", "sent")
            case "unwanted":
                await self._unwanted(customer, channel, f"campaign:{name}:{chat}")
                await self._settle(name, chat, "begun", "unwanted")
            case "unreachable":
                await self._settle(name, chat, "begun", "unreachable")
            case "again" if told.why == "account":
                # Nobody would get it: better to wait for the operator than to use up everybody's turn.
                await self._settle(name, chat, "begun", "later")
                await self._halt(name)
                return "stopped"
            case "again" if told.why == REACH_SPENT:
                # It is nobody's turn that is used up: everybody's is put off.
                self._rest(channel, timedelta(seconds=told.after))
                await self._put_back(name, chat, timedelta(seconds=told.after))
                return "stopped"
            case "again" if told.why in NOT_SENT and tries < MOST_TRIES:
                await self._settle(name, chat, "begun", "later", timedelta(seconds=told.after))
            case _:
                # Whether it went out, nobody knows: an offer is not worth being sent twice.
                await self._settle(name, chat, "begun", "unknown")
        return "tried"

    async def _settle(self, name: str, chat: str, was: str, now: str, after: timedelta = timedelta()) -> None:
        at = self._clock.now() + after
        settled = (
            update(campaign_sends)
            .where(*_is(name, chat), campaign_sends.c.state == was)
            .values(state=now, at=at)
        )
        await self._app.together(lambda connection: connection.execute(settled))

    async def _put_back(self, name: str, chat: str, after: timedelta) -> None:
        """As if it had not been tried; not before then."""
        put_back = (
            update(campaign_sends)
            .where(*_is(name, chat), campaign_sends.c.state == "begun")
            .values(state="later", at=self._clock.now() + after, tries=campaign_sends.c.tries - 1)
        )
        await self._app.together(lambda connection: connection.execute(put_back))

    def _rest(self, channel: str, after: timedelta) -> None:
        log.warning("campaign rests", channel=channel, reason=REACH_SPENT)
        self._resting[channel] = self._clock.now() + after

    def _rests(self, channel: str) -> bool:
        return channel in self._resting and self._clock.now() < self._resting[channel]

    async def _give_up(self) -> None:
        """What was begun so long ago was begun by a process that is dead. Whether it went out, nobody knows."""
        lost = (
            update(campaign_sends)
            .where(campaign_sends.c.state == "begun", campaign_sends.c.at < self._clock.now() - LOST)
            .values(state="unknown")
        )
        await self._app.transaction(lambda connection: connection.execute(lost))

    async def _halt(self, name: str) -> None:
        log.error("campaign stopped", campaign=name, reason="account")
        await self._app.transaction(lambda connection: connection.execute(_leave(name, "stopped")))

    async def _end(self, name: str) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> None:
            found = counts(connection).get(name, {})
            connection.execute(_leave(name, "over").values(ended_at=now, counts=found))

        await self._app.transaction(work)


def _running(connection: Connection) -> list[tuple[str, list[str], Any]]:
    found = select(campaigns).where(campaigns.c.state == "running").order_by(campaigns.c.begun_at)
    return [(row.name, list(row.words), row.begun_at) for row in connection.execute(found)]


def _leave(name: str, state: str) -> Any:
    return (
        update(campaigns).where(campaigns.c.name == name, campaigns.c.state == "running").values(state=state)
    )


def _willing(channel: str) -> Any:
    """Chats there whose people once said yes, and that are reachable; whether they still say yes, the claim asks."""
    said_yes = exists().where(
        consents.c.customer_id == chats.c.customer_id,
        consents.c.purpose == MARKETING,
        consents.c.channel == channel,
        consents.c.answer.in_(("grant", "join")),
    )
    return and_(chats.c.channel == channel, chats.c.blocked.is_(False), said_yes)


def _sent(name: str) -> Any:
    return and_(campaign_sends.c.campaign == name, campaign_sends.c.chat_id == chats.c.id)


def _candidates(connection: Connection, name: str, channel: str, after: str, now: Any) -> Sequence[Any]:
    due = exists().where(_sent(name), campaign_sends.c.state == "later", campaign_sends.c.at <= now)
    untouched = ~exists().where(_sent(name))
    return connection.execute(
        select(chats.c.id, chats.c.customer_id)
        .where(_willing(channel), chats.c.id > after, or_(untouched, due))
        .order_by(chats.c.id)
        .limit(BATCH)
    ).all()


def _left(connection: Connection, name: str, channels: Sequence[str]) -> bool:
    """Whether anybody's turn is still to come, now or later."""
    later = select(campaign_sends.c.chat_id).where(
        campaign_sends.c.campaign == name, campaign_sends.c.state.in_(("later", "begun"))
    )
    if connection.execute(later.limit(1)).first() is not None:
        return True
    untouched = select(chats.c.id).where(
        or_(false(), *(_willing(channel) for channel in channels)), ~exists().where(_sent(name))
    )
    return connection.execute(untouched.limit(1)).first() is not None


def _claim(connection: Connection, name: str, chat: str, now: Any, *, willing: bool) -> int:
    """Note that it is tried now: the number of this try. 0: not to this chat; -1: not at all any more."""
    running = select(campaigns.c.name).where(campaigns.c.name == name, campaigns.c.state == "running")
    if connection.execute(running.with_for_update(read=True)).first() is None:
        return -1
    first = "begun" if willing else "unwilling"
    if insert_new(connection, campaign_sends, campaign=name, chat_id=chat, state=first, tries=1, at=now):
        return int(willing)
    if not willing:
        return 0
    again = (
        update(campaign_sends)
        .where(*_is(name, chat), campaign_sends.c.state == "later", campaign_sends.c.at <= now)
        .values(state="begun", tries=campaign_sends.c.tries + 1, at=now)
        .returning(campaign_sends.c.tries)
    )
    return connection.execute(again).scalar() or 0


def _note_message(connection: Connection, message: str, _announces: bool, *, name: str, chat: str) -> None:
    connection.execute(update(campaign_sends).where(*_is(name, chat)).values(message=message))


def _is(name: str, chat: str) -> tuple[Any, ...]:
    return campaign_sends.c.campaign == name, campaign_sends.c.chat_id == chat
