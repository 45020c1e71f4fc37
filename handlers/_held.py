"""Kind words for a buyer who must wait before paying, and a person who helps meanwhile."""

from __future__ import annotations

from datetime import datetime

from bot.conversation.i18n import _, waiting
from bot.conversation.messages import Button, Menu
from handlers import support
from handlers.pausing import EndPause


def held(why: str, until: datetime, now: datetime) -> Menu:
    """Why there is no link to pay just now, and until when. `why`: as in Held."""
    if why == "resting":
        return Menu(
            _(
                "You have asked me to keep your data and not to use it, so I cannot sell you anything now. Nothing was charged."
            ),
            (Button(_("End the pause"), EndPause()), Button(_("A person"), support.AskPerson())),
        )
    wait = waiting(max((until - now).total_seconds(), 60))
    reasons = {
        "declines": _(
            "The bank has said no several times. To keep your card safe, I wait a little before the next try: please come back in {wait}. Nothing was charged.",
            wait=wait,
        ),
        "orders": _(
            "That is many orders for one day. In case somebody else orders in your name, I stop here: please come back in {wait}. Nothing was charged.",
            wait=wait,
        ),
        "amount": _(
            "Together with your other orders this is more than I may sell to one buyer in a day. Please come back in {wait}. Nothing was charged.",
            wait=wait,
        ),
    }
    tail = _("If you cannot wait, a person can help you right away.")
    return Menu(f"{reasons[why]}\n{tail}", (Button(_("A person"), support.AskPerson()),))
