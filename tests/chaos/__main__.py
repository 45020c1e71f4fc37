"""`make chaos`: buys under faults and kills on every kind of database, then judges; not zero when it must hold and does not.

Environment: LEG (sqlite, postgres, three; without it these; or kills), SEED, ORDERS, KILLS, MINUTES (for each leg).
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter

from tests.chaos.bots import Bots
from tests.chaos.leg import Plan, run
from tests.chaos.spine import spine
from tests.chaos.telling import say
from tests.folders import keep
from tests.living import Living

#: Leg → how many bots share the port.
STORMY = {"sqlite": 1, "postgres": 1, "three": 3}
LEGS = ("kills", *STORMY)
SPINE_KILLS = 50


def main(arguments: list[str]) -> int:
    """0: all held. 1: something did not. 2: the call made no sense."""
    wanted = os.environ.get("LEG", "kills" if "--spine" in arguments else "")
    legs = tuple(wanted.split(",")) if wanted else tuple(STORMY)
    if unknown := [leg for leg in legs if leg not in LEGS]:
        print(f"there is no leg {', '.join(unknown)}; there are {', '.join(LEGS)}", file=sys.stderr)
        return 2
    seed = _number("SEED", 0) or random.SystemRandom().randrange(1, 10**6)
    say(f"SEED={seed}: everything here is drawn from it")
    # Whoever ends us so wants the bots and the databases ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    totals: Counter[str] = Counter()
    wrong: list[str] = []
    for leg in legs:
        figures, broken = asyncio.run(_leg(leg, seed))
        wrong += [f"{leg}: {one}" for one in broken]
        totals.update(figures)
        for name, value in figures.items():
            print(f"figure {leg}_{name} {value}", flush=True)
    for name, value in totals.items():
        print(f"figure {name} {value}", flush=True)
    for one in wrong:
        say(f"DOES NOT HOLD: {one}")
    if wrong:
        say(f"what the bots wrote stays in {keep()} until the next run")
    return 1 if wrong else 0


async def _leg(leg: str, seed: int) -> tuple[dict[str, int], list[str]]:
    databases = None
    if leg in ("postgres", "three"):
        from tests.postgres import databases as postgres

        databases = postgres()
    chance = random.Random(f"{seed} {leg}")
    living = Living(databases, providers="keepgo,airalo")
    factor = living.environment()["TIME_FACTOR"]
    say(f"leg {leg}: every wait of the shop takes {factor} of its time")
    bots = Bots(living, STORMY.get(leg, 1))
    try:
        await bots.begin()
        if leg == "kills":
            return await spine(living, bots, chance, _number("KILLS", SPINE_KILLS))
        plan = Plan(
            _number("ORDERS", 1000), _number("KILLS", 200), 60 * float(os.environ.get("MINUTES", "25"))
        )
        return await run(living, bots, chance, plan)
    finally:
        await living.stop()


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


sys.exit(main(sys.argv[1:]))
