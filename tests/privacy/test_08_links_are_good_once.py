"""8: a link to a copy answers 410 after 72 hours, at the second use, and from the moment an erasure begins."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from datetime import timedelta
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.pages import Pages
from services.news import CopyReady
from services.privacy.carrying.shelf import MOST_A_DAY
from services.storage.app import chats
from services.storage.copies import copies
from tests.privacy.carried import asked, carried
from tests.privacy.house import Killed, everything, on_disk, traveller


@asynccontextmanager
async def browser(house):
    """Somebody with the link and a browser that reads French."""

    async def compose(locale, kind, item):
        assert kind == "sheet"
        return await house.voice.sheet(locale, item)

    pages = Pages(house.privacy.copies, house.privacy.facts, compose)
    door = httpx.ASGITransport(app=Starlette(routes=pages.routes()))
    async with httpx.AsyncClient(
        transport=door, base_url="https://shop.example", headers={"Accept-Language": "fr-FR,fr;q=0.9"}
    ) as http:
        yield http


async def linked(house, ada):
    """A copy behind a link: its path."""
    answer = await asked(house, ada, locale="fr")
    address = await house.privacy.copies.link(answer.copy)
    assert address.startswith("https://shop.example/export/")
    return address.removeprefix("https://shop.example")


async def test_looking_takes_nothing_and_taking_is_once(each):
    ada = await traveller(each, "ada")
    path = await linked(each, ada)
    async with browser(each) as http:
        for _crawler in range(3):
            looked = await http.get(path)
            assert (looked.status_code, looked.headers["cache-control"]) == (200, "no-store")
            assert '<form method="post">' in looked.text
            assert "Obtenir mes données" in looked.text
            assert ada.name not in looked.text
        taken = await http.post(path)
        assert (taken.status_code, taken.headers["content-type"]) == (200, "application/zip")
        assert "attachment" in taken.headers["content-disposition"]
        with ZipFile(io.BytesIO(taken.content)) as folder:
            assert ada.name in folder.read("data.json").decode()

        again, looked = await http.post(path), await http.get(path)
        assert (again.status_code, looked.status_code) == (410, 410)
        assert "/privacy" in again.text
    row = await each.one(select(copies))
    assert (row.state, row.content, row.link) == ("gone", None, None)


async def test_two_at_once_are_one(each):
    ada = await traveller(each, "ada")
    path = await linked(each, ada)
    async with browser(each) as http:
        answers = await asyncio.gather(*(http.post(path) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410, 410]


@pytest.mark.parametrize(("hours", "status"), [(71.9, 200), (72, 410)])
async def test_after_72_hours_it_is_gone(each, hours, status):
    ada = await traveller(each, "ada")
    path = await linked(each, ada)
    each.clock.at += timedelta(hours=hours)
    async with browser(each) as http:
        assert (await http.get(path)).status_code == status
        assert (await http.post(path)).status_code == status
    await each.privacy.copies.forget()
    assert bool(await each.all(select(copies))) == (hours < 72)


@pytest.mark.parametrize("done", [False, True])
async def test_from_the_beginning_of_an_erasure_it_is_gone(each, done):
    ada = await traveller(each, "ada")
    path = await linked(each, ada)
    await each.privacy.erase(ada.id, ada.chat)
    if done:
        await each.engine.run()
    async with browser(each) as http:
        assert (await http.get(path)).status_code == 410
        assert (await http.post(path)).status_code == 410
    assert bool(await each.all(select(copies))) == (not done)


async def test_a_chat_that_is_somebody_elses_by_now_gives_no_copy(house):
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    path = await linked(house, ada)
    await house.do(chats.update().where(chats.c.id == ada.chat).values(customer_id=bob.id))
    async with browser(house) as http:
        assert (await http.post(path)).status_code == 410


async def test_a_link_cannot_be_guessed_and_stands_nowhere(house):
    ada = await traveller(house, "ada")
    path = await linked(house, ada)
    secret = path.rpartition("/")[2]
    assert len(secret) >= 32
    assert [table for table, text in await everything(house) if secret in text] == []
    async with browser(house) as http:
        for wrong in (secret[:-1], secret[:-1] + "!", secret.upper(), "x" * 4_000):
            assert (await http.post(f"/export/{wrong}")).status_code == 410
        assert (await http.post(path)).status_code == 200


async def test_a_copy_lies_encrypted_and_goes_with_its_key(house):
    ada = await traveller(house, "ada")
    folder = await carried(house, ada)
    assert ada.name in folder.text
    disk = on_disk(house)
    assert [one for one in (ada.name, ada.email, ada.iccid) if one.encode() in disk] == []
    sealed = bytes((await house.one(select(copies))).content)

    await house.privacy.erase(ada.id, ada.chat)
    assert "erased" in await house.engine.run()

    assert sealed[:64] not in on_disk(house)


async def test_a_copy_is_made_once_whenever_the_process_is_killed(house):
    ada = await traveller(house, "ada")
    for step in (1, 2):
        house.engine.kill_at = house.engine.steps_run + 1 if step == 1 else house.engine.steps_run + 2
        with pytest.raises(Killed):
            await asked(house, ada, f"killed-{step}")
        house.engine.kill_at = None
        later = house.next_process()
        assert await later.engine.run() == ["handed"]
        (row,) = await later.all(select(copies).where(copies.c.state == "handed"))
        told = [item for _, item, _ in (*house.voice.told, *later.voice.told)]
        assert CopyReady(row.id, "file") in told
        await later.privacy.copies.revoke(ada.id)


async def test_a_large_copy_goes_by_a_link_and_so_does_one_that_the_chat_refuses(house):
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    object.__setattr__(house.privacy.copies._door, "most_in_chat", 0)
    await asked(house, ada)
    object.__setattr__(house.privacy.copies._door, "most_in_chat", 20_000_000)
    house.voice.answers = ["again", "again"]
    await asked(house, bob)
    assert [(chat, item.way) for chat, item, _ in house.voice.told] == [
        (ada.bsuid, "link"),
        (bob.bsuid, "link"),
    ]


async def test_who_cannot_be_told_hears_of_it_when_they_are_back(house):
    ada = await traveller(house, "ada")
    house.voice.answers = ["unreachable"]
    await asked(house, ada)
    assert house.voice.told == []

    await house.privacy.copies.catch_up(ada.id)
    await house.engine.run()

    assert [item.way for _, item, _ in house.voice.told] == ["file"]


async def test_copies_have_a_bound_for_each_day(house):
    ada = await traveller(house, "ada")
    for number in range(MOST_A_DAY):
        last = await asked(house, ada, f"one-{number}")
        assert last.state == "building"
    again = await asked(house, ada, "once more")
    assert (again.state, again.copy) == ("there", last.copy)
    await house.privacy.copies.revoke(ada.id)
    assert (await asked(house, ada, "and more")).state == "enough"
    house.clock.at += timedelta(days=1, seconds=1)
    assert (await asked(house, ada, "tomorrow")).state == "building"


async def test_a_new_copy_takes_the_place_of_the_old_one(house):
    ada = await traveller(house, "ada")
    path = await linked(house, ada)
    await asked(house, ada, "again")
    async with browser(house) as http:
        assert (await http.post(path)).status_code == 410


async def test_the_same_event_asks_once(house):
    ada = await traveller(house, "ada")
    first, second = await asked(house, ada), await asked(house, ada)
    assert (first.copy, second.state) == (second.copy, "there")
    assert len(await house.all(select(copies))) == 1
