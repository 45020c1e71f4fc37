"""Erased means erased: after a request on the phone nothing of the traveller is left on disk, in logs, with the staff."""

from __future__ import annotations

import asyncio
import json
import os
import random
from contextlib import contextmanager
from functools import partial

import httpx
import pytest
from living import Living, until
from postgres import databases
from sqlalchemy import create_engine, select, text

from services.storage.vault import keys
from tests.privacy.carried import Folder
from tests.privacy.searching import ids_of, readable, reading, traces

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_erasure_driven_from_the_phone_leaves_nothing(store):
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        for channel in ("telegram", "whatsapp"):
            ada = living.traveller(channel, "ada-canary", "en")
            await ada.asks("/account", "Name:")
            await ada.taps("Name", "Which name")
            await ada.asks("Adaline Canaryson", "Name: Adaline")
            await ada.taps("Email", "Which email")
            await ada.asks("adaline@canary.example", "Email: adaline")
            await ada.buys()
            await living.at_rest()
            await ada.asks("/support the quokka ate my phone", "A person will answer")
            await ada.taps("That is all, thanks", "All right")
            delivered = [one for one in (await living.ledger())["delivered"] if one["channel"] == channel]
            lpa = next(text for text in await codes(ada) if text.startswith("LPA:"))

            preview = await ada.to_erasure()
            assert "art. L123-22" in preview["text"]
            # There is a mailbox, so its owner has a day to say no.
            await ada.asks("DELETE", "will be deleted from")
            await until(partial(announced, living, "adaline@canary.example"), 30)
            ids = await ids_of(living, channel)
            assert len(ids) == (1 if channel == "telegram" else 2), "the phone's own ids were looked for"
            await ada.mark()
            with reading(living, store):
                await living.advance("PT25H")
                await asyncio.sleep(2)
                assert await ada.news() == [] or store == "postgres", "done while somebody reads"
            done = await ada.sees("Deleted on|deleted on", seconds=60)
            number = next(word.strip(".") for word in done["text"].split() if word.startswith("R-"))

            canaries = {
                "name": "Adaline Canaryson",
                "email": "adaline@canary.example",
                "iccid": delivered[-1]["iccid"],
                "activation": lpa,
                "words": "quokka ate my phone",
                **ids,
            }
            if store == "sqlite":
                assert traces(living, canaries) == []
            assert await readable(living, canaries) == []
            staff = json.dumps((await living.http.get("/world/staff/screen")).json())
            assert "quokka" not in staff
            books = await living.at_rest()
            assert books["close"]

            stranger = living.traveller(channel, "stranger", "en")
            await stranger.asks(f"/privacy {number}", "Request R-.*: (done|deleted here)")
            back = await ada.asks("/orders", "no orders")
            assert "Adaline" not in back["text"]
    finally:
        await living.stop()


async def announced(living: Living, to: str) -> bool:
    """Whether whoever reads that mailbox was told that an erasure was asked for."""
    mails = [mail for mail in await living.mail() if mail["to"] == to]
    return any("a deletion was asked for" in mail["subject"] for mail in mails)


async def codes(ada) -> list[str]:
    await ada.taps("Android", "Install on Android")
    await ada.sees("^LPA:")
    return [message["text"] for message in await ada.news()]


async def test_a_kill_at_any_moment_of_an_erasure_is_finished_after_the_restart():
    print(f"SEED={SEED}")
    chance = random.Random(SEED)
    living = await Living().start()
    try:
        for number in range(4):
            ada = living.traveller("telegram", f"killed{number}", "en")
            await ada.asks("/account", "Name:")
            await ada.taps("Name", "Which name")
            await ada.asks("Killed Canaryson", "Name: Killed")
            await ada.buys()
            await living.at_rest()
            await ada.to_erasure()
            await ada.mark()
            await ada.says("DELETE")
            await asyncio.sleep(chance.uniform(0, 1.5))
            living.kill_bot()
            living.start_bot()
            await ada.sees("Deleted on", seconds=90)
        assert (await living.at_rest())["close"]
        canaries = {"name": "Killed Canaryson"}
        assert await readable(living, canaries) == []
        assert traces(living, canaries) == []
    finally:
        await living.stop()


@pytest.mark.parametrize("living", ["postgres"], indirect=True)
async def test_an_erasure_killed_while_it_destroys_the_key_is_finished(living, name):
    """The key's row is held by somebody else, so the bot stands exactly there when it is killed."""
    ada = living.traveller("telegram", name, "en")
    await ada.asks("/account", "Name:")
    await ada.taps("Name", "Which name")
    await ada.asks(f"Killed {name}", "Name: Killed")
    await ada.buys()
    await living.at_rest()
    await ada.to_erasure()
    await ada.mark()
    with holding_the_keys(living.databases["VAULT_DATABASE_URL"]) as waited_for:
        await ada.says("DELETE")
        await until(waited_for, 60, living.log)
        living.kill_bot()
    living.start_bot()
    await ada.sees("Deleted on", seconds=90)
    assert (await living.at_rest())["close"]
    assert await readable(living, {"name": f"Killed {name}"}) == []


@contextmanager
def holding_the_keys(url: str):
    """Nobody can destroy a key meanwhile; yields what tells whether somebody wants to."""
    engine = create_engine(url)
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database() AND query ~ '^DELETE FROM keys'"
    )

    async def waited_for() -> bool:
        with engine.connect() as connection:
            return bool(connection.execute(waiting).scalar_one())

    try:
        with engine.begin() as connection:
            connection.execute(select(keys).with_for_update())
            yield waited_for
    finally:
        engine.dispose()


async def test_ones_data_as_a_file_is_ones_own(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.asks("/account", "Name:")
    await ada.taps("Name", "Which name")
    await ada.asks(f"Canary {name}", "Name: Canary")
    await ada.buys()
    await ada.asks("/privacy", "Your rights")
    folder = await carried(ada)
    folder.check()
    assert f"Canary {name}" in folder.text
    assert "delivered" in folder.text
    (invoice,) = [content for path, content in folder.files.items() if path.startswith("invoices/")]
    assert invoice.startswith(b"%PDF")

    eve = living.traveller("whatsapp", f"{name}-eve", "en")
    await eve.asks("/privacy", "Your rights")
    assert f"Canary {name}" not in (await carried(eve)).text


async def carried(traveller) -> Folder:
    """My data, as it arrives in the chat, unpacked."""
    shown = await traveller.taps("My data", "Your data, as a file")
    async with httpx.AsyncClient() as http:
        return Folder((await http.get(shown["document"])).content)


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_a_copy_behind_a_link_is_taken_once(channel):
    """Where a chat is too small, a link leads to a page, and its button to the file."""
    living = Living()
    living.settings["EXPORT_IN_CHAT_KB"] = "0"
    await living.start()
    try:
        ada = living.traveller(channel, "ada", "en")
        await ada.asks("/privacy", "Your rights")
        shown = await ada.taps("My data", "too large for this chat")
        (address,) = [button["url"] for button in shown["buttons"] if button["url"]]
        async with httpx.AsyncClient() as http:
            for _preview in range(2):
                looked = await http.get(address)
                assert (looked.status_code, looked.headers["referrer-policy"]) == (200, "no-referrer")
            taken = await http.post(address)
            Folder(taken.content).check()
            assert (await http.post(address)).status_code == 410
            policy = await http.get(f"{living.bot_url}/privacy/fr")
            assert "Politique de confidentialité" in policy.text
        assert address.rpartition("/")[2] not in living.log()
    finally:
        await living.stop()


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_stop_ends_marketing(living, name, channel):
    ada = living.traveller(channel, name, "en")
    await ada.asks("/privacy", "Your rights")
    await ada.taps("Marketing", "News and offers: no")
    await ada.taps("Yes, send me offers", "News and offers: yes")
    await ada.asks("STOP", "no offers")
    await ada.asks("/privacy", "Your rights")
    await ada.taps("Marketing", "News and offers: no")


async def test_the_clock_moves_in_both_processes(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.to_the_link()
    await ada.mark()
    await living.advance("PT3H")
    await ada.sees("payment link has expired")

    async def told() -> bool:
        return any("expired" in text for text in await ada.texts())

    await until(told, 5)


async def test_a_line_that_was_sold_and_erased_is_given_to_nobody_else(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.buys()
    before = await living.at_rest()
    hers = next(one["iccid"] for one in (await living.ledger())["delivered"] if one["traveller"] == name)
    await ada.to_erasure()
    await ada.mark()
    await ada.says("DELETE")
    await ada.sees("Deleted on", seconds=60)

    # The sweep looks for lines that nobody has, a lost purchase for one that may be its own.
    await living.advance("PT1S")
    assert (await asyncio.to_thread(living.books))["stock"] == before["stock"]
    bob = living.traveller("telegram", f"{name}-bob", "en")
    session = await bob.to_the_link()
    await living.fault("keepgo", "timeout", method="line/create", seconds=1)
    await bob.mark()
    await living.pay(session)
    await bob.gets_qr()
    await living.at_rest()

    holders = {one["traveller"] for one in (await living.ledger())["delivered"] if one["iccid"] == hers}
    assert holders == {name}
