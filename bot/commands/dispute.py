"""Prints what speaks for us in the dispute of an order; with --submit it goes to the bank, once and for all.

Runs beside the bot. What is printed names the buyer: keep it to yourself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

from bot.settings import BadSettings, Settings, read
from services.clock import Clock
from services.payments import PaymentError
from services.payments.stripe.client import Stripe
from services.payments.stripe.evidence import fields
from services.storage import open_stores
from services.storage.rotation import open_secrets
from services.storage.sealing import Vault
from services.stored_evidence import NothingToSay, StoredEvidence


def main(arguments: list[str]) -> int:
    """0: printed, and submitted if that was asked for. 1: nothing there, or refused. 2: a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m bot dispute", description=__doc__)
    parser.add_argument("order", help="the order's number")
    parser.add_argument(
        "--submit", action="store_true", help="send it to the bank; it cannot be changed afterwards"
    )
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    try:
        print(
            json.dumps(
                asyncio.run(_evidence(settings, asked.order, submit=asked.submit)),
                indent=2,
                ensure_ascii=False,
            )
        )
    except NothingToSay:
        print(f"order {asked.order} has no dispute, or nothing is kept that speaks for us", file=sys.stderr)
        return 1
    except PaymentError as error:
        print(f"the payment service did not take it: {error.reason}", file=sys.stderr)
        return 1
    if asked.submit:
        print("submitted", file=sys.stderr)
    return 0


async def _evidence(settings: Settings, order: str, *, submit: bool) -> dict[str, Any]:
    stores, stripe, clock = await open_stores(*settings.databases), Stripe(settings.stripe), Clock()
    secrets = await open_secrets(stores.vault, settings.key)
    kept = StoredEvidence(stores, Vault(stores.vault, secrets, clock), secrets, clock)
    try:
        gathered = await kept.of(order)
        if submit:
            await kept.submit(order, stripe, fields(gathered))
        return gathered
    finally:
        await stripe.close()
        await stores.close()
