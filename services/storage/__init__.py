"""The one door to a database: `await storage.transaction(work)`, with `work` a plain function on a connection."""

from services.storage.door import Storage, Work, open_storage
from services.storage.stores import Stores, open_stores

__all__ = ["Storage", "Stores", "Work", "open_storage", "open_stores"]
