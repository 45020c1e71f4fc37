"""Writes down that data were shown to the wrong person (GDPR art. 33(5)): every copy of the customer says so from then on.

Say what it was in a few words (--what "name and order"), and to whom without naming them (--to "another customer").
Effects and measures belong into your own file. There is no row that writes itself: whether a chat was answered with
somebody else's data shows only outside of the bot, since to the bot whoever proved themselves is the customer.
"""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import no
from services.privacy.requests.disclosing import LONGEST_RECIPIENT, LONGEST_WHAT, Breaches


def add(parser: argparse.ArgumentParser) -> None:
    """Whose data, which, and who saw them."""
    parser.add_argument("customer", help="the customer's id")
    parser.add_argument("--what", required=True, help=f"in at most {LONGEST_WHAT} letters")
    parser.add_argument("--to", required=True, help=f"in at most {LONGEST_RECIPIENT} letters")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: written down. 1: there is no such customer, or the words are too long or none."""
    what, to = " ".join(asked.what.split()), " ".join(asked.to.split())
    if not 1 <= len(what) <= LONGEST_WHAT or not 1 <= len(to) <= LONGEST_RECIPIENT:
        return no(f"Say --what in {LONGEST_WHAT} letters, --to in {LONGEST_RECIPIENT}, and neither empty.")
    try:
        until = await Breaches(desk.stores.app, desk.clock).note(asked.customer, to, what)
    except LookupError:
        return no("There is no such customer.")
    controller = desk.settings.controller
    print(
        f"Written down. Tell {controller.authority} until {until:%Y-%m-%d %H:%M} UTC, unless nobody is at risk:"
    )
    print(f"{controller.authority_url}. Where the risk is high, tell the people, too (art. 34).")
    print(f"Whom it touches: python -m bot privacy affected --since {desk.clock.now():%Y-%m-%d}")
    return 0
