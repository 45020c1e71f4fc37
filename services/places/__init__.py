"""Where a traveller is going and for how long, from their own words, in whatever language they are.

"Japon 10 jours puis Corée"  →  JP, KR; 10 days
"خليني اسأل عن اليابان"      →  JP
"trip around Eurpoe"         →  europe, maybe
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from services.places.days import lengths
from services.places.folding import fold, spaced
from services.places.index import Hits, Index
from services.places.names import collect
from services.places.regions import Region, region_of, regions

__all__ = ["Region", "Trip", "find", "region_of", "regions", "warm"]

#: Characters of a text that are read.
LONGEST_TEXT = 300
#: Places that one text may name.
MOST_PLACES = 20
#: In a text all in capitals, words of two and three letters are words.
SHORT_TEXT = 3

_FLAG = re.compile(r"([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_BRITISH_FLAG = "\U0001f3f4\U000e0067\U000e0062"
_CAPITALS = re.compile(r"(?<![\w.])[A-Z]{2,3}(?!\w)")


@dataclass(frozen=True)
class Trip:
    """What the words say. Countries are ISO 3166 alpha-2; those named in full stand first, in their order."""

    countries: tuple[str, ...] = ()
    #: To be confirmed with a button.
    maybe: tuple[str, ...] = ()
    days: int | None = None
    #: Keys of `regions()`.
    regions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.countries or self.maybe or self.regions)


def find(text: str) -> Trip:
    """The trip in the first 300 characters; an empty one when there is none. Takes a millisecond at most."""
    text = text[:LONGEST_TEXT]
    found = lengths(fold(text))
    index = _index()
    hits = index.look_up(found.rest)
    hits.certain.extend(_flags(text))
    hits.certain.extend(_short(text, hits, index))
    certain = tuple(dict.fromkeys(hits.certain))[:MOST_PLACES]
    asked = tuple(code for code in dict.fromkeys(hits.maybe) if code not in certain)[:MOST_PLACES]
    places = [code for code in certain if not code.startswith("@")]
    return Trip(
        countries=tuple(places),
        maybe=tuple(code for code in asked if not code.startswith("@")),
        days=found.total(len(places)),
        regions=tuple(code[1:] for code in certain if code.startswith("@")),
    )


def warm() -> None:
    """Read all names and airports now: a quarter of a second that no traveller should wait."""
    find("10 days")
    _airports()


def _flags(text: str) -> Iterator[str]:
    for first, second in _FLAG.findall(text):
        code = "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in (first, second))
        if region_of(code) is not None:
            yield code
    if _BRITISH_FLAG in text:
        yield "GB"


def _short(text: str, hits: Hits, index: Index) -> Iterator[str]:
    """Names of two and three letters, which only count as they are written, and airports."""
    written = spaced(text.casefold()).split()
    pairs = (f"{one} {two}" for one, two in pairwise(written))
    for word in (*written, *pairs):
        if word in index.exact and fold(word) not in hits.used:
            yield from index.exact[word]
    if text.isupper() and len(written) > SHORT_TEXT:
        return
    for word in _CAPITALS.findall(text):
        if word.lower() in hits.used or word.lower() in index.exact:
            continue
        if word in index.capitals:
            yield index.capitals[word]
        elif len(word) == 3 and word not in index.no_airports and word in _airports():
            yield _airports()[word]


@cache
def _index() -> Index:
    return Index(collect())


@cache
def _airports() -> dict[str, str]:
    """IATA code → country."""
    from airportsdata import load

    return {code: airport["country"] for code, airport in load("IATA").items()}
