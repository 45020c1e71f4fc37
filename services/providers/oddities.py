"""What a provider said that nobody here knows: counted by kind, and never a reason to fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from services.providers.state import LineState

#: Different oddities remembered; what comes after them is counted as "more".
MOST_ODDITIES = 100

#: Told (kind, whether it is new) of every oddity, from whatever thread met it.
Heard = Callable[[str, bool], None]


class Oddities:
    """One provider's strange words. `heard` may be set by whoever counts and alarms."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.heard: Heard | None = None

    def note(self, kind: str, word: object = "") -> None:
        """Count it. Only letters of the word are kept."""
        letters = "".join(c for c in str(word) if c.isascii() and (c.isalpha() or c in " -_")).strip()[:32]
        name = f"{kind}:{letters}" if letters else kind
        name = name if name in self.seen or len(self.seen) < MOST_ODDITIES else "more"
        self.seen[name] += 1
        if self.heard is not None:
            self.heard(name, self.seen[name] == 1)

    def state(self, table: dict[str, LineState], kind: str, word: object) -> LineState:
        """A state in our words, by the provider's table of them (lower case)."""
        state = table.get(str(word).strip().lower())
        if state is None:
            self.note(kind, word)
            return LineState.UNKNOWN
        return state
