"""What speaks for us in a dispute, as it was kept: for whoever answers the bank."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from services.clock import Clock
from services.payments import Watched
from services.privacy.erasing.archive import held_kind, held_place
from services.storage import Stores
from services.storage.app import disputes, orders
from services.storage.legal import held_statements
from services.storage.sealing import Erased, Secrets, Vault


class NothingToSay(LookupError):
    """There is no dispute of that order, it is over, or nothing was kept."""


class StoredEvidence:
    """Opens the newest dispute of an order."""

    def __init__(self, stores: Stores, vault: Vault, secrets: Secrets, clock: Clock) -> None:
        self._app = stores.app
        self._legal = stores.legal
        self._vault = vault
        self._archive = secrets.archive
        self._clock = clock

    async def of(self, order: str) -> dict[str, Any]:
        """The dispute, and what was gathered when it opened. Raises NothingToSay."""
        row = await self._newest(order)
        gathered = await self._held(row) if row.customer_id is None else await self._own(row)
        about = {"state": row.state, "reason": row.reason, "amount": row.amount, "currency": row.currency}
        moments = {name: getattr(row, name) for name in ("answer_by", "submitted_at")}
        told = {name: moment and moment.isoformat() for name, moment in moments.items()}
        return {"dispute": {**about, **told}, **gathered}

    async def _own(self, row: Any) -> dict[str, Any]:
        """Under the buyer's own key."""
        if row.evidence is None:
            raise NothingToSay(row.order_id)
        try:
            sealer = await self._vault.sealer(row.customer_id)
        except Erased as error:
            raise NothingToSay(row.order_id) from error
        gathered: dict[str, Any] = sealer.open_json(row.evidence, place_of(row.id))
        return gathered

    async def _held(self, row: Any) -> dict[str, Any]:
        """Under the archive's: its buyer was erased while the bank had not decided."""
        kind = held_kind(row.id)
        held = select(held_statements.c.text).where(
            held_statements.c.order_id == row.order_id, held_statements.c.kind == kind
        )
        text = await self._legal.read(lambda connection: connection.execute(held).scalar())
        if text is None:
            raise NothingToSay(row.order_id)
        gathered: dict[str, Any] = self._archive.open_json(text, held_place(row.order_id, kind))
        return gathered

    async def submit(self, order: str, payments: Watched, fields: dict[str, str]) -> None:
        """Send it to the bank, in the payment service's fields. Raises NothingToSay, PaymentError."""
        row = await self._newest(order)
        if row.state != "open" or row.reference is None:
            raise NothingToSay(order)
        await payments.answer(row.reference, fields, final=True)
        now = self._clock.now()
        await self._app.transaction(
            lambda connection: connection.execute(
                update(disputes).where(disputes.c.id == row.id).values(submitted_at=now)
            )
        )

    async def _newest(self, order: str) -> Any:
        row = await self._app.read(
            lambda connection: connection.execute(
                select(disputes, orders.c.customer_id)
                .join(orders, orders.c.id == disputes.c.order_id)
                .where(disputes.c.order_id == order)
                .order_by(disputes.c.at.desc())
                .limit(1)
            ).one_or_none()
        )
        if row is None:
            raise NothingToSay(order)
        return row


def place_of(dispute: str) -> str:
    """Where the evidence of a dispute is sealed."""
    return f"disputes:evidence:{dispute}"
