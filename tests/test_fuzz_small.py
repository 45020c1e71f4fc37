"""A little of what `make fuzz` does at length: strangers' inputs through every door, and nothing comes out."""

from __future__ import annotations

import random

from tests.fuzz.__main__ import fuzz


async def test_what_strangers_put_in_brings_nothing_out():
    seed = random.SystemRandom().randrange(1, 10**6)
    print(f"SEED={seed}")

    figures, failures = await fuzz(1_200, seed, strangers=2)

    assert failures == [], f"SEED={seed}"
    assert (figures["answers_5xx"], figures["foreign_canaries"], figures["unanswered"]) == (0, 0, 0)
    assert figures["inputs"] == 1_200
