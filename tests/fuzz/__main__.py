"""`make fuzz`: 100,000 inputs through every door of a living bot; not zero when something came out that must not.

Environment: SEED, INPUTS.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import sys
import time

from tests.chaos.telling import say
from tests.folders import keep
from tests.fuzz import attack, polling, scene
from tests.living import Living

INPUTS = 100_000
#: The share of the inputs that goes through long polling, where there is no door.
POLLED = 0.1


def main() -> int:
    """0: all held. 1: something did not."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1, 10**6))
    many = int(os.environ.get("INPUTS") or INPUTS)
    say(f"SEED={seed} INPUTS={many}: everything here is drawn from it")
    # Whoever ends us so wants the bot and its world ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    figures, failures = asyncio.run(fuzz(many, seed))
    for name, value in figures.items():
        print(f"figure {name} {value}", flush=True)
    for failure in failures:
        say(f"DOES NOT HOLD: {failure}")
    if failures:
        say(f"what the bot wrote stays in {keep()} until the next run")
    return 1 if failures else 0


async def fuzz(many: int, seed: int, strangers: int = scene.STRANGERS) -> tuple[dict[str, int], list[str]]:
    """Figures and failures of one run."""
    chance = random.Random(seed)
    living = Living(providers="keepgo,airalo")
    wire = living.folder / "wire"
    # Thousands of inputs cause more answers than a platform would take in an hour.
    living.settings = {"TELEGRAM_RATE": "0", "WHATSAPP_RATE": "0"}
    living.start_world("--rates", "none", WORLD_WIRE=str(wire))
    living.start_bot()
    try:
        await living.healthy()
        people = await scene.prepared(living, wire, strangers)
        recorded = {door: len(bodies) for door, bodies in people.bodies.items()}
        say(f"recorded {recorded}; {len(people.canaries)} canaries")
        began, polled = time.monotonic(), int(many * POLLED)
        lost = await polling.polled(people, polled, chance)
        found = await attack.attack(living, people, many - polled, chance, say)
        say(f"{many} inputs in {time.monotonic() - began:.0f} s: {dict(found.by_kind.most_common())}")
    finally:
        await living.stop()
        shutil.rmtree(wire, ignore_errors=True)
    figures = found.figures() | {"inputs": found.inputs + polled}
    return figures, found.failures() + lost


if __name__ == "__main__":
    sys.exit(main())
