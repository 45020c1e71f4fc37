"""The Bot API's schema on every call that the bot makes and everything that the world says, while all tests run.

Environment: TESTS (which tests; without it all).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.judges import fetching
from tests.judges.bot_api import BotApi
from tests.judges.verdict import Say, Verdict
from tests.living import ROOT

NAME = "schema"
#: Seconds for all tests, and how they are run, as `make test` runs them.
PATIENCE = 3_600
WHOLE = ("-n", "auto", "--dist", "worksteal")
#: Different errors that are told.
MOST_TOLD = 40


async def judge(cache: Path, say: Say) -> Verdict:
    api = BotApi(await asyncio.to_thread(fetching.source, cache, say, "aiogram"))
    wire = cache / "wire" / "tests"
    shutil.rmtree(wire, ignore_errors=True)
    tests = os.environ.get("TESTS", "").split()
    say(f"running {' '.join(tests) or 'all tests'}, with the wire written down")
    done = await asyncio.to_thread(run_tests, tests, wire)
    say(f"the tests: {(done.stdout.splitlines() or ['nothing'])[-1]}")
    failures = [] if done.returncode == 0 else [f"the tests themselves fail: {_failing(done.stdout)}"]
    say(f"checking the wire against Bot API {api.version}")
    checked, errors = Counter[str](), Counter[str]()
    for line in lines(wire):
        checked[line["kind"]] += 1
        errors.update(wrong(api, line))
    for line in lines(cache / "wire" / "ptb"):
        if line["kind"] == "call":  # which may be wrong on purpose; its answer may not
            checked["answer to others"] += 1
            errors.update(api.of_answer(line["method"], line["answer"]))
    failures += [f"{error} ({times} times)" for error, times in errors.most_common(MOST_TOLD)]
    if not checked["call"] or not checked["delivery"]:
        failures.append("nothing was on the wire")
    figures = {
        "schema_calls": checked["call"],
        "schema_updates": checked["delivery"],
        "schema_answers_to_others": checked["answer to others"],
        "schema_errors": errors.total(),
    }
    return Verdict(figures, failures)


def _failing(told: str) -> str:
    """Their names first: the last of them may have brought along a whole log."""
    names = [line[:200] for line in told.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return "\n".join((*names[:MOST_TOLD], told[-1500:]))


def lines(folder: Path, service: str = "telegram") -> Iterator[dict[str, Any]]:
    """What a service said and heard, as the world wrote it down."""
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open() as file:
            for line in file:
                read = json.loads(line)
                if read["service"] == service:
                    yield read


def wrong(api: BotApi, line: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an update, or with a call and its answer."""
    if line["kind"] == "delivery":
        yield from api.of_update(json.loads(line["body"]))
        return
    yield from api.of_call(line["method"], line["fields"], line["files"])
    yield from api.of_answer(line["method"], line["answer"])


def run_tests(tests: list[str], wire: Path) -> subprocess.CompletedProcess[str]:
    """The tests, with everything that goes over the wire written down in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *(tests or WHOLE)],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name != "JUDGE"},
            "WORLD_WIRE": str(wire),
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
