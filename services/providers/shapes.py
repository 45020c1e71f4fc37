"""Compares an answer with the shape that a provider's answers are known to have, and says where they differ.

A shape is JSON with kinds in the place of values: "text", "number", "flag", "null", or several with "|" between.
A key that ends in "?" may be absent; "*" stands for any key; a list holds the shape of its elements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

#: A shape, as described above.
Shape = Any
ANY = "*"


@dataclass(frozen=True)
class Difference:
    """Where an answer is not as known. No value of the answer is kept, only what kind it is of."""

    #: "sim_card.data_bundles[].status"
    where: str
    what: Literal["missing", "new", "changed"]
    known: str = ""
    found: str = ""

    def __str__(self) -> str:
        if self.what == "changed":
            return f"{self.where}: changed, {self.known} is now {self.found}"
        return f"{self.where}: {self.what}, {self.known or self.found}"


def differences(shape: Shape, answer: Any, where: str = "") -> list[Difference]:
    """Each difference once, however many elements of a list show it."""
    return list(dict.fromkeys(_compare(shape, answer, where)))


def _compare(shape: Shape, answer: Any, where: str) -> Iterator[Difference]:
    match shape:
        case dict() if isinstance(answer, Mapping):
            yield from _compare_keys(shape, answer, where)
        case [element] if isinstance(answer, list):
            for one in answer:
                yield from _compare(element, one, f"{where}[]")
        case str() if kind(answer) in shape.split("|"):
            return
        case _:
            yield Difference(where, "changed", _name(shape), kind(answer))


def _compare_keys(shape: Mapping[str, Shape], answer: Mapping[str, Any], where: str) -> Iterator[Difference]:
    known = {name.rstrip("?"): name for name in shape}
    for name, written in known.items():
        if name != ANY and name not in answer and not written.endswith("?"):
            yield Difference(_under(where, name), "missing", _name(shape[written]))
    for name, value in answer.items():
        if name in known:
            yield from _compare(shape[known[name]], value, _under(where, name))
        elif ANY in known:
            yield from _compare(shape[known[ANY]], value, _under(where, ANY))
        else:
            yield Difference(_under(where, name), "new", found=kind(value))


def kind(value: Any) -> str:
    """What kind of JSON it is."""
    match value:
        case None:
            return "null"
        case bool():
            return "flag"
        case int() | float() | Decimal():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "object"


def _name(shape: Shape) -> str:
    return shape if isinstance(shape, str) else "list" if isinstance(shape, list) else "object"


def _under(where: str, name: str) -> str:
    # A name out of an answer may be anything: letters are enough to find it by.
    short = "".join(letter for letter in name if letter.isalnum() or letter in "_-*")[:40] or "?"
    return f"{where}.{short}" if where else short
