"""The operator's desk: the stores, opened beside a running bot, with what every word of `privacy` needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.settings import Settings
from services.clock import Clock
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


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open the stores by the settings, and close them after."""
    stores = await open_stores(*settings.databases)
    try:
        clock = Clock()
        secrets = await open_secrets(stores.vault, settings.key)
        yield Desk(settings, stores, secrets, Vault(stores.vault, secrets, clock), clock)
    finally:
        await stores.close()
