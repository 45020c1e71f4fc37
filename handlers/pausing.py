"""Pause use: what is held is kept, and nothing else is done with it.

> /privacy
> [Pause use]
While it is paused, we keep your data and do nothing else with it.
[Pause use now] [Object to one use]
> [Pause use now]
Paused: your data are kept and not used. Request R-….
[End the pause]
> [End the pause]
If you end the pause, …
[End the pause] [Go on pausing]
> [Go on pausing]
Paused: your data are kept and not used. Since ….
> [End the pause]
> [End the pause]
The pause has ended.
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, date
from bot.conversation.messages import Button, Menu, Notice, Reply, Text
from bot.conversation.router import Router
from handlers.objecting import AskObjection
from services.news import UseResumes
from services.shop import Shop

router = Router(business=False)


@action("resting")
class ShowPause:
    """What a pause is, or that there is one."""


@action("rest")
class BeginPause:
    """Keep everything, use nothing."""


@action("unrest")
class EndPause:
    """What happens when it ends; asks once more."""


@action("unrest!")
class EndPauseNow:
    """The answer is yes."""


@router.press(ShowPause)
async def show(chat: Chat, shop: Shop, chosen: ShowPause) -> Reply:  # noqa: ARG001
    """What it means, and how to begin or end it."""
    since = await shop.rights.pauses.since(chat.customer)
    if since is not None:
        return _paused(_("Since {date}.", date=date(since)))
    words = (
        _("While it is paused, we keep your data and do nothing else with it."),
        _("No new orders, no offers, no automatic deletion, nothing to anybody else."),
        _("Your eSIMs go on working, and what you ask for here yourself still comes."),
    )
    return Menu(
        "\n".join(words),
        (Button(_("Pause use now"), BeginPause()), Button(_("Object to one use"), AskObjection())),
    )


@router.press(BeginPause)
async def begin(chat: Chat, shop: Shop, chosen: BeginPause) -> Reply:  # noqa: ARG001
    """At once."""
    number = await shop.rights.pauses.begin(chat.customer)
    return _paused(_("Request {number}.", number=number))


@router.press(EndPause)
async def ask_end(chat: Chat, shop: Shop, chosen: EndPause) -> Reply:  # noqa: ARG001
    """The law wants its owner to know before it ends."""
    if await shop.rights.pauses.since(chat.customer) is None:
        return Text(_("There is no pause."))
    return Menu(
        _(
            "If you end the pause, we use your data again for what the policy says: orders, help, and what the law asks for. Offers only if you said yes to them."
        ),
        (Button(_("End the pause"), EndPauseNow()), Button(_("Go on pausing"), ShowPause())),
    )


@router.press(EndPauseNow)
async def end(chat: Chat, shop: Shop, chosen: EndPauseNow) -> Reply:  # noqa: ARG001
    """Their own wish."""
    await shop.rights.pauses.end(chat.customer)
    return Text(_("The pause has ended."))


@router.news(UseResumes)
async def resumes(chat: Chat, shop: Shop, news: UseResumes) -> Reply:  # noqa: ARG001
    """Somebody else ends it, and here is the notice."""
    words = _(
        "The pause of your data ends on {date}. From then on we use them again for what the policy says. If you do not agree, tell us before.",
        date=date(news.at),
    )
    return Notice(
        "support_reply", ("/privacy",), Menu(words, (Button(_("Object to one use"), AskObjection()),))
    )


def _paused(tail: str) -> Menu:
    words = _("Paused: your data are kept and not used.")
    return Menu(f"{words} {tail}", (Button(_("End the pause"), EndPause()),))
