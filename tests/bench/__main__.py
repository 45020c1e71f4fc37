"""How fast, how large, how few: python -m tests.bench [--quick | --smoke]

Our bot and two empty ones (aiogram, python-telegram-bot) answer the same travellers on one core, by turns in
every round, while another core plays phones, Bot APIs, provider and payment service. Ends with one line for each
figure; the exit status is 1 when somebody was left without an answer, and never because of a time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys

import uvloop

from tests.bench.figures import Figures, say
from tests.bench.machine import Cores, load
from tests.bench.sizes import FULL, QUICK, SMOKE, Sizes
from tests.bench.stages import in_the_world, on_one_core
from tests.bench.traffic import Unanswered
from tests.folders import fresh


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="How fast, how large, how few."
    )
    parser.add_argument("--quick", action="store_true", help="less of everything: under a minute")
    parser.add_argument("--smoke", action="store_true", help="a few turns, to see that it works")
    asked = parser.parse_args(arguments)
    if not hasattr(os, "sched_setaffinity"):
        say(
            "This needs Linux: bots and travellers are kept on cores of their own, and /proc tells what they take."
        )
        return 2
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            found = runner.run(bench(SMOKE if asked.smoke else QUICK if asked.quick else FULL))
        except (Unanswered, AssertionError, RuntimeError, TimeoutError) as failed:
            say(f"FAILED: {failed}")
            return 1
    for line in found.lines():
        say(line)
    return 0


async def bench(sizes: Sizes) -> Figures:
    """Everything, one after the other. Raises Unanswered, or what a bot raises that does not even live."""
    cores = Cores.here()
    say(f"{cores.describe()}; load average {load()}")
    figures = Figures()
    folder = fresh("bench")
    try:
        async with in_the_world(cores, figures) as (environment, bundles):
            await on_one_core(sizes, cores, folder, environment, bundles, figures)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"load average {load()}")
    return figures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
