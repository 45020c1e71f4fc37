"""The spine: the bot is killed once between "pay" and "delivered" of every order, and every order is delivered."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from tests.chaos.bots import Bots
from tests.chaos.buyers import Purchase
from tests.chaos.judge import Judge
from tests.chaos.telling import say
from tests.living import Living, Traveller

#: Seconds from the payment to the QR, to begin with; what is measured moves it.
WAY = 0.6
#: Seconds until a QR must have come after a kill.
PATIENT = 90.0


async def spine(
    living: Living, bots: Bots, chance: random.Random, kills: int
) -> tuple[dict[str, int], list[str]]:
    """The figures, and what does not hold: as many orders, lines and charges as kills, and no refund."""
    say(f"{kills} orders one after another, a kill -9 at a random moment between pay and delivered of each")
    way, first, purchases = WAY, 0, []
    for number in range(kills):
        ada = living.traveller(("telegram", "whatsapp")[number % 2], f"k{number}", "en")
        session = await ada.to_the_link()
        await ada.mark()
        await living.pay(session)
        # Not later than the QR: its appearance, before the bot knows of it, is a moment like the others.
        shown_first = await _shown(ada, chance.uniform(0, way))
        await bots.kill(0)
        await bots.start(wait=False)
        first += shown_first
        way *= 0.8 if shown_first else 1.1
        await ada.gets_qr(PATIENT)
        await bots.up()
        purchases.append(Purchase(ada.channel, ada.name, session, ""))
        if (number + 1) % 10 == 0:
            say(f"{number + 1} killed and delivered; {first} of them at the moment when the QR appeared")
    figures, wrong = await Judge(living, purchases).judge()
    ledger = await living.ledger()
    wanted = {
        "orders delivered": len(ledger["delivered"]),
        "lines bought": len(ledger["lines"]),
        "charges": sum(charge["status"] == "succeeded" for charge in ledger["charges"]),
        "kills": bots.kills,
    }
    say(f"{wanted}, refunds: {len(ledger['refunds'])}")
    wrong += [f"{name}: {many} and not {kills}" for name, many in wanted.items() if many != kills]
    if ledger["refunds"]:
        wrong.append(f"refunds: {len(ledger['refunds'])} and not 0")
    return {**figures, "kills": bots.kills, "fell": bots.fell}, wrong


async def _shown(ada: Traveller, seconds: float) -> bool:
    """True as soon as the QR is there; False when the time is over before."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                shown = await ada.screen(ada.cursor)
                if any(message["image"] for message in shown["messages"] if message["who"] == "bot"):
                    return True
                await ada.screen(shown["cursor"], wait=5)
    return False
