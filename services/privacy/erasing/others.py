"""What erasing needs from others, said by the side that calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection

from services.news import Told, Voice
from services.payments import Redacting


class OpenCheckouts(Protocol):
    """Closes what could still be paid."""

    async def cancel_open(self, customer: str) -> None:
        """Expire every attempt of a customer that was not paid. Raises PaymentError."""


class Tagging(Protocol):
    """A provider, as far as erasing needs it."""

    async def tag(self, iccid: str, ref: str) -> None:
        """Leave a note with a line. Raises ProviderError."""


class Engine(Protocol):
    """Durable work, as far as erasing needs it."""

    def tells(self, name: str, story: Callable[[str], Awaitable[str]]) -> None: ...
    def start_with(self, connection: Connection, name: str, workflow: str, subject: str) -> None: ...
    async def step(self, name: str, act: Callable[..., Any], *args: Any) -> Any: ...
    async def sleep(self, seconds: float) -> None: ...
    async def unfinished(self) -> list[tuple[str, str]]: ...
    async def dead_letters(self) -> list[str]: ...
    async def forget(self, workflows: list[str]) -> None: ...
    async def finished(self, workflow: str) -> None:
        """Wait for a workflow's end."""

    async def named(self, prefixes: list[str]) -> list[str]:
        """Workflows whose ids begin with one of these."""


#: Deletes messages of the staff chat; False when some are still there and another try makes sense.
ForgetStaffMessages = Callable[[Sequence[str]], Awaitable[bool]]


#: Says the last word at an address (as a chat keeps it), in a language, with the time of the chat's last word.
LastWord = Callable[[Mapping[str, Any], str, datetime | None, Any], Awaitable[Told]]
#: A person's entry in the contact book of a platform: "gone", "again" when another try makes sense, or "refused".
ForgetContact = Callable[[str], Awaitable[Literal["gone", "again", "refused"]]]
#: Cancels what a customer has paid and does not hold yet; the money goes back. `True`: also what is being bought.
Cancel = Callable[[str, bool], Awaitable[None]]
#: Sends a mail to an address; False when it did not go out.
Write = Callable[[str, str, Any], Awaitable[bool]]
#: Ends what lets somebody in without a chat: links to an export.
Revoke = Callable[[str], Awaitable[None]]


async def _nothing(*_args: Any) -> None:
    """There is nothing of that kind."""


async def _refuses(_scoped: str) -> Literal["gone", "again", "refused"]:
    return "refused"


async def _unreachable(*_args: Any) -> Told:
    return Told("unreachable")


async def _no_mail(*_args: Any) -> bool:
    return False


@dataclass(frozen=True)
class Others:
    """Everybody an erasure has to speak to."""

    checkouts: OpenCheckouts
    providers: Mapping[str, Tagging]
    forget_staff_messages: ForgetStaffMessages
    voice: Voice
    #: Who took the money, where it can forget a payer.
    payments: Redacting | None = None
    forget_contact: ForgetContact = _refuses
    last_word: LastWord = _unreachable
    cancel: Cancel = _nothing
    #: Whether mail can be sent at all.
    mails: bool = False
    write: Write = _no_mail
    revoke: Revoke = _nothing
    #: Whether a recipient's country and safeguard are recorded; else it is told nothing.
    may_tell: Callable[[str], bool] = lambda _recipient: True
