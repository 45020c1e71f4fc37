"""Stripe's own command-line tool triggers its fixtures at the world's Stripe, and the running bot deals with the events."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox import credentials
from tests.judges import fetching
from tests.judges.verdict import Say, Verdict
from tests.living import Living

NAME = "stripe_cli"
#: Seconds for one run of the tool, and for the bot to take what came of it.
PATIENCE = 60.0
#: Every fixture of the tool about charges, checkouts and intents, but one: payment_intent.partially_funded needs a
#: customer's cash balance, which is filled by bank transfers and which a Checkout by card or debit does not have.
_TRIGGERS_SPELLED = """
charge.captured charge.dispute.closed charge.dispute.created charge.dispute.updated charge.failed
charge.refund.updated charge.refunded charge.succeeded
checkout.session.async_payment_failed checkout.session.async_payment_succeeded checkout.session.completed
checkout.session.expired
payment_intent.amount_capturable_updated payment_intent.canceled payment_intent.created
payment_intent.payment_failed payment_intent.processing payment_intent.requires_action payment_intent.succeeded
product.created
"""
_PAYS = "post /v1/payment_intents -d amount=2000 -d currency=eur -d confirm=true -d payment_method_types[]=card -d"


@dataclass(frozen=True)
class Trial:
    """What the tool is told, and the event that must come of it and reach the bot."""

    arguments: tuple[str, ...]
    event: str


TRIALS = (
    *(Trial(("trigger", one), one) for one in _TRIGGERS_SPELLED.split()),
    # Fixtures that also bring events of which the tool has none by name.
    Trial(("trigger", "charge.refunded"), "refund.created"),
    Trial(("trigger", "charge.refund.updated"), "refund.updated"),
    # Stripe's ready-made cards of which a dispute or a warning comes. https://docs.stripe.com/testing
    Trial((*_PAYS.split(), "payment_method=pm_card_createDispute"), "charge.dispute.funds_withdrawn"),
    Trial(
        (*_PAYS.split(), "payment_method=pm_card_createIssuerFraudRecord"),
        "radar.early_fraud_warning.created",
    ),
)


async def judge(cache: Path, say: Say) -> Verdict:
    try:
        tool = fetching.npm(cache, say, fetching.STRIPE_CLI) / ".bin" / "stripe"
    except fetching.NoNpm as error:
        if os.environ.get("CI") == "true":
            return Verdict(failures=[str(error)])
        say(f"skipped: {error}")
        return Verdict()
    living = await Living().start()
    failures = []
    try:
        with tempfile.TemporaryDirectory() as home:
            for trial in TRIALS:
                say(f"stripe {' '.join(trial.arguments)}")
                failure = await _tried(living, tool, Path(home), trial)
                failures += [f"{trial.event}: {failure}"] if failure else []
    finally:
        await living.stop()
    failures += _complaints(living)
    return Verdict({"stripe_triggers": len(TRIALS), "stripe_triggers_failed": len(failures)}, failures)


async def _tried(living: Living, tool: Path, home: Path, trial: Trial) -> str | None:
    """Why it did not work, or None."""
    before = await _events(living, trial.event)
    done = subprocess.run(
        [
            tool,
            *trial.arguments,
            "--api-base",
            living.url,
            "--api-key",
            credentials.STRIPE_KEY,
        ],
        env={**os.environ, "HOME": str(home), "STRIPE_CLI_TELEMETRY_OPTOUT": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        return (done.stdout + done.stderr)[-300:]
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        # Nothing is held back any more: whatever was sent was answered with a 200.
        at_rest = (await living.ledger())["held_back"] == 0
        if at_rest and len(await _events(living, trial.event)) > len(before):
            return None
        await asyncio.sleep(0.1)
    return "the event did not come, or the bot did not take it"


async def _events(living: Living, kind: str) -> list[str]:
    answer = await living.http.get(
        "/stripe/v1/events",
        params={"type": kind, "limit": 100},
        headers={"Authorization": f"Bearer {credentials.STRIPE_KEY}"},
    )
    return [one["id"] for one in answer.json()["data"]]


def _complaints(living: Living) -> list[str]:
    """What the bot's log says of doors that failed."""
    return [
        f"the bot: {line[:200]}"
        for path in living.logs
        if path.name.startswith("bot")
        for line in path.read_text().splitlines()
        if '"event": "door"' in line
    ]
