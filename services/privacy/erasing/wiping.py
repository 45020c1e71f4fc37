"""What erasing does to the rows: paid orders are unlinked, everything else is deleted, the person last."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, exists, select, update

from services.claims.claim import UNDECIDED
from services.clock import Clock, machine_now
from services.orders.book import move_item
from services.privacy.erasing.archive import Archive
from services.privacy.erasing.audience import is_held
from services.privacy.facts.belongings import mine
from services.privacy.suppressions import Suppressions
from services.storage import Storage
from services.storage.after_sale import claims
from services.storage.app import (
    case_messages,
    cases,
    chats,
    checkouts,
    customers,
    declines,
    devices,
    dispatches,
    disputes,
    esims,
    history,
    identities,
    items,
    known_lines,
    leases,
    mailings,
    orders,
    paperwork,
    privacy_requests,
    purchases,
    refunds,
    statements,
)
from services.storage.copies import copies
from services.storage.identity import codes, doubts
from services.storage.rights import request_contacts
from services.storage.sealing import Secrets, Vault
from services.storage.upsert import insert_new

#: What hangs on an order and goes even when the order stays.
_OF_ORDERS = (statements, checkouts, mailings)
#: Whoever still has rows here has not been emptied.
_ATTACHED = (orders, esims, cases)


class Wiping:
    """Empties the app's tables of one customer. Everything here may be repeated."""

    def __init__(self, app: Storage, vault: Vault, archive: Archive, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._archive = archive
        self._suppressions = Suppressions(app, vault, secrets, clock)
        self._secrets = secrets
        self._clock = clock

    async def empty(self, customer: str, receipt: str | None = None, *, by_force: bool = False) -> None:
        """Unlink paid orders, each after it was archived; delete the rest, but not the person and their chats.

        `receipt`: the erasure that comes back for what money or a dispute still needs; None: nothing is held.
        `by_force`: also what is still on its way; a person looks after it, with what the archive holds.
        """
        await self._suppressions.keep(customer)
        sold = await self._archive.keep(customer)
        if receipt is not None:
            await self._archive.contested(customer)
        now = self._clock.now()

        def work(connection: Connection) -> None:
            if by_force:
                _stop(connection, customer, now)
            unpaid = _unpaid(connection, customer, by_force=by_force)
            _close_lines(connection, [*sold, *unpaid], customer, now)
            held = [order for order in sold if receipt is not None and is_held(connection, order)]
            _part(connection, sold, receipt)
            self._unlink(connection, [order for order in sold if order not in held])
            drop(connection, unpaid)
            values = {"name": None, "email": None, "phone": None}
            connection.execute(update(customers).where(customers.c.id == customer).values(values))

        await self._app.transaction(work)

    async def unlink(self, sold: Collection[str]) -> None:
        """The last of these orders goes: by which payment they were bought."""
        await self._app.transaction(lambda connection: self._unlink(connection, sold))

    async def forget_cases(self, customer: str, messages: Collection[int]) -> None:
        """Delete these messages (by `seq`), and every case that holds none any more."""
        left = exists().where(case_messages.c.case_id == cases.c.id)

        def work(connection: Connection) -> None:
            connection.execute(delete(case_messages).where(case_messages.c.seq.in_(messages)))
            connection.execute(delete(cases).where(cases.c.customer_id == customer, ~left))

        await self._app.transaction(work)

    async def remove(self, customer: str) -> bool:
        """Delete the person and their chats; False when something came in meanwhile and has to go first."""

        def work(connection: Connection) -> bool:
            if any(
                connection.execute(select(table).where(_is(table, customer))).first() for table in _ATTACHED
            ):
                return False
            idle = leases.c.until < machine_now()
            connection.execute(delete(leases).where(_is(leases, customer), idle))
            for table in (copies, dispatches, declines, codes, doubts):
                connection.execute(delete(table).where(_is(table, customer)))
            # What their letters were answered with; the answer to this very request is still on its way.
            others = select(privacy_requests.c.id).where(
                _is(privacy_requests, customer), privacy_requests.c.kind != "erasure"
            )
            connection.execute(delete(request_contacts).where(request_contacts.c.request_id.in_(others)))
            # Claims that they made with somebody else's number.
            theirs = select(chats.c.id).where(_is(chats, customer))
            connection.execute(update(claims).where(claims.c.chat_id.in_(theirs)).values(chat_id=None))
            for table in (chats, identities, customers):
                connection.execute(delete(table).where(_is(table, customer)))
            return True

        return await self._app.transaction(work)

    def _unlink(self, connection: Connection, sold: Collection[str]) -> None:
        """Orders stay for the books: by which payment they were bought is not in them any more."""
        for refund in connection.execute(select(refunds).where(refunds.c.order_id.in_(sold))).all():
            values: dict[str, Any] = {"payment": "", "reference": None}
            if refund.payment and refund.payment in refund.key:
                values["key"] = refund.key.replace(
                    refund.payment, self._secrets.hash("payment", refund.payment)
                )
            connection.execute(update(refunds).where(refunds.c.key == refund.key).values(values))
        connection.execute(update(disputes).where(disputes.c.order_id.in_(sold)).values(reference=None))
        connection.execute(update(orders).where(orders.c.id.in_(sold)).values(reference=None, held=None))


def _part(connection: Connection, sold: Collection[str], receipt: str | None) -> None:
    """Nothing in these orders names their buyer any more, or what they did with what they bought."""
    parts = select(items.c.id).where(items.c.order_id.in_(sold))
    for table in _OF_ORDERS:
        connection.execute(delete(table).where(table.c.order_id.in_(sold)))
    connection.execute(delete(dispatches).where(dispatches.c.about.in_(parts)))
    connection.execute(delete(devices).where(devices.c.item_id.in_(parts)))
    connection.execute(
        update(purchases)
        .where(purchases.c.item_id.in_(parts))
        .values(snapshot={}, request=None, transaction=None, package=None)
    )
    connection.execute(update(items).where(items.c.order_id.in_(sold)).values(esim_id=None, tops_up=None))
    connection.execute(update(disputes).where(disputes.c.order_id.in_(sold)).values(evidence=None))
    _drop_claims(connection, sold)
    nothing = dict.fromkeys(("customer_id", "chat_id", "event_id", "mail_offered"))
    connection.execute(update(orders).where(orders.c.id.in_(sold)).values(**nothing, held=receipt))


def _drop_claims(connection: Connection, sold: Collection[str]) -> None:
    """What was claimed stays for the books, without words and chats; what nobody decided is nobody's any more."""
    theirs = claims.c.order_id.in_(sold)
    connection.execute(update(claims).where(theirs, claims.c.state.in_(UNDECIDED)).values(state="dropped"))
    connection.execute(update(claims).where(theirs).values(said=None, chat_id=None, event_id=None))


def _stop(connection: Connection, customer: str, now: datetime) -> None:
    """What is still on its way of paid orders is left to a person, so that no old work takes it up."""
    rows = connection.execute(
        select(items.c.id, items.c.state)
        .join(orders, orders.c.id == items.c.order_id)
        .where(orders.c.customer_id == customer, orders.c.captured > 0)
    ).all()
    for row in rows:
        if row.state in ("waiting", "buying"):
            move_item(connection, row.id, (row.state,), "needs_person", "buyer_erased", now)


def _unpaid(connection: Connection, customer: str, *, by_force: bool) -> list[str]:
    """Orders that nobody paid, and nobody can pay any more."""
    payable = exists().where(checkouts.c.order_id == orders.c.id, checkouts.c.state.in_(("open", "pending")))
    wanted = select(orders.c.id).where(orders.c.customer_id == customer, orders.c.captured == 0)
    return list(connection.execute(wanted if by_force else wanted.where(~payable)).scalars())


def _close_lines(connection: Connection, gone: Collection[str], customer: str, now: datetime) -> None:
    """Lines are never sold twice: a keyed hash stays of each, and no more."""
    parts = select(items.c.id).where(items.c.order_id.in_(gone))
    theirs = (esims.c.customer_id == customer) & (esims.c.item_id.is_(None) | esims.c.item_id.in_(parts))
    for line in connection.execute(select(esims.c.provider, esims.c.iccid_hash).where(theirs)).all():
        insert_new(
            connection, known_lines, provider=line.provider, iccid_hash=line.iccid_hash, why="spent", at=now
        )
    connection.execute(delete(esims).where(theirs))


def drop(connection: Connection, unpaid: Collection[str]) -> None:
    """Orders go, with everything that hangs on them."""
    parts = select(items.c.id).where(items.c.order_id.in_(unpaid))
    connection.execute(delete(dispatches).where(dispatches.c.about.in_(parts)))
    for table in (purchases, devices):
        connection.execute(delete(table).where(table.c.item_id.in_(parts)))
    for table in (*_OF_ORDERS, claims, disputes, paperwork, refunds, history, items):
        connection.execute(delete(table).where(table.c.order_id.in_(unpaid)))
    connection.execute(delete(orders).where(orders.c.id.in_(unpaid)))


def _is(table: Table, customer: str) -> Any:
    return mine(table, customer)
