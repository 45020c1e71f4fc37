"""A new email address in the place of an old one: taken when the code that was sent there comes back."""

from __future__ import annotations

from typing import Literal

from services.mailer import Mailer, MailError
from services.news import AddressCode, Voice
from services.privacy.codes import Codes, Locked, Verdict
from services.privacy.requests.rectifying import Rectified, Rectifying

Sent = Literal["sent", "not_sent", "locked"]


class Addresses:
    """Sends codes to addresses, and takes the address whose code was right."""

    def __init__(self, codes: Codes, rectifying: Rectifying, mailer: Mailer, voice: Voice) -> None:
        self._codes = codes
        self._rectifying = rectifying
        self._mailer = mailer
        self._voice = voice

    @property
    def ready(self) -> bool:
        """Whether a code can be sent at all; without mail an address is taken as it is typed."""
        return self._mailer.ready

    async def ask(self, customer: str, address: str, locale: str) -> Sent:
        """Send a code to the new address."""
        try:
            code = await self._codes.new(customer, "email", address)
        except Locked:
            return "locked"
        try:
            await self._mailer.send(address, await self._voice.write(locale, AddressCode(code)))
        except MailError:
            return "not_sent"
        return "sent"

    async def confirm(self, customer: str, address: str, typed: str) -> tuple[Verdict, Rectified | None]:
        """What the typed code is worth; where it is right, the address is theirs from now on."""
        verdict = await self._codes.check(customer, "email", typed, address)
        if verdict != "right":
            return verdict, None
        return verdict, await self._rectifying.tell(customer, "email", address)
