"""`make judges`: every judge in turn, then the figures; not zero when one of them found something that does not hold.

Environment: JUDGE (the name of one; without it all), JUDGES (a folder of other people's cases).
"""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.telling import say
from tests.judges.finding import judges
from tests.judges.verdict import Judge, Verdict
from tests.living import ROOT

CACHE = ROOT / ".cache" / "judges"


def main(there: Mapping[str, Judge] | None = None) -> int:
    """0: all hold. 1: something does not. 2: there is no such judge."""
    there, wanted = judges() if there is None else there, os.environ.get("JUDGE", "")
    if wanted and wanted not in there:
        print(f"there is no judge {wanted}; there are {', '.join(there)}", file=sys.stderr)
        return 2
    CACHE.mkdir(parents=True, exist_ok=True)
    # Whoever ends us so wants the worlds ended too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    figures: dict[str, int] = {}
    failures: list[str] = []
    for name, judge in there.items():
        if wanted in ("", name):
            verdict = _heard(name, judge)
            figures |= verdict.figures
            failures += [f"{name}: {failure}" for failure in verdict.failures]
    for figure, value in figures.items():
        print(f"figure {figure} {value}", flush=True)
    for failure in failures:
        say(f"DOES NOT HOLD: {failure}")
    return 1 if failures else 0


def _heard(name: str, judge: Judge) -> Verdict:
    """A judge that cannot do its work has not found that everything holds."""
    say(f"{name}: begins")
    began = time.monotonic()
    try:
        verdict = asyncio.run(_of(judge, CACHE))
    except Exception as error:
        verdict = Verdict(failures=[f"could not judge: {type(error).__name__}: {error}"])
    say(f"{name}: {len(verdict.failures) or 'no'} failures, {time.monotonic() - began:.0f} s")
    return verdict


async def _of(judge: Judge, cache: Path) -> Verdict:
    verdict = judge(cache, say)
    return await verdict if inspect.isawaitable(verdict) else verdict


if __name__ == "__main__":
    sys.exit(main())
