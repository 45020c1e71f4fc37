"""The workflow "announce": whoever asks to be erased hears of it at their other contacts too, and can say no there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from services.clock import Waits
from services.news import ErasureAnnounced
from services.privacy.erasing.journal import Erasure, Journal
from services.privacy.erasing.others import Engine, Others
from services.storage import Storage
from services.storage.app import chats, customers, orders
from services.storage.sealing import Erased, Secrets, Vault

#: Seconds between tries to reach them; a day is theirs.
PAUSES = (0, 5, 60, 600, 3_600)
#: Letters of the code by which a mail's owner may say no from any chat.
CODE = 10
#: Stands between the request's number and the chat it was asked in, in the workflow's one argument.
_BETWEEN = " "


class Announcing:
    """Tells every other chat of a customer, and their mailbox."""

    def __init__(
        self,
        app: Storage,
        vault: Vault,
        secrets: Secrets,
        journal: Journal,
        engine: Engine,
        others: Others,
        waits: Waits,
    ) -> None:
        self._app = app
        self._vault = vault
        self._secrets = secrets
        self._journal = journal
        self._engine = engine
        self._others = others
        self._waits = waits
        engine.tells("announce_erasure", self.announce)

    async def has_second(self, customer: str, chat: str) -> bool:
        """Whether this customer can be reached elsewhere than in the chat that asks."""
        return bool(await self._chats(customer, chat)) or (
            self._others.mails and await self._email(customer) is not None
        )

    def code(self, receipt: str) -> str:
        """What proves that somebody reads the mails of whoever is to be erased: made anew each time, kept nowhere."""
        return self._secrets.hash("say no", receipt)[:CODE].upper()

    def start(self, connection: Connection, receipt: str, chat: str) -> None:
        """Begin to tell them, once."""
        announce(self._engine.start_with, connection, receipt, chat)

    async def announce(self, subject: str) -> str:
        """The story: every contact, until it has heard or the tries are over."""
        for name, act in (("chats", self._tell), ("mail", self._mail)):
            for number, pause in enumerate(PAUSES):
                if pause:
                    await self._engine.sleep(self._waits(pause))
                if await self._engine.step(f"{name}-{number}", act, subject) != "again":
                    break
        return "announced"

    async def _tell(self, subject: str) -> str:
        line, chat = await self._of(subject)
        if line is None or line.not_before is None:
            return "over"
        news = ErasureAnnounced(line.receipt, line.not_before)
        outcomes = [
            (await self._others.voice.tell(other, news, f"announced:{line.receipt}:{other}")).state
            for other in await self._chats(line.customer, chat)
        ]
        return "again" if "again" in outcomes else "told"

    async def _mail(self, subject: str) -> str:
        line, _ = await self._of(subject)
        email = await self._email(line.customer) if line and self._others.mails else None
        if line is None or email is None or line.not_before is None:
            return "over"
        news = ErasureAnnounced(line.receipt, line.not_before, self.code(line.receipt))
        sent = await self._others.write(email, await self._locale(line.customer), news)
        return "told" if sent else "again"

    async def _of(self, subject: str) -> tuple[Erasure | None, str]:
        """The line while it can still be taken back, and the chat that it was asked for in."""
        receipt, _, chat = subject.partition(_BETWEEN)
        try:
            line = await self._journal.of(receipt)
        except LookupError:
            return None, chat
        return (line if line.state == "scheduled" else None), chat

    async def _chats(self, customer: str, but: str) -> Sequence[str]:
        wanted = select(chats.c.id).where(
            chats.c.customer_id == customer, chats.c.id != but, chats.c.blocked.is_(False)
        )
        return await self._app.read(lambda connection: connection.execute(wanted).scalars().all())

    async def _email(self, customer: str) -> str | None:
        row = await self._app.read(
            lambda connection: connection.execute(
                select(customers.c.email).where(customers.c.id == customer)
            ).one_or_none()
        )
        if row is None or row.email is None:
            return None
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return None
        return sealer.words(row.email, f"customers:email:{customer}")

    async def _locale(self, customer: str) -> str:
        """The language of their last order; whoever ordered nothing reads English."""
        last = select(orders.c.locale).where(orders.c.customer_id == customer)
        newest = last.order_by(orders.c.placed_at.desc()).limit(1)
        return await self._app.read(lambda connection: connection.execute(newest).scalar() or "en")


def announce(
    start: Callable[[Connection, str, str, str], None], connection: Connection, receipt: str, chat: str
) -> None:
    """Put the telling into the engine's queue, once, in the transaction of what asks for it."""
    start(connection, "announce_erasure", f"announce-{receipt}", f"{receipt}{_BETWEEN}{chat}")
