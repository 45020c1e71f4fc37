"""Who else knows something of a customer: read from our own tables before they are emptied."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from services.clock import Clock
from services.privacy.facts.belongings import rows_of
from services.privacy.processors.tasks import Wanted
from services.storage import Storage
from services.storage.app import checkouts, esims, identities, mailings, orders, refunds
from services.storage.sealing import Erased, Sealer, Vault

#: Stripe redacts a payment that is at least so old: https://docs.stripe.com/privacy/redaction
REDACTABLE_AFTER = timedelta(days=90)
#: Ids that one redaction job takes.
MOST_OF_A_JOB = 10
#: Providers whose lines carry a note of ours; all are written to as well, since none lets a line be deleted.
NOTED = frozenset({"keepgo"})
#: A person's id in a business portfolio; only those are in Meta's contact book. A parent id (`FR.ENT.…`) is not.
_SCOPED = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")


class Audience:
    """Finds what each of them calls this customer."""

    def __init__(self, app: Storage, vault: Vault, clock: Clock) -> None:
        self._app = app
        self._vault = vault
        self._clock = clock

    async def of(self, customer: str) -> list[Wanted]:
        """Everybody who has to be told that this customer is erased. Nobody when the customer's key is gone."""
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return []
        now = self._clock.now()

        def work(connection: Connection) -> list[Wanted]:
            return [
                *_providers(connection, customer, sealer, now),
                *_meta(connection, customer, sealer, now),
                *_mail(connection, customer, now),
                *_payments(connection, _free(connection, customer), now),
            ]

        return await self._app.read(work)

    async def of_orders(self, numbers: Collection[str]) -> list[Wanted]:
        """Who took the money of these orders."""
        now = self._clock.now()
        return await self._app.read(lambda connection: list(_payments(connection, numbers, now)))


def _providers(connection: Connection, customer: str, sealer: Sealer, now: datetime) -> Iterator[Wanted]:
    lines: dict[str, list[str]] = {}
    for row in rows_of(connection, esims, customer):
        iccid = sealer.open(row["iccid"], f"esims:iccid:{row['id']}").decode()
        lines.setdefault(row["provider"], []).append(iccid)
    for provider, iccids in lines.items():
        if provider in NOTED:
            # Each by itself, so that a provider that is away for one of them is asked again for that one alone.
            yield from (Wanted(provider, "note", (iccid,), now) for iccid in iccids)
        yield Wanted(provider, "letter", tuple(iccids), now)


def _meta(connection: Connection, customer: str, sealer: Sealer, now: datetime) -> Iterator[Wanted]:
    for row in rows_of(connection, identities, customer):
        if row["kind"] != "whatsapp":
            continue
        known_as = sealer.words(row["value"], f"identities:value:{customer}:whatsapp") or ""
        if _SCOPED.fullmatch(known_as):
            yield Wanted("meta", "contact_book", (known_as,), now)


def _mail(connection: Connection, customer: str, now: datetime) -> Iterator[Wanted]:
    """By the orders that the mails were about: their numbers stand in them."""
    sent = [
        f"{row['order_id']} ({row['kind']}, {row['at']:%Y-%m-%d})"
        for row in rows_of(connection, mailings, customer)
        if row["state"] == "sent"
    ]
    if sent:
        yield Wanted("mail", "letter", tuple(sent), now)


def _free(connection: Connection, customer: str) -> list[str]:
    """Orders of which nothing is held: what is held is told when it is let go."""
    theirs = select(orders.c.id).where(orders.c.customer_id == customer)
    return [order for order in connection.execute(theirs).scalars() if not is_held(connection, order)]


def is_held(connection: Connection, order: str) -> bool:
    """Whether money or a dispute keeps an order's payment with us for now."""
    disputed = connection.execute(select(orders.c.disputed).where(orders.c.id == order)).scalar()
    moving = select(refunds.c.key).where(
        refunds.c.order_id == order, refunds.c.state.in_(("due", "pending", "failed"))
    )
    return disputed == "open" or connection.execute(moving).first() is not None


def _payments(connection: Connection, numbers: Collection[str], now: datetime) -> Iterator[Wanted]:
    """What Stripe knows of these orders: payments, and checkouts that nobody went through."""
    found: list[str] = []
    newest: datetime | None = None
    paid = connection.execute(
        select(orders.c.id, orders.c.reference, orders.c.paid_at, orders.c.placed_at).where(
            orders.c.id.in_(numbers), orders.c.method == "stripe", orders.c.reference.is_not(None)
        )
    ).all()
    for row in paid:
        found.append(row.reference)
        newest = max(filter(None, (newest, row.paid_at or row.placed_at)))
    second = select(refunds.c.payment).where(
        refunds.c.order_id.in_([row.id for row in paid]), refunds.c.payment != ""
    )
    found += connection.execute(second).scalars()
    unpaid = connection.execute(
        select(checkouts.c.session, checkouts.c.expires_at).where(
            checkouts.c.order_id.in_(numbers),
            checkouts.c.order_id.not_in([row.id for row in paid]),
            checkouts.c.session.is_not(None),
        )
    ).all()
    for attempt in unpaid:
        found.append(attempt.session)
        newest = max(filter(None, (newest, attempt.expires_at)))
    ids = list(dict.fromkeys(one for one in found if one))
    for some in _in_parts(ids):
        yield Wanted("stripe", "redaction", some, (newest or now) + REDACTABLE_AFTER)


def _in_parts(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for begin in range(0, len(ids), MOST_OF_A_JOB):
        yield tuple(ids[begin : begin + MOST_OF_A_JOB])
