"""The operator's desk: the stores, opened beside a running bot, with what every word of `privacy` needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.settings import Settings
from bot.time_source import glance
from services.clock import Clock
from services.customers import Customers
from services.privacy.carrying.export import Exports
from services.privacy.consents import Consents
from services.privacy.erasing.journal import Journal
from services.privacy.requests.carrying_out import CarryingOut
from services.privacy.requests.handling import Handling
from services.privacy.requests.intake import Letters
from services.privacy.requests.pausing import Pauses
from services.privacy.requests.register import Requests
from services.storage import Stores, open_stores
from services.storage.rotation import open_secrets
from services.storage.sealing import Secrets, Vault


@dataclass(frozen=True)
class Desk:
    """Everything is open until the command ends."""

    settings: Settings
    stores: Stores
    secrets: Secrets
    vault: Vault
    clock: Clock

    @property
    def people(self) -> Customers:
        """Whom we serve."""
        return Customers(self.stores.app, self.vault, self.secrets, self.clock)

    @property
    def requests(self) -> Requests:
        """The register."""
        return Requests(self.stores.app, self.clock)

    @property
    def letters(self) -> Letters:
        """What did not come through a chat."""
        return Letters(self.stores.app, self.people, self.secrets, self.clock)

    @property
    def handling(self) -> Handling:
        """The time and the fate of requests."""
        return Handling(self.stores.app, self.clock)

    @property
    def pauses(self) -> Pauses:
        """Data that are kept and not used."""
        return Pauses(self.stores.app, self.requests, self.clock)

    @property
    def exports(self) -> Exports:
        """Copies of everything about somebody."""
        return Exports(
            self.stores, self.vault, self.secrets, self.clock, self.requests, self.settings.controller
        )

    @property
    def carrying_out(self) -> CarryingOut:
        """What is done of what was asked for by letter."""
        journal = Journal(self.stores.vault, self.clock)
        consents = Consents(
            self.stores.app, self.vault, self.secrets, self.clock, self.settings.controller.version
        )
        return CarryingOut(self.stores.app, journal, self.requests, consents, self.pauses, self.clock)


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open the stores by the settings, and close them after."""
    stores = await open_stores(*settings.databases)
    try:
        clock = Clock()
        if settings.time_source:
            await glance(settings.time_source, clock)
        secrets = await open_secrets(stores.vault, settings.key)
        yield Desk(settings, stores, secrets, Vault(stores.vault, secrets, clock), clock)
    finally:
        await stores.close()
