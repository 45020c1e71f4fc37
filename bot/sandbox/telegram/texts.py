"""From what a bot sends as a text to what a phone shows: parsed, trimmed, measured, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.telegram import hypertext, links, markdown, markdown_legacy
from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.detect import detected
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import Formatted, Span, cleaned, finished, spans_of, units

#: UTF-16 units, counted after the markup is gone: https://core.telegram.org/bots/api#sendmessage
LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
#: Bytes of a text before its markup is read.
LONGEST_RAW = 1 << 15
MOST_ENTITIES = 100

#: Finds the person that a text mentions by id.
Who = Callable[[int], Json | None]

_PARSERS = {"html": hypertext.parse, "markdownv2": markdown.parse, "markdown": markdown_legacy.parse}
_KINDS = frozenset(
    {
        "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic",
        "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
        "text_link", "text_mention", "custom_emoji",
    }
)  # fmt: skip
#: Telegram looks for these itself, whatever the bot says.
_DETECTED = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})


def message_text(text: str, parse_mode: str, entities: Any, who: Who) -> Formatted:
    """The text of a message. ApiError when it is empty, too long or badly marked up."""
    if not text:
        raise bad("message text is empty")
    formatted = read(text, parse_mode, entities, who)
    if not formatted.text:
        raise bad("text must be non-empty")
    if units(formatted.text) > LONGEST_TEXT:
        raise bad("message is too long")
    return formatted


def caption(text: str, parse_mode: str, entities: Any, who: Who) -> Formatted:
    """The words under a picture or a file; they may be missing."""
    formatted = read(text, parse_mode, entities, who)
    if units(formatted.text) > LONGEST_CAPTION:
        raise bad("message caption is too long")
    return formatted


def read(text: str, parse_mode: str, entities: Any, who: Who) -> Formatted:
    """Any text with its formatting, from markup or from entities that the bot counted itself."""
    if len(text.encode()) > LONGEST_RAW:
        raise bad("text is too long")
    mode = parse_mode.strip().lower()
    if mode and mode not in ("none", *_PARSERS):
        raise bad("unsupported parse_mode")
    plain = cleaned(text)
    if mode in _PARSERS:
        plain, spans = _PARSERS[mode](plain)
    else:
        spans = spans_of(plain, [_entity(entity, units(plain)) for entity in _list(entities)])
    spans = [known for span in spans if (known := _mentioning(span, who)) is not None]
    return finished(plain, [*spans[:MOST_ENTITIES], *detected(plain, spans)])


def written(text: str) -> Formatted:
    """What a person types: no markup, but commands and links are found in it."""
    plain = cleaned(text)
    return finished(plain, detected(plain, []))


def _list(entities: Any) -> list[Any]:
    if entities is None:
        return []
    if not isinstance(entities, list):
        raise bad("object expected as message entities")
    return [
        entity for entity in entities if not isinstance(entity, dict) or entity.get("type") not in _DETECTED
    ]


def _entity(entity: Any, length: int) -> Json:
    if not isinstance(entity, dict):
        raise bad("can't parse MessageEntity: expected an Object")
    kind, at, long = entity.get("type"), entity.get("offset"), entity.get("length")
    if kind not in _KINDS:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    for name, value in (("offset", at), ("length", long)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise bad(f"can't parse MessageEntity: Can't find field \"{name}\"")
    assert isinstance(at, int)
    assert isinstance(long, int)
    if at < 0:
        raise bad(f"receive an entity with incorrect offset {at}")
    if long < 0:
        raise bad(f"receive an entity with incorrect length {long}")
    if at > length:
        raise bad(f"entity begins after the end of the text at UTF-16 offset {at}")
    if at + long > length:
        raise bad(
            f"entity beginning at UTF-16 offset {at} ends after the end of the text at UTF-16 offset {at + long}"
        )
    return {"type": kind, "offset": at, "length": long} | _extra(kind, entity)


def _extra(kind: str, entity: Json) -> Json:
    needed = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}.get(kind)
    if needed is not None and needed not in entity:
        raise bad(f"can't parse MessageEntity: Can't find field \"{needed}\"")
    match kind:
        case "text_link":
            try:
                return {"url": links.checked(str(entity["url"]))}
            except links.LinkError as why:
                raise bad(f"entity URL '{entity['url']}' is invalid: {why}") from None
        case "text_mention":
            user = entity["user"]
            return {"user": user.get("id", 0) if isinstance(user, dict) else 0}
        case "custom_emoji":
            return {"custom_emoji_id": str(entity["custom_emoji_id"])}
        case "pre" if entity.get("language"):
            return {"language": str(entity["language"])}
    return {}


def _mentioning(span: Span, who: Who) -> Span | None:
    """A mention shows the person; one of somebody the bot has never met is plain text."""
    if span.kind != "text_mention":
        return span
    person = who(span.extra["user"])
    return None if person is None else Span(span.kind, span.start, span.end, {"user": person})
