"""Choosing a plan.

> Japan, 10 days
Plans for Japan · 10 days
[… · …]
> /plans
Where are you going? Just write it, for example: Japan, 10 days.
> /plans japan
Plans for Japan
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _, country_name, duration, listing, money, spoken
from bot.conversation.messages import Button, Menu, Remember, Reply, Text
from bot.conversation.router import Router
from handlers import _words, checkout
from services import places
from services.catalogue import Plan
from services.orders.sold import SoldPlan
from services.shop import Shop

router = Router()

#: Plans on one page: with [More], [Back] and the language it stays within ten rows.
PAGE = 7
#: A trip named in words may hold this many countries.
MOST_COUNTRIES = 5
#: Buttons that are remembered: some thousand plans in some languages.
MOST_REMEMBERED = 8_192


@action("c")
class ChooseCountry:
    code: str
    page: int


@action("r")
class ChooseRegion:
    key: str
    page: int


@action("t")
class ChooseTrip:
    codes: str
    page: int


@router.command("plans", N_("Choose a plan"))
async def plans(chat: Chat, shop: Shop, words: str) -> Reply:
    """With a country, its plans; without, the question."""
    if words.strip():
        return await trip(chat, shop, words)
    return Text(_("Where are you going? Just write it, for example: Japan, 10 days."))


@router.hears("trip")
async def trip(chat: Chat, shop: Shop, words: str) -> Reply:
    """A country, a city, an airport, a region, several of them, in the traveller's own words."""
    found = places.find(words)
    chat = replace(chat, memory=replace(chat.memory, days=found.days or 0, asking=""))
    if len(found.countries) == 1 and not found.maybe:
        return await list_plans(chat, shop, ChooseCountry(found.countries[0], 0))
    if not found.countries and not found.maybe and len(found.regions) == 1:
        return await list_region(chat, shop, ChooseRegion(found.regions[0], 0))
    if not found:
        return Text(_("I do not know that place. Write a country, for example: Japan, 10 days."))
    together = found.countries[:MOST_COUNTRIES]
    codes = (*found.countries, *found.maybe)[:MOST_COUNTRIES]
    buttons = (
        *([Button(_("One for all"), ChooseTrip(".".join(together), 0))] if len(together) > 1 else []),
        *(Button(country_name(code), ChooseCountry(code, 0)) for code in codes),
        *(Button(region_name(key), ChooseRegion(key, 0)) for key in found.regions[:MOST_COUNTRIES]),
    )
    return Remember(chat.memory), Menu(_("Which one do you mean?"), buttons)


@router.press(ChooseCountry)
async def list_plans(chat: Chat, shop: Shop, chosen: ChooseCountry) -> Reply:
    """The plans that work in a country, the best for the trip first."""
    offers = shop.catalogue.plans(chosen.code, chat.memory.days or None)
    if not offers and shop.catalogue.rests((chosen.code,)):
        return _resting(country_name(chosen.code))
    return _listed(chat, country_name(chosen.code), offers, chosen.page, partial(ChooseCountry, chosen.code))


@router.press(ChooseRegion)
async def list_region(chat: Chat, shop: Shop, chosen: ChooseRegion) -> Reply:
    """The plans that work in a whole region."""
    offers = shop.catalogue.of_region(chosen.key, chat.memory.days or None)
    if not offers and shop.sales.now.everything:
        return _resting(region_name(chosen.key))
    return _listed(chat, region_name(chosen.key), offers, chosen.page, partial(ChooseRegion, chosen.key))


@router.press(ChooseTrip)
async def list_trip(chat: Chat, shop: Shop, chosen: ChooseTrip) -> Reply:
    """The plans that work in all countries of a trip."""
    codes = chosen.codes.split(".")
    offers = shop.catalogue.covering(codes, chat.memory.days or None)
    name = listing([country_name(code) for code in codes])
    if not offers and shop.catalogue.rests(codes):
        return _resting(name)
    return _listed(chat, name, offers, chosen.page, partial(ChooseTrip, chosen.codes))


def region_name(key: str) -> str:
    """A region in the traveller's language."""
    region = places.regions().get(key)
    return country_name(region.code) if region else key


def _resting(name: str) -> Text:
    return Text(
        _(
            "I cannot sell plans for {country} just now, and I will not take money for what I may not deliver. "
            "Please ask again a little later.",
            country=name,
        )
    )


def _listed(chat: Chat, name: str, offers: Sequence[Plan], page: int, again: Callable[[int], Any]) -> Reply:
    if not offers:
        return Text(_("We have no plans for {country} yet.", country=name))
    head = _("Plans for {country}", country=name)
    if chat.memory.days:
        head += f" · {duration(chat.memory.days)}"
    return Remember(chat.memory), _paged(head, offers, page, again)


@lru_cache(MOST_REMEMBERED)
def _button(plan: Plan, _locale: str) -> Button:
    """A plan as a choice. It says the same as long as plan and language are the same."""
    sold = SoldPlan.of(plan.offer)
    label = _words.short(sold)
    detail = money(plan.price)
    if len(sold.countries) > 1:
        detail += f" · {_words.where(sold)}"
    return Button(label, checkout.ChoosePlan(sold.id), detail)


def _paged(head: str, plans: Sequence[Plan], page: int, again: Callable[[int], Any]) -> Menu:
    start = max(page, 0) * PAGE
    if start >= len(plans):
        start = 0
    shown = [_button(plan, spoken()) for plan in plans[start : start + PAGE]]
    if start + PAGE < len(plans):
        shown.append(Button(_("More"), again(start // PAGE + 1)))
    if start:
        shown.append(Button(_("Back"), again(start // PAGE - 1)))
    return Menu(head, tuple(shown), in_place=start > 0 or page > 0)
