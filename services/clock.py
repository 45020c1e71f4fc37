"""The shop's clock: due dates, promises, expiry and retention live by it; everything else by the machine's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's time, moved on by what the time source says."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """The shop's time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def move(self, seconds: float) -> None:
        """Live by that offset from the machine's clock from now on."""
        self._offset = timedelta(seconds=seconds)


def machine_now() -> datetime:
    """The machine's time, aware, in UTC: for leases, heartbeats and signatures."""
    return datetime.now(UTC)


class Waits:
    """Every wait is a setting, and all of them can be scaled by one factor (tests, chaos)."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def __call__(self, seconds: float, floor: float = 0.0) -> float:
        """A wait in real seconds."""
        return max(seconds * self.factor, floor)
