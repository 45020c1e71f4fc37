"""What speaks for us when a payment is disputed: from our own tables, as things stood when the dispute opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, select

from services.checkout import Checkouts
from services.clock import Clock
from services.customers import Customers
from services.esims import Esim, Esims
from services.orders import Order, Orders
from services.providers import EsimProvider, ProviderError
from services.storage import Storage
from services.storage.app import dispatches, history, mailings, statements

log = structlog.get_logger()

#: Entries of one kind; an order has a handful.
MOST = 200


class Evidence:
    """Gathers, for one order: what was shown and agreed to, what arrived where, and what was used of it."""

    def __init__(
        self,
        app: Storage,
        orders: Orders,
        esims: Esims,
        customers: Customers,
        checkouts: Checkouts,
        providers: Mapping[str, EsimProvider],
        clock: Clock,
    ) -> None:
        self._app = app
        self._orders = orders
        self._esims = esims
        self._customers = customers
        self._checkouts = checkouts
        self._providers = providers
        self._clock = clock

    async def of(self, number: str) -> dict[str, Any] | None:
        """A JSON document; None when the order's buyer was erased, and everything that spoke for us with them."""
        order = await self._orders.get(number)
        if order is None or order.customer is None:
            return None
        rows = await self._app.read(lambda connection: _rows(connection, order))
        return {
            "order": _told(order),
            "buyer": await self._buyer(order),
            **rows,
            "lines": [await self._line(item.id) for item in order.items],
            "gathered_at": self._clock.now().isoformat(),
        }

    async def _buyer(self, order: Order) -> dict[str, str | None]:
        given = await self._checkouts.given_details(order)
        account = await self._customers.account(order.customer or "")
        return {
            "name": (given and given.name) or account.name,
            "email": (given and given.email) or account.email,
        }

    async def _line(self, item: str) -> dict[str, Any] | None:
        esim = await self._esims.of_item(item)
        if esim is None:
            return None
        return {
            "item": item,
            "iccid": esim.iccid,
            "given_at": _when(esim.given_at),
            "usage": await self._usage(esim),
        }

    async def _usage(self, esim: Esim) -> dict[str, Any] | None:
        """As the provider measures it now; else as it was measured last."""
        try:
            now = await self._providers[esim.provider].usage(esim.iccid)
        except ProviderError as error:
            log.info("no usage for the evidence", item=esim.item, reason=error.reason)
            last = esim.measured
            if last is None:
                return None
            return _measured(last.line_state, last.used, last.total, last.at)
        return _measured(now.line_state.value, now.used_bytes, now.total_bytes, now.as_of)


def _measured(state: str, used: int | None, total: int | None, at: datetime) -> dict[str, Any]:
    return {"state": state, "used_bytes": used, "total_bytes": total, "measured_at": _when(at)}


def _told(order: Order) -> dict[str, Any]:
    return {
        "number": order.id,
        "placed_at": _when(order.placed_at),
        "paid_at": _when(order.paid_at),
        "total": asdict(order.total),
        "captured": asdict(order.captured),
        "plan": dict(order.item.plan),
    }


def _rows(connection: Connection, order: Order) -> dict[str, list[dict[str, Any]]]:
    parts = [item.id for item in order.items]
    return {
        "statements": _listed(
            connection, select(statements.c.kind, statements.c.text, statements.c.at), statements, order.id
        ),
        "history": _listed(
            connection, select(history.c.was, history.c.now, history.c.why, history.c.at), history, order.id
        ),
        "mails": _listed(
            connection, select(mailings.c.kind, mailings.c.state, mailings.c.at), mailings, order.id
        ),
        "messages": [
            {"about": row.about, "state": row.state, "at": _when(row.at)}
            for row in connection.execute(select(dispatches).where(dispatches.c.about.in_(parts)).limit(MOST))
        ],
    }


def _listed(connection: Connection, wanted: Any, table: Any, order: str) -> list[dict[str, Any]]:
    rows = connection.execute(wanted.where(table.c.order_id == order).order_by(table.c.at).limit(MOST))
    return [{**row, "at": _when(row["at"])} for row in rows.mappings()]


def _when(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
