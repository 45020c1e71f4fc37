"""The Bot API's first Markdown, which old bots still send: no nesting, and few characters to escape."""

from __future__ import annotations

from bot.sandbox.telegram import links
from bot.sandbox.telegram.errors import ApiError, bad
from bot.sandbox.telegram.formatting import Span, byte_offset

_KINDS = {"_": "italic", "*": "bold", "`": "code", "```": "pre"}


def parse(source: str) -> tuple[str, list[Span]]:
    """Plain text and its spans; ApiError when an entity has no end."""
    out: list[str] = []
    spans: list[Span] = []
    at = 0
    while at < len(source):
        char = source[at]
        if char == "\\" and source[at + 1 : at + 2] in ("_", "*", "`", "["):
            out.append(source[at + 1])
            at += 2
        elif char == "[":
            at = _link(source, at, out, spans)
        elif char in "_*`":
            mark = "```" if source.startswith("```", at) else char
            end = source.find(mark, at + len(mark))
            if end < 0:
                raise _unfinished(source, at)
            inside, start = source[at + len(mark) : end], len(out)
            out.extend(inside.removeprefix("\n") if mark == "```" else inside)
            if len(out) > start:
                spans.append(Span(_KINDS[mark], start, len(out)))
            at = end + len(mark)
        else:
            out.append(char)
            at += 1
    return "".join(out), spans


def _link(source: str, at: int, out: list[str], spans: list[Span]) -> int:
    """Read one link; returns where the text goes on."""
    end = source.find("]", at)
    if end < 0:
        raise _unfinished(source, at)
    words, start = source[at + 1 : end], len(out)
    out.extend(words)
    if not source.startswith("(", end + 1):
        return end + 1
    close = source.find(")", end + 2)
    if close < 0:
        raise _unfinished(source, at)
    url = source[end + 2 : close]
    if words and (user := links.mentioned_user(url)):
        spans.append(Span("text_mention", start, len(out), {"user": user}))
    elif words and (link := links.or_none(url)):
        spans.append(Span("text_link", start, len(out), {"url": link}))
    return close + 1


def _unfinished(source: str, at: int) -> ApiError:
    offset = byte_offset(source, at)
    return bad(f"can't parse entities: Can't find end of the entity starting at byte offset {offset}")
