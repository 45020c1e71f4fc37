"""The telephone book: who holds which phone, by number, by business-scoped id, by the tests' name."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import choice, randrange
from typing import TYPE_CHECKING, Any

from bot.sandbox.phones import MOST_MESSAGES, Screen
from bot.sandbox.rates import Bucket
from bot.sandbox.whatsapp import ids, rates
from bot.sandbox.whatsapp.numbers import Country, country_of

if TYPE_CHECKING:
    from bot.sandbox.whatsapp.statuses import Sent

#: The window for free-form messages, from the last word of the user.
OPEN_FOR = timedelta(hours=24)
MOST_TRAVELLERS = 50_000
MOST_REMEMBERED = 50_000
#: Marketing templates that somebody gets of a shop whom they have not answered; Meta names no number.
ADVERTS_A_DAY = 2
_STRANGERS = ("Noor", "Kim", "Sasha", "Robin", "Andrea", "Mika", "Dominique", "Ariel")


@dataclass
class Phone:
    """One telephone, and whoever holds it now."""

    traveller: str
    name: str
    country: Country
    number: str
    user_id: str
    screen: Screen = field(default_factory=Screen)
    #: Who has a username shows it in place of the number.
    username: str | None = None
    blocked: bool = False
    #: Whether its holder lets the shop advertise, and when it last did, by the shop's clock.
    news: bool = True
    advertised: deque[datetime] = field(default_factory=lambda: deque(maxlen=ADVERTS_A_DAY))
    #: When the shop last heard from this person, by the shop's clock; opens the 24-hour window.
    heard: datetime | None = None
    #: The newest text that its holder wrote.
    written: str | None = None
    #: Delivered, but not looked at yet.
    unread: deque[Sent] = field(default_factory=lambda: deque(maxlen=MOST_MESSAGES))
    pair: Bucket = field(default_factory=rates.pair)

    @property
    def sender(self) -> dict[str, str]:
        """How a message of theirs names its sender."""
        number = {} if self.username else {"from": self.number}
        return number | {"from_user_id": self.user_id}

    def contact(self, *, by_number: bool = False) -> dict[str, Any]:
        """The card that goes along; a hidden number is on it only for who already used it."""
        profile = {"name": self.name} | ({"username": self.username} if self.username else {})
        shown = {"wa_id": self.number} if by_number or not self.username else {}
        return {"profile": profile} | shown | {"user_id": self.user_id}

    @property
    def open_until(self) -> datetime | None:
        """When the window for free-form messages closes, or has closed; None: it was never open."""
        return self.heard and self.heard + OPEN_FOR

    def open_at(self, now: datetime) -> bool:
        """Whether free-form messages may reach it then."""
        return self.open_until is not None and now <= self.open_until

    @property
    def untouched(self) -> bool:
        """Nothing was ever said on it, in either direction."""
        return self.heard is None and not self.screen.messages and not self.username


class Book:
    """Every phone of the world, made on first use."""

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}
        self._by_number: dict[str, Phone] = {}
        self._by_user_id: dict[str, Phone] = {}
        #: Who wrote which message: what the shop may mark as read. The oldest are forgotten.
        self._said: dict[str, Phone] = {}

    def phone(self, traveller: str, language: str | None = None) -> Phone:
        """Theirs; the language chooses the country as long as nobody has used it."""
        phone = self._phones.get(traveller)
        if phone is None:
            return self._made(traveller, country_of(language))
        country = country_of(language)
        if language and country != phone.country and phone.untouched:
            phone.country = country
            self.renumber(phone)
        return phone

    def by_number(self, number: str) -> Phone | None:
        """Who is called there now."""
        return self._by_number.get(number)

    def by_user_id(self, user_id: str) -> Phone | None:
        """Who goes by that business-scoped id now."""
        return self._by_user_id.get(user_id)

    def who_said(self, message_id: str) -> Phone | None:
        """Who wrote that message, as far back as is remembered."""
        return self._said.get(message_id)

    def said(self, phone: Phone, message_id: str) -> None:
        """This phone sent that message."""
        self._said[message_id] = phone
        if len(self._said) > MOST_REMEMBERED:
            del self._said[next(iter(self._said))]

    def travellers(self) -> list[str]:
        """All names, in the order of their first use."""
        return list(self._phones)

    def renumber(self, phone: Phone) -> None:
        """A new number, and with it a new business-scoped id; the old ones are nobody's."""
        self._forget(phone)
        phone.number, phone.user_id = self._free_number(phone.country), ids.user_id(phone.country.iso)
        self._enter(phone)

    def adopt_username(self, phone: Phone) -> None:
        """From now on the shop is shown a username, no number."""
        letters = "".join(c for c in phone.traveller.lower() if c.isascii() and c.isalnum())[:20]
        phone.username = f"{letters or 'traveller'}.{randrange(1000, 10_000)}"

    def recycle(self, phone: Phone) -> None:
        """The network gives the number to somebody else: a new person, an empty phone."""
        self._forget(phone)
        screen = phone.screen
        screen.messages.clear()
        screen.cursor += 1
        names = [name for name in _STRANGERS if name != phone.name]
        fresh = Phone(phone.traveller, choice(names), phone.country, phone.number, "", screen)
        fresh.user_id = ids.user_id(phone.country.iso)
        self._phones[phone.traveller] = fresh
        self._enter(fresh)

    def _made(self, traveller: str, country: Country) -> Phone:
        if len(self._phones) >= MOST_TRAVELLERS:
            raise ValueError(f"the world is full: {MOST_TRAVELLERS} travellers")
        number = self._free_number(country)
        phone = Phone(traveller, traveller.title(), country, number, ids.user_id(country.iso))
        self._phones[traveller] = phone
        self._enter(phone)
        return phone

    def _free_number(self, country: Country) -> str:
        while (number := country.number()) in self._by_number:
            continue
        return number

    def _enter(self, phone: Phone) -> None:
        self._by_number[phone.number] = phone
        self._by_user_id[phone.user_id] = phone

    def _forget(self, phone: Phone) -> None:
        del self._by_number[phone.number], self._by_user_id[phone.user_id]
