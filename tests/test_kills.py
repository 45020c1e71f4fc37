"""kill -9 between "pay" and "delivered", and in the middle of a batch: nothing is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import os
import random
import time

import pytest
from living import Living, until
from postgres import databases

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


@pytest.mark.parametrize(("store", "kills"), [("sqlite", 8), ("postgres", 4)])
async def test_killed_between_pay_and_delivered(store, kills):
    print(f"SEED={SEED}")
    chance = random.Random(SEED)
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        for number in range(kills):
            ada = living.traveller(("telegram", "whatsapp")[number % 2], f"killed{number}", "en")
            session = await ada.to_the_link()
            await ada.mark()
            await living.pay(session)
            await asyncio.sleep(chance.uniform(0, 0.8))
            living.kill_bot()
            living.start_bot()
            await ada.gets_qr(seconds=90)
        books = await living.at_rest()
        ledger = await living.ledger()
        assert len(ledger["lines"]) == kills
        assert len([c for c in ledger["charges"] if c["status"] == "succeeded"]) == kills
        assert ledger["refunds"] == []
        assert len({(d["traveller"], d["iccid"]) for d in ledger["delivered"]}) == kills
        assert books["close"]
        assert books["stock"] == 0
    finally:
        await living.stop()


async def test_a_whatsapp_batch_killed_in_the_middle_is_answered_after_the_restart():
    living = await Living().start()
    try:
        people = [living.traveller("whatsapp", f"batch{number}", "en") for number in range(6)]
        await living.fault("whatsapp", "updates-held")
        for one in people:
            await one.says("/orders")
        await living.fault("whatsapp", "timeout", method="messages", times=6, seconds=3)
        await living.http.delete("/world/faults")
        await asyncio.sleep(0.15)
        living.kill_bot()
        living.start_bot()
        await living.healthy()
        healthy = time.monotonic()

        async def answered() -> bool:
            return all([any("no orders" in text for text in await one.texts()) for one in people])

        await until(answered, 20)
        print(f"answered {time.monotonic() - healthy:.1f} s after the restart")
    finally:
        await living.stop()


async def test_sigterm_ends_the_bot_without_a_traceback():
    living = await Living().start()
    try:
        assert living.stop_bot() == 0
        assert "Traceback" not in living.log()
    finally:
        await living.stop()


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_whoever_blocked_us_gets_the_qr_after_letting_us_in_again(living, name, channel):
    ada = living.traveller(channel, name, "en")
    session = await ada.to_the_link()
    await ada.mark()
    await ada.does("block")
    await living.pay(session)
    books = await living.at_rest()
    assert books["close"]
    await ada.does("unblock")
    await ada.says("hello")
    await ada.gets_qr(seconds=40)
    await living.at_rest()
