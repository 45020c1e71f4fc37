"""Offers as WhatsApp wants them: a marketing template of its own for each campaign, with a way out in every message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.whatsapp.templates import content, pressing, registration
from bot.conversation.messages import Advert

MARKETING = "MARKETING"


def advert(message: Advert, opens: str) -> dict[str, Any]:
    """The content of a message: everything it says was approved before."""
    return content(message.template, message.language, [pressing(opens)])


def adverts(by_language: Mapping[str, Advert]) -> list[dict[str, Any]]:
    """A campaign in every language that it has, as Meta wants it for approval."""
    return [
        registration(
            one.template, code, MARKETING, {"type": "BODY", "text": one.body}, one.stop.label, one.footer
        )
        for code, one in by_language.items()
    ]
