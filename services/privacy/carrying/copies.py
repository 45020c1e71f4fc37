"""From "my data" to a ZIP in one's hands: asked for, put together as durable work, handed over, taken once by a link."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

import structlog
from sqlalchemy import Connection

from services.clock import Clock, Waits
from services.news import CopyReady, Voice
from services.page import Page
from services.privacy.carrying.bundle import bundle
from services.privacy.carrying.export import Copy, Exports
from services.privacy.carrying.shelf import MOST_A_DAY, THERE, Kept, Shelf, Wanted
from services.privacy.erasing.others import Engine
from services.privacy.requests.register import Requests
from services.storage import Storage
from services.storage.sealing import Erased, Secrets, Vault

log = structlog.get_logger()

#: Seconds between tries to hand it over.
HAND = (0, 2, 10, 60, 600)
#: Tries as a file in the chat; whatever the platform has against it, then it goes by a link.
IN_CHAT = 2


@dataclass(frozen=True)
class Door:
    """Where a link leads, without a slash at its end, and from how many bytes on there is one.

    Without an address every copy goes as a file.
    """

    address: str = ""
    most_in_chat: int = 20_000_000


@dataclass(frozen=True)
class Asked:
    """What became of asking: it is being built, it is there, or that was enough for today."""

    state: Literal["building", "there", "enough"]
    request: str = ""
    copy: str = ""


@dataclass(frozen=True)
class Taken:
    """A copy in one's hands."""

    name: str
    content: bytes
    request: str


@dataclass(frozen=True)
class Offer:
    """What a link leads to, before anybody takes it."""

    locale: str
    size: int
    until: datetime


class Copies:
    """The workflow "carry", and what handlers and the door ask. `most_a_day`: copies for one customer."""

    most_a_day = MOST_A_DAY

    def __init__(
        self,
        app: Storage,
        vault: Vault,
        secrets: Secrets,
        exports: Exports,
        requests: Requests,
        engine: Engine,
        voice: Voice,
        door: Door,
        clock: Clock,
        waits: Waits,
    ) -> None:
        self._app = app
        self._vault = vault
        self._secrets = secrets
        self._exports = exports
        self._requests = requests
        self._engine = engine
        self._voice = voice
        self._door = door
        self._waits = waits
        self._shelf = Shelf(app, clock)
        engine.tells("carry", self.carry)

    async def ask(self, customer: str, chat: str, locale: str, event: str) -> Asked:
        """A copy for whoever asks in that chat, some times a day; then the last one again. The same event asks once."""
        wanted = Wanted(self._secrets.hash("copy", event), customer, chat, locale)
        request = await self._requests.export_asked(customer)
        kept = await self._shelf.ask(wanted, request, self._start)
        if kept is None:
            return Asked("enough", request)
        return Asked("there" if kept.state in THERE else "building", kept.request, kept.id)

    async def carry(self, copy: str) -> str:
        """The story of one copy: "handed", "kept" where nobody can be told now, or "gone"."""
        if await self._engine.step("build", self._build, copy) != "ready":
            return "gone"
        outcome = "again"
        for number, pause in enumerate(HAND):
            if pause:
                await self._engine.sleep(self._waits(pause))
            outcome = await self._engine.step(f"hand-{number}", self._hand, copy, number >= IN_CHAT)
            if outcome != "again":
                break
        return outcome if outcome != "again" else "kept"

    async def catch_up(self, customer: str) -> None:
        """Hand over what nobody could be told of, now that they are there again."""
        for copy in await self._shelf.untold(customer):
            await self._app.transaction(partial(self._start_again, copy=copy))

    def by_link(self, kept: Kept) -> bool:
        """Whether a chat is too small for it."""
        return bool(self._door.address) and kept.size > self._door.most_in_chat

    async def way(self, copy: str) -> Literal["file", "link"]:
        """How it is handed over. Raises LookupError when it is gone."""
        kept = await self._shelf.of(copy)
        if kept is None or kept.state not in THERE:
            raise LookupError(copy)
        return "link" if self.by_link(kept) else "file"

    async def file(self, copy: str) -> Taken:
        """A copy for its own chat. Raises LookupError when it is gone, or its customer is."""
        kept = await self._shelf.of(copy, whole=True)
        if kept is None or kept.state not in THERE:
            raise LookupError(copy)
        return await self._opened(kept)

    async def link(self, copy: str) -> str:
        """The address at which it can be taken once. Raises LookupError when it is gone."""
        # Asked again, it is the same: what was said before a kill is still true.
        secret = self._secrets.hash("copy's link", copy)
        if not await self._shelf.link(copy, secret):
            raise LookupError(copy)
        return f"{self._door.address}/{secret}"

    async def offer(self, secret: str) -> Offer | None:
        """What can be taken with this secret. Looking, as previews of links do, takes nothing."""
        kept = await self._shelf.find(secret)
        if kept is None or await self._vault.being_erased(kept.customer):
            return None
        return Offer(kept.locale, kept.size, kept.until)

    async def take(self, secret: str) -> Taken | None:
        """The copy, once; None when there is nothing to take (any more)."""
        if await self.offer(secret) is None:
            return None
        kept = await self._shelf.take(secret)
        if kept is None:
            return None
        try:
            return await self._opened(kept)
        except LookupError:
            return None

    async def revoke(self, customer: str) -> None:
        """Nothing of this customer can be taken any more: the first thing that an erasure does."""
        await self._shelf.revoke(customer)

    async def forget(self) -> None:
        """Let go of what has outlived its time."""
        if gone := await self._shelf.forget():
            log.info("copies forgotten", count=gone)

    async def _build(self, copy: str) -> str:
        kept = await self._shelf.of(copy)
        if kept is None or kept.state != "building":
            return "ready" if kept is not None and kept.state in THERE else "gone"
        try:
            sealer = await self._vault.sealer(kept.customer)
            collected = await self._exports.collect(kept.customer, kept.request)
        except Erased:
            await self._shelf.give_up(copy)
            return "gone"
        page = await self._page(kept.locale, collected)
        made = await asyncio.to_thread(bundle, collected, page, kept.locale)
        sealed = sealer.seal(made, f"copies:content:{copy}")
        return "ready" if await self._shelf.put(copy, sealed, len(made)) else "gone"

    async def _page(self, locale: str, copy: Copy) -> Page:
        said = await self._voice.sheet(locale, copy)
        page: Page = said["page"]
        return page

    async def _hand(self, copy: str, by_link: bool) -> str:
        kept = await self._shelf.of(copy)
        if kept is None or kept.state not in THERE:
            return "gone"
        way: Literal["file", "link"] = "link" if self.by_link(kept) else "file"
        if by_link and self._door.address:
            way = "link"
        told = await self._voice.tell(kept.chat, CopyReady(copy, way), f"copy:{copy}")
        match told.state:
            case "told":
                await self._shelf.handed(copy)
                await self._requests.move(kept.request, "answered")
                return "handed"
            case "again":
                return "again"
            case _:
                return "kept"

    async def _opened(self, kept: Kept) -> Taken:
        if kept.content is None:
            raise LookupError(kept.id)
        sealer = await self._vault.sealer(kept.customer)
        content = sealer.open(kept.content, f"copies:content:{kept.id}")
        return Taken(f"miio-data-{kept.at:%Y-%m-%d}.zip", content, kept.request)

    def _start(self, connection: Connection, copy: str) -> None:
        self._engine.start_with(connection, "carry", f"carry-{copy}", copy)

    def _start_again(self, connection: Connection, copy: str) -> None:
        # Another workflow than the first, which has ended.
        self._engine.start_with(connection, "carry", f"carry-{copy}-again", copy)
