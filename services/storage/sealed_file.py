"""A secret in a file of its own, sealed with the house's key: for what may be lost, but should not be asked for again."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from services.storage.sealing import Broken, Sealer


class SealedFile:
    """One secret. `about` says what it is for: under another word it does not open."""

    def __init__(self, path: Path, sealer: Sealer, about: str) -> None:
        self._path = path
        self._sealer = sealer
        self._place = f"file:{path.name}:{about}"

    def read(self) -> str | None:
        """What was kept, or None when there is nothing that opens."""
        try:
            return self._sealer.open(self._path.read_bytes(), self._place).decode()
        except (OSError, Broken):
            return None

    def write(self, secret: str) -> None:
        """Keep it, instead of what was kept before. A disk that refuses is no reason to fail."""
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            beside.write_bytes(self._sealer.seal(secret, self._place))
            beside.replace(self._path)
