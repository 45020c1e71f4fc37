"""Every name of every country that we know, in two dozen languages, with the cases that grammar makes of it."""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel import localedata

from services.places.folding import fold, spaced
from services.places.regions import WORLD, is_country, regions

_HERE = Path(__file__).parent
#: English names as suppliers write them; travellers write them too.
_SUPPLIERS = _HERE.parent / "catalogue" / "country_names.toml"
#: Shorter names count only as they are written, accents and all: without them they are other words.
SHORTEST = 4
#: Ukrainian plurals end like names that never change ("Чилі", "Нідерланди"); the plurals are longer.
LONG_PLURAL = 7


@dataclass
class Names:
    """What is known, while it is put together. A region stands as "@europe"."""

    #: Folded words → what they name; several: a question.
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Short names, lower case but with their accents.
    exact: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Short forms that count in capitals only.
    capitals: dict[str, str] = field(default_factory=dict)
    #: Names to compare misspelled words with.
    spelled: set[str] = field(default_factory=set)
    #: Names that may mean something else, and so are asked about.
    asked: set[str] = field(default_factory=set)
    #: Everyday words that are spelled almost like a place.
    unlike: frozenset[str] = frozenset()
    #: Codes of airports that mean something else.
    no_airports: frozenset[str] = frozenset()
    #: What Korean writes onto a place.
    particles: frozenset[str] = frozenset()

    def add(self, name: str, *what: str, fuzzy: bool = True) -> None:
        """A name as it is written; a later one of the same letters wins."""
        key = fold(name)
        if not key:
            return
        if len(key) < SHORTEST and is_alphabetic(key):
            self.exact[spaced(name.casefold())] = what
            return
        self.words[key] = what
        if fuzzy:
            self.spelled.add(key)


def collect() -> Names:
    """All names: CLDR's first, so that the tables beside this file can correct them."""
    names = Names()
    with (_HERE / "names.toml").open("rb") as file:
        own = tomllib.load(file)
    with _SUPPLIERS.open("rb") as file:
        english = tomllib.load(file)
    with (_HERE / "cities.toml").open("rb") as file:
        cities = tomllib.load(file)
    for locale in own["locales"].split():
        _of_locale(names, locale)
    for name, code in english.items():
        names.add(name, code)
    _of_regions(names)
    _of_table(names, cities)
    _of_table(names, own["names"])
    _of_table(names, own["inflected"], fuzzy=False)
    for name, codes in own["maybe"].items():
        names.add(name, *codes, fuzzy=False)
        names.asked.add(fold(name))
    for word in own["never"]["words"]:
        names.words.pop(fold(word), None)
        names.exact.pop(spaced(word.casefold()), None)
        names.spelled.discard(fold(word))
    names.exact |= {spaced(name.casefold()): (code,) for name, code in own["exact"].items()}
    names.capitals |= own["capitals"]
    names.unlike = frozenset(map(fold, [*own["unlike"]["words"].split(), *own["never"]["words"]]))
    names.no_airports = frozenset(own["airports"]["words"].split())
    names.particles = frozenset(own["korean"]["words"].split())
    return names


def is_alphabetic(text: str) -> bool:
    """Whether it is of a script in which three letters are just any word: Latin, Greek, Cyrillic."""
    return all(letter < "\u0530" for letter in text)


def _of_table(names: Names, table: dict[str, list[str]], *, fuzzy: bool = True) -> None:
    said: dict[str, list[str]] = {}
    for code, ways in table.items():
        for way in ways:
            said.setdefault(way, []).append(code)
    for way, codes in said.items():
        names.add(way, *codes, fuzzy=fuzzy)


def _of_regions(names: Names) -> None:
    for region in regions().values():
        for word in region.words:
            names.add(word, f"@{region.key}", fuzzy=False)


def _of_locale(names: Names, locale: str) -> None:
    inflect = _CASES.get(locale)
    codes = {r.code: r.key for r in regions().values() if r.key not in {WORLD, "balkans"}}
    for code, name in _territories(locale).items():
        if code in codes:
            names.add(name, f"@{codes[code]}")
        if not is_country(code):
            continue
        for way in {name, name.split("(")[0], name.split("（")[0]}:
            names.add(way, code)
        plain = fold(name)
        if inflect is not None and len(plain) >= (SHORTEST if plain[0] > "z" else SHORTEST + 1):
            for form in inflect(plain):
                names.words.setdefault(form, (code,))


def _territories(locale: str) -> dict[str, str]:
    """CLDR's names of one language, out of Babel's own data file.

    `Locale.territories` would keep all the other data of two dozen languages in memory as well: 20 MB.
    """
    with Path(localedata.resolve_locale_filename(locale)).open("rb") as file:
        data: dict[str, Any] = pickle.load(file)  # noqa: S301, a file of the installed library
    return {code: str(name) for code, name in data["territories"].items()}


def _russian(name: str) -> Iterator[str]:
    stem, last = name[:-1], name[-1:]
    if name.endswith(("ия", "ія")):
        yield from (stem + end for end in ("ю", name[-2], name[-2] + "еи"))
    elif last == "а":
        yield from (stem + end for end in ("у", "е", "ы", "и", "ои", "і"))
    elif last in "яь":
        yield from (stem + end for end in ("ю", "и", "е", "я", "і"))
    elif last == "ы" or (last == "и" and len(name) > LONG_PLURAL):
        yield from (stem + end for end in ("ах", "ам", "ов", ""))
    elif last not in "еоуиіэ":
        yield from (name + end for end in ("а", "е", "у", "ом", "і"))


def _polish(name: str) -> Iterator[str]:
    stem, last = name[:-1], name[-1:]
    if name.endswith(("ia", "ja")):
        yield from (stem + end for end in ("i", "e"))
    elif last == "a":
        yield from (stem + end for end in ("y", "e", "i", "ie"))
    elif last not in "eiouy":
        yield from (name + end for end in ("u", "ie", "em"))


def _czech(name: str) -> Iterator[str]:
    stem, last = name[:-1], name[-1:]
    if last == "o":
        yield from (stem + end for end in ("a", "u"))
    elif name.endswith("ie"):
        yield stem + "i"
    elif last == "a":
        yield from (stem + end for end in ("y", "u", "e"))


def _turkish(name: str) -> Iterator[str]:
    # The apostrophe before the ending is often left out.
    vowel = name[-1:] in "aeiou"
    yield from (
        name + end for end in (("ya", "ye", "da", "de") if vowel else ("a", "e", "da", "de", "ta", "te"))
    )


def _german(name: str) -> Iterator[str]:
    if name.endswith("e"):
        yield name + "n"


_CASES: dict[str, Callable[[str], Iterator[str]]] = {
    "ru": _russian,
    "uk": _russian,
    "pl": _polish,
    "cs": _czech,
    "tr": _turkish,
    "de": _german,
}
