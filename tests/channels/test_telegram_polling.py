"""Updates that are asked for: none is lost, none holds up the others for long."""

import asyncio
import json
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from tiny_telegram import TOKEN, TinyTelegram, no, ok

from bot.channels import Patience
from bot.channels.telegram import Settings, Telegram
from bot.channels.telegram.polling import Poll
from bot.channels.telegram.send import Line

QUICK = Patience(tries=2, pause=0.001)


@pytest.fixture(scope="module")
async def running():
    async with TinyTelegram().open() as tiny:
        yield tiny


@pytest.fixture
def server(running):
    running.forget()
    return running


@pytest.fixture(scope="module")
async def line(running):
    line = Line(TOKEN, running.url, QUICK, timeout=2)
    yield line
    await line.close()


def told(*numbers):
    return [{"update_id": number, "message": {"text": f"grüße {number}"}} for number in numbers]


class Shop:
    """Deals with updates; some of them not at once, some never."""

    def __init__(self, *, stubborn=None, never=()):
        self.stubborn = Counter(stubborn or {})
        self.never = never
        self.dealt = []
        self.begun = []
        self.together = 0
        self.inside = 0

    async def deal(self, raw):
        number = json.loads(raw)["update_id"]
        self.begun.append(number)
        self.inside += 1
        self.together = max(self.together, self.inside)
        try:
            await asyncio.sleep(60 if number in self.never else 0.01)
        finally:
            self.inside -= 1
        if self.stubborn[number] > 0:
            self.stubborn[number] -= 1
            if number % 2:
                raise RuntimeError("stumbled")
            return False
        self.dealt.append(number)
        return True


@asynccontextmanager
async def asking(line, shop, until, **how):
    task = asyncio.create_task(Poll(line, shop.deal, pause=0.001, **how).forever())
    async with asyncio.timeout(8):
        while not until():
            await asyncio.sleep(0.01)
    yield
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_batch_is_dealt_with_at_once_and_confirmed(server, line):
    server.updates += told(*range(7, 57))
    shop = Shop()

    async with asking(line, shop, lambda: not server.updates):
        assert sorted(shop.dealt) == list(range(7, 57))
        assert shop.begun == list(range(7, 57))
        assert shop.together == 50
        assert server.asked[0].fields["offset"] == 0
        assert server.asked[0].fields["timeout"] == 50
        assert "callback_query" in server.asked[0].fields["allowed_updates"]


async def test_what_was_not_dealt_with_comes_again(server, line):
    server.updates += told(1, 2, 3, 4)
    shop = Shop(stubborn={2: 2, 3: 1})

    async with asking(line, shop, lambda: not server.updates):
        assert set(shop.dealt) == {1, 2, 3, 4}
        assert shop.begun.count(1) == 1  # before the first that was not dealt with
        assert shop.begun.count(2) == 3


async def test_an_update_has_its_time_and_the_others_do_not_wait_for_ever(server, line):
    server.updates += told(1, 2)
    shop = Shop(never={1})

    async with asking(line, shop, lambda: not server.updates, most_seconds=0.05, tries=3):
        assert shop.begun.count(1) == 3
        assert 2 in shop.dealt


async def test_newcomers_do_not_wait_behind_a_chat_that_is_slow(server, line):
    """By the order of events alone: the first is let go only after the second was dealt with."""
    dealt, second = [], asyncio.Event()

    async def deal(raw):
        number = json.loads(raw)["update_id"]
        if number == 1:
            server.updates += told(2)
            await second.wait()
        dealt.append(number)
        second.set()
        return True

    server.updates += told(1)
    task = asyncio.create_task(Poll(line, deal, glance=0.001).forever())
    async with asyncio.timeout(8):
        while server.updates:
            await asyncio.sleep(0.01)
    task.cancel()

    assert dealt == [2, 1]


async def test_trouble_at_telegram_only_slows_down(server, line):
    server.will(
        "getUpdates", no(500), no(409, "Conflict"), (200, "<html>"), (200, '{"ok": true}'), "disconnect"
    )
    server.will(
        "getUpdates", no(429, "Too Many Requests", retry_after=1), ok([7, {"update_id": "x"}, *told(5)])
    )
    shop = Shop()

    async with asking(line, shop, lambda: shop.dealt):
        assert shop.dealt == [5]


async def test_the_channel_asks_until_it_is_told_to_stop(server):
    server.updates += told(1)
    dealt = asyncio.Event()
    telegram = Telegram(Settings(TOKEN, api=server.url, mode="polling"))

    async def deal(raw):
        assert json.loads(raw) == told(1)[0]
        dealt.set()
        return True

    task = asyncio.create_task(telegram.poll(deal))
    async with asyncio.timeout(5):
        await dealt.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await telegram.close()
