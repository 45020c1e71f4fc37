"""Gives money of an order back, in part or whole; the running bot carries it out.

A repeat of the same command changes nothing. To give the same amount of the same order once more on purpose:
--nth 2. To ask again for refunds that failed: --again.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from decimal import Decimal, InvalidOperation

from bot.settings import BadSettings, Settings, read
from services.clock import Clock
from services.durable import beside
from services.giving_back import MOST_OF_ONE_AMOUNT, REASONS, Decided, Decision, GivingBack, Standing
from services.money import Money
from services.storage import open_stores

#: What became of it, in words, and the exit status.
SAID = {
    "noted": ("Noted: {amount} goes back. The bot carries it out; see `python -m bot books`.", 0),
    "repeated": (
        "This was decided before: {amount}. Nothing more goes back (once more on purpose: --nth 2).",
        0,
    ),
    "unknown_order": ("There is no paid order of that number.", 1),
    "worked_on": ("It is being bought just now: it ends delivered or refunded by itself. Try again then.", 1),
    "disputed": ("Its payment is disputed: the bank decides who gets the money. Answer in Stripe.", 1),
    "nothing_left": ("Nothing of it is left to give back.", 0),
    "too_much": ("That is more than is left, or nothing.", 1),
    "whole_only": ("Telegram gives Stars back whole only: leave --amount away.", 1),
    "other_currency": ("The order was paid in another currency.", 1),
}


def main(arguments: list[str]) -> int:
    """0: noted, or done before. 1: refused, or not confirmed. 2: the settings or the arguments are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot refund", description=__doc__)
    parser.add_argument("order", type=str.upper, help="the order's number, M…")
    parser.add_argument(
        "--amount", type=_decimal, help="in the order's currency, such as 5.00; default: all that is left"
    )
    parser.add_argument("--why", choices=REASONS, default="goodwill")
    parser.add_argument(
        "--nth",
        type=int,
        choices=range(1, MOST_OF_ONE_AMOUNT + 1),
        default=1,
        metavar="N",
        help="the how-manieth refund of this amount it is",
    )
    parser.add_argument("--again", action="store_true", help="ask again for this order's refunds that failed")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    return asyncio.run(_refund(settings, asked))


async def _refund(settings: Settings, asked: argparse.Namespace) -> int:
    async with AsyncExitStack() as stack:
        stores = await open_stores(*settings.databases)
        stack.push_async_callback(stores.close)
        giving = GivingBack(stores.app, Clock(), stack.enter_context(beside(settings.databases[0])))
        standing = await giving.standing(asked.order)
        if standing is None:
            return _say("unknown_order")
        print(_facts(standing))
        if asked.again:
            return await _again(giving, standing, sure=asked.yes)
        decision = _decision(standing, asked)
        what = f"{decision.amount or standing.left} of order {asked.order} goes back ({asked.why})."
        if not (asked.yes or _sure(what)):
            return 1
        decided: Decided = await giving.decide(decision)
        return _say(decided.outcome, decided.amount)


def _decision(standing: Standing, asked: argparse.Namespace) -> Decision:
    """The key tells one decision from another: the same command twice is the same one."""
    if asked.amount is None:
        key = f"asked:{asked.order}:rest:{standing.back.minor}:{asked.nth}"
        return Decision(asked.order, None, asked.why, key)
    amount = Money.of(asked.amount, standing.captured.currency)
    return Decision(asked.order, amount, asked.why, f"asked:{asked.order}:{amount.minor}:{asked.nth}")


async def _again(giving: GivingBack, standing: Standing, *, sure: bool) -> int:
    if not standing.failed:
        print("No refund of this order failed.")
        return 1
    if not (
        sure or _sure(f"{standing.failed} failed refund(s) of order {standing.order} are asked for again.")
    ):
        return 1
    print(f"Noted: {await giving.try_again(standing.order)} asked for again. The bot carries it out.")
    return 0


def _facts(standing: Standing) -> str:
    failed = f", {standing.failed} failed" if standing.failed else ""
    return (
        f"{standing.order}: {standing.captured} came in by {standing.method}, {standing.back} went back or is on "
        f"its way{failed}, {standing.left} is left."
    )


def _sure(what: str) -> bool:
    print(what)
    if not sys.stdin.isatty():
        print("Nothing was done: say --yes, or run it where it can ask.", file=sys.stderr)
        return False
    return input("Do it? [y/N] ").strip().casefold() in ("y", "yes")


def _say(outcome: str, amount: Money | None = None) -> int:
    words, status = SAID[outcome]
    print(words.format(amount=amount))
    return status


def _decimal(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError("is no amount") from None
    if not amount.is_finite() or amount <= 0 or amount >= 10**9:
        raise argparse.ArgumentTypeError("is no amount")
    return amount
