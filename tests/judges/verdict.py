"""What a judge finds: figures for the record, and what does not hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

#: Tells the person at the terminal what is being done.
Say = Callable[[str], None]


@dataclass(frozen=True)
class Verdict:
    """Figures by name; failures in words, none when everything holds."""

    figures: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


Judge = Callable[[Path, Say], Verdict | Awaitable[Verdict]]
