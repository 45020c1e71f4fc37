"""A provider that refuses, fails, or does it and does not say so: delivered or refunded, told, and the books close."""

from __future__ import annotations

import pytest

#: Not where other tests leave lines in stock: a line in stock needs no provider.
ELSEWHERE = "Brazil, 10 days"


async def _orders_lines(living):
    ledger = await living.ledger()
    return len(ledger["lines"]), len(ledger["refunds"])


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
@pytest.mark.parametrize(("fault", "times"), [("refuse", 1), ("out-of-credit", 100)])
async def test_a_refusal_is_refunded_and_told(living, name, fault, times, channel):
    ada = living.traveller(channel, name, "en")
    lines, refunds = await _orders_lines(living)
    session = await ada.to_the_link(ELSEWHERE)
    await living.fault("keepgo", fault, times=times)
    await ada.mark()

    await living.pay(session)

    await ada.sees("You get .* back")
    books = await living.at_rest()
    assert books["close"]
    assert await _orders_lines(living) == (lines, refunds + 1)


async def test_an_account_that_is_topped_up_in_time_delivers(living, name):
    ada = living.traveller("telegram", name, "en")
    lines, refunds = await _orders_lines(living)
    session = await ada.to_the_link(ELSEWHERE)
    await living.fault("keepgo", "out-of-credit")
    await ada.mark()

    await living.pay(session)

    await ada.gets_qr()
    await living.at_rest()
    assert await _orders_lines(living) == (lines + 1, refunds)


@pytest.mark.parametrize("fault", ["commit-then-timeout", "commit-then-500", "late-commit"])
async def test_a_purchase_that_was_carried_out_unheard_is_found_and_not_bought_again(living, name, fault):
    ada = living.traveller("telegram", name, "en")
    lines, refunds = await _orders_lines(living)
    session = await ada.to_the_link(ELSEWHERE)
    await living.fault("keepgo", fault, seconds=2)
    await ada.mark()

    await living.pay(session)

    await ada.gets_qr()
    await living.at_rest()
    assert await _orders_lines(living) == (lines + 1, refunds)


@pytest.mark.parametrize("fault", ["timeout", "error-500", "html-200"])
async def test_a_purchase_that_was_not_carried_out_is_tried_once_more(living, name, fault):
    ada = living.traveller("telegram", name, "en")
    lines, refunds = await _orders_lines(living)
    session = await ada.to_the_link(ELSEWHERE)
    await living.fault("keepgo", fault, method="line/create", seconds=1)
    await ada.mark()

    await living.pay(session)

    await ada.gets_qr()
    await living.at_rest()
    assert await _orders_lines(living) == (lines + 1, refunds)


async def test_a_slow_provider_is_waited_for(living, name):
    ada = living.traveller("whatsapp", name, "en")
    session = await ada.to_the_link(ELSEWHERE)
    await living.fault("keepgo", "slow", method="line/create", seconds=3)
    await ada.mark()
    await living.pay(session)
    await ada.gets_qr()


async def test_a_code_that_comes_later_is_waited_for(living, name):
    ada = living.traveller("telegram", name, "en")
    session = await ada.to_the_link(ELSEWHERE)
    await living.fault("keepgo", "pending-profile", seconds=2)
    await ada.mark()
    await living.pay(session)
    await ada.gets_qr()


async def test_a_provider_that_is_away_when_asked_for_usage_does_not_hold_the_traveller(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.buys()
    await living.fault("keepgo", "slow", method="line/get_details", times=3, seconds=6)
    await ada.mark()
    await ada.says("/usage")
    await ada.sees("does not answer just now|As of", seconds=5)


@pytest.mark.parametrize("fault", ["window-closed", "blocked"])
async def test_a_refund_is_told_even_when_the_first_message_of_it_is_lost(living, name, fault):
    ada = living.traveller("whatsapp", name, "en")
    session = await ada.to_the_link(ELSEWHERE)
    await living.fault("keepgo", "refuse")
    await living.fault("whatsapp", fault, method="messages")
    await ada.mark()

    await living.pay(session)
    await living.at_rest()
    await ada.says("hello")

    await ada.sees("(refund|back for order|You get)", seconds=40)
    assert (await living.at_rest())["close"]


async def test_an_esim_that_could_only_be_announced_is_shown_to_whoever_writes_again(living, name):
    ada = living.traveller("whatsapp", name, "en")
    session = await ada.to_the_link(ELSEWHERE)
    # The first is that it is being issued, the second the QR: its window is found closed, and a template goes out.
    await living.fault("whatsapp", "window-closed", method="messages", times=2)
    await ada.mark()
    await living.pay(session)
    await ada.sees("is ready")
    await living.at_rest()

    await ada.asks("hello", "QR|Welcome|country")

    await ada.gets_qr()
    books = await living.at_rest()
    assert books["close"]
