"""Following a link into the chat: to a plan, to the plans of a place, or nowhere; with its campaign remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.conversation.events import Chat
from bot.conversation.links import DeepLink
from bot.conversation.messages import Reply
from handlers import checkout, plans
from services.places import regions
from services.shop import Shop

#: For so long what is bought counts for the campaign whose link was followed last.
COUNTS_FOR = timedelta(days=30)


def led_by(chat: Chat, shop: Shop, link: DeepLink) -> Chat:
    """The chat, remembering by which campaign its traveller came."""
    if not link.campaign:
        return chat
    until = (shop.clock.now() + COUNTS_FOR).timestamp()
    return replace(chat, memory=replace(chat.memory, campaign=link.campaign, campaign_until=until))


async def follow(chat: Chat, shop: Shop, link: DeepLink) -> Reply:
    """The plan itself, where there is one of that size; else the plans of the place; None for a place unknown."""
    if link.size is not None:
        size = None if link.size == "unlimited" else link.size
        plan = shop.catalogue.of_size(link.place, size, link.days)
        if plan is not None:
            return await checkout.summary(chat, shop, checkout.ChoosePlan(plan.id))
    here = replace(chat, memory=replace(chat.memory, days=link.days or 0, asking=""))
    if link.place in regions():
        return await plans.list_region(here, shop, plans.ChooseRegion(link.place, 0))
    if shop.catalogue.plans(link.place) or shop.catalogue.rests((link.place,)):
        return await plans.list_plans(here, shop, plans.ChooseCountry(link.place, 0))
    return None
