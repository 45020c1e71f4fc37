"""The one door to a database: `await storage.transaction(work)`, with `work` a plain function on a connection."""

from services.storage import (
    after_sale,
    campaigns,
    copies,
    desk,
    identity,
    rights,
)  # they add their tables to the store of daily work
from services.storage.door import Storage, Work, open_storage
from services.storage.stores import Stores, open_stores

__all__ = [
    "Storage",
    "Stores",
    "Work",
    "after_sale",
    "campaigns",
    "copies",
    "desk",
    "identity",
    "open_storage",
    "open_stores",
    "rights",
]
