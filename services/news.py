"""What the shop has to tell a traveller: small values of ids, worded elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection


@dataclass(frozen=True)
class EsimReady:
    """The eSIM was bought and can be installed."""

    order: str
    item: str


@dataclass(frozen=True)
class LineWarning:
    """Something about a line that its owner wants to know in time."""

    esim: str
    what: Literal["low", "empty", "ends"]


@dataclass(frozen=True)
class DataAdded:
    """The data of a top-up is on its line."""

    order: str
    item: str


@dataclass(frozen=True)
class Refunded:
    """The money is on its way back. `why` is a short code: "sold_out", "second_payment" …"""

    order: str
    amount: int
    currency: str
    why: str


@dataclass(frozen=True)
class RefundFailed:
    """The bank did not take the money back; a person looks after it."""

    order: str


@dataclass(frozen=True)
class BeingIssued:
    """Paid; what was ordered is being bought."""

    order: str
    item: str


@dataclass(frozen=True)
class PaidBackInChat:
    """Stars came in that belong to no order, and went back at once."""

    stars: int


@dataclass(frozen=True)
class RunningLate:
    """Paid, and not there yet."""

    order: str


@dataclass(frozen=True)
class PaymentPending:
    """The checkout is done, the money is not there yet."""

    order: str


@dataclass(frozen=True)
class PaymentFailed:
    """The delayed payment did not come."""

    order: str


@dataclass(frozen=True)
class CheckoutPaused:
    """Banks refused too many cards: the link is closed, and there is no new one until then."""

    order: str
    until: datetime


@dataclass(frozen=True)
class CheckoutExpired:
    """The payment link went unused."""

    order: str


@dataclass(frozen=True)
class NeedsPerson:
    """Something about the order needs a person; the money stays where it is."""

    order: str


@dataclass(frozen=True)
class PaperReady:
    """An invoice or a credit note was written."""

    order: str
    number: str


@dataclass(frozen=True)
class PersonSays:
    """A member of staff answers. The words travel in memory only."""

    case: str
    text: str
    content: bytes | None = None
    mime: str = ""


@dataclass(frozen=True)
class CaseClosed:
    """The conversation with a person is over."""

    case: str


@dataclass(frozen=True)
class ClaimDecided:
    """A claim has moved: it waits for a person, was refused, or its eSIM works again or is replaced."""

    claim: str


@dataclass(frozen=True)
class WithdrawalReceipt:
    """A withdrawal was declared; what a mail to its author says."""

    claim: str


@dataclass(frozen=True)
class WithdrawalNoticed:
    """Somebody declared a withdrawal with the number of this chat's order."""

    claim: str


@dataclass(frozen=True)
class ChatsLinked:
    """This chat and another one are the same customer's from now on."""


@dataclass(frozen=True)
class ProofCode:
    """Somebody says that they are this customer: the code that proves it. Travels in memory only."""

    code: str = field(repr=False)


@dataclass(frozen=True)
class ErasureDone:
    """Everything was erased; the last message of a chat on that channel."""

    receipt: str
    channel: str


@dataclass(frozen=True)
class ErasureAnnounced:
    """An erasure was asked for somewhere else; it begins on that day unless somebody says no. `code`: who may."""

    receipt: str
    begins: datetime
    code: str = ""


@dataclass(frozen=True)
class RequestMoved:
    """A request about somebody's data has moved: to which state ("extended" among them), why, and its due date."""

    number: str
    now: str
    why: str
    due_at: datetime


@dataclass(frozen=True)
class AddressCode:
    """The code that proves that mail to an address is read. It travels in memory only."""

    code: str = field(repr=False)


@dataclass(frozen=True)
class UseResumes:
    """The pause of somebody's data ends on that day, and by whom it was ended: GDPR art. 18(3)."""

    at: datetime


@dataclass(frozen=True)
class CopyReady:
    """A copy of one's data can be carried away: it is a file, or too large for the chat and behind a link."""

    copy: str
    way: Literal["file", "link"]


@dataclass(frozen=True)
class Offer:
    """A campaign's words, for somebody who said yes to offers."""

    campaign: str


@dataclass(frozen=True)
class Alarm:
    """Something the operator must know. `cause` names it once; `facts` are ids and numbers only."""

    cause: str
    facts: str = ""


@dataclass(frozen=True)
class Told:
    """What became of telling."""

    #: "announced": only a template went out, which asks the traveller to write first. "unwanted": an offer, and the
    #: traveller has told the platform that they want none.
    state: Literal["told", "announced", "again", "unreachable", "unwanted"]
    #: Seconds until another try makes sense.
    after: float = 0.0
    #: Why "again": the channel's word for it; empty where it was not even tried.
    why: str = ""


@dataclass(frozen=True)
class Letter:
    """A mail, in words."""

    subject: str
    body: str
    #: (name, mime, content)
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    #: Numbers of the invoices among them.
    papers: tuple[str, ...] = ()


class Voice(Protocol):
    """How services speak: somebody else finds the words and the way."""

    async def tell(
        self, chat: str, item: Any, key: str, also: Callable[[Connection, str, bool], None] | None = None
    ) -> Told:
        """Tell a chat, once for each key; where only a template may go out, announce it, once for each key too.

        `also` is done in the commit that counts the key as told, with the keyed hash of the message and whether it
        only announces, when the platform will say later whether that message arrived.
        """

    async def write(self, locale: str, item: Any) -> Letter:
        """The item as a mail in that language."""

    async def sheet(self, locale: str, facts: Any) -> Mapping[str, Any]:
        """What is said on a paper, in that language: finished words, for the press."""

    async def alarm(self, alarm: Alarm) -> None:
        """Something the staff must know: they are told once until it is over."""

    async def tell_staff(self, item: Any) -> str | None:
        """Write to the staff chat; the message's id, or None when it did not get there."""
