"""`make load`: a thousand travellers in a hundred seconds while a campaign to ten thousand runs; then with faults.

Ends with one line for each figure, and not zero when an answer is lost or out of order, or somebody got an offer twice.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
from base64 import b64decode
from dataclasses import dataclass

from services.campaigns import Campaigns, Draft
from services.clock import Clock
from services.storage import open_stores
from services.storage.rotation import open_secrets
from tests.bench.figures import Figures, say, share
from tests.living import Living
from tests.load.crowd import Traveller, all_of_them, enter
from tests.load.town import Town

NAME, OFFER = "load", "Half the price this week"


@dataclass(frozen=True)
class Sizes:
    chats: int
    seconds: float
    recipients: int
    #: The share of messages that each kind of fault meets, in the second part.
    faults: float = 0.05


FULL, SMALL = Sizes(1_000, 100, 10_000), Sizes(30, 3, 60)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few of everybody, for the tests")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    say(f"seed {asked.seed}")
    return asyncio.run(run(SMALL if asked.small else FULL, asked.seed))


async def run(sizes: Sizes, seed: int) -> int:
    figures, wrong = Figures(), 0
    for part, faults in (("", 0.0), ("faults_", sizes.faults)):
        say(
            f"{sizes.chats} chats in {sizes.seconds:.0f} s, an offer to {sizes.recipients}, faults {faults:.0%} of each"
        )
        wrong += await _part(sizes, random.Random(seed), faults, part, figures)
    print("\n".join(figures.lines()))
    return 1 if wrong else 0


async def _part(sizes: Sizes, chance: random.Random, faults: float, part: str, figures: Figures) -> int:
    """Everything once; how many things went wrong."""
    living = Living()
    environment = living.environment()
    town = Town(living.port, living.bot_url)
    recipients = [f"recipient-{number}" for number in range(sizes.recipients)]
    living.data.mkdir(parents=True, exist_ok=True)
    try:
        stores = await open_stores(
            *(environment[f"{name}_DATABASE_URL"] for name in ("APP", "LEGAL", "VAULT"))
        )
        try:
            secrets = await open_secrets(stores.vault, b64decode(environment["MASTER_KEY"]))
            await enter(stores, secrets, town.acquainted(recipients))
            async with town:
                living.start_bot()
                await living.healthy()
                say("the bot answers; the campaign begins")
                campaigns = Campaigns(stores.app, Clock())
                await campaigns.enter(Draft(NAME, {"telegram": {"en": OFFER}}))
                await campaigns.start(NAME)
                town.stumble(faults, chance)
                travellers = await all_of_them(town, sizes.chats, sizes.seconds, chance)
                wrong = _tell(town, travellers, recipients, part, figures)
                await living.stop()
                return wrong
        finally:
            await stores.close()
    finally:
        await living.stop()
        shutil.rmtree(living.folder, ignore_errors=True)


def _tell(town: Town, travellers: list[Traveller], recipients: list[str], part: str, figures: Figures) -> int:
    answers = [answer for one in travellers for answer in one.answers]
    lost = sum(answer.wait is None for answer in answers)
    shuffled = sum(not one.in_order for one in travellers)
    screens = map(town.phones("telegram").screen, recipients)
    offers = [sum(OFFER in one.text for one in screen.messages) for screen in screens]
    twice = sum(count > 1 for count in offers)
    waits = [answer.wait * 1000 for answer in answers if answer.wait is not None]
    figures.add(f"{part}answers", len(answers))
    figures.add(f"{part}lost", lost)
    figures.add(f"{part}out_of_order", shuffled)
    figures.add(f"{part}offers_meanwhile", sum(count > 0 for count in offers))
    figures.add(f"{part}offers_twice", twice)
    figures.add(f"{part}calls_refused", town.refused)
    figures.add(f"{part}reply_ms_p50", share(waits, 0.5))
    figures.add(f"{part}reply_ms_p99", share(waits, 0.99))
    return lost + shuffled + twice


if __name__ == "__main__":
    sys.exit(main())
