"""What went over the wire, written down for those who check it: only when a folder for it is named.

One JSON object a line, in a file of this process. Words and ids of sample travellers stand in it; nothing of it is
written otherwise. Environment: WORLD_WIRE, the folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Bytes of one file; then the file before it is dropped and a new one begun.
LARGEST = 128_000_000


class Wire:
    """`folder`: None to write nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = folder / f"{os.getpid()}.jsonl" if folder else None
        self._room = LARGEST
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def from_environment(cls) -> Wire:
        """As WORLD_WIRE says."""
        named = os.environ.get("WORLD_WIRE")
        return cls(Path(named) if named else None)

    def note(self, service: str, kind: str, facts: Callable[[], dict[str, Any]]) -> None:
        """One line: what kind of thing passed at which service. `facts` are asked for only when they are kept."""
        if self._path is None:
            return
        line = json.dumps({"service": service, "kind": kind, **facts()}, separators=(",", ":")) + "\n"
        self._room -= len(line)
        if self._room < 0:
            self._path.replace(self._path.with_suffix(".before.jsonl"))
            self._room = LARGEST
        with self._path.open("a") as file:
            file.write(line)

    def delivered(self, service: str, raw: bytes) -> None:
        """A body that was sent to the shop."""
        self.note(service, "delivery", lambda: {"body": raw.decode(errors="replace")})
