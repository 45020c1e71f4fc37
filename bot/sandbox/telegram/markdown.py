"""The Bot API's MarkdownV2: strict about every reserved character, and exact about where an entity stays open."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.sandbox.telegram import links
from bot.sandbox.telegram.errors import ApiError, bad
from bot.sandbox.telegram.formatting import Span, byte_offset

#: Longest first: `__` is an underline, not two italics.
_MARKS = {
    "```": "Pre", "__": "Underline", "||": "Spoiler", "![": "CustomEmoji",
    "_": "Italic", "*": "Bold", "~": "Strikethrough", "`": "Code", "[": "TextUrl",
}  # fmt: skip
_ENDS = {
    "Pre": "```", "PreCode": "```", "Underline": "__", "Spoiler": "||", "CustomEmoji": "]",
    "Italic": "_", "Bold": "*", "Strikethrough": "~", "Code": "`", "TextUrl": "]",
}  # fmt: skip
_KINDS = {
    "Pre": "pre", "PreCode": "pre", "Underline": "underline", "Spoiler": "spoiler", "Italic": "italic",
    "Bold": "bold", "Strikethrough": "strikethrough", "Code": "code", "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
}  # fmt: skip
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_RESERVED_IN_CODE = frozenset("`")
_VERBATIM = ("Pre", "PreCode", "Code")
_EMOJI = re.compile(r"tg:(?://)?([^/?#]*)/?(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)
_EMOJI_ID = re.compile(r"(?:^|&)id=([^&]*)")


@dataclass(frozen=True)
class _Open:
    name: str
    begin: int
    start: int
    language: str = ""


def parse(source: str) -> tuple[str, list[Span]]:
    """Plain text and its spans; ApiError for an unescaped reserved character or an entity left open."""
    return _MarkdownV2(source).read()


class _MarkdownV2:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._out: list[str] = []
        self._open: list[_Open] = []
        self._spans: list[Span] = []
        self._line_starts = True
        self._quoting = False

    def read(self) -> tuple[str, list[Span]]:
        while self._at < len(self._source):
            self._step()
        self._end_quote()
        if self._open:
            raise self._unfinished(self._open[-1])
        return "".join(self._out), self._spans

    def _step(self) -> None:
        char = self._source[self._at]
        verbatim = bool(self._open) and self._open[-1].name in _VERBATIM
        if self._line_starts and self._quoting and not verbatim:
            self._line_starts = char != ">"
            if char == ">":
                self._at += 1
                return
            self._end_quote()
        if escaped := self._escaped(self._at):
            self._plain(escaped, 2)
        elif self._at_end_of_top():
            self._close(self._open.pop())
        elif char not in (_RESERVED_IN_CODE if verbatim else _RESERVED):
            self._plain(char, 1)
            self._line_starts = char == "\n"
        elif char == ">" and self._line_starts and not self._quoting:
            self._quoting, self._line_starts = True, False
            self._open.append(_Open("BlockQuote", self._at, len(self._out)))
            self._at += 1
        else:
            self._begin(char)

    def _plain(self, char: str, width: int) -> None:
        self._out.append(char)
        self._at += width
        self._line_starts = False

    def _escaped(self, at: int) -> str:
        following = self._source[at + 1 : at + 2]
        return following if self._source[at] == "\\" and "\0" < following < "\x7f" else ""

    def _at_end_of_top(self) -> bool:
        if not self._open or self._open[-1].name == "BlockQuote":
            return False
        name = self._open[-1].name
        if name == "Italic" and self._source.startswith("__", self._at):
            return False
        return self._source.startswith(_ENDS[name], self._at)

    def _begin(self, char: str) -> None:
        mark = next((mark for mark in _MARKS if self._source.startswith(mark, self._at)), None)
        if mark is None:
            raise _wrong(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        begin, name, language = self._at, _MARKS[mark], ""
        self._at += len(mark)
        if name == "Pre":
            name, language = self._block()
        self._open.append(_Open(name, begin, len(self._out), language))

    def _block(self) -> tuple[str, str]:
        """A block of code may name its language; one line break after that is not part of it."""
        found = re.compile(r"[^\s`]*").match(self._source, self._at)
        end = found.end() if found else self._at
        language = self._source[self._at : end]
        named = bool(language) and end < len(self._source) and self._source[end] != "`"
        if named:
            self._at = end
        if self._source.startswith("\n", self._at):
            self._at += 1
        return ("PreCode", language) if named else ("Pre", "")

    def _close(self, opened: _Open) -> None:
        self._at += len(_ENDS[opened.name])
        end = len(self._out)
        if opened.name == "TextUrl":
            self._link(opened, end)
        elif opened.name == "CustomEmoji":
            self._emoji(opened, end)
        elif end > opened.start:
            extra = {"language": opened.language} if opened.language else {}
            self._spans.append(Span(_KINDS[opened.name], opened.start, end, extra))

    def _link(self, opened: _Open, end: int) -> None:
        url = "".join(self._out[opened.start : end])
        if self._source.startswith("(", self._at):
            url = self._address("Can't find end of a URL at byte offset")
        if end == opened.start:
            return
        if user := links.mentioned_user(url):
            self._spans.append(Span("text_mention", opened.start, end, {"user": user}))
        elif link := links.or_none(url):
            self._spans.append(Span("text_link", opened.start, end, {"url": link}))

    def _emoji(self, opened: _Open, end: int) -> None:
        if not self._source.startswith("(", self._at):
            raise _wrong("Custom emoji entity must contain a tg://emoji URL")
        url = self._address("Can't find end of a custom emoji URL at byte offset")
        found = _EMOJI.fullmatch(url)
        if found is None:
            raise _wrong("Custom emoji URL must have scheme tg")
        if found.group(1).lower() != "emoji":
            raise _wrong('Custom emoji URL must have host "emoji"')
        number = _EMOJI_ID.search(found.group(2) or "")
        if number is None:
            raise _wrong("Custom emoji URL must have an emoji identifier")
        if not re.fullmatch(r"[1-9][0-9]{0,17}", number.group(1)):
            raise _wrong("Invalid custom emoji identifier specified")
        if end > opened.start:
            self._spans.append(Span("custom_emoji", opened.start, end, {"custom_emoji_id": number.group(1)}))

    def _address(self, unclosed: str) -> str:
        """What stands between the round brackets after a link's words."""
        begin = self._at = self._at + 1
        url: list[str] = []
        while self._source[self._at : self._at + 1] not in (")", ""):
            escaped = self._escaped(self._at)
            url.append(escaped or self._source[self._at])
            self._at += 2 if escaped else 1
        if self._at >= len(self._source):
            raise _wrong(f"{unclosed} {byte_offset(self._source, begin)}")
        self._at += 1
        return "".join(url)

    def _end_quote(self) -> None:
        """A quote ends with its last line; `||` at the very end of that line makes it expandable."""
        if not self._quoting:
            return
        self._quoting = False
        top = self._open.pop()
        name = "BlockQuote"
        if top.name == "Spoiler" and "".join(self._out[top.start :]) in ("", "\n"):
            name, top = "ExpandableBlockQuote", self._open.pop()
        if top.name != "BlockQuote":
            raise self._unfinished(top)
        if len(self._out) > top.start:
            self._spans.append(Span(_KINDS[name], top.start, len(self._out)))

    def _unfinished(self, opened: _Open) -> ApiError:
        offset = byte_offset(self._source, opened.begin)
        return _wrong(f"Can't find end of {opened.name} entity at byte offset {offset}")


def _wrong(what: str) -> ApiError:
    return bad(f"can't parse entities: {what}")
