"""What becomes of a real body in bad hands: other values, other types, other shapes, and bytes that are no text."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Path = tuple[str | int, ...]

#: Values that code forgets about.
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**40, 1e308, -0.0, 0.1, "", " ", "0", "null",
    "\u0000", "\ud800", "\u202e\u2066", "😀" * 50, "é" * 4097, "x" * 20_000, "../../etc/passwd", "%00%s%n{0}{name}",
    "'; DROP TABLE orders;--", "<script>alert(1)</script>", "[[", [], {}, [[]], [None], {"": ""}, {"$ne": 1},
    {"__class__": "x"}, ["a"] * 1_000, {"id": {"id": {"id": 1}}}, "1" * 5_000, "2026-11-23T00:00:00Z", "٣", "NaN",
)  # fmt: skip
DEEP = 100_000


def mutated(body: dict[str, Any], chance: random.Random) -> bytes:
    """The body with one to four changes, as bytes; sometimes not even JSON any more."""
    changed = json.loads(json.dumps(body))
    for _ in range(chance.choice((1, 1, 1, 2, 2, 4))):
        chance.choice(_CHANGES)(changed, chance)
    raw = json.dumps(changed).encode()
    return chance.choice(_SPOILING)(raw, chance) if chance.random() < 0.25 else raw


def _replaced(body: Any, chance: random.Random) -> None:
    holder, key = _place(body, chance)
    if holder is not None:
        holder[key] = deepcopy(chance.choice(ODD))


def _dropped(body: Any, chance: random.Random) -> None:
    holder, key = _place(body, chance)
    if holder is not None:
        del holder[key]


def _moved(body: Any, chance: random.Random) -> None:
    """A value that belongs elsewhere."""
    (to, there), (of, here) = _place(body, chance), _place(body, chance)
    if to is not None and of is not None:
        to[there] = json.loads(json.dumps(of[here]))


def _retyped(body: Any, chance: random.Random) -> None:
    holder, key = _place(body, chance)
    if holder is not None:
        value = holder[key]
        holder[key] = chance.choice([str(value), [value], {"value": value}, not value])


def _repeated(body: Any, chance: random.Random) -> None:
    """A list that holds the same many times."""
    lists = [holder[key] for holder, key in _places(body) if isinstance(holder[key], list) and holder[key]]
    if lists:
        chosen = chance.choice(lists)
        chosen += [json.loads(json.dumps(chosen[0])) for _ in range(chance.choice((1, 3, 30)))]


_CHANGES: tuple[Callable[[Any, random.Random], None], ...] = (
    _replaced, _replaced, _replaced, _dropped, _moved, _retyped, _repeated,
)  # fmt: skip


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a value: what holds it, and under which key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def _place(body: Any, chance: random.Random) -> tuple[Any, Any]:
    places = list(_places(body))
    return chance.choice(places) if places else (None, None)


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _flipped(raw: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(raw)
    for _ in range(chance.choice((1, 3, 20))):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def _no_text(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + chance.choice((b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\xf5\x80")) + raw[at:]


def _twice_the_key(raw: bytes, _chance: random.Random) -> bytes:
    return raw[:-1] + b"," + raw[1:]


def _deep(raw: bytes, chance: random.Random) -> bytes:
    opening = chance.choice((b"[", b'{"a":'))
    return raw[:-1] + b',"deep":' + opening * chance.choice((100, 2_000, DEEP)) + b"}"


def _huge_number(raw: bytes, chance: random.Random) -> bytes:
    return raw.replace(b":", b":" + b"9" * chance.choice((20, 400, 5_000)) + b",", 1)


def _wrapped(raw: bytes, _chance: random.Random) -> bytes:
    return b"[" + raw + b"]"


_SPOILING = (_cut, _flipped, _no_text, _twice_the_key, _deep, _huge_number, _wrapped)
