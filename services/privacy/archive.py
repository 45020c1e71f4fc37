"""What the law keeps of paid orders, copied to the legal store before their buyer is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from services.privacy.policy import Controller, books_kept_until, proof_kept_until
from services.storage import Storage
from services.storage.app import orders, refunds, statements
from services.storage.legal import held_statements, sales
from services.storage.sealing import Secrets
from services.storage.upsert import insert_new

SALE = "sale"


@dataclass(frozen=True)
class _Sold:
    order: Any
    refunds: tuple[Any, ...]
    statements: tuple[Any, ...]


class Archive:
    """Copies the accounting subset, and nothing of an order that nobody paid."""

    def __init__(self, app: Storage, legal: Storage, secrets: Secrets, controller: Controller) -> None:
        self._app = app
        self._legal = legal
        self._secrets = secrets
        self._controller = controller

    async def keep(self, customer: str) -> list[str]:
        """Copy a customer's paid orders, each once; their numbers."""
        sold = await self._app.read(lambda connection: _sold(connection, customer))

        def work(connection: Connection) -> None:
            for one in sold:
                insert_new(connection, sales, **self._sale(one))
                for said in one.statements:
                    insert_new(connection, held_statements, **self._statement(said))

        await self._legal.transaction(work)
        return [one.order.id for one in sold]

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

    def _statement(self, said: Any) -> dict[str, Any]:
        place = f"held_statements:text:{said.order_id}:{said.kind}"
        return {
            "order_id": said.order_id,
            "kind": said.kind,
            "locale": said.locale,
            "text": self._secrets.archive.seal(said.text, place),
            "at": said.at,
            "keep_until": proof_kept_until(said.at),
        }


def _sold(connection: Connection, customer: str) -> list[_Sold]:
    paid = connection.execute(
        select(orders).where(orders.c.customer_id == customer, orders.c.captured > 0).order_by(orders.c.id)
    ).all()
    return [
        _Sold(
            order,
            tuple(connection.execute(select(refunds).where(refunds.c.order_id == order.id))),
            tuple(connection.execute(select(statements).where(statements.c.order_id == order.id))),
        )
        for order in paid
    ]
