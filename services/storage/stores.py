"""The three stores, opened and brought up to date together. No transaction spans two of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from services.storage.door import Storage, open_storage
from services.storage.migrate import upgrade


@dataclass(frozen=True)
class Stores:
    """`app`: daily work. `legal`: kept by law. `vault`: keys and the journal of erasures."""

    app: Storage
    legal: Storage
    vault: Storage

    async def close(self) -> None:
        """Finish what is being written and let go."""
        for store in (self.app, self.legal, self.vault):
            await store.close()


async def open_stores(app: str, legal: str, vault: str) -> Stores:
    """Open the three databases by URL, migrated. Commands beside a running bot use this too."""
    for name, url in (("vault", vault), ("app", app), ("legal", legal)):
        await asyncio.to_thread(upgrade, name, url)
    return Stores(open_storage(app), open_storage(legal), open_storage(vault))
