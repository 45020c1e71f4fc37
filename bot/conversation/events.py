"""What can happen in a chat, in our words: somebody said, pressed or sent something, or there is news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Address:
    """Where a chat lives on its platform. Personal: never logged, stored encrypted only."""

    channel: str
    #: Telegram: the chat id. WhatsApp: the business-scoped user id, or the number where there is none.
    id: str
    #: WhatsApp's number in international form without "+", when the platform shows it.
    phone: str | None = None


@dataclass(frozen=True)
class Memory:
    """What a chat remembers from one event to the next. JSON in, JSON out."""

    #: The question that the next plain words answer ("account.email"), and what it is about.
    asking: str = ""
    about: str = ""
    #: The purchase being prepared: plan, fit, statements as they were shown.
    draft: Mapping[str, Any] = field(default_factory=dict)
    #: The open support case that plain words go to, and until when (Unix seconds, the shop's clock).
    case: str = ""
    case_until: float = 0
    #: Days of the trip, as far as the traveller has told.
    days: int = 0
    #: The campaign whose link was followed last, and until when purchases count for it (Unix seconds).
    campaign: str = ""
    campaign_until: float = 0
    #: What is under way here → the platform's id of the message that tells how far it is; "": it is over.
    progress: Mapping[str, str] = field(default_factory=dict)
    #: The words whose long menu is being turned over, where its buttons cannot hold them.
    listed: str = ""
    #: How many answers this chat had on which day, where answers cost.
    answered_on: str = ""
    answers: int = 0


@dataclass(frozen=True)
class Chat:
    """The chat an event happens in. `id` is a keyed hash, safe to log and to store."""

    id: str
    channel: str
    customer: str
    locale: str
    #: The id of the event being answered, a keyed hash: what is asked of a service is asked under it.
    event: str
    memory: Memory = field(default_factory=Memory)
    #: Nothing was ever said here before.
    first: bool = False


@dataclass(frozen=True)
class Attachment:
    """A file that a traveller or a member of staff sent; fetched from the platform when needed."""

    kind: Literal["photo", "document", "voice", "video", "sticker"]
    reference: str
    mime: str = ""
    name: str = ""


@dataclass(frozen=True)
class Said:
    """Plain words, or a command such as "/plans japan"."""

    text: str


@dataclass(frozen=True)
class Pressed:
    """A button, as the sealed data that we gave it."""

    data: str
    #: The message that carried the button, where the platform lets us change it.
    message: str | None = None


@dataclass(frozen=True)
class Sent:
    """Something that is not words: a picture, a voice message, a place …"""

    kind: str
    attachment: Attachment | None = None
    caption: str = ""


@dataclass(frozen=True)
class Wished:
    """What somebody chose in the platform's own settings: our offers, or none."""

    offers: bool


@dataclass(frozen=True)
class News:
    """Something happened in the shop that this chat must hear of. `item` is a value of a service."""

    item: Any


@dataclass(frozen=True)
class StaffSaid:
    """A member of staff wrote in the staff chat."""

    text: str
    member: str
    #: The message of ours that they replied to.
    reply_to: str | None = None
    attachment: Attachment | None = None
    #: Telegram's id of that person; empty for whoever hides behind the group.
    member_id: str = ""


Event = Said | Pressed | Sent | Wished | News | StaffSaid


@dataclass(frozen=True)
class Incoming:
    """One event as a platform told it, before we know whose chat it is."""

    #: The platform's own id, with the channel in front. May hold a phone number: hashed at the door.
    id: str
    address: Address
    event: Said | Pressed | Sent | Wished | StaffSaid
    #: The language that the platform names, if it names one ("fr", "pt-BR").
    language: str | None = None
    #: The country of the number (ISO 3166 alpha-2), where there is one.
    country: str | None = None
    #: A query whose spinner must stop at once, where the platform has such a thing.
    spinner: str | None = None


@dataclass(frozen=True)
class Metered:
    """What a platform charges for a message: its category, and whether it is among those that cost nothing."""

    address: Address
    category: str
    billable: bool


@dataclass(frozen=True)
class Receipt:
    """What a platform says later about a message that we sent."""

    #: The platform's id of our message; hashed at the door.
    message: str
    state: Literal["sent", "delivered", "read", "failed"]
    #: The platform's error code of a failure.
    code: str = ""
    metered: Metered | None = None


@dataclass(frozen=True)
class Blocked:
    """The traveller blocked the bot, or let it in again."""

    address: Address
    blocked: bool


@dataclass(frozen=True)
class Moved:
    """The traveller has another address on the same platform from now on."""

    was: Address
    now: Address


@dataclass(frozen=True)
class Brought:
    """Somebody brought the bot into a group or a channel that is none of ours."""

    chat: int
    #: Whether it may say a word there.
    speaks: bool
    language: str | None = None


@dataclass(frozen=True)
class Farewell:
    """The bot leaves such a group. `link`: where it is to be found instead."""

    link: str


@dataclass(frozen=True)
class MayPay:
    """A platform that takes payments itself asks whether one may go through; it waits seconds for the answer."""

    #: What the answer names.
    query: str
    address: Address
    #: What our invoice carried.
    invoice: str
    amount: int
    currency: str
    language: str | None = None


@dataclass(frozen=True)
class PaidInChat:
    """A payment went through on such a platform. `charge`: the platform's id of it."""

    charge: str
    address: Address
    invoice: str
    amount: int
    currency: str


@dataclass(frozen=True)
class ReturnedInChat:
    """A payment is back with its traveller."""

    charge: str
    amount: int
    currency: str


Inbound = Incoming | Receipt | Blocked | Moved | Brought | MayPay | PaidInChat | ReturnedInChat
