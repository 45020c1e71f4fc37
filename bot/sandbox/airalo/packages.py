"""What the provider sells: packages of operators, for countries, regions and the world; the same on every start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from zlib import crc32

from bot.sandbox.keepgo.places import Country, Region, countries, regions

#: Sizes: megabytes (None: unlimited), days, and the price as a share of a gigabyte's.
_SIZES = (
    (1024, 7, "1"),
    (2048, 15, "1.8"),
    (3072, 30, "2.5"),
    (5120, 30, "3.9"),
    (10240, 30, "7"),
    (20480, 30, "13"),
)
_UNLIMITED = (
    (None, 3, "3.4"),
    (None, 5, "5.3"),
    (None, 7, "7"),
    (None, 10, "9.4"),
    (None, 15, "13.2"),
    (None, 30, "23.5"),
)
#: Countries at most this dear, in cents per gigabyte, also have unlimited packages.
_CHEAP = 400
#: Operators there want to see a passport first.
_KYC = frozenset({"hk", "tw"})
#: What the provider charges beside the other wholesaler of this world, in percent: dearer here, cheaper there.
_DEARER = range(82, 123)

_ENDINGS = ("Mobile", "Connect", "Telecom", "Link", "Cell")
_VOWELS = "aeiouy"


@dataclass(frozen=True)
class Package:
    """One size. `mb` None: unlimited. `cents`: what a shop pays; travellers pay the retail price elsewhere."""

    id: str
    topup: bool
    mb: int | None
    days: int
    cents: int

    @property
    def retail_cents(self) -> int:
        """In whole half dollars, always more than the shop pays."""
        return (self.cents * 2 // 50 + 1) * 50

    @property
    def data(self) -> str:
        return "Unlimited" if self.mb is None else f"{self.mb // 1024} GB"

    @property
    def title(self) -> str:
        return f"{self.data} - {self.days} days"


@dataclass(frozen=True)
class Operator:
    """A network's product: where it works, and its packages."""

    id: int
    title: str
    local: bool
    places: tuple[Country, ...]
    policy: str
    kyc: bool
    sims: tuple[Package, ...]
    topups: tuple[Package, ...]


@dataclass(frozen=True)
class Destination:
    """A country, a region or the world, with its operators. `code` is empty for what is no country."""

    slug: str
    code: str
    title: str
    operators: tuple[Operator, ...]


class Packages:
    """Everything that is sold."""

    @cached_property
    def destinations(self) -> tuple[Destination, ...]:
        """In the provider's order, which never changes."""
        places = [place for place in countries() if place.flag]
        by_flag = {place.flag: place for place in places}
        names = _Names()
        local = [_country(place, names) for place in places]
        wide = [_area(area, tuple(by_flag[flag] for flag in area.flags), names) for area in regions()]
        return (*local, *wide)

    @cached_property
    def by_id(self) -> dict[str, tuple[Package, Operator]]:
        """Every package, those of top-ups included."""
        return {
            package.id: (package, operator)
            for destination in self.destinations
            for operator in destination.operators
            for package in (*operator.sims, *operator.topups)
        }


class _Names:
    """Gives each operator a name and a number of its own."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def draw(self, place: str) -> tuple[int, str]:
        letters = re.sub(r"[^a-z0-9]", "", place.lower())
        end = next((n for n in range(3, len(letters)) if letters[n] in _VOWELS), len(letters) - 1)
        short, ending = letters[: end + 1].capitalize(), _ENDINGS[crc32(place.encode()) % len(_ENDINGS)]
        title = next(
            name
            for name in (f"{short} {ending}", f"{letters.capitalize()} {ending}")
            if name not in self._given
        )
        self._given.add(title)
        return 100 + 3 * len(self._given), title


def _country(place: Country, names: _Names) -> Destination:
    sizes = (*_SIZES, *_UNLIMITED) if place.per_gb <= _CHEAP else _SIZES
    operator = _operator((place,), place.name, place.per_gb, sizes, names)
    return Destination(_slug(place.name), place.flag.upper(), place.name, (operator,))


def _area(area: Region, places: tuple[Country, ...], names: _Names) -> Destination:
    operator = _operator(places, area.name, area.per_gb, _SIZES, names)
    slug = "world" if area.kind == "global" else _slug(area.name)
    return Destination(slug, "", area.name, (operator,))


def _operator(
    places: tuple[Country, ...],
    name: str,
    per_gb: int,
    sizes: tuple[tuple[int | None, int, str], ...],
    names: _Names,
) -> Operator:
    number, title = names.draw(name)
    chance = crc32(name.encode())
    per_gb = per_gb * _DEARER[chance % len(_DEARER)] // 100
    sims = tuple(_package(_slug(title), per_gb, *size) for size in sizes)
    topups = tuple(Package(f"{p.id}-topup", True, p.mb, p.days, p.cents) for p in sims)
    # Some operators do not recharge.
    return Operator(
        number,
        title,
        len(places) == 1,
        places,
        "installation" if chance % 5 == 0 else "first-usage",
        places[0].flag in _KYC and len(places) == 1,
        sims,
        () if chance % 11 == 0 else topups,
    )


def _package(operator: str, per_gb: int, mb: int | None, days: int, share: str) -> Package:
    size = "unlimited" if mb is None else f"{mb // 1024}gb"
    return Package(f"{operator}-{days}days-{size}", False, mb, days, round(per_gb * Decimal(share)))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
