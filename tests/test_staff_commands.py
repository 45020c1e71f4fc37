"""The staff chat does it too: orders, refunds, books, pauses; confirmed by their author, refused to others, written down."""

from __future__ import annotations

import asyncio
import re
import time

from living import SOON, Living, until


class Member:
    """Somebody in the staff chat."""

    def __init__(self, living: Living, name: str) -> None:
        self._living = living
        self._name = name

    async def asks(self, text: str, pattern: str, seconds: float = SOON) -> str:
        """Write, and wait for the bot's answer that says so; returns it."""
        before = {message["id"] for message in await self._said()}
        answer = await self._living.http.post(f"/world/staff/{self._name}/say", json={"text": text})
        assert answer.status_code < 300, answer.text
        end = time.monotonic() + seconds
        while True:
            news = [m["text"] for m in await self._said() if m["id"] not in before]
            found = next((said for said in news if re.search(pattern, said, re.DOTALL)), None)
            if found is not None:
                return found
            assert time.monotonic() < end, f"{text!r}: {news} lack {pattern!r}\n{self._living.log()}"
            await asyncio.sleep(0.05)

    async def orders(self, command: str, preview: str, done: str) -> str:
        """A command that is asked back, confirmed."""
        asked = await self.asks(command, preview)
        return await self.asks(f"/yes {code_in(asked)}", done)

    async def _said(self) -> list[dict]:
        screen = (await self._living.http.get("/world/staff/screen")).json()["messages"]
        return [message for message in screen if message["who"] == "bot"]


def code_in(asked: str) -> str:
    return re.search(r"/yes (\w+)", asked)[1]


async def order_of(traveller) -> str:
    return (await traveller.asks("/orders", "delivered"))["text"].split()[0]


async def test_staff_look_at_an_order_and_give_money_back(living, name):
    ada = living.traveller("whatsapp", name, "en")
    await ada.buys()
    await living.at_rest()
    order = await order_of(ada)
    grace = Member(living, "grace")

    shown = await grace.asks(f"/order {order.lower()}", order)
    assert f"{order}-1: purchase" in shown
    assert "buying → delivered" in shown
    assert name not in shown

    asked = await grace.asks(f"/refund {order} 1.50", "1.50 EUR of order")
    code = code_in(asked)
    assert "You gave no command" in await Member(living, "mallory").asks(f"/yes {code}", "code")
    await ada.mark()
    await grace.asks(f"/yes {code}", "on its way back")
    await ada.sees("You get €1.50 back")
    assert "done already" in await grace.asks(f"/yes {code.lower()}", "already")
    assert (await living.at_rest())["close"]
    back = [one["amount"] for one in (await living.ledger())["refunds"] if one["order"] == order]
    assert back == [150]

    await grace.asks(f"/refund {order} 1000", "more than is left")
    await grace.asks(f"/refund {order} much", "is no amount")
    await grace.asks("/refund M1", "There is no order M1")
    await grace.asks("/books", "The books close")
    await grace.asks("/help", "/refund N")
    await grace.asks("/nonsense", "There is no command")


async def test_staff_stop_selling_and_sell_again(living, name):
    ada = living.traveller("telegram", name, "en")
    grace = Member(living, "grace")
    try:
        await grace.orders("/pause", "Nothing of everything is sold", "pause")
        await until_no_plans(ada)
    finally:
        await grace.orders("/resume", "is sold again", "is sold again")
    await until_plans(ada)
    await grace.asks("/pause nobody", "There is no provider nobody")


async def until_plans(traveller) -> None:
    async def sold() -> bool:
        return bool((await traveller.asks("Japan", "."))["buttons"])

    await until(sold, SOON)


async def until_no_plans(traveller) -> None:
    async def unsold() -> bool:
        return not (await traveller.asks("Japan", "."))["buttons"]

    await until(unsold, SOON)


async def test_only_members_that_the_operator_names_may_give_commands():
    living = await Living().start()
    try:
        mallory, grace = Member(living, "mallory"), Member(living, "grace")
        living.stop_bot()
        living.databases = {"STAFF_MEMBERS": "1"}
        living.start_bot()
        await living.healthy()
        refused = await grace.asks("/books", "may not")
        living.stop_bot()
        number = re.search(r"number, (\d+)", refused)[1]
        living.databases = {"STAFF_MEMBERS": f"7, {number}"}
        living.start_bot()
        await living.healthy()

        assert "close" in await grace.asks("/books", "The books")
        assert "may not" in await mallory.asks("/books", "may not")
        assert "may not" in await mallory.asks("/refund M1", "may not")
    finally:
        await living.stop()


async def test_an_alarm_arrives_once_with_what_mends_it(on_sqlite, name):
    ada = on_sqlite.traveller("telegram", name, "en")
    await on_sqlite.fault("keepgo", "out-of-credit", times=100)
    session = await ada.to_the_link("Brazil, 10 days")
    await ada.mark()
    await on_sqlite.pay(session)
    await ada.sees("back for order")

    grace = Member(on_sqlite, "grace")
    shown = await grace.asks("/alarms", "Out of credit")
    assert "→ Top the account up" in shown

    async def told() -> bool:
        screen = (await on_sqlite.http.get("/world/staff/screen")).json()["messages"]
        return any(m["text"].startswith("⚠️") and "Out of credit" in m["text"] for m in screen)

    await until(told, SOON)
