"""Finding names of places in folded words: the longest name first, then what is left over by its spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import fuzz, process

from services.places.names import SHORTEST, Names, is_alphabetic

#: Words of the longest name that is looked for.
LONGEST = 6
#: How alike a misspelled word must be, out of 100; long Cyrillic words, which inflect, may differ a little more.
ALIKE, ALIKE_CYRILLIC = 83, 80
LONG_CYRILLIC = 7
#: How alike when another place is certain already, when something was taken off the word, and two words together.
VERY_ALIKE = 90
#: Shorter names are not guessed at: "woman" is no Oman.
SHORTEST_GUESS = 5
#: Misspelled words that are looked up in one text.
MOST_GUESSES = 12

# Scripts that write words together: Thai, kana, Chinese characters.
_SOLID = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff々]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_KATAKANA = re.compile(r"[\u30a0-\u30ff]")
_ARABIC, _HEBREW = re.compile(r"[\u0600-\u06ff]"), re.compile(r"[\u0590-\u05ff]")
_HEBREW_PREFIXES = ("וב", "ול", "ומ", "ב", "ל", "מ", "ה", "ו", "כ", "ש")


@dataclass
class Hits:
    """What was found, in order: certain, and to be asked about. Regions stand as "@europe"."""

    certain: list[str] = field(default_factory=list)
    maybe: list[str] = field(default_factory=list)
    #: Words of names of several words, which are not looked at again.
    used: set[str] = field(default_factory=set)


class Index:
    """Built once from all names; looking something up takes microseconds, guessing up to a millisecond."""

    def __init__(self, names: Names) -> None:
        self._words = {_plain(key): what for key, what in names.words.items()}
        self._asked = {_plain(key) for key in names.asked}
        self._unlike = names.unlike
        self._particles = names.particles
        self.exact = names.exact
        self.capitals = names.capitals
        self.no_airports = names.no_airports
        self._solid: dict[str, list[str]] = {}
        for key in sorted((k for k in names.words if _SOLID.search(k)), key=len, reverse=True):
            self._solid.setdefault(key[0], []).append(key)
        self._spelled: dict[str, list[str]] = {}
        for key in names.spelled:
            if not _SOLID.search(key) and not _HANGUL.search(key) and len(key) >= SHORTEST_GUESS:
                self._spelled.setdefault(_plain(key)[0], []).append(_plain(key))

    def look_up(self, folded: str) -> Hits:
        """Every name in the words; where there is none, names that are spelled almost like one of them."""
        hits = Hits()
        left = list(self._known(folded.split(), hits))
        for code in self._guesses(left, more=bool(hits.certain)):
            # A region is only a menu: there is nothing to confirm.
            (hits.certain if code.startswith("@") else hits.maybe).append(code)
        return hits

    def _known(self, tokens: list[str], hits: Hits) -> Iterator[str]:
        """Takes names out of the words; what is left over comes back."""
        at = 0
        while at < len(tokens):
            for length in range(min(LONGEST, len(tokens) - at), 0, -1):
                name = self._name(tokens[at : at + length])
                if name is not None:
                    self._hit(name, hits)
                    if length > 1:
                        hits.used.update(tokens[at : at + length])
                    at += length
                    break
            else:
                if not self._inside(tokens[at], hits):
                    yield tokens[at]
                at += 1

    def _hit(self, name: str, hits: Hits) -> None:
        what = self._words[name]
        (hits.maybe if len(what) > 1 or name in self._asked else hits.certain).extend(what)

    def _name(self, tokens: list[str]) -> str | None:
        rest = [_without_article(token) for token in tokens[1:]]
        for first in _openings(tokens[0]):
            key = " ".join((first, *rest))
            # Three letters are a name in scripts that leave out vowels only.
            if (len(key) >= SHORTEST or not is_alphabetic(key)) and key in self._words:
                return key
        return None

    def _inside(self, token: str, hits: Hits) -> bool:
        """Names within a word of a script that does not part words. True when it was one."""
        if _HANGUL.match(token):
            for end in range(len(token) - 1, 1, -1):
                if token[:end] in self._words and token[end:] in self._particles:
                    self._hit(token[:end], hits)
                    break
            return True
        if not _SOLID.search(token):
            return False
        at = 0
        while at < len(token):
            key = next((k for k in self._solid.get(token[at], ()) if _stands(token, at, k)), None)
            if key is not None:
                self._hit(key, hits)
            at += len(key or " ")
        return True

    def _guesses(self, left: list[str], *, more: bool) -> Iterator[str]:
        # A misspelled name of two words as well: "cost rica".
        pairs = [f"{one} {two}" for one, two in pairwise(left)]
        words = [word for word in (*pairs, *left) if len(word) >= SHORTEST and not word[0].isdigit()]
        for word in words[:MOST_GUESSES]:
            if not self._unlike.isdisjoint(word.split()):
                continue
            for taken_off, first in enumerate(_openings(word)):
                inflects = "\u0400" <= first[0] <= "\u052f" and len(first) >= LONG_CYRILLIC
                alike = ALIKE_CYRILLIC if inflects else ALIKE
                sure = more or taken_off or " " in word
                name = self._closest(first, VERY_ALIKE if sure else alike)
                if name is not None:
                    yield from self._words[name]
                    break

    def _closest(self, word: str, alike: int) -> str | None:
        names = self._spelled.get(word[0], ())
        best = process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=alike)
        return None if best is None else best[0]


def _plain(key: str) -> str:
    """A name without Arabic's articles, which come and go."""
    return " ".join(_without_article(word) for word in key.split())


def _without_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def _openings(word: str) -> Iterator[str]:
    """A word as it stands, then without what Arabic and Hebrew write onto it: and, in, to, like, the."""
    yield _without_article(word)
    if _ARABIC.match(word):
        body = word[1:] if word[0] in "وف" else word
        if body != word:
            yield _without_article(body)
        if body.startswith("لل") and len(body) > 4:
            yield body[2:]
        if body[:1] in "بلك" and len(body) > 3:
            yield _without_article(body[1:])
    elif _HEBREW.match(word):
        yield from (word[len(p) :] for p in _HEBREW_PREFIXES if word.startswith(p) and len(word) - len(p) > 2)


def _stands(token: str, at: int, key: str) -> bool:
    """Katakana names are whole runs of katakana: タイ is not in タイプ."""
    if not token.startswith(key, at):
        return False
    if not all(map(_KATAKANA.match, key)):
        return True
    around = (token[at - 1 : at], token[at + len(key) : at + len(key) + 1])
    return not any(map(_KATAKANA.match, around))
