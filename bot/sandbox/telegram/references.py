"""Character references in the Bot API's HTML: four by name, all by number, the semicolon optional."""

from __future__ import annotations

import re

from bot.sandbox.telegram.errors import bad

_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:([A-Za-z0-9]+)|#([0-9]+)|#[xX]([0-9A-Fa-f]+))(?![A-Za-z0-9]);?")
_LAST = 0x10FFFF


def character(source: str, at: int) -> tuple[str, int]:
    """The character that stands at a place, and where the next begins; an unknown reference stays as it is."""
    found = _REFERENCE.match(source, at) if source[at] == "&" else None
    if found is not None and (meant := _meant(*found.groups())):
        return meant, found.end()
    return source[at], at + 1


def _meant(name: str | None, decimal: str | None, hexadecimal: str | None) -> str:
    if name is not None:
        return _NAMED.get(name, "")
    digits = (decimal or hexadecimal or "").lstrip("0")[:8]
    code = int(digits or "0", 10 if decimal else 16)
    if 0xD800 <= code <= 0xDFFF:
        raise bad(
            "can't parse entities: Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code) if 0 < code <= _LAST else ""
