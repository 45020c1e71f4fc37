"""How long a trip is, from words such as "10 days", "deux semaines", "١٠ أيام" or "3泊4日"."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.places.folding import fold

_FILE = Path(__file__).with_name("durations.toml")
_UNIT_DAYS = {"day": 1, "night": 1, "week": 7, "month": 30}
#: Nobody's trip; more likely a year or a price.
LONGEST = 365


@dataclass(frozen=True)
class Lengths:
    """Every length that was found, in days and in order, and the text without them."""

    days: tuple[int, ...]
    rest: str

    def total(self, places: int) -> int | None:
        """One number for the trip: the sum where each place may have its own, else the longest."""
        if not self.days:
            return None
        days = sum(self.days) if places > 1 else max(self.days)
        return days if days <= LONGEST else None


def lengths(folded: str) -> Lengths:
    """The lengths in a folded text."""
    words = _words()
    found: list[tuple[int, int]] = []

    def take(match: re.Match[str]) -> str:
        days = words.value(match)
        if days is None:
            return match[0]
        if 0 < days <= LONGEST:
            found.append((match.start(), days))
        return " " * len(match[0])

    rest = folded
    for pattern in words.patterns:
        rest = pattern.sub(take, rest)
    return Lengths(tuple(days for _, days in sorted(found)), " ".join(rest.split()))


class _Words:
    """The table of durations as patterns, most telling first."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._units: dict[str, str] = {
            fold(w): unit for unit, words in table["units"].items() for w in words.split()
        }
        self._alone: dict[str, int] = {fold(word): days for word, days in table["alone"].items()}
        self._numbers = {fold(w): int(n) for n, words in table["numbers"].items() for w in words.split()}
        self._solid: dict[str, int] = {fold(word): days for word, days in table["solid"].items()}
        self._solid_alone: dict[str, int] = {fold(word): days for word, days in table["solid_alone"].items()}
        self._solid_numbers: dict[str, int] = {fold(word): n for word, n in table["solid_numbers"].items()}
        unit, number = _any(self._units), _any(self._numbers)
        solid_number = rf"(?P<number>\d{{1,3}}|(?:{_any(self._solid_numbers)}){{1,3}})"
        self.patterns = (
            # "3泊4日", "3박 4일": three nights, four days.
            re.compile(r"\d{1,2} ?[泊박] ?(?P<number>\d{1,2}) ?(?P<days>[日일])"),
            re.compile(rf"(?P<alone>{_any(self._solid_alone)})"),
            # "5월 10일" is a date.
            re.compile(rf"(?<![\d월])(?<!월 ){solid_number} ?[个個]?(?P<solid>{_any(self._solid)})"),
            # Arabic and Hebrew write "for" and "in" onto the word.
            re.compile(rf"(?<!\w)[لبלב]?(?P<alone>{_any(self._alone)})(?!\w)"),
            re.compile(
                rf"(?<!\w)(?P<number>\d{{1,3}}|{number}) ?(?:(?:full|whole|pleins|entiers) )?(?P<unit>{unit})(?!\w)"
            ),
        )

    def value(self, match: re.Match[str]) -> int | None:
        """Days; None for what only looks like a length."""
        said = match.groupdict()
        if alone := said.get("alone"):
            return self._solid_alone.get(alone) or self._alone[alone]
        if solid := said.get("solid"):
            return self._solid_number(said["number"]) * self._solid[solid]
        if said.get("days"):
            return int(said["number"])
        number, unit = said["number"], self._units[said["unit"]]
        n = int(number) if number.isdecimal() else self._numbers[number]
        # "A gigabyte a day", "one day": no length of a trip.
        if n == 1 and unit in {"day", "night"} and not number.isdecimal():
            return None
        return n * _UNIT_DAYS[unit] + (unit == "night")

    def _solid_number(self, text: str) -> int:
        """ "12", "十二" or "二十"."""
        if text.isdecimal():
            return int(text)
        tens, ten, ones = text.partition("十")
        if not ten:
            return self._solid_numbers.get(text, 0)
        return 10 * self._solid_numbers.get(tens, 1) + self._solid_numbers.get(ones, 0)


def _any(words: dict[str, Any]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def _words() -> _Words:
    with _FILE.open("rb") as file:
        return _Words(tomllib.load(file))
