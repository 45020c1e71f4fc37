"""Mail, for those who want it: over SMTP, one message at a time."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from services.news import Letter

TIMEOUT = 20.0


class MailError(Exception):
    """The mail did not go out. `reason` is a short code without addresses."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Settings:
    """SMTP_URL: smtp://, smtp+starttls:// or smtps://, with user and password where needed; MAIL_FROM."""

    url: str = field(default="", repr=False)
    sender: str = ""


class Mailer:
    """Sends letters. Without an SMTP_URL it is not ready, and nobody is offered mail."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def ready(self) -> bool:
        """Whether mail can be sent at all."""
        return bool(self._settings.url and self._settings.sender)

    async def send(self, to: str, letter: Letter) -> None:
        """Send a letter. Raises MailError."""
        message = _message(self._settings.sender, to, letter)
        try:
            await asyncio.to_thread(_deliver, self._settings.url, message)
        except smtplib.SMTPRecipientsRefused as error:
            raise MailError("refused") from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(type(error).__name__) from error


def _message(sender: str, to: str, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    try:
        message["From"], message["To"] = sender, to
        message["Subject"] = " ".join(letter.subject.split())
    except ValueError as error:
        raise MailError("address") from error
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip(">") or None)
    message.set_content(letter.body)
    for name, mime, content in letter.attachments:
        main, _, sub = mime.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message


def _deliver(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port or 465, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        client = smtplib.SMTP(host, port or 25, timeout=TIMEOUT)
    with client:
        if parts.scheme == "smtp+starttls":
            client.starttls(context=ssl.create_default_context())
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
        client.send_message(message)
