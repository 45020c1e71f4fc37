"""The files that passed through the world, so that a phone can show them and a bot can fetch them."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

#: The oldest file goes when there are more.
MOST_FILES = 5_000


@dataclass(frozen=True)
class File:
    """Bytes with what a browser has to know about them."""

    content: bytes
    mime: str
    name: str


class Media:
    """Files by an unguessable id."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def put(self, content: bytes, mime: str, name: str) -> str:
        """Keep a file; returns its id."""
        key = token_hex(12)
        self._files[key] = File(content, mime, name)
        if len(self._files) > MOST_FILES:
            del self._files[next(iter(self._files))]
        return key

    def get(self, key: str) -> File | None:
        """The file, or None when it is unknown or has gone."""
        return self._files.get(key)

    @staticmethod
    def url(key: str) -> str:
        """Where the page and the control interface find it (a path on the world's own port)."""
        return f"/world/media/{key}"
