"""The rest of a traveller's rights, beside the copy and the erasure: the register, its letters, the pause."""

from __future__ import annotations

from dataclasses import dataclass

from services.clock import Clock
from services.customers import Customers
from services.mailer import Mailer
from services.news import Voice
from services.privacy.codes import Codes
from services.privacy.erasing.others import OpenCheckouts
from services.privacy.requests.addresses import Addresses
from services.privacy.requests.handling import Handling
from services.privacy.requests.intake import Letters
from services.privacy.requests.pausing import Pauses
from services.privacy.requests.rectifying import Invoices, Rectifying
from services.privacy.requests.register import Requests
from services.privacy.requests.reminding import Reminding
from services.privacy.requests.resting import Resting
from services.storage import Stores
from services.storage.sealing import Secrets


@dataclass(frozen=True)
class Rights:
    """The services, by what they are for."""

    requests: Requests
    letters: Letters
    handling: Handling
    pauses: Pauses
    reminding: Reminding
    resting: Resting
    rectifying: Rectifying
    addresses: Addresses


def open_rights(
    stores: Stores,
    people: Customers,
    secrets: Secrets,
    checkouts: OpenCheckouts,
    invoices: Invoices,
    mailer: Mailer,
    clock: Clock,
    voice: Voice,
) -> Rights:
    """All of them, on these stores."""
    requests, letters = Requests(stores.app, clock), Letters(stores.app, people, secrets, clock)
    rectifying = Rectifying(stores.app, people, invoices, requests, voice)
    return Rights(
        requests,
        letters,
        Handling(stores.app, clock),
        Pauses(stores.app, requests, clock),
        Reminding(stores.app, letters, mailer, clock, voice),
        Resting(stores.app, checkouts, clock, voice),
        rectifying,
        Addresses(Codes(stores.app, secrets, clock), rectifying, mailer, voice),
    )
