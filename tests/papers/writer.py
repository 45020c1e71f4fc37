"""One of several processes that write invoices at the same time; some of its transactions are rolled back."""

from __future__ import annotations

import asyncio
import random
import sys

from services.papers.shelf import Overtaken
from services.storage import open_stores
from tests.papers.desk import Desk


class RollingBack:
    """The store of the law, with one of four transactions failing after all that it wrote."""

    def __init__(self, legal, chance):
        self._legal = legal
        self._chance = chance

    async def read(self, work):
        return await self._legal.read(work)

    async def transaction(self, work):
        def failing(connection):
            done = work(connection)
            if self._chance.random() < 0.25:
                raise ConnectionError("rolled back")
            return done

        return await self._legal.transaction(failing)


async def write(urls, seed, numbers):
    """Invoices for all of these orders, in an order of its own."""
    stores = await open_stores(*urls)
    chance = random.Random(seed)
    desk = Desk(stores, legal=RollingBack(stores.legal, chance))
    chance.shuffle(numbers)

    async def one(number):
        while True:
            try:
                return await desk.papers.invoice(number)
            except (ConnectionError, Overtaken):
                await asyncio.sleep(chance.random() / 50)

    print("writing", flush=True)
    await asyncio.gather(*(one(number) for number in numbers))
    await stores.close()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1:4], int(sys.argv[4]), sys.argv[5].split(",")))
