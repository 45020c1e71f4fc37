"""`python -m bot refund`: in part, in whole, once; the bot that runs beside it carries it out and tells."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from living import ROOT


def refund(living, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "refund", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **living.environment()},
    )


async def order_of(traveller) -> str:
    return (await traveller.asks("/orders", "delivered"))["text"].split()[0]


def line_of(books: dict, order: str) -> dict:
    return next(line for line in books["orders"] if line["order"] == order)


async def given_back(living, order: str) -> list[int]:
    return [one["amount"] for one in (await living.ledger())["refunds"] if one["order"] == order]


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_an_operator_gives_back_a_part_and_then_the_rest(living, name, channel):
    ada = living.traveller(channel, name, "en")
    await ada.buys()
    await living.at_rest()
    order = await order_of(ada)
    price = line_of(living.books(), order)["captured"]

    asked = refund(living, order, "--amount", "2.00")
    assert asked.returncode == 1
    assert "2.00 EUR of order" in asked.stdout
    assert await given_back(living, order) == []

    await ada.mark()
    done = refund(living, order, "--amount", "2.00", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    await ada.sees("You get €2.00 back for order")
    again = refund(living, order, "--amount", "2.00", "--yes")
    assert "decided before" in again.stdout
    assert (await living.at_rest())["close"]
    assert await given_back(living, order) == [200]
    assert line_of(living.books(), order)["kept"] == price - 200

    more = refund(living, order, "--amount", "1000", "--yes")
    assert more.returncode == 1
    assert "more than is left" in more.stdout
    await ada.mark()
    rest = refund(living, order, "--why", "not_working", "--yes")
    assert rest.returncode == 0, rest.stdout + rest.stderr
    await ada.sees("back for order")
    books = await living.at_rest()
    assert books["close"]
    assert sorted(await given_back(living, order)) == sorted([200, price - 200])
    assert line_of(books, order)["kept"] == 0
    assert "is left" in refund(living, order, "--yes").stdout
    assert await given_back(living, order) != []
    shown = await ada.asks("/orders", "Back to you")
    assert order in shown["text"]


async def test_a_number_that_is_no_order_is_refused(on_sqlite):
    wrong = refund(on_sqlite, "MXXXXXXXX", "--yes")
    assert wrong.returncode == 1
    assert "no paid order" in wrong.stdout
    assert refund(on_sqlite, "M1", "--amount", "five").returncode == 2


async def test_a_refund_that_failed_is_asked_for_again(on_sqlite, name):
    ada = on_sqlite.traveller("telegram", name, "en")
    await ada.buys()
    await on_sqlite.at_rest()
    order = await order_of(ada)
    session = next(c["session"] for c in (await on_sqlite.ledger())["charges"] if c["order"] == order)
    await ada.mark()
    assert refund(on_sqlite, order, "--amount", "1.00", "--yes").returncode == 0
    await ada.sees("You get €1.00 back")
    answer = await on_sqlite.http.post(f"/world/checkouts/{session}/refund-fails", json={})
    assert answer.status_code < 300, answer.text
    books = await on_sqlite.at_rest()
    while not line_of(books, order)["exception"]:
        books = await on_sqlite.at_rest()

    done = refund(on_sqlite, order, "--again", "--yes")

    assert "1 asked for again" in done.stdout, done.stdout
    books = await on_sqlite.at_rest()
    assert line_of(books, order)["exception"] is None
    assert line_of(books, order)["refunded"] == 100
    assert books["close"]
