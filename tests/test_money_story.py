"""A payment whose word is lost, a dispute with its evidence, cards refused again and again: with the running bot."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

from tests.living import ROOT, until


def command(living, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **living.environment()},
    )


async def order_of(living, session: str) -> str:
    return next(one["order"] for one in (await living.ledger())["charges"] if one["session"] == session)


async def test_a_payment_whose_events_are_held_is_found_and_delivered_once(living, name):
    ada = living.traveller("telegram", name, "en")
    session = await ada.to_the_link()
    await living.fault("stripe", "events-held", times=100)
    await ada.mark()
    await living.pay(session)
    # Back from the checkout, into the chat: that page fulfils nothing by itself.
    await ada.does("open", link="https://t.me/sandbox_esim_bot?start=paid")

    await ada.gets_qr()
    await living.calm()
    await living.http.post("/world/redeliver", json={"service": "stripe", "last": 10, "times": 3})
    books = await living.at_rest()

    mine = [one for one in (await living.ledger())["delivered"] if one["traveller"] == name]
    order = await order_of(living, session)
    [line] = [one for one in books["orders"] if one["order"] == order]
    assert len(mine) == 1
    assert (line["kept"], line["held"], line["items"]) == (line["captured"], 0, ["delivered"])


async def test_a_dispute_opens_with_its_evidence_and_the_command_sends_it(on_sqlite, name):
    living = on_sqlite
    ada = living.traveller("whatsapp", name, "en")
    session = await ada.to_the_link()
    await ada.mark()
    await living.pay(session, name="Ada Example", email=f"{name}@example.org")
    await ada.gets_qr()
    await living.at_rest()
    order = await order_of(living, session)

    await living.http.post(f"/world/checkouts/{session}/dispute")

    async def alarmed() -> bool:
        screen = (await living.http.get("/world/staff/screen")).json()
        return any(
            "python -m bot dispute" in one["text"] and order in one["text"] for one in screen["messages"]
        )

    await until(alarmed, 30, living.log)
    shown = await asyncio.to_thread(command, living, "dispute", order)
    assert shown.returncode == 0, shown.stderr
    gathered = json.loads(shown.stdout)
    assert gathered["dispute"]["state"] == "open"
    assert gathered["buyer"]["email"] == f"{name}@example.org"
    assert {one["kind"] for one in gathered["statements"]} >= {"start_now", "right_ends", "terms"}
    assert gathered["lines"][0]["iccid"] in str(await living.ledger())
    sent = await asyncio.to_thread(command, living, "dispute", order, "--submit")
    assert sent.stderr.strip().endswith("submitted")
    await living.http.post(f"/world/checkouts/{session}/dispute-lost")

    async def gone() -> bool:
        lines = (await asyncio.to_thread(living.books))["orders"]
        [line] = [one for one in lines if one["order"] == order]
        return (line["kept"], line["refunded"], line["taken"]) == (0, line["captured"], line["captured"])

    await until(gone, 30, living.log)
    assert (await asyncio.to_thread(command, living, "dispute", "MNONE")).returncode == 1


async def test_cards_refused_again_and_again_are_answered_kindly_with_a_way_out(on_sqlite, name):
    ada = on_sqlite.traveller("telegram", name, "en")
    session = await ada.to_the_link()
    await ada.mark()

    for _ in range(5):
        await on_sqlite.pay(session, "declined")

    told = await ada.sees("The bank has said no several times")
    assert [button["label"] for button in told["buttons"]] == ["A person"]
    await ada.taps("A person", "A person will answer you here")
    refused = await on_sqlite.http.post(f"/world/checkouts/{session}/pay", json={"with": "card"})
    assert refused.status_code == 409
