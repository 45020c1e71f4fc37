"""KeepGo's list of bundles, read as offers: one for each size of each bundle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.providers import ISO2, Cost, CountryOf, Listing, Oddities, Offer
from services.providers.values import decimal, listed, text, whole

NAME = "keepgo"
#: A regional bundle of this many countries is a global one, whatever it is called.
GLOBAL_FROM = 60
#: Sizes of one bundle that are read.
MOST_SIZES = 200

_BUNDLE_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_A_DAY = re.compile(r"(\d+)\s*(gb|mb)\s*(?:/|per|a)\s*day", re.IGNORECASE)


@dataclass(frozen=True)
class Sku:
    """What names a thing at KeepGo: "2-1024-7", with 0 days for what does not expire."""

    bundle: str
    mb: int
    days: int | None

    def __str__(self) -> str:
        return f"{self.bundle}-{self.mb}-{self.days or 0}"

    @classmethod
    def parse(cls, sku: str) -> Sku:
        """ValueError for what is not one of ours."""
        bundle, mb, days = sku.split("-")
        return cls(bundle, int(mb), int(days) or None)

    def body(self) -> dict[str, Any]:
        """What `line/create` wants to hear."""
        bundle = int(self.bundle) if self.bundle.isdecimal() else self.bundle
        return {"bundle_id": bundle, "refill_mb": self.mb, "refill_days": self.days, "count": 1}


@dataclass(frozen=True)
class Size:
    """What names a refill at KeepGo, on whatever line: "1024-10", with 0 days for what does not expire."""

    mb: int
    days: int | None

    def __str__(self) -> str:
        return f"{self.mb}-{self.days or 0}"

    @classmethod
    def parse(cls, sku: str) -> Size:
        """ValueError for what is not one of ours."""
        mb, days = sku.split("-")
        return cls(int(mb), int(days) or None)

    def body(self) -> dict[str, Any]:
        """What `line/{iccid}/refill` wants to hear."""
        return {"amount_mb": self.mb, "amount_days": self.days}


def listing(bundles: Iterable[Any], country_of: CountryOf, odd: Oddities) -> Listing:
    """Every offer of the list. A bundle that cannot be read is counted and left out, the others sell."""
    offers: dict[str, Offer] = {}
    unmapped: set[str] = set()
    for bundle in bundles:
        if not isinstance(bundle, Mapping) or not _BUNDLE_ID.fullmatch(text(bundle.get("id"))):
            odd.note("bundle-unreadable")
            continue
        countries, networks, unknown = _places(bundle, country_of)
        unmapped |= unknown
        if not countries:
            odd.note("bundle-without-country")
            continue
        for offer in _sizes(bundle, countries, networks, odd):
            before = offers.get(offer.sku)
            # Named twice, it may cost either: reckon with the dearer.
            if before is None or before.cost.amount < offer.cost.amount:
                offers[offer.sku] = offer
    return Listing(tuple(offers.values()), tuple(sorted(unmapped)))


def _sizes(
    bundle: Mapping[str, Any],
    countries: tuple[ISO2, ...],
    networks: Mapping[ISO2, tuple[str, ...]],
    odd: Oddities,
) -> Iterator[Offer]:
    label, kind = text(bundle.get("name")), _kind(bundle, countries)
    for refill in listed(bundle.get("refills"))[:MOST_SIZES]:
        mb, days, price = figures(refill)
        if mb is None or mb <= 0 or days is None or days < 0 or price is None or price <= 0:
            odd.note("size-unreadable")
            continue
        title = f"{text(refill.get('title'))} {text(bundle.get('bundle_type'))}"
        unlimited = "unlimited" in title.lower()
        yield Offer(
            provider=NAME,
            sku=str(Sku(text(bundle["id"]), mb, days or None)),
            countries=countries,
            data_bytes=None if unlimited else mb * 1024**2,
            unlimited=unlimited,
            days=days or None,
            cost=Cost(price, "USD"),
            kind=kind,
            label=label,
            networks=networks,
            can_top_up=not unlimited,
            starts=None,
            full_speed_bytes=_full_speed(title) if unlimited else None,
        )


def figures(refill: Any) -> tuple[int | None, int | None, Any]:
    """Megabytes, days (0: no expiry) and dollars; None for what is missing or malformed."""
    if not isinstance(refill, Mapping):
        return None, None, None
    days = refill.get("amount_days")
    return (
        whole(refill.get("amount_mb")),
        0 if days is None or days == "" else whole(days),
        decimal(refill.get("price_usd")),
    )


def _places(
    bundle: Mapping[str, Any], country_of: CountryOf
) -> tuple[tuple[ISO2, ...], Mapping[ISO2, tuple[str, ...]], set[str]]:
    """Countries in the list's order, the networks of each, and the names nobody knows."""
    found = [n for n in listed(bundle.get("networks")) if isinstance(n, Mapping)]
    flags = {text(n.get("title")): text(n.get("flag")) for n in found}
    names = [text(name) for name in listed(bundle.get("coverage"))] or list(flags)
    if len(names) == 1:
        flags.setdefault(names[0], text(bundle.get("img")))
    codes = {name: country_of(name, flags.get(name) or None) for name in dict.fromkeys(names) if name}
    networks: dict[ISO2, tuple[str, ...]] = {}
    for network in found:
        code = codes.get(text(network.get("title")))
        if code is not None:
            networks[code] = tuple(text(one) for one in listed(network.get("local_networks")) if text(one))
    countries = tuple(dict.fromkeys(code for code in codes.values() if code is not None))
    return countries, networks, {name for name, code in codes.items() if code is None}


def _kind(bundle: Mapping[str, Any], countries: tuple[ISO2, ...]) -> Literal["country", "regional", "global"]:
    if len(countries) == 1:
        return "country"
    called = text(bundle.get("bundle_type")).lower()
    return "global" if "global" in called or len(countries) >= GLOBAL_FROM else "regional"


def _full_speed(title: str) -> int | None:
    said = _A_DAY.search(title)
    if said is None:
        return None
    return int(said[1]) * (1024**3 if said[2].lower() == "gb" else 1024**2)
