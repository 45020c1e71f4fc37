"""The account: name, email, phone; each optional, skippable, correctable.

> /account
Name: –
Email: –
Phone: –
[Name] [Email] [Phone]
> [Email]
Which email address? Your eSIM and receipt go there too.
[Skip] [Delete it]
> not an address
That does not look like an email address. Try again, or skip.
> ada@example.org
Email: ada@example.org
> [Email]
> [Delete it]
Email: –
"""

from __future__ import annotations

import re

from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _
from bot.conversation.messages import Button, Question, Reply
from bot.conversation.router import Router
from handlers import correcting
from handlers._account import ForgetField, ShowAccount, TellField, shown
from services.customers import FIELDS
from services.shop import Shop

router = Router()

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}\.[^@\s,;<>\".]{2,24}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{4,24}")
LONGEST_NAME = 120


@router.command("account", N_("Name, email, phone"))
async def show(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """What we know, and buttons to change it."""
    return await shown(chat, shop)


@router.intent("account")
async def show_by_words(chat: Chat, shop: Shop, words: str) -> Reply:
    """The same, asked in words."""
    return await show(chat, shop, words)


@router.press(ShowAccount)
async def show_by_button(chat: Chat, shop: Shop, chosen: ShowAccount) -> Reply:  # noqa: ARG001
    """The same, by button; also where [Skip] leads."""
    return await show(chat, shop, "")


@router.press(TellField)
async def ask(chat: Chat, shop: Shop, chosen: TellField) -> Reply:
    """Ask for one field."""
    if chosen.field not in FIELDS:
        return await show(chat, shop, "")
    questions = {
        "name": _("Which name shall be on your receipts?"),
        "email": _("Which email address? Your eSIM and receipt go there too."),
        "phone": _("Which phone number, with its country code?"),
    }
    return _question(chosen.field, questions[chosen.field])


@router.press(ForgetField)
async def forget(chat: Chat, shop: Shop, chosen: ForgetField) -> Reply:
    """Take a field back."""
    if chosen.field in FIELDS:
        return await correcting.correct(chat, shop, chosen.field, None)
    return await show(chat, shop, "")


@router.answer("account.name")
async def hear_name(chat: Chat, shop: Shop, words: str) -> Reply:
    """Any name that a person may have."""
    name = " ".join(words.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        return _question("name", _("That name is too long. Try again, or skip."))
    return await correcting.correct(chat, shop, "name", name)


@router.answer("account.email")
async def hear_email(chat: Chat, shop: Shop, words: str) -> Reply:
    """An address, or the question again."""
    if not is_email(words):
        return _question("email", _("That does not look like an email address. Try again, or skip."))
    return await correcting.take_address(chat, shop, words.strip())


@router.answer("account.phone")
async def hear_phone(chat: Chat, shop: Shop, words: str) -> Reply:
    """A number, or the question again."""
    if not _PHONE.fullmatch(words.strip()):
        return _question("phone", _("That does not look like a phone number. Try again, or skip."))
    return await correcting.correct(chat, shop, "phone", words.strip())


def is_email(words: str) -> bool:
    """Enough to catch a slip; whether an address exists, only a mail can tell."""
    return _EMAIL.fullmatch(words.strip()) is not None


def _question(field: str, words: str) -> Question:
    ways = (Button(_("Skip"), ShowAccount()), Button(_("Delete it"), ForgetField(field)))
    return Question(words, asks=f"account.{field}", buttons=ways)
