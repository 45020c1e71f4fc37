"""Airalo's own SDK, against our world instead of Airalo: it lists, buys, tops up, reads usage, and is refused.

It is a judge only: it tries a write again when an answer does not come, so the bot has a client of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path

import httpx

from bot.sandbox import credentials
from tests.judges import fetching
from tests.judges.verdict import Say, Verdict
from tests.living import Living, until

NAME = "airalo"
PARTNER = Path(__file__).parent / "airalo_sdk" / "partner.py"
#: Seconds for the whole run.
PATIENCE = 300


async def judge(cache: Path, say: Say) -> Verdict:
    python = await asyncio.to_thread(fetching.python, cache, say)
    living = Living()
    living.start_world()
    try:
        await until(lambda: _answers(living), 60)
        say("airalo-sdk does what a partner does")
        tried = await asyncio.to_thread(_partner, python, living.url)
    finally:
        await living.stop()
    failures = [f"{what}: {wrong}" for what, wrong in tried if wrong]
    return Verdict({"airalo_sdk_calls": len(tried), "airalo_sdk_failed": len(failures)}, failures)


def _partner(python: Path, world: str) -> list[tuple[str, str]]:
    who = (credentials.AIRALO_CLIENT_ID, credentials.AIRALO_CLIENT_SECRET)
    done = subprocess.run(
        [python, PARTNER, f"{world}/airalo/v2/", world, *who],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        # Nothing of it leaves this machine.
        env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"},
    )
    if done.returncode:
        return [("run", (done.stderr or done.stdout)[-1000:])]
    return [(what, wrong) for what, wrong in json.loads(done.stdout)]


async def _answers(living: Living) -> bool:
    with suppress(httpx.TransportError):
        return (await living.http.get("/world/clock")).status_code == 200
    return False
