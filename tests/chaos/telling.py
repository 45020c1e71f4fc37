"""Says what is being done while it is done, with the seconds since the start."""

from __future__ import annotations

import time

_began = time.monotonic()


def say(words: str) -> None:
    """One line, at once."""
    print(f"[{time.monotonic() - _began:7.1f}] {words}", flush=True)
