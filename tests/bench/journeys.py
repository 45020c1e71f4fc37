"""What a sale asks of a traveller and of the platform's bill, driven through the whole world on each channel."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.living import Living

CHANNELS = ("telegram", "whatsapp")
#: Buttons from a country's name to a link, at most.
MOST_PRESSES = 8
#: Seconds after the books are closed in which a last word may still come.
LAST_WORDS = 1.0


@dataclass(frozen=True)
class Journey:
    """From a country's name to the code."""

    #: Things written and buttons pressed until the link to pay is there.
    actions: int
    #: Messages of the bot, from the first word until nothing more comes.
    messages: int


async def journey(living: Living, channel: str) -> Journey:
    """A first sale to somebody new, paid by card. Raises AssertionError where it leads nowhere."""
    ada = living.traveller(channel, f"bench-{channel}", "en")
    await ada.mark()
    await ada.says("Japan")
    actions = 1
    while True:
        shown = (await ada.sees(r"\["))["buttons"]
        url = next((button["url"] for button in shown if "/pay/" in (button["url"] or "")), None)
        if url is not None:
            break
        assert actions <= MOST_PRESSES, "no link to pay"
        await ada.mark()
        await ada.presses(shown[0]["label"])
        actions += 1
    await ada.mark()
    await living.pay(url.rpartition("/")[2])
    await ada.gets_qr()
    await living.at_rest()
    await asyncio.sleep(LAST_WORDS)
    return Journey(actions, len(await ada.messages()))
