"""Rounds in which every bot is asked by turns, so that whatever else the machine does hits all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.figures import Figures, say, share
from tests.bench.sizes import Sizes
from tests.bench.traffic import Measured, Travellers


@dataclass(frozen=True)
class Question:
    """What travellers write, and what belongs into the answer."""

    name: str
    who: Travellers
    chats: Sequence[int]
    text: str
    answer: re.Pattern[str]


class Rounds:
    """Three questions to our bot, one to each of the empty ones; ratios are taken within a round."""

    def __init__(
        self,
        ours: Travellers,
        aiogram: Travellers,
        ptb: Travellers,
        chats: Sequence[int],
        owners: Sequence[int],
    ) -> None:
        empty = re.compile("does nothing")
        self.usage = Question("usage", ours, owners, "how much data do I have left?", re.compile("GB left"))
        self._questions = [
            Question("start", ours, chats, "/start", re.compile("Where are you going")),
            Question("bare_aiogram", aiogram, chats, "/start", empty),
            Question("plans", ours, chats, "Japan", re.compile("Plans for Japan")),
            Question("bare_ptb", ptb, chats, "/start", empty),
            self.usage,
        ]
        self._found: dict[str, list[Measured]] = {question.name: [] for question in self._questions}

    async def meet(self) -> None:
        """Every traveller says hello to every bot, so that none is new to it any more."""
        for question in self._questions:
            if question is not self.usage:
                await question.who.ask(question.chats, question.text, question.answer)

    async def ask_live(self) -> Measured:
        """How much is left, asked once by every owner: now the provider is asked each time."""
        return await self.usage.who.ask(self.usage.chats, self.usage.text, self.usage.answer)

    async def run(self, sizes: Sizes) -> None:
        """All rounds. Whoever is asked first changes from round to round."""
        for number in range(sizes.rounds):
            first = number % len(self._questions)
            for question in self._questions[first:] + self._questions[:first]:
                if question is self.usage:
                    await self.ask_live()  # from here on every line's measurement is fresh
                found = await question.who.ask(question.chats, question.text, question.answer, sizes.seconds)
                self._found[question.name].append(found)
            say(f"round {number + 1} of {sizes.rounds}: " + ", ".join(map(self._told, self._questions)))

    def tell(self, figures: Figures) -> None:
        """Ratios first, then what they are made of."""
        for ours, other in (
            ("start", "aiogram"),
            ("plans", "aiogram"),
            ("usage", "aiogram"),
            ("start", "ptb"),
        ):
            pairs = list(zip(self._found[ours], self._found[f"bare_{other}"], strict=True))
            figures.add(f"{ours}_vs_bare_{other}", median(a.rate / b.rate for a, b in pairs))
            # The same by processor time, which suffers least from whatever else the machine does.
            figures.add(f"{ours}_cpu_vs_bare_{other}", median(b.cpu_ms / a.cpu_ms for a, b in pairs))
        for name, found in self._found.items():
            waits = [wait * 1000 for one in found for wait in one.waits]
            figures.add(f"{name}_turns_per_second", median(one.rate for one in found))
            figures.add(f"{name}_ms_p50", share(waits, 0.5))
            figures.add(f"{name}_ms_p99", share(waits, 0.99))
            figures.add(f"{name}_cpu_ms", median(one.cpu_ms for one in found))

    def _told(self, question: Question) -> str:
        last = self._found[question.name][-1]
        return (
            f"{question.name} {last.rate:.0f}/s (asking took {last.own_cpu / last.seconds:.0%} of its core)"
        )
