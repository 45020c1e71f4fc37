"""When one provider does not deliver, another one may: the same or more, for no more than the sale can bear."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import ROUND_DOWN, Decimal
from typing import Any

import structlog
from sqlalchemy import Connection, select

from services.catalogue import Catalogue
from services.clock import Clock
from services.orders.book import move_item
from services.orders.order import TOPUP
from services.orders.sold import SoldPlan
from services.prices import Book
from services.providers import Cost, Offer
from services.storage import Storage
from services.storage.app import history, items

log = structlog.get_logger()

#: Why an item of that history went on elsewhere: this and the provider that it left.
INSTEAD = "instead_of_"
#: How late a plan's time begins; later is better. What nobody says may be at once.
_BEGINS = {None: 0, "purchase": 0, "installation": 1, "first_use": 2}
_CENTS = Decimal("0.01")


class Failover:
    """Finds who else keeps the promise of a sale, and hands the purchase over, once for each number."""

    def __init__(self, app: Storage, catalogue: Catalogue, book: Callable[[], Book], clock: Clock) -> None:
        self._app = app
        self._catalogue = catalogue
        self._book = book
        self._clock = clock

    async def could(self, item: str) -> bool:
        """Whether somebody else sells it as well, and was not asked yet."""
        row, left = await self._app.read(lambda connection: _standing(connection, item))
        return self._best(row, left) is not None

    async def switch(self, item: str, number: int) -> str:
        """ "switched" when another provider is to be asked from here on, else "nobody". Repeats change nothing."""
        row, left = await self._app.read(lambda connection: _standing(connection, item))
        if len(left) > number:
            return "switched"
        offer = self._best(row, left)
        if offer is None:
            return "nobody"
        most = self._most(row, offer)
        done = await self._app.transaction(
            lambda connection: self._hand_over(connection, row, len(left), offer, most)
        )
        log.info("bought elsewhere", item=item, instead_of=row.provider, of=offer.provider, done=done)
        return "switched" if done else "nobody"

    def _hand_over(
        self, connection: Connection, was: Any, number: int, offer: Offer, most: Decimal | None
    ) -> bool:
        """Only while nobody else has, nothing was bought, and the item is still to be."""
        row, left = _standing(connection, was.id, lock=True)
        if len(left) > number:
            return True
        if row.esim_id is not None or row.provider != was.provider:
            return False
        return move_item(
            connection,
            row.id,
            ("buying",),
            "buying",
            f"{INSTEAD}{row.provider}"[:64],
            self._clock.now(),
            provider=offer.provider,
            sku=offer.sku,
            most_cost=str(most),
            plan=_as_delivered(SoldPlan.from_json(row.plan), offer).as_json(),
        )

    def _best(self, row: Any, left: Collection[str]) -> Offer | None:
        """The cheapest offer that keeps the promise, of somebody who was not asked yet."""
        if row.kind == TOPUP or row.esim_id is not None:
            return None
        sold = SoldPlan.from_json(row.plan)
        asked = {row.provider, *left}
        found = [
            (most - offer.cost.amount, offer)
            for offer in self._catalogue.for_sale(sold.countries)
            if offer.provider not in asked
            and keeps_promise(offer, sold)
            and (most := self._most(row, offer)) is not None
            and offer.cost.amount <= most
        ]
        return max(found, key=lambda one: (one[0], one[1].id), default=(None, None))[1]

    def _most(self, row: Any, offer: Offer) -> Decimal | None:
        """What may be spent at most, in the offer's currency: the least profit of the sale stays."""
        currency = self._catalogue.currency_of(row.provider) or offer.cost.currency
        most = self._book().worth(Cost(Decimal(row.most_cost), currency), offer.cost.currency)
        return None if most is None else most.quantize(_CENTS, ROUND_DOWN)


def keeps_promise(offer: Offer, sold: SoldPlan) -> bool:
    """Whether an offer is everything that a traveller was promised, or more."""
    if offer.needs_imei or not set(sold.countries) <= set(offer.countries):
        return False
    if sold.days is not None and offer.days is not None and offer.days < sold.days:
        return False
    if sold.days is None and offer.days is not None:
        return False
    if _BEGINS.get(offer.starts, 0) < _BEGINS.get(sold.starts, 0):
        return False
    return _enough(offer, sold) and (offer.can_top_up or not sold.can_top_up)


def _enough(offer: Offer, sold: SoldPlan) -> bool:
    if sold.data is None:
        return offer.unlimited and (offer.full_speed_bytes or 0) >= (sold.full_speed or 0)
    # An unlimited plan may be slow before it reaches what was promised at full speed.
    return not offer.unlimited and offer.data_bytes is not None and offer.data_bytes >= sold.data


def _as_delivered(sold: SoldPlan, offer: Offer) -> SoldPlan:
    """What was sold, with what is different about the line that the traveller gets: its networks, when it begins."""
    line = SoldPlan.of(offer)
    return SoldPlan(
        id=sold.id,
        countries=sold.countries,
        data=sold.data,
        days=sold.days,
        networks=line.networks,
        can_top_up=line.can_top_up,
        starts=line.starts,
        full_speed=line.full_speed,
    )


def _standing(connection: Connection, item: str, *, lock: bool = False) -> tuple[Any, tuple[str, ...]]:
    """An item's row, and the providers that it has left."""
    wanted = select(items).where(items.c.id == item)
    row = connection.execute(wanted.with_for_update() if lock else wanted).one()
    whys = connection.execute(
        select(history.c.why)
        .where(history.c.item_id == item, history.c.why.startswith(INSTEAD, autoescape=True))
        .order_by(history.c.seq)
    ).scalars()
    return row, tuple(why.removeprefix(INSTEAD) for why in whys)
