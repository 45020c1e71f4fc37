"""The load runs, loses nothing, keeps the order and tells every figure; how fast it is means nothing in so short a time."""

from __future__ import annotations

import asyncio
import sys

from living import ROOT

#: Seconds, on a machine that does other things too.
PATIENCE = 240
NAMES = "answers lost out_of_order offers_meanwhile offers_twice calls_refused reply_ms_p50 reply_ms_p99"


async def test_every_answer_comes_once_at_least_and_in_order():
    load = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.load", "--small", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told = (await asyncio.wait_for(load.communicate(), PATIENCE))[0].decode()

    assert load.returncode == 0, told
    figures = dict(line.split()[1:] for line in told.splitlines() if line.startswith("figure "))
    assert figures.keys() >= {f"{part}{name}" for part in ("", "faults_") for name in NAMES.split()}
    assert int(figures["offers_meanwhile"]) > 0
