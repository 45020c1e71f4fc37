"""The world's mailbox: takes every mail that the shop sends, so that the desk can read it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, Envelope, Session

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: The oldest mail goes when there are more.
MOST_MAILS = 1_000
#: Bytes; a larger mail is refused, as the size in the server's greeting says.
LARGEST_MAIL = 5_000_000
#: Characters of a mail's text that are kept.
LONGEST_TEXT = 100_000
MOST_ATTACHMENTS = 20


@dataclass(frozen=True)
class Mail:
    """A mail as its reader sees it; attachments are paths on the world's own port."""

    to: str
    subject: str
    text: str
    attachments: tuple[str, ...]
    at: str


class Mailbox:
    """An SMTP server for everybody's mail. `port` is on 127.0.0.1."""

    def __init__(self, world: World, port: int) -> None:
        self._world = world
        self._port = port
        self._mails: deque[Mail] = deque(maxlen=MOST_MAILS)
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    async def start(self) -> None:
        """Begin to listen; OSError when the port is taken."""
        # That logger repeats every line a client sends, addresses included.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self, self._open), "127.0.0.1", self._port
        )

    async def stop(self) -> None:
        """Close the port and the connections that are still open."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._open):
            connection.hang_up()
        await self._server.wait_closed()

    def as_json(self) -> list[dict[str, Any]]:
        """The shape of the control interface, oldest first."""
        return [
            {
                "to": mail.to,
                "subject": mail.subject,
                "text": mail.text,
                "attachments": [self._world.here + path for path in mail.attachments],
                "at": mail.at,
            }
            for mail in self._mails
        ]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802, SMTP's own name
        """A mail has come in whole."""
        content = envelope.content
        mail = message_from_bytes(content if isinstance(content, bytes) else b"", policy=policy.default)
        self._mails.append(
            Mail(
                to=", ".join(envelope.rcpt_tos),
                subject=_header(mail, "subject"),
                text=_text(mail)[:LONGEST_TEXT],
                attachments=tuple(self._keep(part) for part in _attachments(mail)),
                at=self._world.clock.now().isoformat(),
            )
        )
        return "250 OK"

    def _keep(self, part: EmailMessage) -> str:
        content = part.get_payload(decode=True)
        name = part.get_filename() or "attachment"
        key = self._world.media.put(
            content if isinstance(content, bytes) else b"", part.get_content_type(), name
        )
        return self._world.media.url(key)


class _Connection(SMTP):
    """One client of the mailbox, known to it so that it can be sent home."""

    def __init__(self, mailbox: Mailbox, others: set[_Connection]) -> None:
        super().__init__(
            mailbox,
            hostname="localhost",
            ident="mailbox",
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._others = others

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._others.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._others.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return str(mail[name] or "")
    except (ValueError, IndexError, LookupError):  # a malformed header may refuse to be read
        return ""


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        return str(body.get_content()).strip()
    except (LookupError, ValueError):  # an unknown or wrongly named character set
        payload = body.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _attachments(mail: EmailMessage) -> list[EmailMessage]:
    if not mail.is_multipart():
        return []
    return [part for part in mail.iter_attachments() if isinstance(part, EmailMessage)][:MOST_ATTACHMENTS]
