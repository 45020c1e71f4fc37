"""What the provider tells: the catalogue, the account, the lines. Nothing changes by asking."""

from __future__ import annotations

from time import monotonic

from bot.sandbox.keepgo import shapes
from bot.sandbox.keepgo.account import whole
from bot.sandbox.keepgo.catalogue import PRODUCT_TYPES
from bot.sandbox.keepgo.devices import devices
from bot.sandbox.keepgo.house import Answer, Asked, House
from bot.sandbox.keepgo.places import regions

PER_PAGE = 25
MOST_PER_PAGE = 100


class Readings:
    """Answers the GET calls."""

    def __init__(self, house: House) -> None:
        self._house = house

    def bundles(self, asked: Asked) -> bytes:
        """The whole list, encoded; with_async=false leaves out what is issued later."""
        unwanted = asked.query.get("with_async", "").lower() in {"false", "0", "no"}
        return self._house.catalogue.listing(with_async=not unwanted)

    def bundle(self, asked: Asked) -> Answer:
        return {"bundle": self._house.bundle(asked.target).as_json()}

    def product_types(self, _asked: Asked) -> Answer:
        return {"product_types": list(PRODUCT_TYPES)}

    def countries(self, _asked: Asked) -> Answer:
        names = (place.name for place in self._house.catalogue.countries)
        return {"countries": {str(n): name for n, name in enumerate(names, 1)}}

    def regions(self, _asked: Asked) -> Answer:
        return {"regions": {str(n): area.name for n, area in enumerate(regions(), 1)}}

    def network_providers(self, _asked: Asked) -> Answer:
        places = self._house.catalogue.countries
        names = (f"{network} ({place.name})" for place in places for network in place.networks)
        return {"network_providers": {str(n): name for n, name in enumerate(names, 1_970)}}

    def devices(self, _asked: Asked) -> Answer:
        return {"data": devices()}

    def balance(self, _asked: Asked) -> Answer:
        return {"account_balance": self._house.account.balance}

    def transactions(self, asked: Asked) -> Answer:
        return {"transactions": {"data": self._house.account.transactions(asked.query)}}

    def lines(self, asked: Asked) -> Answer:
        """One page, newest first, in the frame that such lists have."""
        stock, now = self._house.stock, self._house.clock.now()
        page = whole(asked.query.get("page"), 1)
        per_page = min(whole(asked.query.get("per_page"), PER_PAGE), MOST_PER_PAGE)
        items = [shapes.item(line, now) for line in stock.page(page, per_page)]
        first = (page - 1) * per_page + 1
        frame = {
            "from": first if items else None,
            "to": first + len(items) - 1 if items else None,
            "last_page": max(1, -(-len(stock) // per_page)),
            "per_page": per_page,
            "total": len(stock),
            "current_page": page,
        }
        return {"sim_cards": {**frame, "items": items}}

    def filter_data(self, _asked: Asked) -> Answer:
        statuses = {"1": "Registered", "2": "Activated", "3": "Deactivated"}
        return {"statuses": statuses, "auto_refill_statuses": {"0": "Off", "1": "On"}}

    def details(self, asked: Asked) -> Answer:
        line = self._house.line(asked.target)
        shown = monotonic() >= line.code_from
        return {"sim_card": shapes.details(line, self._house.clock.now(), code_shown=shown)}

    def available_refills(self, asked: Asked) -> Answer:
        return {"available_refills": shapes.refills(self._house.line(asked.target))}

    def line_transactions(self, asked: Asked) -> Answer:
        line = self._house.line(asked.target)
        return {"transactions": {"data": self._house.account.transactions(asked.query, line.iccid)}}

    def audit_logs(self, asked: Asked) -> Answer:
        log = self._house.line(asked.target).log
        return {"audit_logs": {"data": [shapes.entry(one) for one in reversed(log)]}}
