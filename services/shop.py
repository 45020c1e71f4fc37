"""Everything that a handler may ask for, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from services.alarms import Alarms
from services.books import Books
from services.campaigns import Campaigns
from services.catalogue import Catalogue
from services.checkout import Checkouts
from services.claims import Claims, Rules
from services.clock import Clock
from services.customers import Customers
from services.delivery import Delivery
from services.dossiers import Dossiers
from services.esims import Esims
from services.giving_back import GivingBack
from services.identity import Identity
from services.imei import Imeis
from services.orders import Orders
from services.papers import Papers
from services.privacy import Controller, Privacy
from services.privacy.rights import Rights
from services.sales_pause import SalesPause
from services.staff import Staff
from services.stars import StarSales
from services.support import Support
from services.topups import Topups
from services.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fetch(Protocol):
    """Gets the bytes of a file that somebody sent."""

    async def __call__(self, channel: str, reference: str, kind: str, mime: str) -> bytes | None: ...


class ReadBooks(Protocol):
    """Reads the books as they stand."""

    async def __call__(self) -> Books: ...


@dataclass(frozen=True)
class About:
    """What the shop says of itself."""

    name: str
    terms_url: str
    terms_version: str
    #: Where a traveller gets back into the chat from the checkout, for each channel.
    back: Mapping[str, str]
    #: Where the privacy policy can be read, without a slash at its end; empty where the shop has no address.
    policy_url: str = ""


@dataclass(frozen=True)
class Shop:
    """The services, by the traveller's words."""

    about: About
    clock: Clock
    catalogue: Catalogue
    sales: SalesPause
    books: ReadBooks
    orders: Orders
    checkouts: Checkouts
    delivery: Delivery
    papers: Papers
    esims: Esims
    imeis: Imeis
    usage: Usage
    topups: Topups
    support: Support
    alarms: Alarms
    staff: Staff
    giving_back: GivingBack
    claims: Claims
    rules: Rules
    dossiers: Dossiers
    customers: Customers
    identity: Identity
    privacy: Privacy
    rights: Rights
    campaigns: Campaigns
    stars: StarSales
    #: Channel → how one may pay there: "card", "stars".
    methods: Mapping[str, tuple[str, ...]]
    controller: Controller
    fetch: Fetch
