"""How much is measured: everything, a quick look, or just enough to see that it works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Seconds are real ones."""

    #: Rounds of which each figure is the median, and how long each question is asked in each of them.
    rounds: int
    seconds: float
    #: Travellers that the bots have met before, and those among them that buy an eSIM.
    chats: int
    buyers: int
    #: Starts of each kind of which the median is told.
    starts: int


FULL = Sizes(rounds=9, seconds=3.0, chats=200, buyers=100, starts=3)
QUICK = Sizes(rounds=3, seconds=0.7, chats=100, buyers=32, starts=1)
SMOKE = Sizes(rounds=1, seconds=0.1, chats=32, buyers=2, starts=1)

#: Turns in flight at once.
AT_ONCE = 32
