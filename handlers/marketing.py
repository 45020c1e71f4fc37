"""News and offers: yes or no, in one tap either way.

> /privacy
> [Marketing]
News and offers: no
[Yes, send me offers] [No offers]
> [Yes, send me offers]
News and offers: yes
> [No offers]
News and offers: no
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Menu, Reply, Text
from bot.conversation.router import Router
from services.privacy import Answer
from services.shop import Shop

router = Router(business=False)


@action("adverts")
class ShowMarketing:
    """Whether we may send offers."""


@action("advert")
class SetMarketing:
    answer: str


@router.press(ShowMarketing)
async def marketing(chat: Chat, shop: Shop, chosen: ShowMarketing) -> Reply:  # noqa: ARG001
    """Whether we may send offers here."""
    granted = await shop.privacy.marketing(chat.customer, chat.channel) == "granted"
    state = _("yes") if granted else _("no")
    return Menu(
        _("News and offers: {answer}", answer=state) + "\n\n" + _consent_words(shop),
        (Button(_("Yes, send me offers"), SetMarketing("yes")), Button(_("No offers"), SetMarketing("no"))),
    )


@router.press(SetMarketing)
async def set_marketing(chat: Chat, shop: Shop, chosen: SetMarketing) -> Reply:
    """One tap either way."""
    answer: Answer = "grant" if chosen.answer == "yes" else "withdraw"
    await shop.privacy.set_marketing(
        chat.customer, chat.channel, answer, _consent_words(shop), chat.locale, chat.event
    )
    return await marketing(chat, shop, ShowMarketing())


@router.intent("stop")
async def stop(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """STOP, in any of our languages: no advertising, on no channel."""
    await shop.privacy.set_marketing(
        chat.customer, chat.channel, "object", _consent_words(shop), chat.locale, chat.event
    )
    return Text(_("Done: no offers. Messages about your orders still come."))


def _consent_words(shop: Shop) -> str:
    return _(
        "May {shop} send you news and offers in this chat? You can stop at any time with STOP.",
        shop=shop.controller.name,
    )
