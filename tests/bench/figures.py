"""What is told: progress while it runs, and one line for each figure at the end."""

from __future__ import annotations

from collections.abc import Sequence


class Figures:
    """Collects figures in the order in which they are found."""

    def __init__(self) -> None:
        self._found: dict[str, float | int] = {}

    def add(self, name: str, value: float) -> None:
        self._found[name] = value

    def lines(self) -> list[str]:
        """ "figure NAME VALUE", three digits that mean something."""
        return [f"figure {name} {_short(value)}" for name, value in self._found.items()]


def say(words: str) -> None:
    """Tell at once."""
    print(words, flush=True)


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def _short(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.0f}" if value >= 100 else f"{value:.3g}"
