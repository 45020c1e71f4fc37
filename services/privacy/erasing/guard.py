"""At every start: a store that was restored from a backup must not bring back whom we have erased."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence

import structlog
from sqlalchemy import Column, Connection, or_, select

from services.privacy.erasing.journal import GONE, PAGE, Erasure, Journal
from services.privacy.erasing.scrub import Scrubber
from services.privacy.erasing.wiping import Wiping
from services.privacy.requests.register import Requests, note
from services.storage import Stores
from services.storage.app import (
    case_messages,
    cases,
    chats,
    customers,
    esims,
    identities,
    orders,
    privacy_requests,
)
from services.storage.sealing import Vault
from services.storage.vault import keys

log = structlog.get_logger()

COMMAND = "python -m bot privacy replay"
#: Where an erased customer may still stand.
_PEOPLE: tuple[Column[str], ...] = tuple(
    table.c.id if table is customers else table.c.customer_id
    for table in (customers, identities, chats, orders, esims, cases)
)
#: Tries to empty the write-ahead logs; another process in the way makes the command fail, and it can be repeated.
_SCRUBS = 5


class Resurrected(RuntimeError):
    """A store holds people whom the journal calls erased, or the journal lacks what a store calls erased."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} erased customer(s) stand in a restored store, or are missing from the journal of erasures. "
            f"Nothing was started. Run: {COMMAND}"
        )
        self.count = count


class KeysMissing(RuntimeError):
    """Customers without a key: the store of keys is older than the store of customers."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} customer(s) have no key: the vault is older than the app's store. Nothing was started. "
            f"Put the newest copy of the vault in place, then run: {COMMAND}"
        )
        self.count = count


class Guard:
    """Compares the stores with the journal, and erases again what came back."""

    def __init__(
        self,
        stores: Stores,
        vault: Vault,
        journal: Journal,
        requests: Requests,
        wiping: Wiping,
        scrubber: Scrubber,
    ) -> None:
        self._stores = stores
        self._vault = vault
        self._journal = journal
        self._requests = requests
        self._wiping = wiping
        self._scrubber = scrubber

    async def check(self) -> None:
        """Let the start go on, before any work is taken up. Raises Resurrected, KeysMissing."""
        back = [line async for line in self._returned()]
        forgotten = await self._unknown_to_journal()
        if back or forgotten:
            raise Resurrected(len(back) + len(forgotten))
        without = await self._without_key()
        if without:
            raise KeysMissing(without)

    async def replay(self) -> int:
        """Erase again whoever came back; how many there were. Run while the bot is stopped.

        Raises RuntimeError when a file is in use and could not be scrubbed; then repeat it.
        """
        for line in await self._unknown_to_journal():
            await self._journal.begin(line.customer, line.receipt, line.asked_at)
            await self._journal.set(line.receipt, line.state)
        count = 0
        for line in [line async for line in self._returned()]:
            await self._erase(line)
            count += 1
        for _ in range(_SCRUBS):
            if await self._scrubber.scrub(()) == "clean":
                return count
        raise RuntimeError(f"a store is in use and was not scrubbed: stop the bot and repeat {COMMAND}")

    async def _erase(self, line: Erasure) -> None:
        """No outside party is asked again: they were, when it was done first."""
        said = await self._stores.app.read(
            lambda connection: (
                connection.execute(
                    select(case_messages.c.seq)
                    .join(cases, cases.c.id == case_messages.c.case_id)
                    .where(cases.c.customer_id == line.customer)
                )
                .scalars()
                .all()
            )
        )
        await self._wiping.empty(line.customer, by_force=True)
        await self._wiping.forget_cases(line.customer, said)
        await self._wiping.remove(line.customer)
        await self._vault.destroy(line.customer)
        await self._stores.app.transaction(
            lambda connection: note(connection, line.receipt, line.customer, "erasure", line.asked_at)
        )
        await self._requests.move(line.receipt, "awaiting_processors")
        log.info("erased again", receipt=line.receipt)

    async def _returned(self) -> AsyncIterator[Erasure]:
        """Lines called done whose customer stands somewhere."""
        async for page in self._journal.pages(*GONE):
            named = [line.customer for line in page]
            back = await self._stores.app.read(_finding(_PEOPLE, named))
            back |= await self._stores.vault.read(_finding((keys.c.customer_id,), named))
            for line in page:
                if line.customer in back:
                    yield line

    async def _unknown_to_journal(self) -> list[Erasure]:
        """Erasures that were answered, and that the journal does not call done: it is older than the app's store."""
        answered = await self._stores.app.read(
            lambda connection: connection.execute(
                select(privacy_requests).where(
                    privacy_requests.c.kind == "erasure",
                    or_(
                        privacy_requests.c.state == "awaiting_processors",
                        privacy_requests.c.outcome.in_(("answered", "partly_fulfilled")),
                    ),
                )
            ).all()
        )
        done = {line.receipt async for line in self._journal.all(*GONE)}
        return [
            Erasure(
                row.id,
                row.customer_id,
                "held" if row.outcome == "partly_fulfilled" else "done",
                row.at,
                None,
            )
            for row in answered
            if row.id not in done
        ]

    async def _without_key(self) -> int:
        count, after = 0, ""
        while page := await self._stores.app.read(_page(after)):
            found = await self._stores.vault.read(_finding((keys.c.customer_id,), page))
            count += len(set(page) - found)
            after = page[-1]
        return count


def _finding(columns: Iterable[Column[str]], named: Sequence[str]) -> Callable[[Connection], set[str]]:
    def work(connection: Connection) -> set[str]:
        return {
            one
            for column in columns
            for one in connection.execute(select(column).where(column.in_(named))).scalars()
        }

    return work


def _page(after: str) -> Callable[[Connection], list[str]]:
    wanted = select(customers.c.id).where(customers.c.id > after).order_by(customers.c.id).limit(PAGE)
    return lambda connection: list(connection.execute(wanted).scalars())
