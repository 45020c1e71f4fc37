"""To complain: the authority first, without any question; and us, if one likes.

> /privacy
> [Complain]
You can complain to CNIL at any time: https://www.cnil.fr/fr/plaintes
You need not ask us first, and we do not ask why.
[Tell us too]
> [Tell us too]
What went wrong with your data? …
[Not now]
> You answered me too late
A person looks into it. Request R-…. You have the answer by … at the latest.
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Menu, Question, Reply
from bot.conversation.router import Router
from handlers.objecting import NoObjection, to_a_person
from services.shop import Shop

router = Router(business=False)


@action("complain")
class ShowComplaint:
    """Where to complain."""


@action("complainus")
class ComplainToUs:
    """In one's own words."""


@router.press(ShowComplaint)
async def show(chat: Chat, shop: Shop, chosen: ShowComplaint) -> Reply:  # noqa: ARG001
    """No identity, no obstacle."""
    who = shop.controller
    lines = [
        _(
            "You can complain to {authority} at any time: {url}",
            authority=who.authority,
            url=who.authority_url,
        ),
        *([who.authority_address] if who.authority_address else []),
        _("You need not ask us first, and we do not ask why."),
    ]
    return Menu("\n".join(lines), (Button(_("Tell us too"), ComplainToUs()),))


@router.press(ComplainToUs)
async def ask(chat: Chat, shop: Shop, chosen: ComplainToUs) -> Reply:  # noqa: ARG001
    """A person reads it."""
    words = _("What went wrong with your data? Write it in your own words; a person reads it.")
    return Question(words, asks="privacy.complain", buttons=(Button(_("Not now"), NoObjection()),))


@router.answer("privacy.complain")
async def hear(chat: Chat, shop: Shop, words: str) -> Reply:
    """To a person, with a number and a due date."""
    return await to_a_person(chat, shop, "complaint", words, _("A person looks into it."))
