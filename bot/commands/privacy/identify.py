"""Says whose a request is: by an order's number with its email (L1), or by your own look at a documented doubt (L2).

Ask for no more than you need, and destroy every copy of an identity paper as soon as you have looked at it.
"""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import no
from services.privacy.requests.states import Level


def add(parser: argparse.ArgumentParser) -> None:
    """Either an order with its email, or a customer."""
    parser.add_argument("number", type=str.upper, help="R-…")
    parser.add_argument("--order", help="the number of an order of theirs, with --email")
    parser.add_argument("--email", help="the address on file with it, as they gave it")
    parser.add_argument("--customer", help="the customer's id, where you have looked at it yourself")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: it goes on. 1: nobody is recognized by that, or it is not to be identified any more."""
    level: Level = "L2" if asked.customer else "L1"
    customer: str | None = asked.customer
    if not customer and asked.order and asked.email:
        customer = await desk.letters.buyer(asked.order, asked.email)
    if not customer:
        return no("Nobody is recognized by that: give --order with its --email, or --customer.")
    try:
        number = await desk.letters.identified(asked.number, customer, level)
    except LookupError:
        return no("There is no such customer.")
    if number is None:
        return no("That request is not waiting for somebody to be recognized.")
    print(f"{number} is in progress" if number == asked.number else f"the same is open already: {number}")
    return 0
