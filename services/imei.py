"""The IMEI of a device, where a plan works in one device only: read, kept under its owner's key, let go of."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection, select

from services.clock import Clock
from services.privacy.requests.disclosing import disclosed
from services.storage import Storage
from services.storage.app import customers, devices, items, orders
from services.storage.sealing import Vault
from services.storage.upsert import insert_new

#: 3GPP TS 23.003 §6.2.1: fifteen digits, the last of which is a check digit; people write them in groups.
_DIGITS = re.compile(r"(?<!\d)\d(?:[ ./-]?\d){14}(?![ .-]?\d)")


def imei_of(words: str) -> str | None:
    """The IMEI in somebody's words, or None when there is none, or one with a slip in it."""
    latin = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in words)
    for found in _DIGITS.findall(latin):
        digits = re.sub(r"\D", "", found)
        if _luhn(digits):
            return digits
    return None


class Imeis:
    """Keeps them, one for an item."""

    def __init__(self, app: Storage, vault: Vault, clock: Clock) -> None:
        self._app = app
        self._vault = vault
        self._clock = clock

    async def keep(self, item: str, customer: str, imei: str) -> None:
        """For the purchase of an item that was just ordered. Repeats are harmless."""
        sealed = (await self._vault.sealer(customer)).seal(imei, _place(item))
        now = self._clock.now()

        def work(connection: Connection) -> None:
            mine = select(customers.c.id).where(customers.c.id == customer)
            if connection.execute(mine).first() is not None:
                insert_new(connection, devices, item_id=item, imei=sealed, at=now)

        await self._app.transaction(work)

    async def of(self, item: str) -> str | None:
        """What was told for an item, or for what it stands in for; None when that is gone, or never was."""
        row = await self._app.read(
            lambda connection: connection.execute(
                select(devices, orders.c.customer_id)
                .join(items, items.c.id == devices.c.item_id)
                .join(orders, orders.c.id == items.c.order_id)
                .where(orders.c.id == item.rsplit("-", 1)[0], orders.c.customer_id.is_not(None))
                .order_by((devices.c.item_id == item).desc())
            ).first()
        )
        if row is None:
            return None
        return (await self._vault.sealer(row.customer_id)).words(row.imei, _place(row.item_id))


def handed_over(connection: Connection, item: str, provider: str, at: datetime) -> None:
    """The provider is about to get it: written down for its owner, in the commit that begins the purchase."""
    owner = connection.execute(
        select(orders.c.customer_id)
        .join(items, items.c.order_id == orders.c.id)
        .where(items.c.id == item, orders.c.customer_id.is_not(None))
    ).scalar()
    if owner is not None:
        disclosed(connection, owner, provider, "imei", "GDPR art. 6(1)(b): the plan works in one device", at)


def _place(item: str) -> str:
    return f"devices:imei:{item}"


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(sum(divmod(number, 10)) for number in doubled) % 10 == 0
