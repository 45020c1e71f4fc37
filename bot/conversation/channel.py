"""What a chat platform must be able to do for us, and how it says that it could not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, unique
from typing import Any, Protocol

from bot.conversation.events import Address, Attachment, Inbound
from bot.conversation.messages import Message


@unique
class Urgency(IntEnum):
    """Who waits for a message: the traveller in front of the phone, or nobody yet, or nobody at all."""

    REPLY = 0
    NEWS = 1
    CAMPAIGN = 2


@unique
class Cause(Enum):
    """Why a message did not go out, as far as it decides what to do next."""

    #: Something at the platform's side, or on the way, that will pass.
    PASSING = "passing"
    #: More than the platform takes, of one chat or of all.
    TOO_FAST = "too_fast"
    #: The traveller cannot be reached on this channel: blocked, deleted, unknown.
    GONE = "gone"
    #: Free text is not allowed now, a template is.
    CLOSED = "closed"
    #: The traveller has told the platform that they want no advertising of ours.
    UNWANTED = "unwanted"
    #: The platform holds this message back from this traveller for now, for its own reasons.
    HELD_BACK = "held_back"
    #: Nobody who has not written may be written to for now: the account has reached as many people as it may a day.
    REACH_SPENT = "reach_spent"
    #: Our account must be mended first: token, payment, a lock.
    ACCOUNT = "account"
    #: What we said is refused for what it is.
    REFUSED = "refused"


@dataclass(frozen=True)
class Way:
    """How to reach one chat now."""

    address: Address
    #: Makes button data of an action, for this chat only.
    seal: Callable[[Any], str]
    #: The language being spoken there; the words are already in it.
    locale: str
    #: Whether free text may be sent now; where it may not, a `Notice` goes out as its template.
    open: bool = True
    #: The message whose button was pressed, which `in_place` replaces.
    pressed: str | None = None
    #: The message that a `Progress` changes.
    changes: str | None = None
    urgency: Urgency = Urgency.REPLY


@dataclass(frozen=True)
class Sent:
    """A message went out. `id` is the platform's id of it (None when its answer could not be read)."""

    id: str | None
    #: The platform will say later whether it arrived.
    receipt_follows: bool = False


class ChannelError(Exception):
    """A message did not go out. The message of the error never holds words or addresses."""

    def __init__(self, reason: str, *, again: float | None = None, cause: Cause | None = None) -> None:
        """`cause`: without one, what makes sense to try again is passing, and anything else is refused."""
        super().__init__(reason)
        #: A short code for logs and metrics, such as "429" or "blocked".
        self.reason = reason
        #: Seconds after which another try makes sense; None: it does not.
        self.again = again
        self.cause = cause or (Cause.REFUSED if again is None else Cause.PASSING)


class Unreadable(Exception):
    """A body that is not what the platform documents. It is recorded and answered with 200."""


class Pace(Protocol):
    """How fast a platform is written to."""

    def share(self, processes: int) -> None:
        """So many processes send over this account: each has its equal part."""

    async def quiet(self) -> None:
        """Wait until a campaign's message would go at once."""


class Channel(Protocol):
    """One platform."""

    name: str
    #: True: the platform waits for our answer and delivers again without it. False: it wants its 200 at once.
    waits: bool
    #: Whether a message can be changed after it was sent.
    edits: bool
    #: Seconds after the traveller's last word in which free text may be sent; None: always.
    window: float | None

    #: Choices that one message shows; a longer menu is turned over page by page.
    most_choices: int
    #: Whether each message costs.
    metered: bool

    @property
    def pace(self) -> Pace:
        """Whose turn it is."""

    def genuine(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the body comes from the platform: secret or signature over the raw bytes, constant time."""

    def inbound(self, raw: bytes) -> Sequence[Inbound]:
        """Their JSON → our events, all of them. Raises Unreadable."""

    async def send(self, message: Message, way: Way) -> Sent:
        """Our message → their calls. Returns what the last of them answered. Raises ChannelError."""

    async def acknowledge(self, incoming_spinner: str) -> None:
        """Stop the traveller's spinner; never raises."""

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file, at most 20 MB. Raises ChannelError."""

    async def open(self, commands: Mapping[str, Mapping[str, str]]) -> None:
        """Connect and register: webhook and menus (language → command → summary). Repeats are harmless."""

    async def close(self) -> None: ...
