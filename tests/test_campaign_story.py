"""An operator's campaign, from the file to the phones: whoever said yes hears of it once, and can end it in one tap."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from itertools import count

import pytest
from living import ROOT

_numbers = count(1)


def campaign(living, *words):
    done = subprocess.run(
        [sys.executable, "-m", "bot", "campaign", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **living.environment()},
    )
    return done.returncode, done.stdout + done.stderr


async def says_yes(traveller):
    await traveller.asks("/privacy", "Your data at")
    await traveller.taps("Marketing", "News and offers: no")
    await traveller.taps("Yes, send me offers", "News and offers: yes")


async def test_a_campaign_reaches_whoever_said_yes_once(living, name, tmp_path):
    spring = f"spring_{next(_numbers)}_{name}"
    people = {
        channel: living.traveller(channel, f"{name}{channel[0]}", "en")
        for channel in ("telegram", "whatsapp")
    }
    for traveller in people.values():
        await says_yes(traveller)
        await traveller.mark()
    stranger = living.traveller("telegram", f"{name}x", "en")
    await stranger.asks("/start", "Where")
    await stranger.mark()
    file = tmp_path / "spring.toml"
    words = f"Spring is here: {name}"
    file.write_text(f'name = "{spring}"\n[telegram]\nen = "{words}"\n[whatsapp]\nen = "{words}"\n')

    code, told = await asyncio.to_thread(campaign, living, "new", str(file))
    assert code == 0, told
    decided = {"name": f"offer_{spring}", "status": "PENDING"}
    await living.http.post("/world/templates", json=decided)
    code, told = await asyncio.to_thread(campaign, living, "start", spring)
    assert code == 1 and "en is pending" in told, told
    await living.http.post("/world/templates", json=decided | {"status": "APPROVED"})
    code, told = await asyncio.to_thread(campaign, living, "start", spring)
    assert code == 0, told

    for traveller in people.values():
        seen = await traveller.sees(words)
        assert "STOP" in seen["text"] or traveller.channel == "whatsapp", seen
        await traveller.taps("No more offers", "News and offers: no")
    assert await stranger.news() == []
    _, told = await asyncio.to_thread(campaign, living, "status")
    assert f"{spring}: over; 2 sent" in told, told
    for traveller in people.values():
        assert sum(words in text for text in await traveller.texts()) == 1


@pytest.mark.parametrize("words", [("start", "nothing"), ("stop", "nothing"), ("new", "no-such-file.toml")])
async def test_what_cannot_be_is_said_in_one_line(on_sqlite, words):
    code, told = await asyncio.to_thread(campaign, on_sqlite, *words)

    assert code == 1
    assert len(told.strip().splitlines()) == 1
    assert "Traceback" not in told
