"""Once means once: repeated events, messages and payments, one after another or all at the same time."""

from __future__ import annotations

import asyncio

import pytest


async def test_the_same_payment_event_ten_times_buys_one_line(living, name):
    ada = living.traveller("telegram", name, "en")
    before = len((await living.ledger())["lines"])
    await ada.buys()

    answer = await living.http.post("/world/redeliver", json={"service": "stripe", "last": 3, "times": 10})
    assert answer.status_code < 300, answer.text

    await living.at_rest()
    assert len((await living.ledger())["lines"]) == before + 1


async def test_payment_events_ten_at_once_buy_one_line(living, name):
    ada = living.traveller("whatsapp", name, "en")
    session = await ada.to_the_link()
    before = len((await living.ledger())["lines"])
    await living.fault("stripe", "events-held", times=100)
    await ada.mark()
    await living.pay(session)

    await asyncio.gather(
        living.calm(),
        living.http.post("/world/redeliver", json={"service": "stripe", "last": 3, "times": 10}),
    )

    await ada.gets_qr()
    await living.at_rest()
    assert len((await living.ledger())["lines"]) == before + 1


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_the_same_message_ten_times_is_answered_once(living, name, channel):
    ada = living.traveller(channel, name, "en")
    await ada.asks("/orders", "no orders")
    await living.http.post("/world/redeliver", json={"service": channel, "last": 1, "times": 10})
    await ada.asks("/terms", "terms of sale")
    assert sum("no orders" in text for text in await ada.texts()) == 1


async def test_duplicate_updates_are_answered_once(living, name):
    ada = living.traveller("telegram", name, "en")
    await living.fault("telegram", "duplicate-updates", times=3)
    await ada.asks("/orders", "no orders")
    await ada.asks("/terms", "terms of sale")
    assert sum("no orders" in text for text in await ada.texts()) == 1


async def test_a_second_payment_for_the_same_order_goes_back(living, name):
    ada = living.traveller("telegram", name, "en")
    first = await ada.to_the_link()
    await ada.mark()
    await living.pay(first)
    await ada.gets_qr()
    books = await living.at_rest()
    assert books["close"]


@pytest.mark.parametrize("fault", ["duplicate-events", "events-out-of-order"])
async def test_stripes_own_disorder_changes_nothing(living, name, fault):
    before = len((await living.ledger())["lines"])
    await living.fault("stripe", fault, times=4)
    await living.traveller("telegram", name, "en").buys()
    await living.at_rest()
    assert len((await living.ledger())["lines"]) == before + 1
