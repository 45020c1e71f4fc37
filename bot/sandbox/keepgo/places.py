"""Where the provider sells: countries by its own names, and the regions it draws around them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_COUNTRIES = Path(__file__).with_name("countries.txt")


@dataclass(frozen=True)
class Country:
    """A country as this provider spells it. `flag` is ISO-2 in lower case, or "" where it has none."""

    flag: str
    name: str
    #: What a gigabyte costs a shop there, in US cents.
    per_gb: int
    networks: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """One bundle's area. `per_gb` in US cents."""

    name: str
    kind: str
    per_gb: int
    flags: tuple[str, ...]


def countries() -> tuple[Country, ...]:
    """All of them, in the provider's order, which never changes."""
    lines = _COUNTRIES.read_text("utf-8").splitlines()
    return tuple(_country(line) for line in lines if line and not line.startswith("#"))


def _country(line: str) -> Country:
    flag, name, per_gb, networks = line.split("|")
    return Country(flag, name, int(per_gb), tuple(networks.split(", ")))


_EU = "at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se"
_BALKANS = "al ba bg hr gr xk mk me ro rs si"
_NORDICS = "dk ee fi is lv lt no se"
_SOUTH_EAST = "kh id la my ph sg th vn"
_EAST = "cn hk jp kr mo tw"
_GULF = "bh kw om qa sa ae"
_LEVANT = "eg il jo lb tr"
_MAGHREB = "dz ma tn"
_LATIN = "ar bo br cl co cr ec sv gt hn mx ni pa py pe uy"
_CARIBBEAN = "ag aw bs bb cw dm do gd gp jm mq kn lc vc tt tc"
_AFRICA = "bw cm ci gh ke mg mw mu mz na ng rw sn za tz ug zm"
_STEPPE = "am az ge kz kg tj uz"
_NORTH = "ca mx us"
_SEAS = "au fj gu nz pg ws"

_EUROPE = f"{_EU} ch gb is li no"
_ASIA = f"{_EAST} {_SOUTH_EAST} bd in lk np pk"
_MANY = f"{_EUROPE} {_ASIA} {_NORTH} au nz ae il tr"
_MORE = f"{_MANY} {_LATIN} {_GULF} {_BALKANS}"
_MOST = f"{_MORE} {_AFRICA} {_CARIBBEAN} {_STEPPE} {_MAGHREB} eg jo"


def regions() -> tuple[Region, ...]:
    """The regional and the global areas, widest last."""
    return (
        _region("Europe", 150, _EU),
        _region("Europe Plus", 165, f"{_EUROPE} {_BALKANS} tr ua"),
        _region("Balkans", 210, _BALKANS),
        _region("Nordics and Baltics", 140, _NORDICS),
        _region("Asia", 220, _ASIA),
        _region("East Asia", 190, _EAST),
        _region("Southeast Asia", 180, _SOUTH_EAST),
        _region("Asia Pacific", 240, f"{_ASIA} {_SEAS}"),
        _region("Middle East", 330, f"{_GULF} {_LEVANT}"),
        _region("EMEA", 360, f"{_EUROPE} {_GULF} {_LEVANT} {_MAGHREB}"),
        _region("North Africa", 320, f"{_MAGHREB} eg"),
        _region("Africa", 520, _AFRICA),
        _region("Latin America", 380, _LATIN),
        _region("Caribbean", 620, _CARIBBEAN),
        _region("North America", 260, _NORTH),
        _region("Central Asia and Caucasus", 340, _STEPPE),
        _region("Oceania", 390, _SEAS),
        _region("Global 60", 420, _MANY, "global"),
        _region("Global 90", 480, _MORE, "global"),
        _region("Global 130", 560, _MOST, "global"),
    )


def _region(name: str, per_gb: int, flags: str, kind: str = "regional") -> Region:
    return Region(name, kind, per_gb, tuple(dict.fromkeys(flags.split())))
