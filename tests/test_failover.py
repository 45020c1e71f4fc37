"""Two wholesalers: one plan for each thing, and when one does not deliver, the other does; exactly once, always."""

from __future__ import annotations

import asyncio
import hmac
import json
from hashlib import sha512

import httpx
import pytest
import pytest_asyncio
from living import Living, until
from postgres import databases

from bot.sandbox import credentials

#: KeepGo is the cheaper one there, and Airalo here.
KEEPGOS, AIRALOS = "Japan, 10 days", "France, 10 days"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def _both():
    worlds: dict[str, Living] = {}
    yield worlds
    await asyncio.gather(*(one.stop() for one in worlds.values()))


@pytest_asyncio.fixture(params=["sqlite", "postgres"], loop_scope="session")
async def both(request, _both):
    """A world whose bot buys from both wholesalers."""
    yield await at(request.param, _both)
    await _both[request.param].calm()


@pytest_asyncio.fixture(loop_scope="session")
async def both_on_sqlite(_both):
    """The same, for what no database can change."""
    yield await at("sqlite", _both)
    await _both["sqlite"].calm()


async def at(store, worlds):
    if store not in worlds:
        where = databases() if store == "postgres" else None
        worlds[store] = await Living(where, providers="keepgo,airalo").start()
    return worlds[store]


class Sale:
    """A traveller at the link, and what the world held before."""

    def __init__(self, living, ada, session, lines, refunds):
        self.living, self.ada, self.session = living, ada, session
        self.lines, self.refunds = lines, refunds

    @classmethod
    async def of(cls, living, name, words, channel="telegram"):
        ada = living.traveller(channel, name, "en")
        ledger = await living.ledger()
        session = await ada.to_the_link(words)
        await ada.mark()
        return cls(living, ada, session, len(ledger["lines"]), len(ledger["refunds"]))

    async def pay(self):
        await self.living.pay(self.session)

    async def ends(self, lines, refunds, seller=None):
        """At rest, with so many new lines and refunds, the lines bought of that seller; and the books close."""
        books = await self.living.at_rest()
        ledger = await self.living.ledger()
        new = ledger["lines"][self.lines :] if len(ledger["lines"]) > self.lines else []
        assert (len(ledger["lines"]) - self.lines, len(ledger["refunds"]) - self.refunds) == (lines, refunds)
        assert books["close"]
        if seller is not None:
            shown = [one["iccid"] for one in ledger["delivered"] if one["traveller"] == self.ada.name]
            sold = {one["iccid"]: one["sku"] for one in ledger["lines"]}
            assert len(shown) == 1, (shown, new)
            assert ("-unlimited" in sold[shown[0]] or "gb" in sold[shown[0]]) == (seller == "airalo")


@pytest.mark.parametrize(("words", "seller"), [(KEEPGOS, "keepgo"), (AIRALOS, "airalo")])
async def test_the_cheaper_one_sells(both_on_sqlite, name, words, seller):
    sale = await Sale.of(both_on_sqlite, name, words)

    await sale.pay()

    await sale.ada.gets_qr()
    await sale.ends(1, 0, seller)


async def test_whoever_is_refused_is_served_by_the_other(both, name):
    sale = await Sale.of(both, name, KEEPGOS, "whatsapp")
    await both.fault("keepgo", "refuse")

    await sale.pay()

    await sale.ada.gets_qr()
    await sale.ends(1, 0, "airalo")


async def test_an_account_without_credit_does_not_make_anybody_wait(both_on_sqlite, name):
    sale = await Sale.of(both_on_sqlite, name, KEEPGOS)
    await both_on_sqlite.fault("keepgo", "out-of-credit", times=50)

    await sale.pay()

    await sale.ada.gets_qr()
    await sale.ends(1, 0, "airalo")


async def test_when_both_refuse_the_money_goes_back(both, name):
    sale = await Sale.of(both, name, KEEPGOS)
    await both.fault("keepgo", "refuse")
    await both.fault("airalo", "refuse")

    await sale.pay()

    await sale.ada.sees("You get .* back")
    await sale.ends(0, 1)


async def test_killed_between_refusal_and_the_other_one_still_buys_once(both, name):
    sale = await Sale.of(both, name, KEEPGOS)
    await both.fault("keepgo", "refuse")
    await both.fault("airalo", "slow", method="orders", seconds=3)
    before = (await both.ledger())["calls"].get("keepgo line/create", 0)

    await sale.pay()
    await until(lambda: _called(both, "keepgo line/create", before), 25)
    both.kill_bot()
    both.start_bot()
    await both.healthy()

    await sale.ada.gets_qr(60)
    await sale.ends(1, 0, "airalo")


@pytest.mark.parametrize("fault", ["commit-then-timeout", "late-commit"])
async def test_an_order_that_was_carried_out_unheard_is_found_by_its_description(both, name, fault):
    sale = await Sale.of(both, name, AIRALOS)
    before = (await both.ledger())["calls"].get("airalo orders", 0)
    await both.fault("airalo", fault, method="orders", seconds=0.5)

    await sale.pay()

    await sale.ada.gets_qr()
    await sale.ends(1, 0, "airalo")
    assert (await both.ledger())["calls"]["airalo orders"] == before + 1


async def test_an_order_that_was_not_carried_out_is_placed_once_more(both_on_sqlite, name):
    sale = await Sale.of(both_on_sqlite, name, AIRALOS)
    before = (await both_on_sqlite.ledger())["calls"].get("airalo orders", 0)
    await both_on_sqlite.fault("airalo", "timeout", method="orders", seconds=0.2)

    await sale.pay()

    await sale.ada.gets_qr()
    await sale.ends(1, 0, "airalo")
    assert (await both_on_sqlite.ledger())["calls"]["airalo orders"] == before + 2


async def test_a_profile_whose_code_comes_later_is_waited_for(both_on_sqlite, name):
    sale = await Sale.of(both_on_sqlite, name, AIRALOS)
    await both_on_sqlite.fault("airalo", "pending-profile", seconds=1.5)

    await sale.pay()

    await sale.ada.gets_qr()
    await sale.ends(1, 0, "airalo")


@pytest.mark.parametrize("held", [False, True])
async def test_an_accepted_order_is_delivered_with_its_webhook_and_without(both, name, held):
    both.settings["AIRALO_ASYNC"] = "true"
    both.stop_bot()
    both.start_bot()
    await both.healthy()
    sale = await Sale.of(both, name, AIRALOS)
    if held:
        await both.fault("airalo", "events-held")

    await sale.pay()

    await sale.ada.gets_qr()
    await both.calm()
    await sale.ends(1, 0, "airalo")
    assert (await both.ledger())["calls"]["airalo orders-async"] > 0


async def test_a_webhook_makes_the_bot_look_once_for_each(both_on_sqlite, name):
    sale = await Sale.of(both_on_sqlite, name, AIRALOS)
    await sale.pay()
    await sale.ada.gets_qr()
    await both_on_sqlite.at_rest()
    ledger = await both_on_sqlite.ledger()
    iccid = next(one["iccid"] for one in ledger["delivered"] if one["traveller"] == name)
    low = {"level": "75%", "package_name": "p", "remaining_percentage": 25, "iccid": iccid}
    body = json.dumps(low).encode()
    right = hmac.new(credentials.AIRALO_CLIENT_SECRET.encode(), body, sha512).hexdigest()

    async with httpx.AsyncClient(base_url=both_on_sqlite.bot_url, timeout=20) as airalo:
        assert (await airalo.head("/airalo")).status_code == 200
        for forged in (
            {},
            {"airalo-signature": right[:-1]},
            {"airalo-signature": hmac.new(b"", body, sha512).hexdigest()},
        ):
            assert (await airalo.post("/airalo", content=body, headers=forged)).status_code == 401
        before = ledger["calls"].get("airalo sims/usage", 0)
        for _ in range(3):
            answer = await airalo.post("/airalo", content=body, headers={"airalo-signature": right})
            assert answer.status_code == 200

    assert (await both_on_sqlite.ledger())["calls"]["airalo sims/usage"] == before + 1


async def _called(living, call, before):
    return (await living.ledger())["calls"].get(call, 0) > before
