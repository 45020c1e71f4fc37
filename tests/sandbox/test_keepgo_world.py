"""The sandbox's KeepGo over HTTP: the shapes a shop's client was written against, and every way to fail."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from time import monotonic

import httpx
import pytest
from small_world import serving, until

from bot.sandbox import credentials
from bot.sandbox.keepgo import KeepGo

NOTHING = type(None)
KEYS = {"apiKey": credentials.KEEPGO_API_KEY, "accessToken": credentials.KEEPGO_ACCESS_TOKEN}
GIGABYTE = {"bundle_id": 102, "refill_mb": 1024, "refill_days": 7, "count": 1}

REFILL = {"title": str, "amount_mb": int, "amount_days": (int, NOTHING), "price_usd": float}
BUNDLE = {
    "id": (int, str),
    "type_id": int,
    "bundle_type": str,
    "name": str,
    "img": str,
    "description": str,
    "coverage": list,
    "privacy_ip": str,
    "networks": list,
    "refills": list,
}
NETWORK = {"title": str, "local_networks": list, "flag": str}
DATA_BUNDLE = {
    "id": int,
    "status": str,
    "allowed_usage_kb": int,
    "active_kb": int,
    "remaining_usage_kb": int,
    "validity": (int, NOTHING),
    "assigned_at": str,
    "activated_at": (str, NOTHING),
    "terminated_at": (str, NOTHING),
    "expire_at": str,
}
LINE = {
    "iccid": str,
    "msisdn": str,
    "lpa_code": str,
    "deactivation_date": str,
    "allowed_usage_kb": int,
    "remaining_usage_kb": int,
    "remaining_days": (int, NOTHING),
    "status": str,
    "bundle_id": (int, str),
    "bundle": str,
    "auto_refill_turned_on": bool,
    "auto_refill_amount_mb": int,
    "auto_refill_price": (int, float),
    "auto_refill_currency": str,
    "auto_refill_list": list,
    "notes": str,
    "data_bundles": list,
}
ITEM = {
    "iccid": str,
    "status": str,
    "notes": str,
    "deactivation_date": (str, NOTHING),
    "expired_at": (str, NOTHING),
    "allowed_usage_kb": int,
    "remaining_usage_kb": int,
    "remaining_days": (int, NOTHING),
    "bundle": str,
    "data_bundles": list,
}
FRAME = {
    "from": (int, NOTHING),
    "to": (int, NOTHING),
    "last_page": int,
    "per_page": int,
    "total": int,
    "current_page": int,
    "items": list,
}
TRANSACTION = {
    "created_at": str,
    "status": str,
    "amount": str,
    "currency": str,
    "type": str,
    "invoice_hash": str,
    "refill_amount_mb": int,
    "reason": str,
    "transaction_id": str,
}
ENTRY = {"date": str, "field": str, "prior_value": str, "value": str, "user_name": str, "description": str}


@pytest.fixture
async def shop():
    async with serving(KeepGo) as (world, keepgo):
        address = f"{world.here}/keepgo/api/v2"
        async with httpx.AsyncClient(base_url=address, headers=KEYS, timeout=10, trust_env=False) as http:
            yield Shop(world, keepgo, http)


class Shop:
    def __init__(self, world, keepgo, http):
        self.world, self.keepgo, self.http = world, keepgo, http

    async def asks(self, path, **query):
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200
        return said(answer)

    async def buys(self, **other):
        return said(await self.http.post("/line/create", json=GIGABYTE | other))

    async def total(self):
        return (await self.asks("/lines"))["sim_cards"]["total"]

    async def balance(self):
        return float((await self.asks("/account_balance"))["account_balance"])


def said(answer):
    found = answer.json()
    assert found["ack"] == "success", found
    return found


def has_shape(found, shape):
    assert set(found) == set(shape)
    for name, kinds in shape.items():
        assert isinstance(found[name], kinds), (name, found[name])
        assert kinds is not int or not isinstance(found[name], bool), name


async def test_a_caller_without_keys_is_sent_away(shop):
    async with httpx.AsyncClient(trust_env=False) as stranger:
        for headers in ({}, {"apiKey": KEYS["apiKey"]}, {**KEYS, "accessToken": "guess"}):
            answer = await stranger.get(f"{shop.world.here}/keepgo/api/v2/lines", headers=headers)
            assert answer.status_code == 401
            assert answer.json()["ack"] == "error"


async def test_the_catalogue_is_full_size_and_the_same_on_every_start(shop):
    found = (await shop.http.get("/bundles")).content
    again = KeepGo(shop.world)._house.catalogue.listing(with_async=True)

    bundles = (await shop.asks("/bundles"))["bundles"]
    refills = [(b["id"], r["amount_mb"], r["amount_days"]) for b in bundles for r in b["refills"]]

    assert found == again
    assert len(refills) == len(set(refills)) > 1_500
    assert len({b["coverage"][0] for b in bundles if b["bundle_type"] == "country"}) > 190
    assert sum(b["bundle_type"] == "regional" for b in bundles) >= 12
    assert sum(b["bundle_type"] == "global" for b in bundles) == 3
    assert {type(b["id"]) for b in bundles} == {int, str}
    assert any(r["amount_days"] is None for b in bundles for r in b["refills"])


async def test_bundles_have_the_known_shape(shop):
    for bundle in (await shop.asks("/bundles"))["bundles"]:
        lean = {"id", "bundle_type", "name", "img", "coverage", "refills"}
        has_shape(bundle, BUNDLE if "networks" in bundle else {k: BUNDLE[k] for k in lean})
        for network in bundle.get("networks", []):
            has_shape(network, NETWORK)
        for refill in bundle["refills"]:
            has_shape(refill, REFILL if "price_usd" in refill else {k: REFILL[k] for k in list(REFILL)[:3]})
        prices = [refill["price_usd"] for refill in bundle["refills"] if "price_usd" in refill]
        assert prices == sorted(set(prices))


async def test_one_bundle_is_found_under_both_addresses(shop):
    one, other = await shop.asks("/bundles/102"), await shop.asks("/bundle/102")

    assert one == other
    has_shape(one["bundle"], BUNDLE)
    assert (await shop.http.get("/bundle/99999")).json()["ack"] == "error"


async def test_bundles_that_issue_later_are_listed_only_on_demand(shop):
    everything = {str(b["id"]) for b in (await shop.asks("/bundles"))["bundles"]}
    at_once = {str(b["id"]) for b in (await shop.asks("/bundles", with_async="false"))["bundles"]}

    later = everything - at_once

    assert len(later) == 3
    card = (await shop.buys(bundle_id=int(later.pop())))["sim_card"]
    assert set(card) == {"iccid"}


async def test_the_small_lists_have_the_known_shapes(shop):
    assert len((await shop.asks("/product_types"))["product_types"]) == 5
    for name in ("countries", "regions", "network_providers"):
        found = (await shop.asks(f"/{name}"))[name]
        assert all(key.isdecimal() and isinstance(value, str) for key, value in found.items())
    for kind in (await shop.asks("/esim_enabled_devices"))["data"]:
        has_shape(kind, {"type": str, "brands": list})
        for brand in kind["brands"]:
            has_shape(brand, {"title": str, "models": list, "exceptions": (str, NOTHING)})
    assert "Registered" in (await shop.asks("/lines/filter_data"))["statuses"].values()


async def test_a_line_is_bought_and_paid_from_the_balance(shop):
    before = await shop.balance()

    bought = await shop.buys()

    has_shape(bought, {"ack": str, "sim_card": dict, "transaction_id": str})
    has_shape(bought["sim_card"], {"iccid": str, "lpa_code": str})
    iccid, lpa = bought["sim_card"]["iccid"], bought["sim_card"]["lpa_code"]
    assert iccid.startswith("89")
    assert len(iccid) in (19, 20)
    assert lpa.startswith("LPA:1$")
    assert before == 50_000
    price = (await shop.asks("/bundle/102"))["bundle"]["refills"][1]["price_usd"]
    assert await shop.balance() == pytest.approx(before - price)
    assert shop.keepgo.by_lpa(lpa) == iccid
    assert shop.keepgo.by_lpa(lpa.lower()) is None
    [line] = shop.keepgo.lines()
    assert (line["iccid"], line["sku"], line["notes"]) == (iccid, "102-1024-7", "")


async def test_details_and_lists_have_the_known_shapes(shop):
    iccid = (await shop.buys())["sim_card"]["iccid"]
    await shop.buys(refill_mb=100, refill_days=None)

    details = (await shop.asks(f"/line/{iccid}/get_details"))["sim_card"]
    frame = (await shop.asks("/lines", page=1, per_page=25))["sim_cards"]
    payments = (await shop.asks("/transactions"))["transactions"]["data"]
    log = (await shop.asks(f"/line/{iccid}/audit_logs"))["audit_logs"]["data"]

    has_shape(details, LINE)
    has_shape(details["data_bundles"][0], DATA_BUNDLE)
    has_shape(frame, FRAME)
    for item in frame["items"]:
        has_shape(item, ITEM)
        has_shape(item["data_bundles"][0], DATA_BUNDLE)
    for payment in payments:
        has_shape(payment, TRANSACTION)
    assert iccid not in str(payments)
    for entry in log:
        has_shape(entry, ENTRY)
    for refill in (await shop.asks(f"/line/{iccid}/available_refills"))["available_refills"]:
        has_shape(refill, REFILL)


async def test_lines_come_newest_first_page_by_page(shop):
    bought = [(await shop.buys())["sim_card"]["iccid"] for _ in range(4)]

    pages = [(await shop.asks("/lines", page=n, per_page=3))["sim_cards"] for n in (1, 2, 3, 4)]

    assert [page["total"] for page in pages] == [7] * 4
    assert [len(page["items"]) for page in pages] == [3, 3, 1, 0]
    seen = [item["iccid"] for page in pages for item in page["items"]]
    assert seen[:4] == bought[::-1]
    assert (pages[1]["from"], pages[1]["to"], pages[1]["last_page"]) == (4, 6, 3)
    assert pages[3]["from"] is None
    assert sorted(item["notes"] == "" for item in pages[1]["items"] + pages[2]["items"]) == [0, 0, 1, 1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"refill_mb": 1000},
        {"refill_days": 8},
        {"bundle_id": 99_999},
        {"bundle_id": True},
        {"refill_mb": "many"},
        {"count": 2},
        {"bundle_id": 23, "refill_mb": 20480, "refill_days": 30},
    ],
)
async def test_what_is_not_on_the_list_cannot_be_bought(shop, wrong):
    answer = await shop.http.post("/line/create", json=GIGABYTE | wrong)

    assert answer.json()["ack"] == "error"
    assert shop.keepgo.lines() == []
    assert await shop.balance() == 50_000


async def test_the_account_cannot_be_overdrawn(shop):
    shop.keepgo._house.account.cents = 100

    answer = await shop.http.post("/line/create", json=GIGABYTE)

    assert answer.status_code == 200
    assert answer.json()["ack"] == "error"
    assert shop.keepgo.lines() == []


async def test_use_activates_a_line_and_runs_down(shop):
    iccid = (await shop.buys())["sim_card"]["iccid"]
    fresh = (await shop.asks(f"/line/{iccid}/get_details"))["sim_card"]

    shop.keepgo.set_usage(iccid, 300 * 1024**2)
    used = (await shop.asks(f"/line/{iccid}/get_details"))["sim_card"]
    shop.keepgo.set_usage(iccid, 5 * 1024**3)
    empty = (await shop.asks(f"/line/{iccid}/get_details"))["sim_card"]
    shop.world.clock.offset = timedelta(days=8)
    over = (await shop.asks(f"/line/{iccid}/get_details"))["sim_card"]

    assert (fresh["status"], fresh["remaining_days"]) == ("Registered", 7)
    assert (used["status"], used["remaining_usage_kb"]) == ("Activated", 724 * 1024)
    assert empty["data_bundles"][0]["status"] == "Finished"
    assert (over["remaining_days"], over["data_bundles"][0]["status"]) == (0, "Expired")
    with pytest.raises(LookupError):
        shop.keepgo.set_usage("8900000000000000000", 1)


async def test_a_refill_adds_data_to_its_line(shop):
    iccid = (await shop.buys())["sim_card"]["iccid"]

    answer = await shop.http.post(f"/line/{iccid}/refill", json={"amount_mb": 3072, "amount_days": 30})

    has_shape(said(answer), {"ack": str, "data_bundle_id": int, "transaction_id": str})
    details = (await shop.asks(f"/line/{iccid}/get_details"))["sim_card"]
    assert details["allowed_usage_kb"] == 4096 * 1024
    assert answer.json()["data_bundle_id"] in [package["id"] for package in details["data_bundles"]]
    paid = (await shop.asks(f"/line/{iccid}/transactions"))["transactions"]["data"]
    assert [one["refill_amount_mb"] for one in paid] == [3072, 1024]
    assert [(one["iccid"], one["sku"]) for one in shop.keepgo.refills()] == [(iccid, "102-3072-30")]


async def test_notes_are_kept_and_a_past_day_ends_the_line(shop):
    iccid = (await shop.buys())["sim_card"]["iccid"]

    said(await shop.http.put(f"/line/{iccid}/update_notes", json={"notes": "item 7"}))
    said(await shop.http.put(f"/line/{iccid}/deactivation_date", json={"deactivation_date": "2020-01-01"}))

    details = (await shop.asks(f"/line/{iccid}/get_details"))["sim_card"]
    assert (details["notes"], details["status"]) == ("item 7", "Deactivated")
    refill = await shop.http.post(f"/line/{iccid}/refill", json={"amount_mb": 3072, "amount_days": 30})
    assert refill.json()["ack"] == "error"


async def test_a_line_that_refills_itself_spends_the_shops_money(shop):
    iccid = (await shop.buys())["sim_card"]["iccid"]
    wanted = {"amount_mb": 1024, "amount_days": 7, "bill_protect_amount": 20}
    said(await shop.http.post(f"/line/{iccid}/turn_on_auto_refill", json=wanted))

    shop.keepgo.set_usage(iccid, 1024**3)
    said(await shop.http.put(f"/line/{iccid}/turn_off_auto_refill"))
    shop.keepgo.set_usage(iccid, 2 * 1024**3)

    assert len(shop.keepgo.refills()) == 1


async def test_payments_can_be_sorted_and_searched(shop):
    await shop.buys(refill_mb=3072, refill_days=30)
    await shop.buys()

    async def sizes(**query):
        found = (await shop.asks("/transactions", **query))["transactions"]["data"]
        return [one["refill_amount_mb"] for one in found]

    assert (await sizes())[:2] == [1024, 3072]
    assert (await sizes(sort_field="amount", sort_order="asc"))[0] == 1024
    newest = (await shop.asks("/transactions"))["transactions"]["data"][0]["transaction_id"]
    assert await sizes(common_filter=newest) == [1024]


@pytest.mark.parametrize("fault", ["refuse", "out-of-credit"])
async def test_a_refusal_strikes_sales_and_leaves_reading_alone(shop, fault):
    shop.world.faults.arm("keepgo", fault)

    await shop.asks("/lines")
    answer = await shop.http.post("/line/create", json=GIGABYTE)
    await shop.buys()

    assert (answer.status_code, answer.json()["ack"]) == (200, "error")
    assert len(shop.keepgo.lines()) == 1


async def test_an_armed_method_is_struck_even_when_it_only_reads(shop):
    shop.world.faults.arm("keepgo", "refuse", method="lines", times=2)
    shop.world.faults.arm("keepgo", "html-200", method="line", times=2)

    assert (await shop.http.get("/lines")).json()["ack"] == "error"
    assert (await shop.http.get("/lines/filter_data")).json()["ack"] == "error"
    assert "html" in (await shop.http.post("/line/create", json=GIGABYTE)).text
    assert "html" in (await shop.http.get("/line/1/get_details")).text


@pytest.mark.parametrize(
    ("fault", "status", "lines"), [("error-500", 500, 0), ("html-200", 200, 0), ("commit-then-500", 500, 1)]
)
async def test_a_page_instead_of_an_answer(shop, fault, status, lines):
    shop.world.faults.arm("keepgo", fault)

    answer = await shop.http.post("/line/create", json=GIGABYTE)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert len(shop.keepgo.lines()) == lines


@pytest.mark.parametrize(("fault", "lines"), [("timeout", 0), ("commit-then-timeout", 1)])
async def test_a_connection_that_ends_without_an_answer(shop, fault, lines):
    shop.world.faults.arm("keepgo", fault, seconds=0.3)
    begun = monotonic()

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await shop.http.post("/line/create", json=GIGABYTE)

    assert monotonic() - begun >= 0.3
    assert len(shop.keepgo.lines()) == lines
    assert await shop.total() == 3 + lines


async def test_a_purchase_that_is_booked_later(shop):
    shop.world.faults.arm("keepgo", "late-commit", seconds=0.6)

    with pytest.raises(httpx.RemoteProtocolError):
        await shop.http.post("/line/create", json=GIGABYTE)

    assert (await shop.total(), shop.keepgo.held_back(), shop.keepgo.late_commits) == (3, 1, 0)
    await until(lambda: shop.keepgo.late_commits == 1)
    assert (await shop.total(), shop.keepgo.held_back()) == (4, 0)
    assert await shop.balance() < 50_000


async def test_a_profile_whose_code_comes_later(shop):
    shop.world.faults.arm("keepgo", "pending-profile", seconds=0.3)

    card = (await shop.buys())["sim_card"]
    at_first = (await shop.asks(f"/line/{card['iccid']}/get_details"))["sim_card"]["lpa_code"]
    await asyncio.sleep(0.35)
    then = (await shop.asks(f"/line/{card['iccid']}/get_details"))["sim_card"]["lpa_code"]

    assert set(card) == {"iccid"}
    assert at_first == ""
    assert shop.keepgo.by_lpa(then) == card["iccid"]


async def test_a_slow_answer_comes_all_the_same(shop):
    shop.world.faults.arm("keepgo", "slow", seconds=0.3)
    begun = monotonic()

    await shop.asks("/account_balance")

    assert monotonic() - begun >= 0.3


async def test_calls_are_counted_by_name(shop):
    await shop.buys()
    await shop.asks("/account_balance")

    assert shop.world.calls == {"keepgo line/create": 1, "keepgo account_balance": 1}


async def test_nonsense_gets_an_error_in_json(shop):
    assert (await shop.http.get("/nothing")).json()["ack"] == "error"
    assert (await shop.http.post("/line/create", content=b"{")).status_code == 400
    assert (await shop.http.post("/line/create", json=[1])).status_code == 400
    assert (await shop.http.get("/line/8900000000000000000/get_details")).status_code == 404
