"""What a request can be: its kinds, how it came, who is sure to ask, its states, and which of them leads to which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Kind = Literal["access", "portability", "rectification", "erasure", "objection", "restriction", "complaint"]
Intake = Literal["chat", "email", "post", "authority"]
#: "L0": the same chat as ever. "L1": a code to a contact on file, or an order's number with its email. "L2": a person
#: looked at a documented doubt. "": nobody knows yet.
Level = Literal["", "L0", "L1", "L2"]
State = Literal[
    "received",
    "identity_pending",
    "suspended",
    "in_progress",
    "awaiting_processors",
    "answered",
    "partly_fulfilled",
    "refused",
    "cancelled",
    "merged",
    "closed",
]
#: GDPR 12(3): the only two reasons for more time.
WhyLonger = Literal["complex", "many"]
#: GDPR 12(5), 11(2), 17(3), 15(4), 21(1).
WhyRefused = Literal["unfounded", "excessive", "not_identified", "legal_duty", "others_rights", "our_grounds"]

KINDS: tuple[Kind, ...] = get_args(Kind)
INTAKES: tuple[Intake, ...] = get_args(Intake)
REASONS_LONGER: tuple[WhyLonger, ...] = get_args(WhyLonger)
REASONS_REFUSED: tuple[WhyRefused, ...] = get_args(WhyRefused)

#: Answered one way or the other; what is left is to close the file.
ENDS: frozenset[State] = frozenset({"answered", "partly_fulfilled", "refused", "cancelled", "merged"})
OPEN: tuple[State, ...] = (
    "received",
    "identity_pending",
    "suspended",
    "in_progress",
    "awaiting_processors",
)
_EARLY: frozenset[State] = frozenset({"refused", "cancelled", "merged"})

LEADS_TO: Mapping[State, frozenset[State]] = {
    "received": _EARLY | {"identity_pending", "in_progress"},
    "identity_pending": _EARLY | {"suspended", "in_progress"},
    "suspended": _EARLY | {"identity_pending", "in_progress"},
    "in_progress": _EARLY
    | {"identity_pending", "suspended", "awaiting_processors", "answered", "partly_fulfilled"},
    "awaiting_processors": frozenset({"in_progress", "answered", "partly_fulfilled"}),
    **{end: frozenset({"closed"}) for end in ENDS},
    "closed": frozenset(),
}
