"""The offers of a campaign, to whoever said yes: the words as they were written, and one tap to hear no more of them."""

from __future__ import annotations

from bot.conversation.events import Chat
from bot.conversation.i18n import _, speaking
from bot.conversation.messages import Advert, Button, Reply
from bot.conversation.router import Router
from handlers.marketing import SetMarketing
from services.news import Offer
from services.shop import Shop

router = Router(business=False)


@router.news(Offer)
async def offer(chat: Chat, shop: Shop, news: Offer) -> Reply:
    """In the chat's language, or in the nearest that the campaign has."""
    language, words = await shop.campaigns.said(news.campaign, chat.channel, chat.locale)
    return advert(news.campaign, language, words)


def advert(campaign: str, language: str, words: str) -> Advert:
    """A campaign in one language, with its way out in the same."""
    with speaking(language):
        stop = Button(_("No more offers"), SetMarketing("no"))
        footer = _("Reply STOP and you hear no more offers.")
    return Advert(f"offer_{campaign}", language, words, footer, stop)
