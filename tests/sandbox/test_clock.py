"""The shop's clock waits for every bot that lives, and for no bot that died."""

import asyncio
from datetime import timedelta
from time import monotonic

from bot.sandbox.clock import WorldClock


async def test_a_bot_that_was_killed_is_not_waited_for_long():
    clock = WorldClock()
    killed = asyncio.create_task(clock.ask("killed", 0.0))
    await asyncio.sleep(0.1)
    killed.cancel()

    begun = monotonic()
    await clock.advance(timedelta(days=1))

    assert monotonic() - begun < 5


async def test_a_bot_in_the_midst_of_its_sweeps_is_waited_for():
    clock = WorldClock()
    asking = asyncio.create_task(clock.ask("slow", 0.0))
    await asyncio.sleep(0.1)
    moving = asyncio.create_task(clock.advance(timedelta(days=1)))
    told = await asking

    await asyncio.sleep(4)  # longer than a bot may be silent that has nothing to do
    early = moving.done()
    back = asyncio.create_task(clock.ask("slow", told))
    await moving
    back.cancel()

    assert told == 86_400
    assert not early
