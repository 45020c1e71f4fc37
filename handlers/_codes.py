"""What is said when there were too many codes."""

from __future__ import annotations

from bot.conversation.i18n import _


def locked() -> str:
    """Tomorrow, or a person."""
    return _("That were too many codes for today. Try again tomorrow, or write to a person: /support")
