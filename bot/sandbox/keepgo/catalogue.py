"""The provider's price list: every country, region and size, the same on every start."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.sandbox.keepgo.places import Country, Region, countries, regions

#: The kinds that the provider tells apart; a bundle's `type_id` counts from 1.
PRODUCT_TYPES = (
    "Lifetime",
    "Pay per megabyte",
    "Data expires in X days",
    "Unlimited with slow down",
    "Flex Unlimited",
)
_EXPIRES, _SLOWS_DOWN = 3, 4
_IMAGES = "https://myaccount.keepgo.example/img"

#: Sizes: megabytes, days (None: no expiry), and the price as a share of a gigabyte's.
_SIZES = (
    (100, None, "0.4"),
    (1024, 7, "1"),
    (3072, 30, "2.6"),
    (5120, 30, "4"),
    (10240, 30, "7.3"),
    (20480, 30, "13.4"),
    (51200, 90, "30"),
)
_WIDE_SIZES = (*_SIZES, (102400, 180, "55"))
_DAILY_SIZES = tuple(
    (1024 * days, days, share)
    for days, share in ((1, "1.2"), (3, "3.3"), (5, "5.2"), (7, "6.9"), (10, "9.3"), (15, "13"), (30, "23"))
)
#: Countries at most this dear, in cents per gigabyte, also have daily bundles.
_CHEAP = 200
#: These sell as bundles whose profiles are issued a little later.
_ASYNC = frozenset({"ad", "mn", "fj"})

_STARS_SPELLED = """
Andromeda Antlia Apus Aquarius Aquila Ara Aries Auriga Bootes Caelum Cancer Canes Carina Cassiopeia
Centaurus Cepheus Cetus Chamaeleon Circinus Columba Corona Corvus Crater Crux Cygnus Delphinus Dorado
Draco Equuleus Eridanus Fornax Gemini Grus Hercules Horologium Hydra Indus Lacerta Leo Lepus Libra Lupus
Lynx Lyra Mensa Monoceros Musca Norma Octans Ophiuchus Orion Pavo Pegasus Perseus Phoenix Pictor Pisces
Puppis Pyxis Reticulum Sagitta Scorpius Sculptor Scutum Serpens Sextans Taurus Tucana Vela Virgo Volans
Vulpecula
"""
_STARS = _STARS_SPELLED.split()


@dataclass(frozen=True)
class Size:
    """A size of a bundle. `days` None: no expiry. `cents` None: the list names no price, so it is not sold."""

    mb: int
    days: int | None
    cents: int | None
    title: str

    def as_json(self) -> dict[str, Any]:
        """As `refills` has it: the price is a JSON float."""
        shape: dict[str, Any] = {"title": self.title, "amount_mb": self.mb, "amount_days": self.days}
        return shape | ({} if self.cents is None else {"price_usd": self.cents / 100})


@dataclass(frozen=True)
class Bundle:
    """A bundle with its sizes. `shape` is everything about it that the API shows but the sizes."""

    id: int | str
    name: str
    issued_later: bool
    sizes: tuple[Size, ...]
    shape: dict[str, Any]

    def size(self, mb: int, days: int | None) -> Size | None:
        """The size that is sold under these figures, or None."""
        return next((s for s in self.sizes if (s.mb, s.days) == (mb, days) and s.cents is not None), None)

    def as_json(self) -> dict[str, Any]:
        """As in the list."""
        return {**self.shape, "refills": [size.as_json() for size in self.sizes]}


class Catalogue:
    """All bundles by id, and the whole list as bytes, since it is long and never changes."""

    def __init__(self) -> None:
        self.countries = countries()
        bundles = _bundles(self.countries, regions())
        self._by_id = {str(bundle.id): bundle for bundle in bundles}
        self._everything = _listing(bundles)
        self._at_once = _listing([bundle for bundle in bundles if not bundle.issued_later])

    def bundle(self, bundle_id: object) -> Bundle | None:
        """By id, an int or a string of it."""
        return self._by_id.get(str(bundle_id))

    def listing(self, *, with_async: bool) -> bytes:
        """The body of GET /bundles."""
        return self._everything if with_async else self._at_once


def _listing(bundles: list[Bundle]) -> bytes:
    shapes = [bundle.as_json() for bundle in bundles]
    return json.dumps({"ack": "success", "bundles": shapes}, separators=(",", ":")).encode()


def _bundles(places: tuple[Country, ...], areas: tuple[Region, ...]) -> list[Bundle]:
    by_flag = {place.flag: place for place in places if place.flag}
    local = [(place.name, "country", [place], place.per_gb, _SIZES, _EXPIRES) for place in places]
    daily = [
        (place.name, "country", [place], place.per_gb, _DAILY_SIZES, _SLOWS_DOWN)
        for place in places
        if place.per_gb <= _CHEAP
    ]
    wide = [
        (area.name, area.kind, [by_flag[flag] for flag in area.flags], area.per_gb, _WIDE_SIZES, _EXPIRES)
        for area in areas
    ]
    return [_bundle(number, *facts) for number, facts in enumerate([*local, *wide, *daily], start=1)]


def _bundle(
    number: int,
    title: str,
    kind: str,
    covered: list[Country],
    per_gb: int,
    sizes: tuple[tuple[int, int | None, str], ...],
    type_id: int,
) -> Bundle:
    # The real list mixes both: an id may be a number or a string.
    bundle_id: int | str = str(number) if number % 17 == 0 else number
    name = _label(number)
    flag = covered[0].flag
    shape: dict[str, Any] = {
        "id": bundle_id,
        "type_id": type_id,
        "bundle_type": kind,
        "name": name,
        "img": f"{_IMAGES}/flags/3x2/{flag}.svg" if flag and number % 9 == 0 else f"{_IMAGES}/bundle_img.png",
        "description": f"Affordable data bundle for {title}",
        "coverage": [place.name for place in covered],
        "privacy_ip": "Netherlands",
        "networks": [_network(place) for place in covered],
    }
    if kind == "country" and flag and number % 27 == 0:
        for unsaid in ("type_id", "description", "privacy_ip", "networks"):
            del shape[unsaid]
    priced = tuple(_size(number, mb, days, per_gb, share, type_id) for mb, days, share in sizes)
    return Bundle(bundle_id, name, kind == "country" and flag in _ASYNC, priced, shape)


def _label(number: int) -> str:
    """The provider's internal name; some were clearly never meant for a customer's eyes."""
    star = _STARS[number % len(_STARS)]
    return f"zz_{star}_internal_{number}" if number % 37 == 0 else f"{star} {number}"


def _network(place: Country) -> dict[str, Any]:
    flag = f"{_IMAGES}/flags/1x1/{place.flag or 'unknown'}.svg"
    return {"title": place.name, "local_networks": list(place.networks), "flag": flag}


def _size(number: int, mb: int, days: int | None, per_gb: int, share: str, type_id: int) -> Size:
    unpriced = number % 23 == 0 and mb == 20480
    cents = None if unpriced else round(per_gb * Decimal(share)) + 9
    return Size(mb, days, cents, _title(mb, days, type_id))


def _title(mb: int, days: int | None, type_id: int) -> str:
    if type_id == _SLOWS_DOWN:
        return f"Unlimited, 1 GB/day at full speed / {days} days"
    amount = f"{mb // 1024} GB" if mb >= 1024 else f"{mb}MB"
    return amount if days is None else f"{amount} / {days} days"
