"""Acceptance test 30: the logs of a whole story hold no token and nothing of the traveller's."""

from __future__ import annotations

import asyncio

import pytest
from living import Living
from postgres import databases

from tests.privacy.searching import ids_of

SECRETS = ("TOKEN", "SECRET", "KEY")


@pytest.mark.parametrize(
    ("store", "polling"),
    [("sqlite", False), ("sqlite", True), ("postgres", False)],
    ids=["sqlite-webhook", "sqlite-polling", "postgres-webhook"],
)
async def test_logs_name_nobody_and_open_nothing(store, polling):
    living = await Living(databases() if store == "postgres" else None, polling=polling).start()
    try:
        secrets = {
            name: value
            for name, value in living.environment().items()
            if value and any(part in name for part in SECRETS)
        }
        assert len(secrets) > 6
        canaries = {"email": "adaline@canary.example", "name": "Adaline Canaryson", "words": "the quokka"}
        for channel in ("telegram", "whatsapp"):
            ada = living.traveller(channel, f"ada{channel}", "en")
            await ada.asks("/account", "Name:")
            await ada.taps("Name", "Which name")
            await ada.asks(canaries["name"], "Name: Adaline")
            session = await ada.to_the_link()
            await living.fault("keepgo", "error-500")
            await ada.mark()
            await living.pay(session, name=canaries["name"], email=canaries["email"])
            ready = await ada.gets_qr(60)
            assert ready
            await living.at_rest()
            await ada.taps("Android", "Install on Android")
            await ada.sees("^LPA:")
            lpa = next(one["text"] for one in await ada.news() if one["text"].startswith("LPA:"))
            canaries |= {f"{channel} activation": lpa} | await ids_of(living, channel)
            await ada.asks(f"/support {canaries['words']} ate my phone", "A person will answer")
            await ada.taps("That is all, thanks", "All right")
            await ada.to_erasure()
            await ada.mark()
            await ada.says("DELETE")
            await ada.sees("Deleted on", seconds=60)
        lines = [one["iccid"] for one in (await living.ledger())["delivered"]]
        canaries |= {f"iccid {number}": iccid for number, iccid in enumerate(lines)}
        assert living.stop_bot() == 0
        await asyncio.sleep(0)
        logs = "\n".join(path.read_text() for path in living.logs)
        assert "erased" in logs
        assert [name for name, value in {**secrets, **canaries}.items() if value in logs] == []
    finally:
        await living.stop()
