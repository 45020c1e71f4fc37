"""The language of a chat that begins: what the platform says, else the first words, else the number's country."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.actions import action
from bot.conversation.events import Incoming, Said
from bot.conversation.i18n import best
from bot.conversation.messages import Button, Menu, Message, Question, Text
from bot.conversation.understanding import language_of

#: Where a country has several languages, the one that most of its travellers read.
_OF_COUNTRY = {
    "fr": "FR BE LU MC SN CI CM MG ML BF NE TG BJ GA CG CD GN HT RE GP MQ GF NC PF",
    "es": "ES MX AR CO PE VE CL EC GT CU BO DO HN PY SV NI CR PA UY PR",
    "ar": "EG SA AE DZ MA TN IQ JO LB LY OM QA KW BH YE SD SY PS MR",
}


@action("languages")
class ShowLanguages:
    """Offer all languages, each named in itself."""


def language_of_chat(incoming: Incoming, default: str) -> str:
    """The language to answer first words in."""
    told = best(incoming.language)
    if told:
        return told
    if isinstance(incoming.event, Said):
        heard = language_of(incoming.event.text)
        if heard:
            return heard
    return language_of_country(incoming.country) or default


def language_of_country(country: str | None) -> str | None:
    """The language of a number's country, or None when we cannot tell."""
    if country is None:
        return None
    return next((best(locale) for locale, codes in _OF_COUNTRY.items() if country in codes.split()), None)


def with_language_button(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The first reply where a platform names no language: its last message offers the others."""
    if not messages:
        return messages
    button = Button("🌐 Language · Langue", ShowLanguages())
    last: Message
    match messages[-1]:
        case Menu(buttons=buttons) as menu:
            last = replace(menu, buttons=(*buttons, button))
        case Text(body):
            last = Menu(body, (button,))
        case Question(buttons=buttons) as question:
            last = replace(question, buttons=(*buttons, button))
        case other:
            return (*messages[:-1], other)
    return (*messages[:-1], last)
