"""`python -m bot doctor --probe keepgo`: an account that is as known, and one that has changed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from living import ROOT
from ports import free_port

from bot.sandbox.environment import environment


def probe(tmp_path, **settings):
    """The command, as the operator runs it: its exit status and what it printed."""
    env = {**os.environ, **environment(free_port(), "http://127.0.0.1:1", str(tmp_path)), **settings}
    command = [sys.executable, "-m", "bot", "doctor", "--probe", "keepgo"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


async def test_the_world_is_as_known_and_nothing_is_changed_by_asking(on_sqlite, name, tmp_path):
    ada = on_sqlite.traveller("telegram", name, "en")
    await ada.buys()
    await on_sqlite.at_rest()
    before = await on_sqlite.ledger()

    status, said = await asyncio.to_thread(probe, tmp_path, KEEPGO_API=on_sqlite.environment()["KEEPGO_API"])

    assert status == 0, said
    assert "✗" not in said
    for question in ("/bundles", "/lines", "/line/…/get_details", "/line/…/transactions"):
        assert f"✓ GET {question}" in said
    after = await on_sqlite.ledger()
    assert after["lines"] == before["lines"]
    asked = Counter(after["calls"]) - Counter(before["calls"])
    assert not any("create" in call or "refill" in call.split("/")[-1].split("_") for call in asked)


DEVIATING = {
    "/bundles": {"ack": "success", "bundles": [{"id": 1, "name": "Orion", "img": "x", "coverage": ["Austria"],
        "refills": [{"title": "1 GB", "amount_mb": "1024", "amount_days": 7, "price_usd": "3.00"}], "eco": True}]},
    "/product_types": {"ack": "success", "products_types": ["Lifetime"]},
    "/countries": {"ack": "success", "countries": {"1": "Afghanistan", "2": "Atlantis"}},
    "/network_providers": {"ack": "error", "message": "no"},
    "/esim_enabled_devices": {"ack": "success", "data": [{"type": "Phones", "brands": [
        {"title": "Acme", "models": ["One"], "exceptions": ["not the red one"]}]}]},
    "/account_balance": {"ack": "success", "account_balance": 8.63},
    "/transactions": {"ack": "success", "transactions": {"data": []}},
    "/lines": {"ack": "success", "sim_cards": {"from": 1, "to": 1, "last_page": 1, "per_page": 25, "total": 1,
        "current_page": 1, "items": [{"iccid": "8965972579000123456", "status": "Registered", "notes": "",
        "deactivation_date": None, "expired_at": None, "allowed_usage_kb": 1, "remaining_usage_kb": 1,
        "remaining_days": 1, "bundle": "Orion", "data_bundles": []}]}},
    "/line/8965972579000123456/get_details": {"ack": "success", "sim_card": {"status": "Hibernating"}},
}  # fmt: skip


@pytest.fixture
async def deviating():
    """A server that has changed its mind about many things. Anything but GET breaks the test."""
    methods = []

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split("\r\n")[0].split()
        methods.append(method)
        answer = DEVIATING.get(target.partition("?")[0])
        body = json.dumps(answer or {"ack": "error", "message": "Not found."}).encode()
        status = "200 OK" if answer else "404 Not Found"
        writer.write(
            f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    assert set(methods) == {"GET"}


async def test_what_has_changed_is_printed_and_the_command_fails(deviating, tmp_path):
    status, said = await asyncio.to_thread(probe, tmp_path, KEEPGO_API=deviating)

    assert status == 1
    for line in (
        "bundles[].bundle_type: missing, text",
        "bundles[].eco: new, flag",
        "bundles[].refills[].amount_mb: changed, number is now text",
        "bundles[].refills[].price_usd: changed, number is now text",
        "product_types: missing, list",
        "products_types: new, list",
        "✗ GET /network_providers: refused",
        "data[].brands[].exceptions: changed, text|null is now list",
        "account_balance: changed, text is now number",
        "✓ GET /transactions",
        "✓ GET /lines",
        "sim_card.data_bundles: missing, list",
        "✗ GET /line/…/available_refills: not-found",
        "✗ a word nobody knows: line-status:Hibernating (1 times)",
        "– no country is known for: Atlantis",
        "– a line that does not exist: not-found",
    ):
        assert line in said
    assert "8965972579000123456" not in said


async def test_an_account_that_does_not_answer_fails_in_words(tmp_path):
    status, said = await asyncio.to_thread(probe, tmp_path, KEEPGO_API="http://127.0.0.1:1")
    assert status == 1
    assert "✗ GET /bundles: unreachable" in said
