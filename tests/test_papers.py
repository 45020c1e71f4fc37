"""The papers of a sale, by the running bot: in the chat and by mail, after a refund, after an erasure, in the books."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import subprocess
import sys

import httpx
import pytest
from living import ROOT, until
from pypdf import PdfReader

CHANNELS = ["telegram", "whatsapp"]


def bot(living, *arguments):
    """`python -m bot …`, as the operator runs it."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **living.environment()},
    )


async def text_of(url):
    async with httpx.AsyncClient() as http:
        content = (await http.get(url)).content
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_invoice_comes_by_itself_in_chat_and_with_the_esims_mail(living, name, channel):
    ada = living.traveller(channel, name, "fr")
    if channel == "whatsapp":
        await ada.asks("/language", "English")
        await ada.taps("Français", "parle français")
    await ada.asks("/account", "E-?mail")
    await ada.taps("E-mail", "adresse")
    await ada.asks(f"{name}@example.org", "example.org")

    await ada.buys("Japon, 10 jours", name="Adélaïde Œuvrard", email="other@example.org")

    shown = await ada.gets("document")
    assert shown["name"].startswith("F-")
    text = await text_of(shown["document"])
    for wanted in ("Facture", "Adélaïde Œuvrard", "13,10", "10,92", "2,18", "000 000 000 00000"):
        assert wanted in text, f"{wanted!r} is not in {text}"
    mails = []

    async def mailed():
        mails[:] = [mail for mail in await living.mail() if f"{name}@example.org" in mail["to"]]
        return bool(mails)

    await until(mailed, 25)
    assert len(mails[0]["attachments"]) == 2
    assert await text_of(mails[0]["attachments"][1]) == text
    books = await living.at_rest()
    assert books["gaps"] == []


async def test_a_paper_is_shown_again_to_its_owner_alone(on_sqlite, name):
    ada = on_sqlite.traveller("telegram", name, "en")
    await ada.buys()
    number = (await ada.gets("document"))["name"].removesuffix(".pdf")

    again = await ada.asks("/invoice", number)
    assert again["document"]
    await ada.asks("/orders", "delivered")
    assert (await ada.taps("My invoices", number))["document"]

    eve = on_sqlite.traveller("telegram", f"{name}-eve", "en")
    await eve.asks("/invoice", "no invoices yet")


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_refund_brings_its_credit_note(living, name, channel):
    ada = living.traveller(channel, name, "en")
    ready = await ada.buys()
    invoice = (await ada.gets("document"))["name"].removesuffix(".pdf")
    await living.at_rest()
    order = next(word for word in ready["text"].split() if word.startswith("M") and len(word) == 9)
    await ada.mark()

    done = await asyncio.to_thread(bot, living, "refund", order, "--amount", "5.00", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr

    note = await ada.gets("document")
    assert note["name"].startswith("A-")
    text = await text_of(note["document"])
    for wanted in ("Credit note", invoice, "€5.00", "€4.17", "€0.83"):
        assert wanted in text, f"{wanted!r} is not in {text}"
    assert (await living.at_rest())["close"]

    month = ready["at"][:7]
    told = await asyncio.to_thread(bot, living, "books", "--month", month, "--csv")
    assert told.returncode == 0, told.stderr
    rows = [row for row in csv.DictReader(io.StringIO(told.stdout)) if row["order"] == order]
    sale, credit = sorted(rows, key=lambda row: row["kind"], reverse=True)
    assert (sale["kind"], sale["invoice"], sale["credit_note"]) == ("sale", invoice, "")
    assert (sale["net"], sale["vat"], sale["gross"], sale["paid"]) == ("10.92", "2.18", "13.10", "13.10")
    assert (sale["currency"], sale["country"], sale["fee_currency"]) == ("EUR", "FR", "EUR")
    assert float(sale["fee"]) > 0
    assert float(sale["cost"]) > 0
    assert sale["cost_currency"] == "USD"
    assert (credit["invoice"], credit["credit_note"]) == (invoice, note["name"].removesuffix(".pdf"))
    assert (credit["net"], credit["vat"], credit["gross"], credit["refund"]) == (
        "-4.17",
        "-0.83",
        "-5.00",
        "5.00",
    )
