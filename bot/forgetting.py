"""Whom an erasure has to speak to, as this bot knows them: platforms, payment services, the mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from bot.channels import whatsapp
from bot.conversation.channel import ChannelError
from bot.last_word import LastWord
from services.cancelling import Cancelling
from services.mailer import Mailer, MailError
from services.news import Told
from services.privacy import Others

if TYPE_CHECKING:
    from bot.app import App


#: A task's recipient → where the file of recipients has it, when that is called otherwise.
_RECORDED = {"stripe": "payments"}


def others_of(app: App, mailer: Mailer) -> Others:
    """Put together from what the app has. The engine is asked for when somebody has to speak, as it comes last."""
    recipients = app.settings.recipients
    cancelling = Cancelling(app.stores.app, app.refunds, app.durable.start_with)
    return Others(
        checkouts=app.checkouts,
        providers=app.providers,
        forget_staff_messages=app.errands.forget_staff_messages,
        voice=app.voice,
        payments=app.payments,
        forget_contact=_Platforms(app).forget_contact,
        last_word=_Platforms(app).say_last,
        cancel=cancelling.cancel,
        mails=mailer.ready,
        write=_Mailbox(app, mailer).write,
        may_tell=lambda recipient: recipients.may_receive(_RECORDED.get(recipient, recipient)),
    )


class _Platforms:
    def __init__(self, app: App) -> None:
        self._app = app

    async def forget_contact(self, scoped: str) -> Literal["gone", "again", "refused"]:
        """Meta's entry of a person."""
        channel = self._app.channels.get("whatsapp")
        if not isinstance(channel, whatsapp.WhatsApp):
            return "refused"
        try:
            await channel.forget_contact(scoped)
        except ChannelError as error:
            return "refused" if error.again is None else "again"
        return "gone"

    async def say_last(
        self, address: Mapping[str, Any], locale: str, said_at: datetime | None, item: Any
    ) -> Told:
        """The last word in a chat that is no more."""
        app = self._app
        return await LastWord(app.engine, app.channels, app.clock).say(address, locale, said_at, item)


class _Mailbox:
    def __init__(self, app: App, mailer: Mailer) -> None:
        self._app = app
        self._mailer = mailer

    async def write(self, email: str, locale: str, item: Any) -> bool:
        """A mail in that language; False when it did not go out."""
        try:
            await self._mailer.send(email, await self._app.voice.write(locale, item))
        except MailError:
            return False
        return True
