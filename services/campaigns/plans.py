"""What a campaign says: its name and its words for each channel and language, read from an operator's file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: One message on every platform, with the words that say how to stop it.
MOST_WORDS = 900
CHANNELS = ("telegram", "whatsapp")
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")

Words = Mapping[str, Mapping[str, str]]


class Malformed(ValueError):
    """The file does not say what a campaign needs. The message says what is missing."""


@dataclass(frozen=True)
class Draft:
    """A campaign as its author wrote it: channel → language → words."""

    name: str
    words: Words


@dataclass(frozen=True)
class Standing:
    """How far a campaign is: its state, and how many of its messages came to what."""

    name: str
    state: str
    counts: Mapping[str, int]


def read_draft(path: Path) -> Draft:
    """A file such as `name = "spring"`, `[telegram]`, `en = "…"`. Raises Malformed, OSError."""
    try:
        given = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"{path.name} is no TOML file") from error
    name = given.pop("name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Malformed("name: at most 32 small letters, digits and underscores")
    if not given:
        raise Malformed(f"words are missing: [{'] or ['.join(CHANNELS)}]")
    return Draft(name, {channel: _languages(channel, texts) for channel, texts in given.items()})


def in_language(words: Words, channel: str, locale: str) -> tuple[str, str] | None:
    """(language, words) nearest to a chat's: its own, else English, else the first that there is."""
    texts = words.get(channel)
    if not texts:
        return None
    language = next(
        (one for one in (locale, locale.split("-", maxsplit=1)[0], "en") if one in texts), next(iter(texts))
    )
    return language, texts[language]


def _languages(channel: str, texts: Any) -> dict[str, str]:
    if channel not in CHANNELS:
        raise Malformed(f"[{channel}] is no channel: there are {' and '.join(CHANNELS)}")
    if not isinstance(texts, dict) or not texts:
        raise Malformed(f'[{channel}] has no words: en = "…"')
    for language, words in texts.items():
        if not _LANGUAGE.fullmatch(language):
            raise Malformed(f"{channel}.{language}: a language has two letters")
        if not isinstance(words, str) or not words.strip() or len(words.encode("utf-16-le")) > 2 * MOST_WORDS:
            raise Malformed(f"{channel}.{language}: between 1 and {MOST_WORDS} characters")
    return {language: words.strip() for language, words in texts.items()}
