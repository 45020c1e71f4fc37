"""What the provider tells when asked: the catalogue, orders, lines, credit, devices. Nothing changes by asking."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.airalo import shapes
from bot.sandbox.airalo.devices import devices
from bot.sandbox.airalo.errors import business, invalid, not_found
from bot.sandbox.airalo.house import Answer, Asked, House, Order
from bot.sandbox.airalo.listing import PRICING, Listing, frame, package

PER_PAGE = 25
MOST_PER_PAGE = 1_000
#: An answer about usage is given again for so long, by the shop's clock.
USAGE_KEPT = timedelta(minutes=20)
MOST_KEPT = 20_000
_SUCCESS = {"message": "success"}


class Readings:
    """Answers the GET calls. `root`: the API's own address."""

    def __init__(self, house: House, root: str) -> None:
        self._house = house
        self._root = root
        self._listing = Listing(house.packages, root)
        self._usage: OrderedDict[str, tuple[datetime, dict[str, Any]]] = OrderedDict()

    def packages(self, asked: Asked) -> bytes:
        return self._listing.answer(asked.query)

    def orders(self, asked: Asked) -> Answer:
        """Newest first; the filters look for a part of the text."""
        include = set(asked.query.get("include", "").split(","))
        return self._page(
            "orders", asked.query, self._wanted(asked.query), lambda o: shapes.listed(o, include)
        )

    def order(self, asked: Asked) -> Answer:
        include = set(asked.query.get("include", "").split(","))
        for order in self._house.orders:
            if str(order.id) == asked.target:
                return {"data": shapes.listed(order, include), "meta": _SUCCESS}
        raise not_found()

    def sims(self, asked: Asked) -> Answer:
        iccid, now = asked.query.get("filter[iccid]", ""), self._house.clock.now()
        orders = self._orders_by_line(asked.query)
        found = [sim for sim in reversed(self._house.stock.oldest_first()) if iccid in sim.iccid]
        return self._page("sims", asked.query, found, lambda s: shapes.sim(s, orders.get(s.iccid), now))

    def sim(self, asked: Asked) -> Answer:
        sim = self._house.sim(asked.target)
        order = self._orders_by_line(asked.query).get(sim.iccid)
        return {"data": shapes.sim(sim, order, self._house.clock.now()), "meta": _SUCCESS}

    def usage(self, asked: Asked) -> Answer:
        """What was true when somebody last asked, within the last twenty minutes."""
        sim, now = self._house.sim(asked.target), self._house.clock.now()
        kept = self._usage.get(sim.iccid)
        if kept is None or now - kept[0] >= USAGE_KEPT:
            kept = self._usage[sim.iccid] = now, shapes.usage(sim, now)
            if len(self._usage) > MOST_KEPT:
                self._usage.popitem(last=False)
        return {"data": kept[1], "meta": {"message": "api.succes"}}

    def forget_usage(self, iccid: str) -> None:
        """The network has counted anew."""
        self._usage.pop(iccid, None)

    def history(self, asked: Asked) -> Answer:
        """What was bought for a line, newest first."""
        sim, now = self._house.sim(asked.target), self._house.clock.now()
        return {"pricing": PRICING, "data": [shapes.bought(one, sim, now) for one in reversed(sim.packages)]}

    def topups(self, asked: Asked) -> Answer:
        sim = self._house.sim(asked.target)
        if sim.recycled(self._house.clock.now()):
            raise business(73, sim.iccid)
        return {"pricing": PRICING, "data": [package(one, sim.operator) for one in sim.operator.topups]}

    def instructions(self, asked: Asked) -> Answer:
        sim = self._house.sim(asked.target)
        return {"data": shapes.instructions(sim, asked.query.get("language") or "en"), "meta": _SUCCESS}

    def balance(self, _asked: Asked) -> Answer:
        available = {"amount": self._house.account.cents / 100, "currency": "USD"}
        return {"data": {"balances": {"name": "balance", "availableBalance": available}}, "meta": _SUCCESS}

    def devices(self, _asked: Asked) -> Answer:
        return {"data": devices()}

    def _wanted(self, query: Mapping[str, str]) -> list[Order]:
        said, iccid = query.get("filter[description]", "").lower(), query.get("filter[iccid]", "")
        code, days = query.get("filter[code]", ""), _days(query.get("filter[created_at]", ""))
        return [
            order
            for order in reversed(self._house.orders)
            if (not said or said in (order.description or "").lower())
            and (not iccid or any(iccid in sim.iccid for sim in order.sims))
            and code in order.code
            and (days is None or days[0] <= f"{order.at:%Y-%m-%d}" <= days[1])
        ]

    def _orders_by_line(self, query: Mapping[str, str]) -> dict[str, Order]:
        if "order" not in query.get("include", "").split(","):
            return {}
        return {sim.iccid: order for order in self._house.orders if not order.topup for sim in order.sims}

    def _page(self, name: str, query: Mapping[str, str], found: list[Any], shape: Any) -> Answer:
        size, page = _whole(query, "limit", PER_PAGE), _whole(query, "page", 1)
        size = min(size, MOST_PER_PAGE)
        shown = [shape(one) for one in found[(page - 1) * size : page * size]]
        return {"data": shown, **frame(f"{self._root}/{name}", query, len(found), size, page)}


def _days(said: str) -> tuple[str, str] | None:
    """The first and the last day of "Y-m-d - Y-m-d"."""
    first, dash, last = said.partition(" - ")
    return (first.strip(), last.strip()) if dash else None


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    if not value:
        return default
    if not value.isdecimal() or len(value) > 9 or not int(value):
        raise invalid(**{name: f"The {name} must be an integer."})
    return int(value)
