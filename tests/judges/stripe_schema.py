"""Stripe's own document on every call, answer and event between shop and world, while stories of money run."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.judges import fetching
from tests.judges.schema import MOST_TOLD, lines, run_tests
from tests.judges.stripe_spec import StripeSpec
from tests.judges.verdict import Say, Verdict

NAME = "stripe_schema"
#: Purchases, refunds, disputes, warnings, declined cards: with a bot, at its services, and at Stripe's own library.
STORIES = ("tests/money", "tests/sandbox/test_stripe_world.py", "tests/test_money_story.py")


async def judge(cache: Path, say: Say) -> Verdict:
    folder = await asyncio.to_thread(fetching.wheel, cache, say, "seahaven-stripe-world", "3.14")
    spec = StripeSpec(next(folder.rglob("spec3.json")))
    wire = cache / "wire" / "stripe"
    shutil.rmtree(wire, ignore_errors=True)
    say(f"running {' '.join(STORIES)}, with the wire written down")
    done = await asyncio.to_thread(run_tests, list(STORIES), wire)
    failures = [] if done.returncode == 0 else [f"the stories themselves fail: {done.stdout[-1500:]}"]
    say(f"checking the wire against Stripe {spec.version}")
    checked, errors = Counter[str](), Counter[str]()
    for line in lines(wire, "stripe"):
        checked[line["kind"]] += 1
        errors.update(wrong(spec, line))
    failures += [f"{error} ({times} times)" for error, times in errors.most_common(MOST_TOLD)]
    if not checked["call"] or not checked["delivery"]:
        failures.append("nothing was on the wire")
    figures = {
        "stripe_schema_calls": checked["call"],
        "stripe_schema_events": checked["delivery"],
        "stripe_schema_errors": errors.total(),
    }
    return Verdict(figures, failures)


def wrong(spec: StripeSpec, line: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an event, or with a call and its answer. A call that was refused may be wrong on purpose."""
    if line["kind"] == "delivery":
        yield from spec.of_event(json.loads(line["body"]))
        return
    verb, path = line["verb"], line["path"]
    if not spec.knows(path):
        return
    if line["status"] == 200:
        yield from spec.of_call(verb, path, line["params"])
    yield from spec.of_answer(verb, path, line["status"], line["answer"])
