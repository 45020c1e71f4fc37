"""Gives somebody put apart (a new number, a recycled one, long silence) back what is theirs, once you saw a proof (L2).

Without WHO it lists who is put apart, and why. Look at no more than you need, and destroy every copy of an identity
paper as soon as you have looked at it: the register keeps what kind of proof it was, and nothing of it. The running
bot brings the two together, and every chat of theirs hears of it.
"""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import no
from services.durable import beside
from services.identity.giving_back import PROOFS, Apart, GivingBack, NotGiven, who_is_apart

#: Why nothing is given back.
_WHY_NOT = {
    "not_apart": "Nobody is put apart under that: they were never, have proved it themselves, or were erased.",
    "erased": "One of the two is being erased, or was meanwhile: nothing is left to give back.",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Whom, and what you saw."""
    parser.add_argument("who", nargs="?", help="the customer's id, or the number of their case (C…)")
    parser.add_argument(
        "--proved",
        choices=PROOFS,
        help="an identity paper in the name on file, the payment of an order, the line in their hands, "
        "the contract of the number",
    )


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: given back, now or before; or listed. 1: not possible, and why."""
    if asked.who is None:
        return _list(await who_is_apart(desk.stores.app))
    if asked.proved is None:
        return no("What did they prove? Say --proved.")
    try:
        with beside(desk.settings.databases[0]) as start:
            giving = GivingBack(desk.stores, desk.vault, desk.clock, start)
            given = await giving.give_back(asked.who, asked.proved)
    except NotGiven as reason:
        return no(_WHY_NOT[reason.why])
    if given.is_new:
        print(
            f"{given.number}: theirs again, proven by {asked.proved}. The running bot brings the two together."
        )
    else:
        print(f"{given.number}: was given back before.")
    return 0


def _list(people: list[Apart]) -> int:
    for one in people:
        where = ", ".join(one.cases) or "no case"
        print(f"{one.customer}  {one.at:%Y-%m-%d}  {one.why:<10}  perhaps {one.former}  {where}")
    print(f"{len(people)} put apart")
    return 0
