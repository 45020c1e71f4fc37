"""After the sale: a refund that a rule or a person decides, a withdrawal in two steps, a line that is replaced once."""

from __future__ import annotations

import asyncio
import re
import time

import httpx
import pytest
from living import SOON, Living, until
from postgres import databases
from sqlalchemy import create_engine, select
from test_staff_commands import Member, order_of

from services.storage.after_sale import claims

GB = 1024**3


async def line_of(living, name: str) -> str:
    return next(one["iccid"] for one in (await living.ledger())["delivered"] if one["traveller"] == name)


async def use(living, name: str, used: int = GB) -> None:
    iccid = await line_of(living, name)
    answer = await living.http.post("/world/usage", json={"iccid": iccid, "used_bytes": used})
    assert answer.status_code < 300, answer.text


async def given_back(living, order: str) -> int:
    return sum(one["amount"] for one in (await living.ledger())["refunds"] if one["order"] == order)


def line_in(books: dict, order: str) -> dict:
    return next(line for line in books["orders"] if line["order"] == order)


async def bought(living, channel: str, name: str, language: str = "en"):
    ada = living.traveller(channel, name, language)
    await ada.buys("Japan, 10 days" if language == "en" else "Japon, 10 jours")
    await living.at_rest()
    return ada


async def claim_waiting(living, order: str, kind: str) -> str:
    """The number of the claim on an order that a person has to decide."""
    grace = Member(living, "grace")
    shown = await grace.asks("/claims", rf"{kind} on {order}, with_person")
    return re.search(rf"(K\w+): {kind} on {order}", shown)[1]


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_what_was_used_is_a_persons_to_decide(living, name, channel):
    ada = await bought(living, channel, name)
    order = await order_of(ada)
    await use(living, name)

    shown = await ada.asks("/refund", "A person decides")
    assert "active" in shown["text"]
    assert await given_back(living, order) == 0
    await ada.taps("Ask for it back", "Noted, reference K")
    await ada.sees(f"order {order}: a person decides until")

    number = await claim_waiting(living, order, "refund")
    await ada.mark()
    grace = Member(living, "grace")
    await grace.orders(f"/claim {number} refund 2.00", "2.00 EUR of order", "refund")
    await ada.sees(f"You get €2.00 back for order {order}")
    assert "decided already" in await grace.asks(f"/claim {number} refund", "already")
    books = await living.at_rest()
    assert books["close"]
    assert await given_back(living, order) == 200


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_a_withdrawal_in_french_carries_the_laws_words_and_a_receipt(living, name, channel):
    ada = await bought(living, channel, name, "fr")
    iccid = await line_of(living, name)
    shown = await ada.asks("/orders", "Me rétracter ici|Renoncer au contrat ici")
    order = shown["text"].split()[0]

    await ada.taps(_label(shown, "contrat ici", "Me rétracter"), "Rétractation du contrat")
    form = (await ada.news())[-1]
    assert f"Je me rétracte du contrat de la commande {order}." in form["text"]
    await ada.taps(_label(form, "Confirmer la", "Oui, me"), "Rétractation reçue")
    receipt = await ada.sees("Rétractation reçue")
    paper = await ada.sees("à conserver")
    async with httpx.AsyncClient() as http:
        kept = (await http.get(paper["document"])).text
    assert kept.splitlines()[0] in receipt["text"]
    assert re.search(r"référence K\w{8}", kept)
    assert f"commande {order}" in kept

    await ada.sees("Vous vous êtes rétracté de la commande")
    books = await living.at_rest()
    assert books["close"]
    assert line_in(books, order)["kept"] == 0
    assert (await given_back(living, order)) == line_in(books, order)["captured"]
    # The line is nobody's any more: not shown, not stock.
    assert not (await ada.asks("/esims", "."))["image"]
    assert books["stock"] == 0

    async def closed() -> bool:
        lines = (await living.ledger())["lines"]
        return any(one["iccid"] == iccid and one["notes"] == "closed" for one in lines)

    await until(closed, SOON)


def _label(message: dict, *parts: str) -> str:
    return next(b["label"] for b in message["buttons"] if any(part in b["label"] for part in parts))


async def test_what_was_used_cannot_be_withdrawn_from_where_the_shop_says_so(living, name):
    ada = await bought(living, "telegram", name)
    order = await order_of(ada)
    await use(living, name)
    await withdraw(ada, order)
    await ada.sees(f"order {order}: the eSIM has been used")
    assert await given_back(living, order) == 0


async def withdraw(traveller, order: str) -> str:
    """Both steps; the reference of the receipt."""
    form = await traveller.asks(f"/withdraw {order}", f"of order {order}")
    await traveller.taps(_label(form, "Confirm withdrawal"), "Withdrawal received")
    receipt = await traveller.sees("Withdrawal received")
    return re.search(r"reference (K\w+)", receipt["text"])[1]


async def test_by_the_orders_number_alone_nothing_is_revealed_and_the_buyer_may_object(living, name):
    ada = await bought(living, "whatsapp", name)
    order = await order_of(ada)
    bob = living.traveller("telegram", f"{name}-bob", "en")

    await ada.mark()
    number = await withdraw(bob, order)
    made_up = await withdraw(bob, "MZZZZZZZZ")
    told = "\n".join(await bob.texts())
    assert "Japan" not in told
    assert told.count("The answer goes to the contact on file") == 4
    assert made_up != number

    notice = await ada.sees(f"withdrawal from order {order} was declared")
    assert number in notice["text"]
    assert await given_back(living, order) == 0
    await ada.taps("That was not me", "nothing happens to your order")
    await ada.taps("That was not me", "decided already")
    number = await claim_waiting(living, order, "withdrawal")
    await Member(living, "grace").orders(f"/claim {number} refuse", "was not granted", "refused")
    await ada.sees("could not grant it")
    assert await given_back(living, order) == 0


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_the_days_of_a_withdrawal(store):
    """Nobody objects for a day: the answer goes to whoever bought. After fourteen days it is refused kindly."""
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        ada = await bought(living, "telegram", "ada")
        carl = await bought(living, "whatsapp", "carl")
        first, second = await order_of(ada), await order_of(carl)
        bob = living.traveller("whatsapp", "bob", "en")
        await ada.mark()
        await withdraw(bob, first)
        await ada.sees(f"withdrawal from order {first} was declared")
        await living.advance("P1DT1H")
        await ada.sees(f"You withdrew from order {first}")
        assert await given_back(living, first) > 0

        await living.advance("P18D")
        refused = await carl.asks(f"/withdraw {second}", "14 days")
        assert _label(refused, "Refund")
        assert "Withdraw" not in str((await carl.asks("/orders", second))["buttons"])
        # By its number it is received like any other, and its buyer hears that it came too late.
        await carl.mark()
        await withdraw(bob, second)
        await living.advance("P1DT1H")
        await carl.sees("14 days were over")
        assert await given_back(living, second) == 0
        books = await living.at_rest()
        assert books["close"]
    finally:
        await living.stop()


async def complain(traveller) -> str:
    """A claim, said and sent; its number."""
    await traveller.asks("/warranty", "What does not work")
    await traveller.asks("No signal in Osaka", "Since when")
    await traveller.taps("Yesterday", "No signal in Osaka")
    sent = await traveller.taps("Send the claim", "is with our staff")
    return re.search(r"Claim (K\w+)", sent["text"])[1]


@pytest.mark.parametrize(("store", "kills"), [("sqlite", 3), ("postgres", 2)])
async def test_a_replacement_is_one_line_whenever_the_bot_is_killed(store, kills):
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        for number in range(kills):
            ada = await bought(living, ("telegram", "whatsapp")[number % 2], f"ada{number}")
            order = await order_of(ada)
            claim = await complain(ada)
            grace = Member(living, "grace")
            asked = await grace.asks(f"/claim {claim} replace", "Another line is bought")
            code = re.search(r"/yes (\w+)", asked)[1]
            await ada.mark()
            await living.http.post("/world/staff/grace/say", json={"text": f"/yes {code}"})
            await asyncio.sleep(0.15 * number)
            living.kill_bot()
            living.start_bot()
            await ada.gets_qr(seconds=90)
            await ada.sees("another eSIM at no charge", seconds=60)
            books = await living.at_rest()
            mine = line_in(books, order)
            assert (mine["items"], mine["replacements"]) == (["delivered"], ["delivered"])
            assert mine["kept"] == mine["captured"]
            lines = {
                one["iccid"] for one in (await living.ledger())["delivered"] if one["traveller"] == ada.name
            }
            assert len(lines) == 2
        ledger = await living.ledger()
        assert len(ledger["lines"]) == 2 * kills
        assert books["close"]
        assert books["lines"] == {"delivered": kills, "replacements": kills, "stock": 0, "held": 0}
        shown = await ada.asks("/esims", order)
        assert shown["image"]
        assert "No claim waits" in await grace.asks("/claims", "claim")
    finally:
        await living.stop()


async def test_a_replacement_that_cannot_be_bought_goes_back_to_a_person(on_sqlite, name):
    ada = await bought(on_sqlite, "telegram", name)
    order = await order_of(ada)
    claim = await complain(ada)
    grace = Member(on_sqlite, "grace")
    await on_sqlite.fault("keepgo", "refuse", method="line/create")
    await grace.orders(f"/claim {claim} replace", "Another line", "replacement")

    async def returned() -> bool:
        return f"{claim}: warranty on {order}, with_person" in await grace.asks("/claims", "claim|No claim")

    await until(returned, 60)
    await on_sqlite.calm()
    await ada.mark()
    await grace.orders(f"/claim {claim} refund", "All that is left", "refund")
    await ada.sees(f"back for order {order}")
    books = await on_sqlite.at_rest()
    assert books["close"]
    assert line_in(books, order)["kept"] == 0


async def test_a_withdrawals_receipt_goes_by_mail_too(on_sqlite, name):
    ada = on_sqlite.traveller("telegram", name, "en")
    await ada.buys(name="Ada Lovelace", email=f"{name}@example.org")
    await on_sqlite.at_rest()
    order = await order_of(ada)

    form = await ada.asks(f"/withdraw {order}", "Name: Ada Lovelace")
    assert f"Reply to: {name}@example.org" in form["text"]
    await ada.taps("Confirm withdrawal", "Withdrawal received")

    async def mailed() -> bool:
        return any(
            f"{name}@example.org" in mail["to"]
            and f"of order {order}" in mail["text"]
            and mail["attachments"]
            for mail in await on_sqlite.mail()
        )

    await until(mailed, SOON)


async def test_whoever_could_not_be_reached_hears_of_it_when_they_write_again(on_sqlite, name):
    ada = await bought(on_sqlite, "telegram", name)
    order = await order_of(ada)
    number = await complain(ada)
    await ada.does("block")
    await Member(on_sqlite, "grace").orders(f"/claim {number} mended", "works again", "mended")
    await asyncio.to_thread(_wait_until_untold, on_sqlite, number)
    await ada.mark()
    await ada.does("unblock")
    await ada.says("hello")
    await ada.sees(f"Claim {number}, order {order}: our staff say that it works again", seconds=40)


def _wait_until_untold(living, number: str) -> None:
    """The bot has noted that nobody heard it; looked up beside it, as a command would."""
    engine = create_engine(living.environment()["APP_DATABASE_URL"])
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with engine.connect() as connection:
            if connection.execute(select(claims.c.untold).where(claims.c.id == number)).scalar_one():
                engine.dispose()
                return
        time.sleep(0.2)
    raise AssertionError(f"the bot never noted that nobody heard of {number}")


async def test_staff_open_a_claim_and_say_that_it_works_again(living, name):
    ada = await bought(living, "whatsapp", name)
    order = await order_of(ada)
    grace = Member(living, "grace")
    opened = await grace.asks(f"/claim {order}", f"warranty on {order}, with_person")
    number = re.search(r"(K\w+): warranty", opened)[1]
    await ada.mark()
    await grace.orders(f"/claim {number} mended", "works again", "mended")
    await ada.sees("works again")
    assert "done" in await grace.asks(f"/claim {number}", number)
    assert (await living.at_rest())["close"]
