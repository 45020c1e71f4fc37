"""The last word of an erasure: said when our stores are clean, at an address that is kept no longer than that."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from services.clock import Clock
from services.news import ErasureDone
from services.privacy.erasing.journal import Journal
from services.privacy.erasing.others import LastWord
from services.storage import Storage
from services.storage.app import chats
from services.storage.legal import last_words
from services.storage.sealing import Erased, Secrets, Vault
from services.storage.upsert import insert_new


class Farewell:
    """Keeps where to say it while the chat itself goes, under the archive's key, and forgets it then."""

    def __init__(
        self,
        app: Storage,
        legal: Storage,
        vault: Vault,
        secrets: Secrets,
        journal: Journal,
        last_word: LastWord,
        clock: Clock,
    ) -> None:
        self._app = app
        self._legal = legal
        self._vault = vault
        self._archive = secrets.archive
        self._journal = journal
        self._last_word = last_word
        self._clock = clock

    async def keep_addresses(self, receipt: str, customer: str) -> None:
        """Note where this customer's chats are. Whose time was over hears nothing. May be repeated."""
        if (await self._journal.of(receipt)).why == "retention":
            return
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return
        rows = await self._app.read(
            lambda connection: connection.execute(select(chats).where(chats.c.customer_id == customer)).all()
        )
        kept = [
            {
                "receipt": receipt,
                "chat": row.id,
                "address": self._archive.seal_json(
                    _address(sealer.open_json(row.state, f"chats:state:{row.id}"), row.said_at),
                    _place(receipt, row.id),
                ),
                "at": self._clock.now(),
            }
            for row in rows
            if not row.blocked
        ]

        def work(connection: Connection) -> None:
            for one in kept:
                insert_new(connection, last_words, **one)

        await self._legal.transaction(work)

    async def say(self, receipt: str) -> str:
        """Say it wherever it was not said; "again" when a platform is away."""
        outcomes = [await self._say(receipt, row) for row in await self._left(receipt)]
        return "again" if "again" in outcomes else "told"

    async def give_up(self, receipt: str) -> str:
        """No address outlives its erasure, whether it could be reached or not."""
        await self._forget(last_words.c.receipt == receipt)
        return "forgotten"

    async def traces(self, receipt: str) -> set[bytes]:
        """What must not be found once it was said."""
        found = set[bytes]()
        for row in await self._left(receipt):
            address = self._open(row)["address"]
            found.add(bytes(row.address))
            found |= {value.encode() for name in ("id", "phone") if len(value := address.get(name) or "") > 7}
        return found

    async def _say(self, receipt: str, row: Any) -> str:
        kept = self._open(row)
        said_at = kept["said_at"] and datetime.fromisoformat(kept["said_at"])
        news = ErasureDone(receipt, kept["address"]["channel"])
        told = await self._last_word(kept["address"], kept["locale"], said_at, news)
        if told.state != "again":
            await self._forget(last_words.c.receipt == receipt, last_words.c.chat == row.chat)
        return told.state

    def _open(self, row: Any) -> dict[str, Any]:
        kept: dict[str, Any] = self._archive.open_json(row.address, _place(row.receipt, row.chat))
        return kept

    async def _left(self, receipt: str) -> list[Any]:
        wanted = select(last_words).where(last_words.c.receipt == receipt)
        return await self._legal.read(lambda connection: list(connection.execute(wanted).all()))

    async def _forget(self, *which: Any) -> None:
        await self._legal.transaction(lambda connection: connection.execute(delete(last_words).where(*which)))


def _address(state: dict[str, Any], said_at: datetime | None) -> dict[str, Any]:
    return {
        "address": state["address"],
        "locale": state["locale"],
        "said_at": said_at and said_at.isoformat(),
    }


def _place(receipt: str, chat: str) -> str:
    return f"last_words:address:{receipt}:{chat}"
