"""Changing the language: each is named in itself.

> /language
Which language?
[English] [Español] [Français] [العربية]
> [Français]
D’accord, je parle français maintenant.
> /language
> [English]
All right, I speak English now.
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.first_words import ShowLanguages
from bot.conversation.i18n import N_, _, language_name, languages, speaking
from bot.conversation.messages import Button, Menu, Reply, Speak
from bot.conversation.router import Router
from services.shop import Shop

router = Router()


@action("speak")
class ChooseLanguage:
    locale: str


@router.command("language", N_("Change language"))
async def choose(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """All languages we speak."""
    buttons = tuple(Button(language_name(locale), ChooseLanguage(locale)) for locale in languages())
    return Menu(_("Which language?"), buttons)


@router.intent("language")
async def choose_by_words(chat: Chat, shop: Shop, words: str) -> Reply:
    """The same, asked in words."""
    return await choose(chat, shop, words)


@router.press(ShowLanguages)
async def choose_by_button(chat: Chat, shop: Shop, chosen: ShowLanguages) -> Reply:  # noqa: ARG001
    """The same, by button."""
    return await choose(chat, shop, "")


@router.press(ChooseLanguage)
async def speak(chat: Chat, shop: Shop, chosen: ChooseLanguage) -> Reply:
    """From now on in that language."""
    from handlers.start import welcome

    if chosen.locale not in languages():
        return await choose(chat, shop, "")
    with speaking(chosen.locale):
        hello = welcome(shop)
        return Speak(chosen.locale), Menu(
            _("All right, I speak English now.") + "\n" + hello.body, hello.buttons
        )
