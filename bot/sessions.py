"""Remembered chats: what is loaded before an event is answered, and what is committed once it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from bot.conversation.events import Address, Memory
from services.clock import Clock
from services.customers import Customers
from services.identity import Doubts
from services.storage import Storage
from services.storage.app import chats, customers, failed_events, seen_events
from services.storage.sealing import Erased, Secrets, Vault
from services.storage.upsert import insert_new

#: Activity is noted this often at most; periods of years do not need more.
ACTIVITY_EVERY = timedelta(hours=12)

#: Channels on which a person is known by a number; and after how long it may have got a new owner.
BY_NUMBER = frozenset({"whatsapp"})
SILENCE = timedelta(days=90)

# What every turn asks and writes, built once: building a statement costs more than carrying it out.
_WAS_SEEN = exists(select(seen_events.c.id).where(seen_events.c.id == bindparam("event")))
_SEEN = select(_WAS_SEEN)
_CHAT = select(
    chats.c.customer_id, chats.c.state, chats.c.said_at, chats.c.blocked, _WAS_SEEN.label("seen")
).where(chats.c.id == bindparam("chat"))
# Only while the chat is still theirs: sealed with another one's key it could not be read again.
_KEEP = update(chats).where(chats.c.id == bindparam("chat"), chats.c.customer_id == bindparam("customer"))
_HEARD = _KEEP.values(state=bindparam("kept"), said_at=bindparam("now"), blocked=False)
_TOLD = _KEEP.values(state=bindparam("kept"))
_ACTIVE = (
    update(customers)
    .where(customers.c.id == bindparam("customer"), customers.c.active_at < bindparam("before"))
    .values(active_at=bindparam("now"))
)


class Locks(Protocol):
    """One event of a chat at a time."""

    def hold(self, name: str) -> Any: ...


@dataclass(frozen=True)
class State:
    """What we keep of a chat, sealed."""

    address: Address
    locale: str
    memory: Memory


@dataclass(frozen=True)
class Room:
    """A chat while one event of it is dealt with."""

    id: str
    customer: str
    #: None: nothing was ever said here.
    state: State | None
    said_at: datetime | None
    blocked: bool
    #: This event was answered before.
    seen: bool
    still_mine: Callable[[Connection], None]


class UnknownChat(LookupError):
    """There is no such chat (any more)."""


class Sessions:
    """Opens chats one event at a time and commits what became of them, many chats in one flush."""

    def __init__(
        self,
        app: Storage,
        vault: Vault,
        people: Customers,
        doubts: Doubts,
        secrets: Secrets,
        clock: Clock,
        locks: Locks,
    ) -> None:
        self._app = app
        self._doubts = doubts
        self._vault = vault
        self._people = people
        self._secrets = secrets
        self._clock = clock
        self._locks = locks

    def chat_id(self, address: Address) -> str:
        """The keyed hash that a chat is known by inside."""
        return f"{address.channel[0]}{self._secrets.hash('chat', f'{address.channel}:{address.id}')[:39]}"

    def event_id(self, outside: str) -> str:
        """The keyed hash of a platform's event id, which may hold a number."""
        return self._secrets.hash("event", outside)

    def message_id(self, outside: str) -> str:
        """The keyed hash of a platform's message id."""
        return self._secrets.hash("message", outside)

    @asynccontextmanager
    async def visited(self, address: Address, event: str) -> AsyncIterator[Room]:
        """The chat at an address, made on first contact, held until left. Raises Busy."""
        chat = self.chat_id(address)
        async with self._locks.hold(chat) as still_mine:
            room = await self._load(chat, event, still_mine)
            if room is not None and self._is_doubtful(room, address):
                await self._doubts.set_apart(room.customer, ids_of(address), "silence", chat)
                room = None
            if room is None:
                customer = await self._newcomer(address)
                room = Room(chat, customer, None, None, False, await self.was_seen(event), still_mine)
            yield room

    @asynccontextmanager
    async def called(self, chat: str, event: str) -> AsyncIterator[Room]:
        """A chat that we have something to tell, held until left. Raises Busy, UnknownChat."""
        async with self._locks.hold(chat) as still_mine:
            room = await self._load(chat, event, still_mine)
            if room is None or room.state is None:
                raise UnknownChat(chat)
            yield room

    async def commit(
        self,
        room: Room,
        event: str,
        state: State | None,
        *,
        heard: bool,
        business: bool = True,
        also: Callable[[Connection], None] | None = None,
    ) -> None:
        """The event was answered: it counts as seen, and the chat is as it is now. `state` None: leave no trace
        of the chat. `heard`: the traveller spoke, so the time of their last word moves on; and, where it was
        `business`, the time from which it is counted how long we keep what we hold."""
        sealed = None
        if state is not None:
            try:
                sealer = await self._vault.sealer(room.customer)
                sealed = sealer.seal_json(_packed(state), f"chats:state:{room.id}")
            except Erased:
                sealed = None
        now = self._clock.now()
        await self._app.together(
            _committing(
                room,
                event,
                sealed,
                now,
                state.address.channel if state else "",
                heard,
                heard and business,
                also,
            )
        )

    async def failed(self, event: str) -> int:
        """Count a failure of an event's handler; how often it has failed by now."""
        now = self._clock.now()

        def work(connection: Connection) -> int:
            tries = connection.execute(
                select(failed_events.c.tries).where(failed_events.c.id == event)
            ).scalar_one_or_none()
            if tries is None:
                connection.execute(insert(failed_events).values(id=event, tries=1, at=now))
                return 1
            connection.execute(
                update(failed_events).where(failed_events.c.id == event).values(tries=tries + 1)
            )
            return int(tries) + 1

        return await self._app.transaction(work)

    async def was_seen(self, event: str) -> bool:
        """Whether an event was answered."""
        return await self._app.read(lambda connection: _seen(connection, event))

    async def mark_blocked(self, chat: str, blocked: bool) -> str | None:
        """The traveller blocked us, or let us in again; who that is, if we know the chat."""
        marked = (
            update(chats).where(chats.c.id == chat).values(blocked=blocked).returning(chats.c.customer_id)
        )
        return await self._app.transaction(lambda connection: connection.execute(marked).scalar())

    def _is_doubtful(self, room: Room, address: Address) -> bool:
        """Numbers get new owners; whether their platform's ids then change too, nobody promises."""
        if address.channel not in BY_NUMBER or room.said_at is None:
            return False
        return self._clock.now() - room.said_at >= SILENCE

    async def _newcomer(self, address: Address) -> str:
        """Who speaks at an address where we have no chat: known by the id, new, or new at somebody else's number."""
        ids = ids_of(address)
        if address.phone and await self._people.find(address.channel, address.id) is None:
            former = await self._people.find("phone", address.phone) or await self._people.find(
                address.channel, address.phone
            )
            if former is not None:
                number = self.chat_id(Address(address.channel, address.phone))
                left = [(address.channel, address.phone)]
                return await self._doubts.set_apart(former, ids, "new_id", number, left)
        return await self._people.known_as(ids)

    async def _load(self, chat: str, event: str, still_mine: Callable[[Connection], None]) -> Room | None:
        row = await self._app.read(
            lambda connection: connection.execute(_CHAT, {"chat": chat, "event": event}).one_or_none()
        )
        if row is None:
            return None
        try:
            sealer = await self._vault.sealer(row.customer_id)
        except Erased:
            return None
        kept = sealer.open_json(row.state, f"chats:state:{chat}")
        state = State(Address(**kept["address"]), kept["locale"], Memory(**kept["memory"]))
        return Room(chat, row.customer_id, state, row.said_at, row.blocked, row.seen, still_mine)


def _committing(
    room: Room,
    event: str,
    sealed: bytes | None,
    now: datetime,
    channel: str,
    heard: bool,
    business: bool,
    also: Callable[[Connection], None] | None,
) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        room.still_mine(connection)
        if not insert_new(connection, seen_events, id=event, at=now):
            return  # answered by another process meanwhile
        if sealed is not None:
            _keep(connection, room, sealed, now, channel, heard, business)
        if also is not None:
            also(connection)

    return work


def _keep(
    connection: Connection,
    room: Room,
    sealed: bytes,
    now: datetime,
    channel: str,
    heard: bool,
    business: bool,
) -> None:
    if room.state is None:
        # A write of personal data requires the live customer: no row, no chat.
        connection.execute(
            insert(chats).from_select(
                ["id", "customer_id", "channel", "state", "said_at", "blocked"],
                select(
                    *(_literal(value) for value in (room.id, room.customer, channel, sealed, now, False))
                ).where(select(customers.c.id).where(customers.c.id == room.customer).exists()),
            )
        )
        return
    if heard:
        connection.execute(_HEARD, {"chat": room.id, "customer": room.customer, "kept": sealed, "now": now})
    else:
        connection.execute(_TOLD, {"chat": room.id, "customer": room.customer, "kept": sealed})
    if business:
        connection.execute(_ACTIVE, {"customer": room.customer, "now": now, "before": now - ACTIVITY_EVERY})


def _literal(value: Any) -> Any:
    from sqlalchemy import literal

    from services.storage.columns import Moment

    return literal(value, Moment()) if isinstance(value, datetime) else literal(value)


def _seen(connection: Connection, event: str) -> bool:
    return bool(connection.execute(_SEEN, {"event": event}).scalar_one())


def _packed(state: State) -> dict[str, Any]:
    """As JSON will have it. `asdict` would copy the memory to its last leaf first."""
    return {"address": vars(state.address), "locale": state.locale, "memory": vars(state.memory)}


def ids_of(address: Address) -> dict[str, str]:
    """The platform's ids of the person, the strongest first."""
    if address.phone and address.phone != address.id:
        return {address.channel: address.id, "phone": address.phone}
    return {address.channel: address.id}
