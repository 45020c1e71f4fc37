"""The record of processing (GDPR art. 30), as it follows from the registry, the settings and the recipients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from services.privacy.facts.entries import AUTHORITIES, PROVIDER, Entry
from services.privacy.facts.policy import PERIODS, Controller, Period
from services.privacy.facts.recipients import Recipients
from services.privacy.facts.registry import personal

#: A recipient of the registry → those of the file whom it stands for.
STANDS_FOR = {PROVIDER: ("keepgo", "airalo")}
#: Art. 30(1)(g).
SECURITY = (
    "encrypted at rest with a key for each customer, wrapped by a master key that is kept apart",
    "three stores, the one with the keys never in the same backup",
    "looked up by keyed hashes; logs hold ids only",
    "erasures journaled first, proven on disk, done again after a restore",
    "backups sealed, gone after 35 days",
)


@dataclass(frozen=True)
class Activity:
    """What is done for one purpose."""

    purpose: str
    bases: tuple[str, ...]
    categories: tuple[str, ...]
    #: table.column of everything that it needs.
    data: tuple[str, ...]
    recipients: tuple[str, ...]
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class Record:
    """Everything that art. 30(1) asks for."""

    controller: Controller
    activities: tuple[Activity, ...]
    recipients: Recipients
    security: tuple[str, ...] = SECURITY

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def record(controller: Controller, recipients: Recipients) -> Record:
    """The record as it stands now."""
    entries = personal()
    purposes = sorted({entry.purpose for entry in entries})
    return Record(
        controller,
        tuple(_activity(name, [one for one in entries if one.purpose == name]) for name in purposes),
        recipients,
    )


def named(recipient: str) -> tuple[str, ...]:
    """The keys in the file of recipients of one whom the registry names; authorities stand in no file."""
    return () if recipient == AUTHORITIES else STANDS_FOR.get(recipient, (recipient,))


def _activity(purpose: str, entries: list[Entry]) -> Activity:
    return Activity(
        purpose,
        _every(entry.basis for entry in entries),
        _every(entry.category for entry in entries),
        _every(f"{entry.table}.{entry.column}" for entry in entries),
        _every(told for entry in entries for told in entry.told),
        tuple(PERIODS[key] for key in _every(entry.keep for entry in entries)),
    )


def _every(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))
