"""Backup, disaster, restore: rehearsed while the bot sells, and nothing is lost, sold twice or brought back to life."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest
from living import ROOT, Living
from postgres import databases

NEW_KEY = "bmV3IG1hc3RlciBrZXksIHZpc2libHkgZmFrZSAzMmI="


def command(living: Living, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **living.environment(), **settings},
    )


async def iccid_of(living: Living, name: str) -> str:
    return next(one["iccid"] for one in (await living.ledger())["delivered"] if one["traveller"] == name)


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_a_day_is_lost_and_nobody_loses_anything(store, tmp_path):
    living = await Living(databases() if store == "postgres" else None).start()
    away, vault = tmp_path / "away", tmp_path / "vault"
    try:
        ada, dan, eve = (living.traveller("telegram", one, "en") for one in ("ada", "dan", "eve"))
        await ada.asks("/account", "Name:")
        await ada.taps("Email", "Which email")
        await ada.asks("adaline@canary.example", "Email: adaline")
        await ada.buys()
        await ada.gets_qr()
        session = await dan.to_the_link()
        await living.at_rest()

        # The copy is made while somebody buys.
        selling = asyncio.create_task(living.traveller("whatsapp", "carol").buys())
        done = await asyncio.to_thread(command, living, "backup", away, "--vault", vault)
        assert done.returncode == 0, done.stderr
        await selling
        files = sorted(away.glob("*.backup"))
        assert [path.name.split("-")[1] for path in files] == ["app", "legal"]
        whole = command(living, "verify", *files, *vault.glob("*.backup"))
        assert whole.returncode == 0, whole.stderr
        assert whole.stdout.count("whole") == 3

        # What happens afterwards is not in it: a payment, a newcomer, somebody's right to be forgotten.
        await living.pay(session)
        await dan.gets_qr()
        await eve.buys()
        await eve.gets_qr()
        await living.at_rest()
        hers, his = await iccid_of(living, "eve"), await iccid_of(living, "dan")
        await ada.to_erasure()
        # She has an address, which is told as well and could stop it for a day.
        await ada.asks("DELETE", "will be deleted from")
        await living.advance("P1DT1H")
        await ada.sees("Deleted on", seconds=60)
        lines = len((await living.ledger())["lines"])

        refused = command(living, "restore", *files, "--force")
        assert refused.returncode == 1
        assert "stop" in refused.stderr
        living.stop_bot()
        if store == "postgres":
            await asyncio.sleep(6)  # a bot that has been silent for so long is not running
        refused = command(living, "restore", *files)
        assert refused.returncode == 1
        assert "--force" in refused.stderr
        restored = command(living, "restore", *files, "--force")
        assert restored.returncode == 0, restored.stderr

        # The journal is newer: nobody who was erased comes back.
        start = command(living)
        assert start.returncode == 2
        assert "privacy replay" in start.stderr
        assert command(living, "privacy", "replay").returncode == 0
        living.start_bot()
        await living.healthy()

        # Dan's payment is found again, and so is the line that he has: no second one is bought for him.
        await living.at_rest()
        await dan.asks("/esims", "eSIM")
        assert len((await living.ledger())["lines"]) == lines
        # Eve's line is nobody's: the next buyer of the same plan gets another one.
        fred = living.traveller("telegram", "fred", "en")
        await fred.buys()
        await fred.gets_qr()
        assert await iccid_of(living, "fred") not in (hers, his)
        assert (await living.at_rest())["close"]
        if store == "sqlite":
            content = b"".join(path.read_bytes() for path in living.data.rglob("*") if path.is_file())
            assert b"adaline@canary.example" not in content
    finally:
        await living.stop()


async def test_the_master_key_is_changed_and_old_buttons_still_answer(tmp_path):
    living = await Living().start()
    try:
        ada = living.traveller("telegram", "ada", "en")
        await ada.buys()
        await ada.gets_qr()
        await ada.asks("/account", "Name:")
        done = command(living, "backup", tmp_path / "a", "--vault", tmp_path / "v")
        assert done.returncode == 0
        old = living.environment()["MASTER_KEY"]
        change = {"OLD_MASTER_KEY": old, "MASTER_KEY": NEW_KEY}

        assert "stop the bot" in command(living, "keys", "rotate", **change).stderr
        living.stop_bot()
        wrong = command(living, "keys", "rotate", OLD_MASTER_KEY=NEW_KEY, MASTER_KEY=old)
        assert wrong.returncode == 0, "nothing to do: the vault has that key already"
        done = command(living, "keys", "rotate", **change)
        assert done.returncode == 0, done.stderr
        assert "keys are wrapped" in done.stdout
        assert command(living, "keys", "rotate", **change).stdout.startswith("0 ")
        start = command(living)
        assert start.returncode == 2
        assert "MASTER_KEY is not the one" in start.stderr

        living.databases = {"MASTER_KEY": NEW_KEY}
        living.start_bot()
        await living.healthy()
        await ada.taps("Name", "Which name")
        await ada.asks("Ada", "Name: Ada")
        await ada.asks("/orders", "delivered")
        # A backup of the old key's time still opens.
        (file,) = (tmp_path / "a").glob("miio-app-*")
        assert command(living, "verify", file).returncode == 1
        assert command(living, "verify", file, OLD_MASTER_KEY=old).returncode == 0
    finally:
        await living.stop()


async def test_a_damaged_copy_is_refused_before_anything_is_touched(tmp_path):
    living = await Living().start()
    try:
        await living.traveller("telegram", "ada", "en").asks("/start", "")
        assert command(living, "backup", tmp_path, "--vault", tmp_path).returncode == 1, "beside each other"
        assert command(living, "backup", tmp_path, "--vault", tmp_path / "v").returncode == 0
        (file,) = tmp_path.glob("miio-app-*")
        whole = file.read_bytes()
        living.stop_bot()
        before = {path.name: path.stat().st_mtime_ns for path in living.data.glob("*.db")}
        for damaged in (whole[:-1], whole[: len(whole) // 2], _flipped(whole), b"not a backup", b""):
            file.write_bytes(damaged)
            refused = command(living, "restore", file, "--force")
            assert refused.returncode == 1
            assert "Nothing was changed" in refused.stderr
            assert "Traceback" not in refused.stderr
        file.write_bytes(whole)
        wrong = command(living, "restore", file, "--force", MASTER_KEY=NEW_KEY)
        assert wrong.returncode == 1
        assert "another master key" in wrong.stderr
        assert before == {path.name: path.stat().st_mtime_ns for path in living.data.glob("*.db")}
    finally:
        await living.stop()


def _flipped(whole: bytes) -> bytes:
    at = len(whole) - 100
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
