"""A traveller's own data to carry away: a ZIP in the chat, or behind a link that is good once.

> /privacy
> [My data]
I am putting your data together; it comes here in a moment. Request R-….
Your data, as a file. Request R-….
> /privacy
> [My data]
I am putting your data together; …
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, data_size, moment, n_, right_to_left, spoken
from bot.conversation.messages import File, Link, Reply, Text
from bot.conversation.router import Router
from handlers import _data_page
from services.news import CopyReady
from services.page import Page
from services.privacy import Copy, Offer
from services.shop import Shop

router = Router(business=False)

ZIP = "application/zip"


@action("mydata")
class ExportData:
    """One's data as a file."""


@router.press(ExportData)
async def export(chat: Chat, shop: Shop, chosen: ExportData) -> Reply:  # noqa: ARG001
    """What is there at once, or the word that it comes."""
    copies = shop.privacy.copies
    asked = await copies.ask(chat.customer, chat.id, chat.locale, chat.event)
    match asked.state:
        case "building":
            return Text(
                _("I am putting your data together; it comes here in a moment.")
                + " "
                + _("Request {number}.", number=asked.request)
            )
        case "there":
            return await hand_over(chat, shop, CopyReady(asked.copy, await copies.way(asked.copy)))
        case "enough":
            return Text(
                n_(
                    "You had your data {n} time today. Please ask again tomorrow.",
                    "You had your data {n} times today. Please ask again tomorrow.",
                    copies.most_a_day,
                )
            )


@router.news(CopyReady)
async def hand_over(chat: Chat, shop: Shop, ready: CopyReady) -> Reply:  # noqa: ARG001
    """The file, or where it is. Nothing, when it went away meanwhile."""
    copies = shop.privacy.copies
    try:
        if ready.way == "link":
            address = await copies.link(ready.copy)
            return Link(
                _(
                    "Your data is ready. It is too large for this chat: the link gives it to whoever opens it, once, for 72 hours."
                ),
                _("Get my data"),
                address,
            )
        taken = await copies.file(ready.copy)
    except LookupError:
        return None
    words = _("Your data, as a file.") + " " + _("Request {number}.", number=taken.request)
    return File(taken.content, taken.name, ZIP, words)


@router.sheet(Copy)
async def page(shop: Shop, copy: Copy) -> dict[str, Page]:  # noqa: ARG001
    """What a copy says to people."""
    return {"page": _data_page.page(copy)}


@router.sheet(Offer)
async def door(shop: Shop, offer: Offer) -> dict[str, Page]:
    """What stands before a copy, so that nobody takes it by only looking at the link."""
    return {
        "page": Page(
            spoken(),
            _direction(),
            _("Your data at {shop}", shop=shop.controller.name),
            (
                _(
                    "One ZIP file, {size}. It can be taken once, until {when}.",
                    size=data_size(offer.size),
                    when=moment(offer.until),
                ),
                _("Keep it where nobody else reads it."),
            ),
            button=_("Get my data"),
        )
    }


@router.sheet(type(None))
async def nothing_there(shop: Shop, nothing: None) -> dict[str, Page]:  # noqa: ARG001
    """Taken already, too late, erased, or never there: nobody learns which."""
    return {
        "page": Page(
            spoken(),
            _direction(),
            _("Your data at {shop}", shop=shop.controller.name),
            (_("There is nothing here (any more). Ask for your data again in the chat: /privacy."),),
        )
    }


def _direction() -> str:
    return "rtl" if right_to_left() else "ltr"
