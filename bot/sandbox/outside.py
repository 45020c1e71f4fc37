"""What lies outside the world: a folder with a file `hosts`, and below each host's name the files that it serves.

The world has no way to a real network. Without a folder nothing is out there.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Bytes of the largest file that is fetched.
LARGEST = 50_000_000


@dataclass(frozen=True)
class Page:
    """A file as its host serves it."""

    name: str
    mime: str
    content: bytes


class Outside:
    """`folder`: None when there is nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder.resolve() if folder else None

    def address(self, host: str) -> str | None:
        """The address that a host name leads to, as in /etc/hosts; None when nobody has heard of it."""
        if self._folder is None:
            return None
        lines = (line.split() for line in (self._folder / "hosts").read_text().splitlines())
        return next((line[0] for line in lines if host.lower() in line[1:]), None)

    def fetch(self, url: str) -> Page | None:
        """What an http or https address leads to; None when it leads nowhere."""
        parts = urlsplit(url)
        if self._folder is None or self.address(parts.hostname or "") is None:
            return None
        site = self._folder / str(parts.hostname)
        path = (site / unquote(parts.path).lstrip("/")).resolve()
        if not path.is_relative_to(site) or not path.is_file() or path.stat().st_size > LARGEST:
            return None
        mime = mimetypes.guess_type(path.name.partition("&")[0])[0] or "application/octet-stream"
        return Page(path.name, mime, path.read_bytes())
