"""Whoever else knew a traveller forgets them too: told by their own doors, or by a letter with a proof."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys

import httpx
import pytest
from living import ROOT, Living, until
from postgres import databases

from bot.sandbox import credentials


def command(living: Living, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "privacy", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **living.environment()},
    )


async def session_at_stripe(living: Living, session: str) -> dict:
    bearer = {"Authorization": f"Bearer {credentials.STRIPE_KEY}"}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{living.url}/stripe/v1/checkout/sessions/{session}", headers=bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_everybody_is_told_with_proof(store, tmp_path):
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        ada = living.traveller("whatsapp", "ada", "en")
        session = await ada.to_the_link()
        await ada.mark()
        await living.pay(session, name="Adaline Canaryson", email="adaline@canary.example")
        await ada.gets_qr()
        await living.at_rest()
        assert (await session_at_stripe(living, session))["customer_details"]["name"] == "Adaline Canaryson"

        # Two of them are away for a while.
        await living.fault("keepgo", "error-500", method="line", times=2)
        await living.fault("whatsapp", "error-500", method="contact_book", times=2)
        await ada.to_erasure()
        await ada.mark()
        await ada.says("DELETE")
        done = await ada.sees("Deleted on", seconds=60)
        number = next(word.strip(".") for word in done["text"].split() if word.startswith("R-"))

        stranger = living.traveller("telegram", "stranger", "en")

        async def told_at_once() -> bool:
            shown = await stranger.asks(f"/privacy {number}", f"Request {number}")
            return "WhatsApp: told" in shown["text"] and "our partners are being told" in shown["text"]

        await until(told_at_once, 90, living.log)
        shown = await stranger.asks(f"/privacy {number}", f"Request {number}")
        assert "Stripe: will be told on" in shown["text"]
        (line,) = (await living.ledger())["lines"]
        await until(lambda: closed(living, line["iccid"]), 90, living.log)
        assert "KeepGo: is told by letter" in shown["text"] or "KeepGo: is being told" in shown["text"]

        # A letter, its proof, and nothing twice.
        listed = await asyncio.to_thread(command, living, "letter")
        (task,) = [row.split()[0] for row in listed.stdout.splitlines() if "keepgo" in row]
        letter = await asyncio.to_thread(command, living, "letter", task)
        assert letter.returncode == 0, letter.stderr
        for wanted in (line["iccid"], task, "art. 17"):
            assert wanted in letter.stdout
        assert "Adaline" not in letter.stdout
        proof = tmp_path / "answer.eml"
        proof.write_text("It is done.")
        missing = await asyncio.to_thread(command, living, "done", task, "--proof", tmp_path / "none")
        assert missing.returncode == 1
        closing = await asyncio.to_thread(command, living, "done", task, "--proof", proof)
        assert closing.returncode == 0, closing.stderr
        assert hashlib.sha256(b"It is done.").hexdigest()[:12] in closing.stdout
        again = await asyncio.to_thread(command, living, "done", task, "--proof", proof)
        assert again.returncode == 1
        assert (await asyncio.to_thread(command, living, "letter", task)).returncode == 1

        # Stripe, once it redacts payments of that age.
        await living.advance("P80D")
        assert (await session_at_stripe(living, session))["customer_details"]["name"] == "Adaline Canaryson"
        await living.advance("P11D")

        async def redacted() -> bool:
            details = (await session_at_stripe(living, session))["customer_details"]
            return details["name"] == "[redacted]"

        await until(redacted, 90, living.log)

        async def answered() -> bool:
            await living.advance("PT1S")
            said = await stranger.asks(f"/privacy {number}", f"Request {number}")
            return f"Request {number}: done" in said["text"]

        await until(answered, 90, living.log)
        calls = (await living.ledger())["calls"]
        assert calls["stripe redaction_jobs.create"] == 1
        assert calls["whatsapp contact_book"] == 3
    finally:
        await living.stop()


async def closed(living: Living, iccid: str) -> bool:
    lines = (await living.ledger())["lines"]
    return [line["notes"] for line in lines if line["iccid"] == iccid] == ["closed"]
