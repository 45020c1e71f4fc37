"""Paying with Telegram Stars: once is once, whatever is repeated or dies, and what cannot be delivered goes back."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys

import pytest
from living import ROOT, SOON, Living, until
from postgres import databases


async def to_the_invoice(ada) -> str:
    """From a country's name to the newest invoice; the order's number."""
    await ada.to_the_link()
    link = (await ada.messages())[-1]
    in_stars = next(button["label"] for button in link["buttons"] if "⭐" in button["label"])
    invoice = await ada.taps(in_stars, "Order M")
    await ada.mark()
    return re.search(r"Order (M\w{8})", invoice["text"])[1]


async def pays(ada, status: int = 204) -> str:
    answer = await ada.living.http.post(f"/world/phones/telegram/{ada.name}/pay", json={})
    assert answer.status_code // 100 == status // 100, f"{answer.text}\n{ada.living.log()}"
    return answer.text


async def stars_of(living, order: str) -> list[tuple[int, bool]]:
    return [
        (one["amount"], one["refunded"]) for one in (await living.ledger())["stars"] if one["order"] == order
    ]


def line_of(books: dict, order: str, currency: str = "XTR") -> dict:
    return next(one for one in books["orders"] if (one["order"], one["currency"]) == (order, currency))


async def test_a_traveller_pays_in_stars_and_holds_a_qr(living, name):
    ada = living.traveller("telegram", name, "en")
    order = await to_the_invoice(ada)

    await pays(ada)

    await ada.gets_qr()
    books = await living.at_rest()
    (amount, refunded) = (await stars_of(living, order))[0]
    line = line_of(books, order)
    assert (line["captured"], line["kept"], refunded) == (amount, amount, False)
    assert books["close"]
    assert "⭐" in (await ada.asks("/orders", "delivered"))["text"]


async def test_the_same_payment_told_ten_times_buys_one_line(living, name):
    ada = living.traveller("telegram", name, "en")
    before = len((await living.ledger())["lines"])
    order = await to_the_invoice(ada)
    await living.fault("telegram", "duplicate-updates", times=2)
    await pays(ada)
    await ada.gets_qr()

    await living.http.post("/world/redeliver", json={"service": "telegram", "last": 3, "times": 10})

    books = await living.at_rest()
    assert len((await living.ledger())["lines"]) == before + 1
    assert [refunded for _, refunded in await stars_of(living, order)] == [False]
    assert books["close"]


async def test_a_second_invoice_of_a_paid_order_is_refused_in_the_travellers_words(living, name):
    ada = living.traveller("telegram", name, "fr")
    await ada.asks("/start", "Où partez-vous")
    await ada.to_the_link("Japon, 10 jours")
    in_stars = next(b["label"] for b in (await ada.messages())[-1]["buttons"] if "⭐" in b["label"])
    await ada.taps(in_stars, "Commande M")
    await ada.taps(in_stars, "Commande M")
    await pays(ada)
    await ada.gets_qr()

    refusal = await pays(ada, status=409)

    assert "est déjà payée. Rien n’a été débité." in refusal
    await living.at_rest()


async def test_whoever_pays_by_card_and_in_stars_gets_the_second_back_the_way_it_came(living, name):
    ada = living.traveller("telegram", name, "en")
    session = await ada.to_the_link()
    in_stars = next(b["label"] for b in (await ada.messages())[-1]["buttons"] if "⭐" in b["label"])
    invoice = await ada.taps(in_stars, "Order M")
    order = re.search(r"Order (M\w{8})", invoice["text"])[1]
    # The bot hears of the card's payment only after it has agreed to the other one.
    await living.fault("stripe", "events-held", times=100)
    await ada.mark()
    await living.pay(session)
    await pays(ada)
    await living.calm()

    await ada.sees("paid order .* twice")
    await ada.gets_qr()
    books = await living.at_rest()
    (amount, refunded) = (await stars_of(living, order))[0]
    ledger = await living.ledger()
    charged = sum(one["amount"] for one in ledger["charges"] if one["order"] == order)
    back = sum(one["amount"] for one in ledger["refunds"] if one["order"] == order)
    assert (back, refunded) in ((charged, False), (0, True))
    lines = {one["currency"]: one for one in books["orders"] if one["order"] == order}
    assert {currency: one["captured"] for currency, one in lines.items()} == {"EUR": charged, "XTR": amount}
    assert sorted(one["refunded"] for one in lines.values()) == [0, back or amount]
    assert books["close"]


async def test_what_the_provider_refuses_goes_back_as_stars(living, name):
    ada = living.traveller("telegram", name, "en")
    order = await to_the_invoice(ada)
    await living.fault("keepgo", "refuse", times=5)
    await living.fault("telegram", "429", method="refundStarPayment", seconds=1)

    await pays(ada)

    told = await ada.sees("You get ⭐ .* back")
    assert "Stars are back on your Telegram account" in told["text"]
    books = await living.at_rest()
    (amount, refunded) = (await stars_of(living, order))[0]
    assert refunded
    assert line_of(books, order)["refunded"] == amount
    assert books["close"]


async def test_a_payment_whose_update_was_lost_is_found_in_the_account(on_sqlite, name):
    ada = on_sqlite.traveller("telegram", name, "en")
    await to_the_invoice(ada)
    await on_sqlite.fault("telegram", "updates-held", method="message")

    await pays(ada)

    await ada.gets_qr(seconds=60)
    await on_sqlite.calm()
    await on_sqlite.at_rest()


async def pays_while_the_chat_is_busy(living, name):
    """By the order of events: the payment is through while the answer to an earlier message still hangs."""
    ada = living.traveller("telegram", name, "en")
    order = await to_the_invoice(ada)
    begun = (await living.ledger())["calls"]["telegram sendMessage"]
    await living.fault("telegram", "timeout", method="sendMessage", times=4, seconds=60)
    await ada.says("/orders")

    async def hangs() -> bool:
        return (await living.ledger())["calls"]["telegram sendMessage"] > begun

    await until(hangs, SOON)
    await pays(ada)

    assert await ada.news() == []
    assert await stars_of(living, order)
    await living.calm()


async def test_a_payment_does_not_wait_for_a_chat_that_is_busy(living, name):
    await pays_while_the_chat_is_busy(living, name)


async def test_nor_does_it_where_updates_are_asked_for(name):
    living = await Living(polling=True).start()
    try:
        await pays_while_the_chat_is_busy(living, name)
    finally:
        await living.stop()


async def test_where_stars_are_the_only_way_an_ended_rate_stops_the_sale_and_is_told(tmp_path, name):
    prices = tmp_path / "prices.toml"
    prices.write_text((ROOT / "prices.toml").read_text())
    living = await Living({"PAYMENT_METHODS_TELEGRAM": "stars", "PRICES_FILE": str(prices)}).start()
    try:
        ada = living.traveller("telegram", name, "en")
        shown = await ada.asks("Japan, 10 days", "Plans for Japan")
        for pattern in ("It fits", "1 of 2", "2 of 2", "Pay ⭐"):
            shown = await ada.taps(shown["buttons"][0]["label"], pattern)
        assert [button["label"][:5] for button in shown["buttons"]] == ["Pay ⭐"]
        await ada.taps(shown["buttons"][0]["label"], "Order M")
        await pays(ada)
        await ada.gets_qr()

        prices.write_text(
            re.sub(r"(\[stars\].*?dated = )\S+", r"\g<1>2020-01-01", prices.read_text(), flags=re.DOTALL)
        )
        await living.advance("PT1H")

        async def told() -> bool:
            screen = (await living.http.get("/world/staff/screen")).json()
            return any("rate" in m["text"] and "Stars" in m["text"] for m in screen["messages"])

        await until(told, SOON)
        bob = living.traveller("telegram", f"{name}-bob", "en")
        shown = await bob.asks("Japan, 10 days", "Plans for Japan")
        for pattern in ("It fits", "1 of 2", "2 of 2", "Your order M.* is kept"):
            shown = await bob.taps(shown["buttons"][0]["label"], pattern)
    finally:
        await living.stop()


def test_doctor_tries_the_account_of_stars(on_sqlite):
    done = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **on_sqlite.environment()},
    )
    assert re.search(r"✓ Telegram Stars: 84 to 1 EUR, until .* in the account", done.stdout), done.stdout


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_killed_between_the_payment_and_the_delivery(store):
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        for number, pause in enumerate((0.0, 0.3)):
            ada = living.traveller("telegram", f"killed{number}", "en")
            await to_the_invoice(ada)
            await pays(ada)
            await asyncio.sleep(pause)
            living.kill_bot()
            living.start_bot()
            await ada.gets_qr(seconds=90)
        books = await living.at_rest()
        ledger = await living.ledger()
        assert len(ledger["lines"]) == len(ledger["stars"]) == 2
        assert not any(one["refunded"] for one in ledger["stars"])
        assert books["close"]
    finally:
        await living.stop()
