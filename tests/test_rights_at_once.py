"""Ten erasures and ten copies at once, while others buy: nothing is lost, and nobody's data is in anybody else's hands."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from living import Living
from postgres import databases
from test_erasure import traces

from tests.privacy.carried import Folder

EACH, BUYERS = 10, 4
#: Seconds that an erasure among many may take.
PATIENCE = 240


class Somebody:
    """A traveller with a name and words that nobody else has."""

    def __init__(self, living, number):
        self.name = f"Canary Nr{number:03d}z"
        self.words = f"the quagga number {number:03d}z ate it"
        channel = ("telegram", "whatsapp")[number % 2]
        self.phone = living.traveller(channel, f"canary{number:03d}", "en")

    async def settles_in(self):
        await self.phone.asks("/account", "Name:")
        await self.phone.taps("Name", "Which name")
        await self.phone.asks(self.name, "Name: Canary")
        await self.phone.asks(f"/support {self.words}", "A person will answer")
        await self.phone.taps("That is all, thanks", "All right")

    async def leaves(self):
        await self.phone.asks("/privacy", "Your rights")
        await self.phone.taps("Delete", "To confirm, write")
        await self.phone.mark()
        await self.phone.says("DELETE")
        await self.phone.sees("Deleted on", seconds=PATIENCE)

    async def carries(self):
        await self.phone.asks("/privacy", "Your rights")
        await self.phone.mark()
        await self.phone.presses("My data")
        shown = await self.phone.sees("Your data, as a file", seconds=PATIENCE)
        async with httpx.AsyncClient() as http:
            return Folder((await http.get(shown["document"])).content)


async def pays(living, phone):
    """A purchase, as far as its buyer's part of it."""
    await living.pay(await phone.to_the_link())


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_ten_erasures_and_ten_copies_at_once(store):
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        people = [Somebody(living, number) for number in range(2 * EACH)]
        leaving, staying = people[:EACH], people[EACH:]
        for one in people:
            await one.settles_in()
        buyers = [living.traveller("telegram", f"buyer{number}", "en") for number in range(BUYERS)]

        done = await asyncio.gather(
            *(one.carries() for one in staying),
            *(one.leaves() for one in leaving),
            *(pays(living, one) for one in buyers),
        )

        folders = done[:EACH]
        for one, folder in zip(staying, folders, strict=True):
            folder.check()
            assert one.name in folder.text
            assert one.words in folder.text
            strangers = [other for other in people if other is not one]
            assert [other.name for other in strangers if other.name in folder.text] == []
            assert [other.words for other in strangers if other.words in folder.text] == []
        for one in staying:
            await one.phone.asks("/account", f"Name: {one.name}")
        for one in leaving:
            back = await one.phone.asks("/account", "Name:")
            assert one.name not in back["text"]
        books = await living.at_rest(PATIENCE)
        assert books["close"]
        bought = [line for line in books["orders"] if line["captured"]]
        assert len(bought) == BUYERS
        # On a machine that is too slow for the promise, money goes back: that is an end as well.
        assert {state for line in bought for state in line["items"]} <= {"delivered", "refunded"}
        if store == "sqlite":
            gone = {one.name: one.name for one in leaving} | {one.words: one.words for one in leaving}
            assert traces(living, gone) == []
    finally:
        await living.stop()
