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
from collections import Counter
from dataclasses import dataclass

from services.campaigns import Campaigns, Draft
from services.clock import Clock
from services.storage import open_stores
from services.storage.rotation import open_secrets
from tests.bench.figures import Figures, say, share
from tests.living import Living
from tests.load.crowd import TURNS, Answer, Travellers, enter
from tests.load.platform import Platform

NAME, OFFER = "load", "Half the price this week"
FIRST_TRAVELLER, FIRST_RECIPIENT = 1_000_000, 5_000_000


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
    platform, living = Platform(chance), Living()
    living.settings["TELEGRAM_API"] = await platform.open()
    recipients = range(FIRST_RECIPIENT, FIRST_RECIPIENT + sizes.recipients)
    environment = living.environment()
    try:
        living.data.mkdir(parents=True, exist_ok=True)
        stores = await open_stores(
            *(environment[f"{name}_DATABASE_URL"] for name in ("APP", "LEGAL", "VAULT"))
        )
        try:
            await enter(
                stores, await open_secrets(stores.vault, b64decode(environment["MASTER_KEY"])), recipients
            )
            living.start_world()
            living.start_bot()
            await asyncio.wait_for(platform.listening.wait(), 60)
            travellers = Travellers(
                platform, f"{living.bot_url}/telegram", environment["TELEGRAM_SECRET"], chance
            )
            await travellers.first(FIRST_TRAVELLER - 1)
            say("the bot answers; the campaign begins")
            campaigns = Campaigns(stores.app, Clock())
            await campaigns.enter(Draft(NAME, {"telegram": {"en": OFFER}}))
            await campaigns.start(NAME)
            platform.stumble(faults)
            numbers = range(FIRST_TRAVELLER, FIRST_TRAVELLER + sizes.chats)
            answers = await travellers.all(numbers, sizes.seconds)
            return _tell(platform, answers, recipients, part, figures)
        finally:
            await stores.close()
    finally:
        await living.stop()
        await platform.close()
        shutil.rmtree(living.folder, ignore_errors=True)


def _tell(platform: Platform, answers: list[Answer], recipients: range, part: str, figures: Figures) -> int:
    lost = sum(answer.shown is None for answer in answers)
    shuffled = sum(not _in_order(platform, answers, chat) for chat in {answer.chat for answer in answers})
    offers = Counter(number for number in recipients for one in platform.screens[number] if OFFER in one.text)
    twice = sum(count > 1 for count in offers.values())
    clean = [
        answer.wait * 1000
        for answer in answers
        if answer.shown is not None
        and not any(answer.asked <= at <= answer.shown for at in platform.met[answer.chat])
    ]
    figures.add(f"{part}answers", len(answers))
    figures.add(f"{part}lost", lost)
    figures.add(f"{part}out_of_order", shuffled)
    figures.add(f"{part}offers_meanwhile", len(offers))
    figures.add(f"{part}offers_twice", twice)
    figures.add(f"{part}refused_as_too_fast", platform.too_fast)
    figures.add(f"{part}answers_without_fault", len(clean))
    figures.add(f"{part}reply_ms_p50", share(clean, 0.5))
    figures.add(f"{part}reply_ms_p99", share(clean, 0.99))
    return lost + shuffled + twice


def _in_order(platform: Platform, answers: list[Answer], chat: int) -> bool:
    """What was shown there, each repeat left out, is what was asked, in that order."""
    shown = [
        turn
        for one in platform.screens[chat]
        for turn, (_, pattern) in enumerate(TURNS)
        if pattern.search(one.text)
    ]
    asked = [answer.turn for answer in answers if answer.chat == chat]
    return [turn for number, turn in enumerate(shown) if number == 0 or shown[number - 1] != turn] == asked


if __name__ == "__main__":
    sys.exit(main())
