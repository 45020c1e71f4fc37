"""The catalogue as the API lists it: country, operators, packages; whole or page by page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from bot.sandbox.airalo.errors import invalid
from bot.sandbox.airalo.packages import Destination, Operator, Package, Packages
from bot.sandbox.keepgo.places import Country

#: What a dollar is in the currencies that prices are shown in.
RATES = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79, "AUD": 1.53, "JPY": 151.0, "AED": 3.67}
PRICING = {"model": "net_pricing", "discount_percentage": 0}
_IMAGES = "https://cdn.airalo.example/images"


class Listing:
    """Answers GET /packages. The whole list is long and never changes, so its bytes are kept."""

    def __init__(self, packages: Packages, here: str) -> None:
        self._packages = packages
        self._address = f"{here}/packages"
        self._whole: dict[bool, bytes] = {}

    def answer(self, query: Mapping[str, str]) -> bytes:
        """Without `limit` everything comes at once, as the provider advises for the hourly look."""
        topups = "topup" in query.get("include", "").replace("-", "").split(",")
        limit, page = _whole(query, "limit"), _whole(query, "page") or 1
        if limit is None and page == 1 and not query.keys() & {"filter[type]", "filter[country]"}:
            if topups not in self._whole:
                self._whole[topups] = self._page(self._packages.destinations, topups, None, 1, query)
            return self._whole[topups]
        return self._page(self._wanted(query), topups, limit, page, query)

    def _wanted(self, query: Mapping[str, str]) -> list[Destination]:
        kind, country = query.get("filter[type]"), query.get("filter[country]", "").upper()
        if kind not in (None, "", "local", "global"):
            raise invalid(type="The selected type is invalid.")
        return [
            found
            for found in self._packages.destinations
            if (not kind or (kind == "local") == bool(found.code)) and (not country or country == found.code)
        ]

    def _page(
        self,
        found: Iterable[Destination],
        topups: bool,
        limit: int | None,
        page: int,
        query: Mapping[str, str],
    ) -> bytes:
        every = list(found)
        size = limit or max(1, len(every))
        start = (page - 1) * size
        shown = [destination(one, topups=topups) for one in every[start : start + size]]
        # From the second page on the countries come under their places in the list.
        data: Any = shown if page == 1 else {str(start + n): one for n, one in enumerate(shown)}
        answer = {"pricing": PRICING, "data": data, **frame(self._address, query, len(every), size, page)}
        return json.dumps(answer, separators=(",", ":")).encode()


def frame(address: str, query: Mapping[str, str], total: int, size: int, page: int) -> dict[str, Any]:
    """The links and the figures around every list."""
    last, shown = max(1, -(-total // size)), max(0, min(size, total - (page - 1) * size))
    asked = {name: value for name, value in query.items() if name != "page"}

    def link(number: int) -> str:
        return f"{address}?{urlencode({**asked, 'page': number})}"

    links = {
        "first": link(1),
        "last": link(last),
        "prev": link(page - 1) if page > 1 else None,
        "next": link(page + 1) if page < last else None,
    }
    meta = {
        "message": "success",
        "current_page": page,
        "from": (page - 1) * size + 1 if shown else None,
        "last_page": last,
        "path": address,
        "per_page": str(size),
        "to": (page - 1) * size + shown if shown else None,
        "total": total,
    }
    return {"links": links, "meta": meta}


def destination(found: Destination, *, topups: bool) -> dict[str, Any]:
    """One of the `data`."""
    cheapest = min((p for o in found.operators for p in o.sims), key=lambda p: p.cents)
    return {
        "slug": found.slug,
        "country_code": found.code,
        "title": found.title,
        "image": _image(found.slug),
        "min_price": _prices(cheapest),
        "operators": [_operator(operator, topups=topups) for operator in found.operators],
    }


def package(found: Package, operator: Operator) -> dict[str, Any]:
    """A package in the catalogue, and in a line's list of top-ups."""
    slow = found.mb is None
    return {
        "id": found.id,
        "type": "topup" if found.topup else "sim",
        "price": found.retail_cents / 100,
        "net_price": found.cents / 100,
        "amount": found.mb or 0,
        "day": found.days,
        "is_unlimited": slow,
        "title": found.title,
        "data": found.data,
        "short_info": None if found.topup else "This eSIM doesn't come with a phone number.",
        "voice": None,
        "text": None,
        "qr_installation": f"<p>{operator.title}</p>",
        "manual_installation": f"<p>{operator.title}</p>",
        "is_fair_usage_policy": slow,
        "fair_usage_policy": "Lower speed rate of 1 Mbps after 3 GB usage per day." if slow else None,
        "prices": _prices(found),
    }


def _operator(found: Operator, *, topups: bool) -> dict[str, Any]:
    sold = (*found.sims, *found.topups) if topups else found.sims
    return {
        "id": found.id,
        "title": found.title,
        "type": "local" if found.local else "global",
        "plan_type": "data",
        "is_roaming": True,
        "rechargeability": bool(found.topups),
        "style": "light",
        "gradient_start": "#a01c20",
        "gradient_end": "#25110e",
        "is_prepaid": False,
        "esim_type": "Prepaid",
        "warning": None,
        "apn_type": "automatic",
        "apn_value": "internet",
        "info": ["LTE Data-only eSIM.", "Rechargeable online with no expiry."],
        "image": _image(str(found.id)),
        "activation_policy": found.policy,
        "is_kyc_verify": found.kyc,
        "other_info": None,
        "install_window_days": 180,
        "topup_grace_window_days": 90,
        "apn": {
            "ios": {"apn_type": "automatic", "apn_value": None},
            "android": {"apn_type": "manual", "apn_value": "internet"},
        },
        "coverages": [_coverage(place) for place in found.places],
        "countries": [
            {"country_code": place.flag.upper(), "title": place.name, "image": _image(place.flag)}
            for place in found.places
        ],
        "packages": [package(one, found) for one in sold],
    }


def _coverage(place: Country) -> dict[str, Any]:
    networks = [{"name": name, "types": ["LTE"]} for name in place.networks]
    return {"name": place.flag.upper(), "code": place.flag.upper(), "networks": networks}


def _prices(found: Package) -> dict[str, Any]:
    return {
        "net_price": {code: round(found.cents * rate / 100, 2) for code, rate in RATES.items()},
        "recommended_retail_price": {
            code: round(found.retail_cents * rate / 100, 2) for code, rate in RATES.items()
        },
    }


def _image(name: str) -> dict[str, Any]:
    return {"width": 132, "height": 99, "url": f"{_IMAGES}/{name}.png"}


def _whole(query: Mapping[str, str], name: str) -> int | None:
    value = query.get(name, "")
    if not value:
        return None
    if not value.isdecimal() or not 0 < int(value[:9]) <= 1_000_000:
        raise invalid(**{name: f"The {name} must be an integer."})
    return int(value)
