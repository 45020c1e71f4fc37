"""A person one tap away: the traveller's words reach the staff, and the answer comes back on either channel."""

from __future__ import annotations

import asyncio

import pytest
from living import SOON, until


async def staff_message(living, words: str) -> dict:
    found: list[dict] = []

    async def there() -> bool:
        screen = (await living.http.get("/world/staff/screen")).json()["messages"]
        found[:] = [message for message in screen if words in message["text"]]
        return bool(found)

    await until(there, SOON, lambda: f"the staff never read {words!r}")
    return found[-1]


async def staff_replies(living, message: dict, text: str) -> None:
    answer = await living.http.post("/world/staff/grace/say", json={"text": text, "reply_to": message["id"]})
    assert answer.status_code < 300, answer.text


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_words_go_to_a_person_and_the_answer_comes_back(living, name, channel):
    ada = living.traveller(channel, name, "en")
    told = await ada.asks("I want a person", "A person will answer you here")
    assert "Hours" in told["text"]
    await ada.asks(f"My phone {name} shows no service", "Passed on")
    message = await staff_message(living, f"My phone {name} shows no service")

    await ada.mark()
    await staff_replies(living, message, f"Restart it, {name}, please")
    await ada.sees(f"Restart it, {name}, please")

    # Commands still work while a person is there.
    await ada.asks("/orders", "no orders")
    await staff_replies(living, message, "/close")
    await ada.sees("closed")
    await ada.asks("qwertyuiop zxcvb", "did not understand")


async def test_a_picture_reaches_the_staff(living, name):
    ada = living.traveller("whatsapp", name, "en")
    await ada.asks("/support", "A person will answer")
    await ada.mark()
    await ada.does("send", kind="photo")
    await ada.sees("Passed on")
    message = await staff_message(living, "(photo)")
    assert message["image"]


async def test_a_reply_that_cannot_be_delivered_is_told_to_the_staff(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.asks(f"/support {name} is lost", "A person will answer")
    message = await staff_message(living, f"{name} is lost")
    await ada.does("block")
    await staff_replies(living, message, "Are you there?")
    await staff_message(living, "Not delivered")
    await ada.does("unblock")


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_it_does_not_work_looks_before_it_asks(living, name, channel):
    ada = living.traveller(channel, name, "en")
    await ada.buys()
    told = await ada.asks("it doesn't work", "Let us try five things")
    assert "Line:" in told["text"]
    assert "Measured" in told["text"]
    await asyncio.sleep(0)


async def test_after_a_day_of_silence_plain_words_come_to_us_again():
    from living import Living

    living = await Living().start()
    try:
        ada = living.traveller("telegram", "silent", "en")
        await ada.asks("/support hello there", "A person will answer")
        await living.advance("PT25H")
        await ada.asks("qwertyuiop zxcvb", "did not understand")
    finally:
        await living.stop()


async def test_an_erasure_is_confirmed_to_us_while_a_person_is_there(on_sqlite, name):
    ada = on_sqlite.traveller("telegram", name, "en")
    await ada.asks(f"/support {name} is out of service", "A person will answer")
    await ada.to_erasure()
    await ada.asks("DELETE", "being deleted|Deleted on")
