"""Airalo's packages, read as offers: country, operator, package; and as more data for a line."""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Literal

from services.providers import ISO2, Cost, CountryOf, Listing, Oddities, Offer, TopupOffer
from services.providers.airalo.words import full_speed, megabytes, starts
from services.providers.values import decimal, flag_in, listed, text, whole

NAME = "airalo"
#: What the account's prices are in; the others are shown for convenience.
CURRENCY = "USD"
#: An operator of this many countries is a global one, whatever it is called.
GLOBAL_FROM = 60

_CODE = re.compile(r"[A-Z]{2}")
_PACKAGE_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.IGNORECASE)


@dataclass(frozen=True)
class Pricing:
    """How a shop's price follows from the list: a price of its own, or so many percent less."""

    discount: Decimal = Decimal(0)

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Pricing:
        """The `pricing` that comes with every list of packages."""
        pricing = answer.get("pricing")
        percent = decimal(pricing.get("discount_percentage")) if isinstance(pricing, Mapping) else None
        return cls(percent if percent is not None and 0 <= percent < 100 else Decimal(0))

    def cost(self, package: Mapping[str, Any]) -> Decimal | None:
        """What a package costs us, or None when that cannot be told."""
        net, price = decimal(package.get("net_price")), decimal(package.get("price"))
        if net is None and price is not None:
            net = price * (100 - self.discount) / 100
        return net if net is not None and net > 0 else None


def listing(destinations: Iterable[Any], pricing: Pricing, country_of: CountryOf, odd: Oddities) -> Listing:
    """Every offer of the list. What cannot be read is counted and left out, the others sell."""
    offers: dict[str, Offer] = {}
    unmapped: set[str] = set()
    for where in destinations:
        if not isinstance(where, Mapping):
            odd.note("destination-unreadable")
            continue
        for operator in listed(where.get("operators")):
            if not isinstance(operator, Mapping):
                odd.note("operator-unreadable")
            # Whoever wants to see a passport first cannot be served by a chat.
            elif not flag_in(operator.get("is_kyc_verify")):
                countries, unknown = _countries(where, operator, country_of)
                unmapped |= unknown
                for offer in _offers(where, operator, countries, pricing, odd):
                    offers.setdefault(offer.sku, offer)
    return Listing(tuple(offers.values()), tuple(sorted(unmapped)))


def topups(answer: Mapping[str, Any], odd: Oddities) -> dict[str, tuple[str, TopupOffer]]:
    """What can be bought for a line, by our short name of it: Airalo's name, and the offer."""
    found: dict[str, tuple[str, TopupOffer]] = {}
    pricing = Pricing.of(answer)
    for package in listed(answer.get("data")):
        size = _size(package, pricing, odd)
        if size is not None:
            name = text(package["id"])
            offer = TopupOffer(short(name), size.data, size.unlimited, size.days, size.cost)
            found[offer.sku] = (name, offer)
    return found


def short(package_id: str) -> str:
    """A package's name for a button; the same for ever."""
    return b32encode(blake2b(package_id.encode(), digest_size=10).digest()).decode().lower()


@dataclass(frozen=True)
class _Size:
    data: int | None
    unlimited: bool
    days: int | None
    cost: Cost


def _size(package: Any, pricing: Pricing, odd: Oddities) -> _Size | None:
    """What a package holds and costs, or None for one that cannot be read."""
    if not isinstance(package, Mapping) or not _PACKAGE_ID.fullmatch(text(package.get("id"))):
        odd.note("package-unreadable")
        return None
    unlimited = flag_in(package.get("is_unlimited"))
    data, days, cost = megabytes(package.get("amount")), whole(package.get("day")), pricing.cost(package)
    if cost is None or days is None or days <= 0 or (not data and not unlimited):
        odd.note("package-unreadable")
        return None
    return _Size(None if unlimited else data, unlimited, days, Cost(cost, CURRENCY))


def _offers(
    where: Mapping[str, Any],
    operator: Mapping[str, Any],
    countries: tuple[ISO2, ...],
    pricing: Pricing,
    odd: Oddities,
) -> Iterator[Offer]:
    packages = [p for p in listed(operator.get("packages")) if isinstance(p, Mapping)]
    if not countries:
        odd.note("operator-without-country")
        return
    networks, begins = _networks(operator), starts(odd, operator.get("activation_policy"))
    more = any(text(p.get("type")) == "topup" for p in packages) or flag_in(operator.get("rechargeability"))
    for package in packages:
        size = _size(package, pricing, odd) if text(package.get("type")) in {"sim", ""} else None
        if size is None:
            continue
        yield Offer(
            provider=NAME,
            sku=text(package["id"]),
            countries=countries,
            data_bytes=size.data,
            unlimited=size.unlimited,
            days=size.days,
            cost=size.cost,
            kind=_kind(where, countries),
            label=f"{text(operator.get('title'))} {text(package.get('title'))}".strip(),
            networks=networks,
            can_top_up=more,
            starts=begins,
            full_speed_bytes=full_speed(package.get("fair_usage_policy")) if size.unlimited else None,
        )


def _countries(
    where: Mapping[str, Any], operator: Mapping[str, Any], country_of: CountryOf
) -> tuple[tuple[ISO2, ...], set[str]]:
    """Countries in the list's order, and the names nobody knows."""
    places = [c for c in listed(operator.get("countries")) if isinstance(c, Mapping)] or [where]
    codes = {
        text(place.get("title")): _country(
            text(place.get("country_code")), text(place.get("title")), country_of
        )
        for place in places
    }
    found = tuple(dict.fromkeys(code for code in codes.values() if code is not None))
    return found, {name for name, code in codes.items() if code is None and name}


def _country(code: str, title: str, country_of: CountryOf) -> ISO2 | None:
    return code.upper() if _CODE.fullmatch(code.upper()) else country_of(title, None)


def _networks(operator: Mapping[str, Any]) -> Mapping[ISO2, tuple[str, ...]]:
    found: dict[ISO2, tuple[str, ...]] = {}
    for coverage in listed(operator.get("coverages")):
        if isinstance(coverage, Mapping):
            code = (text(coverage.get("code")) or text(coverage.get("name"))).upper()
            names = (text(n.get("name")) for n in listed(coverage.get("networks")) if isinstance(n, Mapping))
            found[code] = tuple(name for name in names if name)
    return found


def _kind(where: Mapping[str, Any], countries: tuple[ISO2, ...]) -> Literal["country", "regional", "global"]:
    if len(countries) == 1:
        return "country"
    return "global" if text(where.get("slug")) == "world" or len(countries) >= GLOBAL_FROM else "regional"
