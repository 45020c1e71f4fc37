"""The country that a supplier means by a name, from CLDR's English names, an own table, and the flag beside it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from babel import Locale

from services.places.folding import fold
from services.places.regions import is_country

FILE = Path(__file__).with_name("country_names.toml")

# "…/flags/3x2/vn.svg": https://myaccount.keepgo.com/img/flags/…
_FLAG = re.compile(r"/([a-z]{2})\.(?:svg|png|webp)(?:\?.*)?$", re.IGNORECASE)


def country_of(name: str, flag: str | None = None) -> str | None:
    """ISO 3166 alpha-2 of a supplier's name; of the flag's address when the name says nothing; else None."""
    code = _by_name().get(_key(name))
    if code is None and flag is not None:
        drawn = _FLAG.search(flag)
        if drawn is not None and drawn[1].upper() in countries():
            code = drawn[1].upper()
    return code


@cache
def countries() -> frozenset[str]:
    """Every country and territory that can be sold, ISO 3166 alpha-2 (and XK)."""
    return frozenset(filter(is_country, _english()))


@cache
def _by_name() -> dict[str, str]:
    names = {_key(name): code for code, name in _english().items() if code in countries()}
    # "Myanmar (Burma)" is "Myanmar" as well.
    names |= {_key(n.split("(")[0]): c for c, n in _english().items() if c in countries() and "(" in n}
    with FILE.open("rb") as file:
        names |= {_key(name): code for name, code in tomllib.load(file).items()}
    return names


@cache
def _english() -> dict[str, str]:
    return {code: str(name) for code, name in Locale.parse("en").territories.items()}


def _key(name: str) -> str:
    words = fold(name.replace("&", " and ")).split()
    return " ".join("saint" if word == "st" else word for word in words if word != "the")
