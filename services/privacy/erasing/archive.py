"""What the law keeps of paid orders, copied to the legal store before their buyer is forgotten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from services.privacy.facts.policy import Controller, books_kept_until, proof_kept_until
from services.storage import Storage
from services.storage.after_sale import claims
from services.storage.app import disputes, orders, refunds, statements
from services.storage.legal import held_statements, sales
from services.storage.sealing import Erased, Sealer, Secrets, Vault
from services.storage.upsert import insert_new

SALE = "sale"


@dataclass(frozen=True)
class _Sold:
    order: Any
    refunds: tuple[Any, ...]
    statements: tuple[Any, ...]
    claims: tuple[Any, ...]


class Archive:
    """Copies the accounting subset, and nothing of an order that nobody paid."""

    def __init__(
        self, app: Storage, legal: Storage, vault: Vault, secrets: Secrets, controller: Controller
    ) -> None:
        self._app = app
        self._legal = legal
        self._vault = vault
        self._secrets = secrets
        self._controller = controller

    async def keep(self, customer: str) -> list[str]:
        """Copy a customer's paid orders, each once; their numbers."""
        sold = await self._app.read(lambda connection: _sold(connection, customer))
        claimed = [row for one in sold for row in await self._claimed(customer, one.claims)]

        def work(connection: Connection) -> None:
            for one in sold:
                insert_new(connection, sales, **self._sale(one))
                for said in one.statements:
                    insert_new(connection, held_statements, **declaration(said, self._secrets.archive))
            for row in claimed:
                insert_new(connection, held_statements, **row)

        await self._legal.transaction(work)
        return [one.order.id for one in sold]

    async def follow(self, numbers: Collection[str]) -> None:
        """The copies of these orders tell what became of their money since."""
        sold = await self._app.read(lambda connection: _complete(connection, orders.c.id.in_(numbers)))

        def work(connection: Connection) -> None:
            for one in sold:
                row = self._sale(one)
                connection.execute(
                    update(sales)
                    .where(sales.c.order_id == one.order.id, sales.c.kind == SALE)
                    .values(refunded=row["refunded"], payment=row["payment"])
                )

        await self._legal.transaction(work)

    async def contested(self, customer: str) -> None:
        """What speaks for us in disputes that are not over, under the archive's key: the customer's own is going."""
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(disputes, orders.c.locale)
                .join(orders, orders.c.id == disputes.c.order_id)
                .where(
                    orders.c.customer_id == customer,
                    disputes.c.state == "open",
                    disputes.c.evidence.is_not(None),
                )
            ).all()
        )
        if not rows:
            return
        sealer = await self._vault.sealer(customer)

        def work(connection: Connection) -> None:
            for row in rows:
                place = held_place(row.order_id, held_kind(row.id))
                opened = sealer.open(row.evidence, f"disputes:evidence:{row.id}")
                insert_new(
                    connection,
                    held_statements,
                    order_id=row.order_id,
                    kind=held_kind(row.id),
                    locale=row.locale,
                    text=self._secrets.archive.seal(opened, place),
                    at=row.at,
                    keep_until=proof_kept_until(row.at),
                )

        await self._legal.transaction(work)

    async def _claimed(self, customer: str, claims_: tuple[Any, ...]) -> list[dict[str, Any]]:
        """What was claimed after a sale, as it was said; nothing when the customer's key is gone."""
        told = [row for row in claims_ if row.said is not None]
        if not told:
            return []
        try:
            sealer = await self._vault.sealer(customer)
        except Erased:
            return []
        return [self._held(row, sealer) for row in told]

    def _held(self, row: Any, sealer: Sealer) -> dict[str, Any]:
        kind = f"claim-{row.id}"
        place = held_place(row.order_id, kind)
        return {
            "order_id": row.order_id,
            "kind": kind,
            "locale": row.locale,
            "text": self._secrets.archive.seal(sealer.open(row.said, f"claims:said:{row.id}"), place),
            "at": row.at,
            "keep_until": proof_kept_until(row.at),
        }

    def _sale(self, sold: _Sold) -> dict[str, Any]:
        order = sold.order
        sold_at = order.paid_at or order.placed_at
        payments = dict.fromkeys([order.reference, *(refund.payment for refund in sold.refunds)])
        ids = {
            "method": order.method,
            "payments": [one for one in payments if one],
            "refunds": [refund.reference for refund in sold.refunds if refund.reference],
        }
        return {
            "order_id": order.id,
            "kind": SALE,
            "sold_at": sold_at,
            "currency": order.currency,
            "amount": order.captured,
            "tax": order.tax,
            "refunded": sum(refund.amount for refund in sold.refunds if refund.state == "succeeded"),
            "payment": self._secrets.archive.seal_json(ids, f"sales:payment:{order.id}:{SALE}"),
            "keep_until": books_kept_until(sold_at, self._controller),
        }


def held_kind(dispute: str) -> str:
    """What the held evidence of a dispute is called."""
    return f"dispute-{dispute[:20]}"


def held_place(order: str, kind: str) -> str:
    """Where something held of an order is sealed."""
    return f"held_statements:text:{order}:{kind}"


def declaration(said: Any, sealer: Sealer) -> dict[str, Any]:
    """A declaration before paying, as it is held: sealed by the archive's own key."""
    place = held_place(said.order_id, said.kind)
    return {
        "order_id": said.order_id,
        "kind": said.kind,
        "locale": said.locale,
        "text": sealer.seal(said.text, place),
        "at": said.at,
        "keep_until": proof_kept_until(said.at),
    }


def _sold(connection: Connection, customer: str) -> list[_Sold]:
    return _complete(connection, (orders.c.customer_id == customer) & (orders.c.captured > 0))


def _complete(connection: Connection, which: ColumnElement[bool]) -> list[_Sold]:
    paid = connection.execute(select(orders).where(which).order_by(orders.c.id)).all()
    return [
        _Sold(
            order,
            tuple(connection.execute(select(refunds).where(refunds.c.order_id == order.id))),
            tuple(connection.execute(select(statements).where(statements.c.order_id == order.id))),
            tuple(connection.execute(select(claims).where(claims.c.order_id == order.id))),
        )
        for order in paid
    ]
