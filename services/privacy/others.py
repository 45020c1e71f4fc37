"""What erasing needs from others, said by the side that calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from services.news import Voice


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


@dataclass(frozen=True)
class Others:
    """Everybody an erasure has to speak to."""

    checkouts: OpenCheckouts
    providers: Mapping[str, Tagging]
    forget_staff_messages: ForgetStaffMessages
    voice: Voice
