"""Hours in an instant: a loop in which nobody waits, because its clock leaps to whatever comes next."""

from __future__ import annotations

import asyncio


class Leaping(asyncio.SelectorEventLoop):
    """Its time stands still while anything is left to do."""

    def __init__(self):
        super().__init__()
        self.at = 1_000.0

    def time(self):
        return self.at

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.at = max(self.at, self._scheduled[0].when())
        super()._run_once()


def leaping(story):
    """What the story comes to, without waiting for it."""
    loop = Leaping()
    try:
        return loop.run_until_complete(story)
    finally:
        loop.close()
