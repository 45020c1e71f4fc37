"""What Telegram finds in a text by itself: commands, links, addresses, mentions, hashtags."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.sandbox.telegram.formatting import Span

#: In this order; what is found first keeps its place.
_PATTERNS = (
    ("url", re.compile(r"(?<![\w@/])(?:https?://[^\s<>\"]+|t\.me/[^\s<>\"]+)", re.IGNORECASE)),
    ("email", re.compile(r"(?<![\w@.])[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w@])")),
    ("bot_command", re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@<>])")),
    ("mention", re.compile(r"(?<![\w/@])@[A-Za-z][A-Za-z0-9_]{3,31}(?![\w@])")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d]\w*")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?!\w)")),
)
#: Nothing is looked for inside these.
_CLOSED = frozenset({"code", "pre", "text_link", "text_mention"})
MOST_FOUND = 100


def detected(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that Telegram adds to those a text came with."""
    taken = [(span.start, span.end) for span in spans if span.kind in _CLOSED]
    found: list[Span] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if kind == "url":
                end = start + len(match.group().rstrip(".,:;!?)]}'"))
            if any(start < last and first < end for first, last in taken):
                continue
            found.append(Span(kind, start, end))
            taken.append((start, end))
            if len(found) >= MOST_FOUND:
                return found
    return found
