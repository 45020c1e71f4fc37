"""A text with its formatting: plain words, and entities counted in UTF-16 units as Telegram counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from bot.sandbox.telegram.calls import Json

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_ORDER = (
    "blockquote", "expandable_blockquote", "text_link", "text_mention", "pre", "code",
    "bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji",
)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """One entity while the text is still being worked on: counted in characters, end excluded."""

    kind: str
    start: int
    end: int
    extra: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Formatted:
    """A finished text. `entities` are as the Bot API shows them."""

    text: str = ""
    entities: tuple[Json, ...] = ()

    def as_json(self, text: str = "text", entities: str = "entities") -> Json:
        """The fields of a message; without a text, none."""
        if not self.text:
            return {}
        return {text: self.text, **({entities: list(self.entities)} if self.entities else {})}

    def first_link(self) -> str:
        """The first web link in the text, the one that gets a preview; empty when there is none."""
        for entity in self.entities:
            if entity["type"] == "text_link":
                return str(entity["url"])
            if entity["type"] == "url":
                start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
                return self.text.encode("utf-16-le")[start:end].decode("utf-16-le")
        return ""


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def byte_offset(text: str, at: int) -> int:
    """Where a character stands, in bytes of UTF-8: parse errors are told that way."""
    return len(text[:at].encode())


def cleaned(text: str) -> str:
    """Without carriage returns; other control characters become spaces."""
    return _CONTROL.sub(" ", text.replace("\r", ""))


def finished(text: str, spans: Sequence[Span]) -> Formatted:
    """Blank edges go, empty entities go, the rest is put in order and counted in UTF-16 units."""
    lead = len(text) - len(text.lstrip(" \n"))
    trimmed = text.strip(" \n")
    offsets = [0, *accumulate(1 + (char > "\uffff") for char in trimmed)]
    entities: list[Json] = []
    for span in sorted(spans, key=_place):
        start, end = (max(0, min(len(trimmed), at - lead)) for at in (span.start, span.end))
        if start < end:
            at = offsets[start]
            entities.append({"type": span.kind, "offset": at, "length": offsets[end] - at} | span.extra)
    return Formatted(trimmed, tuple(entities))


def spans_of(text: str, entities: Sequence[Json]) -> list[Span]:
    """Entities that a bot counted itself, in characters again. They must have been checked."""
    offsets = [0, *accumulate(1 + (char > "\uffff") for char in text)]
    at = {offset: index for index, offset in enumerate(offsets)}
    spans = []
    for entity in entities:
        start = at.get(entity["offset"])
        end = at.get(entity["offset"] + entity["length"])
        if start is not None and end is not None:
            rest = {key: value for key, value in entity.items() if key not in ("type", "offset", "length")}
            spans.append(Span(entity["type"], start, end, rest))
    return spans


def _place(span: Span) -> tuple[int, int, int]:
    rank = _ORDER.index(span.kind) if span.kind in _ORDER else len(_ORDER)
    return span.start, -span.end, rank
