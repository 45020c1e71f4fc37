"""Parts of the world: which countries each has, and which one a supplier's list of countries means."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("regions.toml")
WORLD = "world"


@dataclass(frozen=True)
class Region:
    """`key` is ours ("europe"); `code` is the UN M.49 number, by which CLDR names it in every language."""

    key: str
    code: str
    countries: frozenset[str] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)


@cache
def regions() -> Mapping[str, Region]:
    """All regions by key, continents first. The world has no list: every country is in it."""
    return {
        key: Region(key, facts["code"], frozenset(facts["countries"].split()), tuple(facts["words"]))
        for key, facts in _table().items()
        if key != "no_countries"
    }


def is_country(code: str) -> bool:
    """Whether a code of CLDR is a country or territory of its own: ISO 3166 alpha-2, and XK."""
    return len(code) == 2 and code.isalpha() and code not in _no_countries()


@cache
def _no_countries() -> frozenset[str]:
    return frozenset(_table()["no_countries"].split())


@cache
def _table() -> dict[str, Any]:
    with _FILE.open("rb") as file:
        return tomllib.load(file)


@cache
def region_of(country: str) -> str | None:
    """A country's own region, or None for one that no region lists."""
    return next((key for key, region in regions().items() if country in region.countries), None)


def closest(countries: Iterable[str]) -> str:
    """The region that has most in common with these countries; the world when none has half of it."""
    wanted = frozenset(countries)
    shares = {
        key: len(wanted & region.countries) / len(wanted | region.countries)
        for key, region in regions().items()
        if region.countries
    }
    best = max(shares, key=shares.__getitem__)
    inside = len(wanted & regions()[best].countries) / len(wanted) if wanted else 0
    return best if inside >= 0.5 else WORLD
