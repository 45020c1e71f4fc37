"""The Bot API's HTML: a handful of tags, and refusals that name the byte where it went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.telegram import links, references
from bot.sandbox.telegram.errors import ApiError, bad
from bot.sandbox.telegram.formatting import Span, byte_offset

_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
_LANGUAGE = "language-"


@dataclass
class _Tag:
    name: str
    start: int
    attributes: dict[str, str] = field(default_factory=dict)


def parse(source: str) -> tuple[str, list[Span]]:
    """Plain text and its spans; ApiError for anything but the known tags, properly nested."""
    return _Html(source).read()


class _Html:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._out: list[str] = []
        self._open: list[_Tag] = []
        self._spans: list[Span] = []

    def read(self) -> tuple[str, list[Span]]:
        while (char := self._char()) != "":
            if char == "<" and self._source.startswith("</", self._at):
                self._end_tag()
            elif char == "<":
                self._start_tag()
            else:
                self._out.append(self._character())
        if self._open:
            raise _wrong(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        return "".join(self._out), _joined(self._spans)

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = self._until(" \t\n>").lower()
        if self._char() == "":
            raise self._wrong_at("Unclosed start tag at byte offset", begin)
        if name not in _KINDS:
            raise self._wrong_at(f'Unsupported start tag "{name}" at byte offset', begin)
        tag = _Tag(name, len(self._out), self._attributes(name, begin))
        self._at += 1
        if name == "span" and tag.attributes.get("class") != "tg-spoiler":
            raise self._wrong_at('Tag "span" must have class "tg-spoiler" at byte offset', begin)
        emoji = tag.attributes.get("emoji-id", "")
        if name == "tg-emoji" and not (emoji.isascii() and emoji.isdigit() and 0 < int(emoji) < 2**63):
            raise _wrong("Invalid custom emoji identifier specified")
        self._open.append(tag)

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        unclosed = self._wrong_at(f'Unclosed start tag "{tag}" at byte offset', begin)
        while True:
            self._spaces()
            if self._char() == ">":
                return found
            name = self._until(" \t\n=>").lower()
            self._spaces()
            if self._char() == "":
                raise unclosed
            if not name:
                raise self._wrong_at(f'Empty attribute name in the tag "{tag}" at byte offset', begin)
            if self._char() != "=":
                found[name] = ""
                continue
            self._at += 1
            self._spaces()
            if self._char() == "":
                raise unclosed
            found[name] = self._quoted(begin) if self._char() in "\"'" else self._bare()

    def _quoted(self, begin: int) -> str:
        quote, value = self._char(), list[str]()
        self._at += 1
        while (char := self._char()) != quote:
            if char == "":
                raise self._wrong_at("Unclosed start tag at byte offset", begin)
            value.append(self._character())
        self._at += 1
        return "".join(value)

    def _bare(self) -> str:
        begin = self._at
        while (char := self._char()) != "" and char.isascii() and (char.isalnum() or char in ".-"):
            self._at += 1
        if self._char() not in (" ", "\t", "\n", ">"):
            raise self._wrong_at("Unexpected end of name token at byte offset", begin)
        return self._source[begin : self._at]

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            raise self._wrong_at("Unexpected end tag at byte offset", begin)
        self._at += 2
        name = self._until(" \t\n>").lower()
        self._spaces()
        if self._char() != ">":
            raise self._wrong_at("Unclosed end tag at byte offset", begin)
        self._at += 1
        tag = self._open.pop()
        if name and name != tag.name:
            offset = byte_offset(self._source, begin)
            raise _wrong(
                f'Unmatched end tag at byte offset {offset}, expected "</{tag.name}>", found "</{name}>"'
            )
        if len(self._out) > tag.start:
            self._close(tag)

    def _close(self, tag: _Tag) -> None:
        end, kind, extra = len(self._out), _KINDS[tag.name], dict[str, str]()
        match tag.name:
            case "a":
                self._link(tag, end)
                return
            case "blockquote" if "expandable" in tag.attributes:
                kind = "expandable_blockquote"
            case "tg-emoji":
                extra = {"custom_emoji_id": tag.attributes["emoji-id"]}
            case "code" if tag.attributes.get("class", "").startswith(_LANGUAGE):
                extra = {"language": tag.attributes["class"].removeprefix(_LANGUAGE)}
        self._spans.append(Span(kind, tag.start, end, extra))

    def _link(self, tag: _Tag, end: int) -> None:
        url = tag.attributes.get("href") or "".join(self._out[tag.start : end])
        if user := links.mentioned_user(url):
            self._spans.append(Span("text_mention", tag.start, end, {"user": user}))
        elif link := links.or_none(url):
            self._spans.append(Span("text_link", tag.start, end, {"url": link}))

    def _character(self) -> str:
        """The next character of the text, a reference such as &lt; read as what it stands for."""
        found, self._at = references.character(self._source, self._at)
        return found

    def _until(self, stops: str) -> str:
        begin = self._at
        while self._char() != "" and self._char() not in stops:
            self._at += 1
        return self._source[begin : self._at]

    def _spaces(self) -> None:
        while self._char() in (" ", "\t", "\n"):
            self._at += 1

    def _char(self) -> str:
        return self._source[self._at : self._at + 1]

    def _wrong_at(self, what: str, at: int) -> ApiError:
        return _wrong(f"{what} {byte_offset(self._source, at)}")


def _joined(spans: list[Span]) -> list[Span]:
    """<pre> and <code class="language-…"> around the same words are one block of that language."""
    blocks = {(span.start, span.end) for span in spans if span.kind == "pre"}
    languages = {
        (span.start, span.end): span.extra["language"]
        for span in spans
        if span.kind == "code" and span.extra.get("language")
    }
    joined = []
    for span in spans:
        place = (span.start, span.end)
        if span.kind == "pre" and place in languages:
            joined.append(Span("pre", *place, {"language": languages[place]}))
        elif span.kind == "code" and not (place in blocks and place in languages):
            joined.append(Span("code", *place))
        elif span.kind != "code":
            joined.append(span)
    return joined


def _wrong(what: str) -> ApiError:
    return bad(f"can't parse entities: {what}")
