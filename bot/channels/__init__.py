"""What the channels share: words cut to a platform's measure where a reader would pause, patience, secrets."""

from __future__ import annotations

import asyncio
import hmac
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from bot.conversation.channel import ChannelError

Size = Callable[[str], int]
T = TypeVar("T")

#: Where a reader pauses, the best place first, and the share of a part that must stand before it: a stop near
#: the beginning would leave the part too short; a word is cut only where it is too long itself.
_PAUSES = (
    (re.compile(r"\n"), 0.4),
    (re.compile(r"[.!?…؟۔।]+[\"'»”’)\]]*\s|[。！？]"), 0.4),
    (re.compile(r"\s"), 0.0),
)
_ZWJ = "\u200d"


@dataclass(frozen=True)
class Patience:
    """How long a platform is tried; seconds. Tests make it shorter."""

    tries: int = 4
    #: The wait after a first failure; it doubles, and is longer where the platform asks for longer.
    pause: float = 0.5
    #: The longest wait that is granted; a platform that asks for more is left alone for now.
    longest: float = 30
    #: No try begins later than this after the first one.
    total: float = 45


#: What can wait for a better time is tried once.
ONCE = Patience(tries=1)


async def patiently(attempt: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """Try again as long as the failure says that it makes sense. Raises the last ChannelError."""
    clock = asyncio.get_running_loop().time
    end = clock() + patience.total
    for tried in range(1, patience.tries + 1):
        try:
            return await attempt()
        except ChannelError as failure:
            if failure.again is None or tried == patience.tries:
                raise
            wait = max(failure.again, patience.pause * 2 ** (tried - 1))
            if wait > patience.longest or clock() + wait > end:
                raise
        await asyncio.sleep(wait)
    raise ValueError("at least one try")


def utf16(text: str) -> int:
    """The length as Telegram counts it: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, most: int, size: Size = len) -> list[str]:
    """The text in parts of at most `most`, cut after a line, a sentence or a word; [] for blank text.

    `size` counts every character as at least 1. White space where two parts meet is left out.
    """
    parts = []
    rest = text.strip()
    while size(rest) > most:
        cut = _pause(rest, max(1, _fitting(rest, most, size)))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def shortened(label: str, most: int, size: Size = len) -> str:
    """The label on one line of at most `most`, cut after a word and marked with "…" where it is longer."""
    line = " ".join(label.split())
    if size(line) <= most:
        return line
    fitting = _fitting(line, most - size("…"), size)
    word = line.rfind(" ", 0, fitting + 1)
    return line[: word if word > fitting // 2 else _whole(line, fitting)].rstrip(" ,;:·–-") + "…"


def _fitting(text: str, most: int, size: Size) -> int:
    """How many characters fit."""
    lengths = range(1, min(len(text), most) + 1)
    return bisect_right(lengths, most, key=lambda length: size(text[:length]))


def _pause(text: str, fitting: int) -> int:
    """The best place to cut within the first `fitting` characters."""
    for pause, share in _PAUSES:
        # One more than fits: a blank there is left out.
        found = max((match.end() for match in pause.finditer(text, 0, fitting + 1)), default=0)
        if found > fitting * share:
            return min(found, fitting)
    return _whole(text, fitting)


def _whole(text: str, cut: int) -> int:
    """The cut, moved back so that a letter keeps its marks and a joined emoji stays together."""
    moved = cut
    while 1 < moved < len(text) and (_mark(text[moved]) or text[moved - 1] == _ZWJ):
        moved -= 1
    return moved if moved > 1 else cut


def _mark(char: str) -> bool:
    return char == _ZWJ or unicodedata.category(char).startswith("M")


def in_force(secrets: str) -> tuple[str, ...]:
    """The secrets of a setting, the newest first: two with a comma between while one takes the other's place."""
    return tuple(secret for one in secrets.split(",") if (secret := one.strip()))


def knows_one(shown: str, secrets: Iterable[str]) -> bool:
    """Whether it is one of them; how nearly, the time that it takes does not tell."""
    word = shown.encode("utf-8", "replace")
    return any(hmac.compare_digest(word, secret.encode()) for secret in secrets)
