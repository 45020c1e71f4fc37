"""What the bot says in a group that it was brought into, before it leaves.

(somebody brings the bot into a group of friends)
I talk in private only, so I am leaving this group. Write to me here: https://t.me/…
"""

from __future__ import annotations

from bot.conversation.events import Farewell
from bot.conversation.i18n import _
from bot.conversation.router import Router
from services.shop import Shop

router = Router()


@router.toast(Farewell)
async def farewell(shop: Shop, leaving: Farewell) -> str:  # noqa: ARG001
    """Where it is to be found instead."""
    return _(
        "I talk in private only, so I am leaving this group. Write to me here: {link}",
        link=leaving.link,
    )
