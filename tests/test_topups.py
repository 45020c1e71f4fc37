"""More data for a line that one owns: the way a line is bought, for a line that is there; and the books close."""

from __future__ import annotations

import asyncio

import pytest


async def _has_line(living, name, channel="telegram"):
    """A traveller with a line, at rest; and its ICCID."""
    ada = living.traveller(channel, name, "en")
    await ada.buys()
    await living.at_rest()
    iccid = next(one["iccid"] for one in (await living.ledger())["delivered"] if one["traveller"] == name)
    return ada, iccid


async def _refills(living, iccid):
    return [one for one in (await living.ledger())["refills"] if one["iccid"] == iccid]


async def _to_the_link(ada):
    """From "top up" to the Checkout session, the first button being the one that goes forward."""
    shown = await ada.asks("top up", "More data for")
    for _ in range(8):
        url = next((b["url"] for b in shown["buttons"] if b["url"] and "/pay/" in b["url"]), None)
        if url:
            return url.rsplit("/", 1)[1]
        shown = await ada.taps(shown["buttons"][0]["label"], r"\[")
    raise AssertionError(await ada.texts())


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_a_traveller_tops_up_and_hears_the_new_total(living, name, channel):
    ada, iccid = await _has_line(living, name, channel)
    usage = await ada.asks("/usage", "Measured")
    assert [button["label"] for button in usage["buttons"]] == ["Top up"]

    offers = await ada.taps("Top up", "More data for")
    shown = await ada.taps(offers["buttons"][0]["label"], "1 of 2")
    for needed in (iccid, "Data:", "Valid:", "Refund:", "Total:", "VAT"):
        assert needed in shown["text"]
    agreed = await ada.taps("Yes, add it now", "2 of 2")
    assert "lose my right" in agreed["text"]
    link = await ada.taps("I agree", "obligation to pay")
    session = link["buttons"][0]["url"].rsplit("/", 1)[1]
    await ada.mark()
    await living.pay(session)

    told = await ada.sees(r": added\.")
    assert "left (" in told["text"]
    books = await living.at_rest()
    assert books["close"]
    assert books["refills"] == {"bought": len((await living.ledger())["refills"]), "surplus": 0}
    assert len(await _refills(living, iccid)) == 1


async def test_a_refused_refill_is_refunded_and_told(living, name):
    ada, iccid = await _has_line(living, name)
    session = await _to_the_link(ada)
    await living.fault("keepgo", "refuse", method="line/refill")
    await ada.mark()

    await living.pay(session)

    await ada.sees("could not add this data.*You get .* back")
    assert (await living.at_rest())["close"]
    assert await _refills(living, iccid) == []


@pytest.mark.parametrize("fault", ["commit-then-timeout", "late-commit"])
async def test_a_refill_that_was_carried_out_unheard_is_found_and_not_bought_again(living, name, fault):
    ada, iccid = await _has_line(living, name)
    session = await _to_the_link(ada)
    await living.fault("keepgo", fault, method="line/refill", seconds=2)
    await ada.mark()

    await living.pay(session)

    await ada.sees(r": added\.")
    books = await living.at_rest()
    assert books["close"]
    assert len(await _refills(living, iccid)) == 1


async def test_a_refill_that_was_not_carried_out_is_tried_once_more(living, name):
    ada, iccid = await _has_line(living, name)
    session = await _to_the_link(ada)
    await living.fault("keepgo", "error-500", method="line/refill")
    await ada.mark()

    await living.pay(session)

    await ada.sees(r": added\.", seconds=60)
    assert (await living.at_rest())["close"]
    assert len(await _refills(living, iccid)) == 1


async def test_killed_while_the_refill_is_under_way(on_sqlite, name):
    living = on_sqlite
    ada, iccid = await _has_line(living, name)
    session = await _to_the_link(ada)
    await living.fault("keepgo", "commit-then-timeout", method="line/refill", seconds=10)
    await ada.mark()
    await living.pay(session)
    while not await _refills(living, iccid):
        await asyncio.sleep(0.02)
    living.kill_bot()
    living.start_bot()
    await living.healthy()

    await ada.sees(r": added\.", seconds=60)
    assert (await living.at_rest())["close"]
    assert len(await _refills(living, iccid)) == 1


async def test_a_line_of_somebody_else_or_one_that_has_ended_is_not_topped_up(on_sqlite, name):
    living = on_sqlite
    ada, iccid = await _has_line(living, name)
    offers = await ada.asks("top up", "More data for")
    session = await _to_the_link(ada)
    bob = living.traveller("telegram", f"{name}-bob", "en")
    await bob.asks("top up", "no eSIM yet")

    await _deactivate(living, iccid)
    await ada.mark()
    await living.pay(session)
    await ada.sees("has ended.*You get .* back")

    assert offers["buttons"]
    assert (await living.at_rest())["close"]
    assert await _refills(living, iccid) == []


async def _deactivate(living, iccid):
    """At the provider's desk, by a person there."""
    settings = living.environment()
    headers = {"apiKey": settings["KEEPGO_API_KEY"], "accessToken": settings["KEEPGO_ACCESS_TOKEN"]}
    path = f"/keepgo/api/v2/line/{iccid}/deactivation_date"
    answer = await living.http.put(path, json={"deactivation_date": "2020-01-01"}, headers=headers)
    assert answer.json()["ack"] == "success"
