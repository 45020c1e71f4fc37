"""Links into the chat, as they come out of it: a place, perhaps a plan's size and days, perhaps a campaign.

    https://t.me/our_bot?start=jp-5gb-30d_spring    →  "/start jp-5gb-30d_spring"
    https://wa.me/33700000000?text=jp-5gb_spring    →  "jp-5gb_spring", which the traveller sends

Telegram carries 64 characters of A–Z, a–z, 0–9, _ and -: https://core.telegram.org/bots/features#deep-linking
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_SIZE = re.compile(r"(\d{1,4})(gb|mb)", re.ASCII)
_DAYS = re.compile(r"(\d{1,3})d", re.ASCII)
_CAMPAIGN = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
#: Words that can only be a link: a country's code or a region, and a size, days or a campaign.
_UNMISTAKABLE = re.compile(
    r"([a-z]{2}|[a-z]{4,}(-[a-z]{4,})*)(-\d{1,4}(gb|mb)|-unlimited|-\d{1,3}d)+(_[a-z0-9-]+)?"
    r"|([a-z]{2}|[a-z]{4,}(-[a-z]{4,})*)_[a-z0-9-]+",
    re.ASCII,
)
_UNITS = {"gb": 1024**3, "mb": 1024**2}


@dataclass(frozen=True)
class DeepLink:
    """What a link asks for. Nothing of it is known to exist."""

    #: "JP", or a region's key such as "north-america"; "": none.
    place: str = ""
    #: Bytes; None: the link names no size.
    size: int | Literal["unlimited"] | None = None
    #: How long the plan is valid; None: the link does not say.
    days: int | None = None
    campaign: str = ""


def read(words: str) -> DeepLink:
    """What can be read of a link's words; the rest is ignored."""
    plan, _, campaign = words.strip().lower().partition("_")
    place: list[str] = []
    size: int | Literal["unlimited"] | None = None
    days = None
    for part in plan.split("-"):
        if found := _SIZE.fullmatch(part):
            size = int(found[1]) * _UNITS[found[2]]
        elif found := _DAYS.fullmatch(part):
            days = int(found[1])
        elif part == "unlimited":
            size = "unlimited"
        else:
            place.append(part)
    code = place[0].upper() if place and len(place[0]) == 2 else "-".join(place)
    return DeepLink(code, size, days, campaign if _CAMPAIGN.fullmatch(campaign) else "")


def is_link(words: str) -> bool:
    """Whether plain words can only have come out of a link."""
    return _UNMISTAKABLE.fullmatch(words.strip().lower()) is not None
