"""The main job: name a country, pay by link, hold a working QR, ask how much is left; on both channels."""

from __future__ import annotations

import io

import httpx
import pytest
import zxingcpp
from living import SOON, until
from PIL import Image

CHANNELS = ["telegram", "whatsapp"]


async def picture(living, url: str) -> Image.Image:
    async with httpx.AsyncClient() as http:
        return Image.open(io.BytesIO((await http.get(url)).content))


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_traveller_buys_and_holds_a_working_qr(living, name, channel):
    ada = living.traveller(channel, name, "en")

    ready = await ada.buys("Japan, 10 days")

    shown = await picture(living, ready["image"])
    assert min(shown.size) >= 400
    read = zxingcpp.read_barcodes(shown.convert("L"))[0].text
    ledger = await living.ledger()
    mine = [one for one in ledger["delivered"] if one["traveller"] == name]
    assert len(mine) == 1
    assert read.startswith("LPA:1$")
    assert mine[0]["iccid"] in ready["text"]
    await living.at_rest()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_phone_that_shows_the_chat_gets_codes_to_copy(living, name, channel):
    ada = living.traveller(channel, name, "en")
    ready = await ada.buys()
    code = zxingcpp.read_barcodes((await picture(living, ready["image"])).convert("L"))[0].text
    _, address, matching = code.split("$")

    await ada.taps("iPhone", "Install on iPhone")
    await ada.sees(f"^{matching}\n")
    texts = [message["text"] for message in await ada.news()]
    assert texts[-2:] == [address, matching]

    shown = await ada.taps("Android", "Install on Android")
    assert any((button["url"] or "").endswith(code) for button in shown["buttons"])
    await ada.sees("^LPA:")
    assert (await ada.news())[-1]["text"] == code


@pytest.mark.parametrize("channel", CHANNELS)
async def test_how_much_is_left_is_told_from_the_provider(living, name, channel):
    ada = living.traveller(channel, name, "en")
    await ada.buys()
    iccid = next(one["iccid"] for one in (await living.ledger())["delivered"] if one["traveller"] == name)
    await living.http.post("/world/usage", json={"iccid": iccid, "used_bytes": 300 * 1024**2})

    told = await ada.asks("how much data do I have left", "left")

    assert "Measured" in told["text"]
    assert "active" in told["text"]


async def test_orders_and_esims_are_shown_again_and_only_to_their_owner(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.buys()
    await living.at_rest()
    shown = await ada.asks("/orders", "delivered")
    number = shown["text"].split()[0]

    again = await ada.asks("/esims", number)
    assert again["image"]

    bob = living.traveller("telegram", f"{name}-bob", "en")
    nothing = await bob.asks("/orders", "no orders")
    assert number not in nothing["text"]
    assert not (await bob.asks("/esims", "no eSIM"))["image"]


async def test_before_paying_everything_that_matters_is_said(living, name):
    ada = living.traveller("telegram", name, "en")
    plans = await ada.asks("Japan, 10 days", "Plans for Japan")

    summary = await ada.taps(plans["buttons"][0]["label"], "It fits")

    for needed in ("Countries:", "Networks:", "Data:", "Valid:", "Refund:", "Total:", "VAT", "*#06#"):
        assert needed in summary["text"]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_from_a_country_to_the_link_in_five_actions(living, name, channel):
    ada = living.traveller(channel, name, "en")
    shown = await ada.asks("Japan", "Plans for Japan")
    actions = 1
    while not any(button["url"] for button in shown["buttons"]):
        shown = await ada.taps(shown["buttons"][0]["label"], r"\[")
        actions += 1
    assert actions <= 5


async def test_mail_is_sent_to_whoever_accepts_the_address_of_the_checkout(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.buys(name="Ada Example", email=f"{name}@example.org")
    await ada.sees("Shall I send")

    await ada.taps("Yes, send it", "Sent by mail")

    async def arrived() -> list[dict]:
        return [mail for mail in await living.mail() if f"{name}@example.org" in mail["to"]]

    # The workflow may be sending it just when the button asks for it.
    await until(arrived, SOON)
    await living.at_rest()
    mails = await arrived()
    assert len(mails) == 1
    assert "LPA:1$" in mails[0]["text"]
    assert len(mails[0]["attachments"]) == 2, "the QR and the invoice"


async def test_declined_cards_leave_the_link_open(living, name):
    ada = living.traveller("telegram", name, "en")
    session = await ada.to_the_link()
    await living.pay(session, "declined")
    await ada.mark()
    await living.pay(session)
    await ada.gets_qr()


async def test_a_delayed_payment_is_told_and_then_delivered(living, name):
    ada = living.traveller("whatsapp", name, "en")
    session = await ada.to_the_link()
    await ada.mark()
    await living.pay(session, "delayed-ok")
    await ada.sees("has not sent the money yet")
    await ada.gets_qr()


async def test_a_delayed_payment_that_fails_is_told(living, name):
    ada = living.traveller("telegram", name, "en")
    session = await ada.to_the_link()
    await ada.mark()
    await living.pay(session, "delayed-fail")
    await ada.sees("did not go through")
    books = await living.at_rest()
    assert books["close"]
