"""KeepGo's words become ours, and a purchase is bought once or known not to be, whatever the line does."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
import uvicorn
from canned import Wire
from starlette.applications import Starlette

from services.catalogue import country_of
from services.providers import (
    Accepted,
    Ambiguous,
    Cost,
    Found,
    Fulfilled,
    Gone,
    Intent,
    Known,
    LineState,
    NotFound,
    Oddities,
    Pending,
    PriceChanged,
    PriceOk,
    ProviderError,
    Rejected,
    Snapshot,
    Unchecked,
    Unknown,
    activation_of,
    iccid_of,
)
from services.providers.keepgo import KeepGo, Settings, connect
from services.providers.keepgo import client as http
from services.providers.keepgo.lines import seen
from services.providers.keepgo.selling import Sku, listing
from services.providers.keepgo.words import kilobytes, line_state
from services.providers.values import decimal, moment, whole

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ICCID = "8965972579000123456"
LPA = "LPA:1$consumer.ppp.local$TN20210805541629D9E05F37"
KEY, TOKEN = "the-key", "the-token"


def ok(**more):
    return 200, json.dumps({"ack": "success", **more}).encode()


def stamp(at):
    return at.strftime("%Y-%m-%d %H:%M:%S")


def adapter(url, *, settle=100.0, patience=None, pauses=None, **more):
    async def pause(seconds):
        (pauses if pauses is not None else []).append(seconds)

    settings = Settings(KEY, TOKEN, url, **more)
    client = http.Client(settings, pause=pause)
    if patience is not None:
        for pool in (client._wire._reads, client._wire._writes):
            pool.timeout = patience
    return KeepGo(client, country_of, settle=settle, now=lambda: NOW)


@pytest.fixture
def wire():
    return Wire(adapter, "/api/v2")


def intent(sku="2-1024-7", at=NOW):
    return Intent("item-1", sku, Decimal(9), at)


async def nobody(_asked_about):
    return set()


nobody_knows = Known(nobody, nobody)


# --- small words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [(7, 7), ("7", 7), (" 7 ", 7), (Decimal("7.0"), 7), ("", None), (None, None), ("seven", None), (True, None),
     (Decimal("7.5"), None), ("NaN", None), ("Infinity", None), ([], None), ("1e30", None)],
)  # fmt: skip
def test_whole_numbers(said, meant):
    assert whole(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [("8.63", "8.63"), (Decimal("5.53"), "5.53"), (3, "3"), ("", None), (None, None), ("x", None)],
)
def test_decimals(said, meant):
    assert decimal(said) == (None if meant is None else Decimal(meant))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2022-08-11 11:57:27", datetime(2022, 8, 11, 11, 57, 27, tzinfo=UTC)),
        ("2022-08-11T11:57:27+02:00", datetime(2022, 8, 11, 9, 57, 27, tzinfo=UTC)),
        ("2022-08-11", datetime(2022, 8, 11, tzinfo=UTC)),
        ("", None),
        (None, None),
        ("0000-00-00 00:00:00", None),
        ("soon", None),
        (5, None),
    ],
)
def test_moments_are_utc(said, meant):
    assert moment(said) == meant


def test_kilobytes_are_1024_bytes():
    assert kilobytes("102400") == 104_857_600
    assert kilobytes(0) == 0
    assert kilobytes(None) is None
    assert kilobytes(-5) is None


@pytest.mark.parametrize(
    ("line", "package", "state"),
    [
        ("Registered", "Not active", LineState.READY),
        ("Activated", "Active", LineState.ACTIVE),
        ("activated", 1, LineState.ACTIVE),
        ("Activated", "1", LineState.ACTIVE),
        ("Registered", 0, LineState.READY),
        ("Activated", 2, LineState.EXHAUSTED),
        ("Activated", "Finished", LineState.EXHAUSTED),
        ("Activated", 3, LineState.EXPIRED),
        ("Deactivated", "Active", LineState.DEACTIVATED),
        ("Frozen solid", "Active", LineState.UNKNOWN),
        (None, "Active", LineState.UNKNOWN),
        (7, "Active", LineState.UNKNOWN),
    ],
)
def test_states(line, package, state):
    odd = Oddities()
    found = seen({"status": line, "data_bundles": [{"id": 1, "status": package}]}, ICCID, odd)
    assert found.details.line_state is state
    assert (sum(odd.seen.values()) > 0) == (state is LineState.UNKNOWN)


def test_words_nobody_knows_are_counted_within_bounds():
    odd = Oddities()
    for n in range(500):
        line_state(odd, "Word" + "abcdefghij"[n % 10] * (n // 10 + 1))
    line_state(odd, "8965972579000123456")
    assert len(odd.seen) <= 101
    assert sum(odd.seen.values()) == 501
    assert not any(any(c.isdigit() for c in name) for name in odd.seen)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (LPA, LPA),
        (LPA.removeprefix("LPA:"), LPA),
        (f" lpa:{LPA[4:]} ", LPA),
        ("LPA:1$smdp.example$", "LPA:1$smdp.example$"),
        ("LPA:1$smdp.example$AB-12$1.3.6.1$1", "LPA:1$smdp.example$AB-12$1.3.6.1$1"),
        ("LPA:1$smdp.example", None),
        ("LPA:2$smdp.example$X", None),
        ("LPA:1$$X", None),
        ("LPA:1$smdp.example$with space", None),
        ("LPA:1$smdp.example$" + "A" * 300, None),
        ("", None),
        (None, None),
        (17, None),
    ],
)
def test_activation_codes(said, meant):
    assert activation_of(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (ICCID, ICCID),
        (int(ICCID), ICCID),
        ("899990000000123456", "899990000000123456"),
        ("123", None),
        ("", None),
        (None, None),
        ("89x5972579000123456", None),
    ],
)
def test_iccids(said, meant):
    assert iccid_of(said) == meant


# --- the catalogue ---------------------------------------------------------------------------------------------

BUNDLE = {
    "id": 1, "type_id": 1, "bundle_type": "regional", "name": "Orion", "img": "https://x/img/bundle_img.png",
    "description": "Affordable", "coverage": ["Austria", "Belgium", "Korea, Republic of"], "privacy_ip": "Netherlands",
    "networks": [{"title": "Austria", "local_networks": ["3", "A1", "T-Mobile"], "flag": "https://x/flags/1x1/at.svg"}],
    "refills": [{"title": "100MB", "amount_mb": 100, "amount_days": None, "price_usd": 3}],
}  # fmt: skip


def offers_of(*bundles):
    odd = Oddities()
    raw = json.dumps(list(bundles))
    found = listing(json.loads(raw, parse_float=Decimal), country_of, odd)
    return found, odd


def one_offer(**change):
    found, _ = offers_of({**BUNDLE, **change})
    (only,) = found.offers
    return only


def test_a_bundle_becomes_offers():
    offer = one_offer()
    assert offer.id == "k1-100-0"
    assert offer.countries == ("AT", "BE", "KR")
    assert offer.data_bytes == 100 * 1024**2
    assert offer.days is None
    assert offer.cost == Cost(Decimal(3), "USD")
    assert offer.kind == "regional"
    assert offer.networks == {"AT": ("3", "A1", "T-Mobile")}
    assert offer.can_top_up
    assert offer.starts is None
    assert not offer.unlimited


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "17"}, {"id": "k17-100-0"}),
        ({"id": 17}, {"id": "k17-100-0"}),
        ({"coverage": ["Vietnam"]}, {"countries": ("VN",), "kind": "country"}),
        ({"coverage": ["Somewhere"], "img": "https://x/img/flags/3x2/vn.svg", "networks": None}, {"countries": ("VN",)}),
        ({"coverage": ["Vietnam"], "networks": "none", "type_id": None}, {"countries": ("VN",), "networks": {}}),
        ({"coverage": ["Vietnam", "Viet Nam", "Vietnam"]}, {"countries": ("VN",), "kind": "country"}),
        ({"bundle_type": "global"}, {"kind": "global"}),
        ({"bundle_type": "something new"}, {"kind": "regional"}),
        ({"refills": [{"title": "3 GB", "amount_mb": "3072", "amount_days": "30", "price_usd": "5.53"}]},
         {"id": "k1-3072-30", "data_bytes": 3 * 1024**3, "days": 30, "cost": Cost(Decimal("5.53"), "USD")}),
        ({"refills": [{"title": "3 GB", "amount_mb": 3072, "amount_days": 30, "price_usd": 5.53}]},
         {"cost": Cost(Decimal("5.53"), "USD")}),
        ({"refills": [{"title": "x", "amount_mb": 100, "amount_days": "", "price_usd": 3}]}, {"days": None}),
        ({"refills": [{"title": "Unlimited, 1 GB/day at full speed / 3 days", "amount_mb": 3072, "amount_days": 3, "price_usd": 3}]},
         {"unlimited": True, "data_bytes": None, "can_top_up": False, "full_speed_bytes": 1024**3}),
        ({"bundle_type": "Unlimited with slow down"}, {"unlimited": True, "full_speed_bytes": None}),
        ({"refills": [{"amount_mb": 1024, "amount_days": 7, "price_usd": 2}, {"amount_mb": "1024", "amount_days": 7, "price_usd": 3}]},
         {"cost": Cost(Decimal(3), "USD")}),
    ],
)  # fmt: skip
def test_bundles_are_read_as_they_come(change, expected):
    offer = one_offer(**change)
    assert {name: getattr(offer, name) for name in expected} == expected


@pytest.mark.parametrize(
    "change",
    [
        {"refills": [{"title": "x", "amount_mb": 100, "amount_days": 7}]},
        {"refills": [{"title": "x", "amount_mb": 100, "amount_days": 7, "price_usd": 0}]},
        {"refills": [{"title": "x", "amount_mb": None, "amount_days": 7, "price_usd": 1}]},
        {"refills": [{"title": "x", "amount_mb": -1, "amount_days": 7, "price_usd": 1}]},
        {"refills": [{"title": "x", "amount_mb": 100, "amount_days": "some", "price_usd": 1}]},
        {"refills": None},
        {"refills": [None, 5, "x"]},
        {"id": None},
        {"id": "1-2"},
        {"coverage": []},
        {"coverage": ["Atlantis"], "networks": []},
    ],
)
def test_what_cannot_be_read_is_left_out_and_the_rest_sells(change):
    found, odd = offers_of({**BUNDLE, **change}, {**BUNDLE, "id": 2}, "nonsense", None)
    kept = {offer.sku for offer in found.offers}
    assert "2-100-0" in kept
    assert len(kept) == (2 if change.get("coverage") == [] else 1)
    assert sum(odd.seen.values()) >= 2


def test_unmapped_names_are_told_and_the_other_countries_sell():
    found, _ = offers_of({**BUNDLE, "coverage": ["Austria", "Atlantis", "Zanzibar"]})
    assert found.offers[0].countries == ("AT",)
    assert found.unmapped == ("Atlantis", "Zanzibar")


@pytest.mark.parametrize(
    ("sku", "body"),
    [
        ("2-1024-7", {"bundle_id": 2, "refill_mb": 1024, "refill_days": 7, "count": 1}),
        ("17-100-0", {"bundle_id": 17, "refill_mb": 100, "refill_days": None, "count": 1}),
        ("b7-100-0", {"bundle_id": "b7", "refill_mb": 100, "refill_days": None, "count": 1}),
    ],
)
def test_a_sku_says_what_to_order(sku, body):
    assert Sku.parse(sku).body() == body
    assert str(Sku.parse(sku)) == sku


async def test_the_price_is_checked_against_a_fresh_list(wire):
    wire.answers["/bundles"] = ok(bundles=[BUNDLE])
    async with wire.open() as provider:
        assert await provider.check("1-100-0", Decimal(3)) == PriceOk(Cost(Decimal(3), "USD"))
        assert await provider.check("1-100-0", Decimal("2.99")) == PriceChanged(Cost(Decimal(3), "USD"))
        assert await provider.check("9-100-0", Decimal(3)) == Gone()
    assert len(wire.calls("/bundles")) == 1
    assert wire.calls("/bundles")[0]["query"] == "with_async=false"


async def test_a_list_that_cannot_be_had_leaves_the_price_unchecked(wire):
    wire.answers["/bundles"] = ok(bundles="none today")
    async with wire.open() as provider:
        assert await provider.check("1-100-0", Decimal(3)) == Unchecked("garbled")
        with pytest.raises(ProviderError):
            await provider.catalogue()


# --- what is asked, and asked again ------------------------------------------------------------------------------


async def test_every_call_carries_the_credentials(wire):
    wire.answers["/account_balance"] = ok(account_balance="8.63")
    async with wire.open() as provider:
        assert await provider.balance() == Cost(Decimal("8.63"), "USD")
        assert (await provider.probe()).ok
    assert wire.asked[0]["headers"]["apikey"] == KEY
    assert wire.asked[0]["headers"]["accesstoken"] == TOKEN
    assert KEY not in repr(Settings(KEY, TOKEN)) and TOKEN not in repr(Settings(KEY, TOKEN))


@pytest.mark.parametrize(
    "first",
    [
        "hang-up",
        (500, b"oops"),
        (502, b"<html>"),
        (200, b"<html>back soon</html>"),
        (200, b"[]"),
        (200, b'{"ok": 1}'),
    ],
)
async def test_a_read_is_asked_three_times_at_most(wire, first):
    wire.answers["/account_balance"] = [first, first, ok(account_balance=5)]
    pauses = []
    async with wire.open(pauses=pauses) as provider:
        assert (await provider.balance()).amount == 5
    assert pauses == [0.5, 2.0]

    wire.answers["/account_balance"] = first
    async with wire.open() as provider:
        with pytest.raises(ProviderError) as error:
            await provider.balance()
    assert error.value.again is not None
    assert len(wire.asked) == 6


async def test_a_busy_provider_is_given_the_time_it_asks_for(wire):
    wire.answers["/account_balance"] = [
        (429, b"", {"retry-after": "7"}),
        (429, b"", {"retry-after": "9999"}),
        ok(account_balance=5),
    ]
    pauses = []
    async with wire.open(pauses=pauses) as provider:
        await provider.balance()
    assert pauses == [7.0, 30.0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((401, b"{}"), "unauthorized"),
        ((403, b""), "unauthorized"),
        ((404, b"<html>"), "not-found"),
        (ok(ack="error", message="no"), "refused"),
    ],
)
async def test_a_clear_no_is_not_asked_again(wire, answer, reason):
    wire.answers["/account_balance"] = answer
    async with wire.open() as provider:
        probe = await provider.probe()
    assert (probe.ok, probe.reason) == (False, reason)
    assert len(wire.asked) == 1


async def test_nobody_there_is_told_apart(unused_port):
    provider = adapter(f"http://127.0.0.1:{unused_port}")
    assert (await provider.probe()).reason == "unreachable"
    assert await provider.purchase(intent()) == Rejected("unreachable", retryable=True)
    await provider.close()


@pytest.fixture
def unused_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


async def test_an_endless_answer_is_cut_off(wire):
    wire.answers["/account_balance"] = wire.answers["/line/create"] = (200, b"x" * 5000)
    async with wire.open(largest_answer=1000) as provider:
        assert (await provider.probe()).reason == "too-large"
        assert await provider.purchase(intent()) == Unknown("too-large")


def test_waits_are_scaled_with_a_floor():
    assert Settings(KEY, TOKEN).patience == 120
    assert Settings(KEY, TOKEN, read_timeout=600).patience == 600
    assert Settings(KEY, TOKEN, read_timeout=1).patience == 120  # a create may take that long
    assert Settings(KEY, TOKEN, factor=0.005).patience == 10


# --- buying ------------------------------------------------------------------------------------------------------

BOUGHT = {"sim_card": {"iccid": ICCID, "lpa_code": LPA}, "transaction_id": "txn_1"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (ok(**BOUGHT), Fulfilled(ICCID, LPA, "txn_1")),
        (ok(sim_card={"iccid": int(ICCID), "lpa_code": LPA}), Fulfilled(ICCID, LPA, None)),
        (ok(sim_card={"iccid": ICCID}, transaction_id=7), Accepted(ICCID, "7")),
        (ok(sim_card={"iccid": ICCID, "lpa_code": ""}), Accepted(ICCID, None)),
        (ok(sim_card={"iccid": ICCID, "lpa_code": None}), Accepted(ICCID, None)),
        (ok(sim_card={"iccid": ICCID, "lpa_code": "see mail"}), Accepted(ICCID, None)),
        (ok(sim_card={"iccid": ""}), Unknown("no-iccid")),
        (ok(sim_card=None), Unknown("no-iccid")),
        (ok(), Unknown("no-iccid")),
        ((200, b"<html>We are back shortly</html>"), Unknown("garbled")),
        ((200, b""), Unknown("garbled")),
        ((200, b'{"ack": "succ'), Unknown("garbled")),
        ((200, b"[" * 100_000), Unknown("garbled")),
        ((200, b'{"sim_card": {}}'), Unknown("garbled")),
        ((500, b"<html>"), Unknown("http-500")),
        ((502, b""), Unknown("http-502")),
        ((302, b""), Unknown("http-302")),
        ((408, b""), Unknown("http-408")),
        ("hang-up", Unknown("broken-off")),
        ((429, b"", {"retry-after": "30"}), Rejected("rate-limited", retryable=True, after=30.0)),
        ((429, b""), Rejected("rate-limited", retryable=True)),
        ((401, b""), Rejected("unauthorized")),
        ((404, b"{}"), Rejected("not-found")),
        ((422, b"<html>"), Rejected("refused")),
        (ok(ack="error", message="The request could not be processed."), Rejected("refused", detail="The request could not be processed.")),
        (ok(ack="error", message="Insufficient balance."), Rejected("out-of-credit", out_of_credit=True, detail="Insufficient balance.")),
        ((402, b"{}"), Rejected("out-of-credit", out_of_credit=True)),
        (ok(ack="error", message=None), Rejected("refused")),
        (ok(ack="error", message=f"Line {ICCID} is odd"), Rejected("refused", detail="Line … is odd")),
    ],
)  # fmt: skip
async def test_an_answer_to_a_purchase_means(wire, answer, outcome):
    wire.answers["/line/create"] = answer
    async with wire.open() as provider:
        assert await provider.purchase(intent()) == outcome
    (call,) = wire.asked
    assert (call["method"], call["body"]) == (
        "POST",
        {"bundle_id": 2, "refill_mb": 1024, "refill_days": 7, "count": 1},
    )


async def test_a_purchase_that_is_not_answered_is_unknown(wire):
    wire.answers["/line/create"] = "silence"
    async with wire.open(patience=0.1) as provider:
        assert await provider.purchase(intent()) == Unknown("timeout")
    assert len(wire.asked) == 1


async def test_each_purchase_has_a_connection_of_its_own(wire):
    wire.answers["/line/create"] = ok(**BOUGHT)
    async with wire.open() as provider:
        await provider.purchase(intent())
        await provider.purchase(intent())
    assert wire.connections == 2


def test_secrets_do_not_show():
    said = repr((Fulfilled(ICCID, LPA, "t"), Accepted(ICCID), Found((ICCID,))))
    assert ICCID not in said and "TN2021" not in said


# --- one line ----------------------------------------------------------------------------------------------------

CARD = {
    "iccid": ICCID, "msisdn": "34590100123456", "lpa_code": LPA, "deactivation_date": "", "allowed_usage_kb": 102400,
    "remaining_usage_kb": 51200, "remaining_days": 5, "status": "Activated", "bundle_id": 96, "bundle": "Aquila",
    "auto_refill_turned_on": False, "notes": "",
    "data_bundles": [{"id": 42, "status": "Active", "allowed_usage_kb": 102400, "active_kb": 51200, "remaining_usage_kb": 51200,
                      "validity": 10, "assigned_at": "2022-08-11 11:57:27", "activated_at": "2022-08-11 12:07:00",
                      "terminated_at": None, "expire_at": "2022-08-21 11:57:27"}],
}  # fmt: skip


async def test_a_line_in_full(wire):
    wire.answers[f"/line/{ICCID}/get_details"] = ok(sim_card=CARD)
    async with wire.open() as provider:
        line, usage = await provider.esim(ICCID), await provider.usage(ICCID)

    assert (line.iccid, line.activation, line.line_state, line.label) == (
        ICCID,
        LPA,
        LineState.ACTIVE,
        "Aquila",
    )
    assert line.packages[0].days == 10
    assert line.packages[0].total_bytes == 100 * 1024**2
    assert (usage.total_bytes, usage.used_bytes, usage.remaining_bytes) == (
        104_857_600,
        52_428_800,
        52_428_800,
    )
    assert usage.expires_at == datetime(2022, 8, 21, 11, 57, 27, tzinfo=UTC)
    assert usage.as_of == NOW
    assert usage.unlimited is None
    assert LPA not in repr(line)


@pytest.mark.parametrize(
    ("change", "sku"),
    [
        ({}, "96-100-10"),
        ({"bundle_id": "96"}, "96-100-10"),
        ({"data_bundles": [{**CARD["data_bundles"][0], "validity": None}]}, "96-100-0"),
        ({"bundle_id": None}, None),
        ({"data_bundles": []}, None),
    ],
)
async def test_a_line_tells_what_was_bought(wire, change, sku):
    wire.answers[f"/line/{ICCID}/get_details"] = ok(sim_card={**CARD, **change})
    async with wire.open() as provider:
        assert await provider.sku_of(ICCID) == sku


@pytest.mark.parametrize(
    ("change", "total", "used", "expires"),
    [
        ({"allowed_usage_kb": "102400", "remaining_usage_kb": "102400"}, 104_857_600, 0, True),
        ({"allowed_usage_kb": "", "remaining_usage_kb": None}, None, None, True),
        ({"allowed_usage_kb": 0, "remaining_usage_kb": 0}, 0, 0, True),
        ({"allowed_usage_kb": 10, "remaining_usage_kb": 20}, 10_240, 0, True),
        ({"data_bundles": []}, 104_857_600, 52_428_800, False),
        ({"data_bundles": None}, 104_857_600, 52_428_800, False),
        ({"data_bundles": [{**CARD["data_bundles"][0], "expire_at": ""}]}, 104_857_600, 52_428_800, False),
        ({"data_bundles": [{**CARD["data_bundles"][0], "expire_at": None, "validity": None}]}, 104_857_600, 52_428_800, False),
    ],
)  # fmt: skip
async def test_usage_when_things_are_missing(wire, change, total, used, expires):
    wire.answers[f"/line/{ICCID}/get_details"] = ok(sim_card={**CARD, **change})
    async with wire.open() as provider:
        usage = await provider.usage(ICCID)
    assert (usage.total_bytes, usage.used_bytes) == (total, used)
    assert (usage.expires_at is not None) == expires


async def test_data_that_is_still_open_says_when_the_line_ends(wire):
    old = {**CARD["data_bundles"][0], "status": "Expired", "expire_at": "2030-01-01 00:00:00"}
    new = {
        **CARD["data_bundles"][0],
        "id": 43,
        "expire_at": "2022-09-01 00:00:00",
        "assigned_at": "2022-08-22 00:00:00",
    }
    wire.answers[f"/line/{ICCID}/get_details"] = ok(sim_card={**CARD, "data_bundles": [new, old]})
    async with wire.open() as provider:
        line, usage = await provider.esim(ICCID), await provider.usage(ICCID)
    assert usage.expires_at == datetime(2022, 9, 1, tzinfo=UTC)
    assert [package.id for package in line.packages] == ["42", "43"]


async def test_a_note_is_left_with_a_line(wire):
    wire.answers[f"/line/{ICCID}/update_notes"] = [
        ok(),
        (500, b""),
        (429, b"", {"retry-after": "9"}),
        (404, b""),
    ]
    async with wire.open() as provider:
        await provider.tag(ICCID, "item-1")
        assert wire.asked[0]["method"] == "PUT"
        assert wire.asked[0]["body"] == {"notes": "item-1"}
        for again in (5, 9, None):
            with pytest.raises(ProviderError) as error:
                await provider.tag(ICCID, "item-1")
            assert error.value.again == again
    assert len(wire.asked) == 4


# --- what became of it -------------------------------------------------------------------------------------------


class Account:
    """An account on the wire: its lines in pages, its payments, its balance."""

    def __init__(self, wire, per_page=2):
        self.wire = wire
        self.per_page = per_page
        self.lines = []
        self.payments = []
        self.balance = Decimal(100)
        self.known, self.explained = set(), set()
        self.knows = Known(self._knows, self._explains)
        wire.answers["/lines"] = self._lines
        wire.answers["/transactions"] = lambda _call: ok(transactions={"data": self.payments})
        wire.answers["/account_balance"] = lambda _call: ok(account_balance=str(self.balance))

    def add(self, n, *, bundle=2, mb=1024, days=7, at=NOW, notes="", name="Orion", paid=True, known=False):
        iccid = f"89659725790001{n:05}"
        package = {
            "id": n,
            "status": 0,
            "allowed_usage_kb": str(mb * 1024),
            "validity": days,
            "assigned_at": stamp(at),
        }
        card = {**CARD, "iccid": iccid, "bundle_id": bundle, "bundle": name, "notes": notes, "status": "Registered",
                "data_bundles": [package]}  # fmt: skip
        self.lines.append(
            {"iccid": iccid, "status": "Registered", "notes": notes, "bundle": name, "data_bundles": []}
        )
        self.wire.answers[f"/line/{iccid}/get_details"] = ok(sim_card=card)
        if paid:
            self.pay(f"t{n}", at, mb)
        if known:
            self.known.add(iccid)
        return iccid

    def pay(self, name, at=NOW, mb=1024, **more):
        self.payments.insert(
            0,
            {
                "created_at": stamp(at),
                "status": "Completed",
                "amount": "2.00",
                "refill_amount_mb": mb,
                "transaction_id": name,
                **more,
            },
        )
        self.balance -= 2

    async def _knows(self, iccids):
        return set(iccids) & self.known

    async def _explains(self, payments):
        return set(payments) & self.explained

    def _lines(self, call):
        query = dict(part.split("=") for part in call["query"].split("&"))
        page, per_page = int(query["page"]), min(int(query["per_page"]), self.per_page)
        items = self.lines[::-1][(page - 1) * per_page : page * per_page]
        last = max(1, -(-len(self.lines) // per_page))
        return ok(
            sim_cards={"last_page": last, "per_page": per_page, "total": str(len(self.lines)), "items": items}
        )


@pytest.fixture
def account(wire):
    account = Account(wire)
    for n in range(1, 8):
        account.add(n, at=NOW - timedelta(days=n), notes="sold", known=True)
    return account


async def look(account, provider, before, elapsed=10, wanted=1):
    return await provider.resolve(intent(), before, account.knows, elapsed, wanted)


async def test_the_snapshot_is_json(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
    assert before == Snapshot(7, Decimal(86), "t1")  # the newest by its time, whatever the order
    assert Snapshot.from_json(json.loads(json.dumps(before.to_json()))) == before


async def test_nothing_new_is_pending_until_it_is_settled(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        asked = len(wire.asked)
        assert await look(account, provider, before) == Pending()
        assert len(wire.asked) - asked == 1  # counting is enough
        assert await look(account, provider, before, elapsed=99) == Pending()
        assert await look(account, provider, before, elapsed=100) == NotFound()


async def test_a_lost_purchase_is_found(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        iccid = account.add(50)
        assert await look(account, provider, before) == Found((iccid,))
        account.known.add(iccid)
        assert await look(account, provider, before, elapsed=200) == NotFound()


@pytest.mark.parametrize(
    "other",
    [
        {"known": True},
        {"notes": "item-9"},
        {"bundle": 3},
        {"mb": 2048},
        {"days": 30},
        {"days": None},
        {"at": NOW - timedelta(minutes=6)},
    ],
)
async def test_a_line_that_is_something_else_is_not_taken(wire, account, other):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        account.add(50, **other)
        assert await look(account, provider, before) == Pending()
        assert await look(account, provider, before, elapsed=200) == NotFound()


async def test_clocks_may_differ_a_little(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        iccid = account.add(50, at=NOW - timedelta(minutes=4))
        assert await look(account, provider, before) == Found((iccid,))


async def test_what_never_expires_is_matched_too(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent("2-1024-0"))
        iccid = account.add(50, days=None)
        assert await provider.resolve(intent("2-1024-0"), before, account.knows, 10, 1) == Found((iccid,))


async def test_the_oldest_come_first_wherever_they_stand(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        late = account.add(50, at=NOW + timedelta(seconds=9))
        for n in range(60, 70):
            account.add(n, bundle=9, mb=5, known=True)
        early = account.add(51, at=NOW + timedelta(seconds=2))
        assert await look(account, provider, before, wanted=2) == Found((early, late))
        assert await look(account, provider, before, elapsed=200, wanted=1) == Found((early, late))


async def test_rows_that_move_between_pages_are_not_lost(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        iccid = account.add(50)
        honest, calls = wire.answers["/lines"], Counter()

        def moving(call):
            calls["n"] += 1
            if calls["n"] in {3, 5}:
                account.add(100 + calls["n"], bundle=9, mb=5, known=True)
            return honest(call)

        for n in range(60, 64):
            account.add(n, bundle=9, mb=5, known=True)
        wire.answers["/lines"] = moving
        assert await look(account, provider, before, elapsed=200) == Found((iccid,))
        found = await provider.lines()
    assert {line.iccid for line in found} == {line["iccid"] for line in account.lines}


async def test_money_that_left_without_a_line_needs_a_person(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        account.pay("strange")
        assert await look(account, provider, before, elapsed=200) == Ambiguous("payment-without-line")
        account.payments.pop(0)
        assert await look(account, provider, before, elapsed=200) == Ambiguous("balance-without-payment")
        account.balance += 2
        account.pay("failed", status="Failed")
        assert await look(account, provider, before, elapsed=200) == NotFound()


async def test_payments_of_other_purchases_are_explained_by_their_lines(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        account.add(50, known=True)
        account.add(51, known=True)
        assert await look(account, provider, before, elapsed=200) == NotFound()
        # A refill that some other process bought: it may as well have been one of the two lines.
        account.pay("a refill of another size", mb=5120)
        assert await look(account, provider, before, elapsed=200) == Ambiguous("payment-without-line")


async def test_a_payment_that_was_answered_to_us_is_explained(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        account.pay("ours")
        account.explained.add("ours")
        assert await look(account, provider, before, elapsed=200) == NotFound()


async def test_a_line_without_a_date_is_nobodys_to_take(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        iccid = account.add(50)
        card = {**CARD, "iccid": iccid, "bundle_id": 2, "data_bundles": []}
        wire.answers[f"/line/{iccid}/get_details"] = ok(sim_card=card)
        assert await look(account, provider, before) == Pending()
        assert await look(account, provider, before, elapsed=200) == Ambiguous("line-without-date")


async def test_a_provider_that_does_not_answer_decides_nothing(wire, account):
    async with wire.open() as provider:
        before = await provider.snapshot(intent())
        wire.answers["/lines"] = (500, b"")
        with pytest.raises(ProviderError):
            await look(account, provider, before, elapsed=200)
        with pytest.raises(ProviderError):
            await provider.snapshot(intent())
        wire.answers["/lines"] = ok(sim_cards={"items": None})
        with pytest.raises(ProviderError):
            await provider.lines()


# --- against the sandbox's KeepGo --------------------------------------------------------------------------------


class World:
    """The sandbox's provider alone, on a port of its own."""

    def __init__(self):
        sandbox = pytest.importorskip("bot.sandbox.keepgo")
        from bot.sandbox import credentials
        from bot.sandbox.clock import WorldClock
        from bot.sandbox.faults import Faults

        self.clock, self.faults, self.calls = WorldClock(), Faults(), Counter()
        self.keepgo = sandbox.KeepGo(SimpleNamespace(clock=self.clock, faults=self.faults, calls=self.calls))
        self.credentials = credentials

    @asynccontextmanager
    async def open(self):
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/keepgo/api/v2"
            app = Starlette(routes=self.keepgo.routes())
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            settings = Settings(
                self.credentials.KEEPGO_API_KEY, self.credentials.KEEPGO_ACCESS_TOKEN, url, factor=0.001
            )
            provider = connect(settings, country_of, self.clock.now)
            try:
                yield provider
            finally:
                await provider.close()
                server.should_exit = True
                await serving


@pytest.fixture
async def world():
    world = World()
    async with world.open() as provider:
        world.provider = provider
        known = {line.iccid for line in await provider.lines()}

        async def knows(iccids):
            return known & set(iccids)

        world.known, world.knows = known, Known(knows, nobody)
        yield world


def buying(world, sku="99-1024-7"):
    return Intent("item-1", sku, Decimal(99), world.clock.now())


async def test_the_whole_catalogue_is_read(world):
    begun = time.perf_counter()
    found = await world.provider.catalogue()
    countries = {code for offer in found.offers for code in offer.countries}
    print(
        f"\n{len(found.offers)} offers for {len(countries)} countries in {time.perf_counter() - begun:.2f} s"
    )
    assert len(found.offers) > 1_500
    assert len(countries) > 190
    assert len(found.unmapped) <= 3
    assert {offer.kind for offer in found.offers} == {"country", "regional", "global"}
    assert any(offer.unlimited for offer in found.offers)


async def test_buying_there(world):
    before = await world.provider.snapshot(buying(world))
    outcome = await world.provider.purchase(buying(world))
    assert isinstance(outcome, Fulfilled)
    await world.provider.tag(outcome.iccid, "item-1")
    line = await world.provider.esim(outcome.iccid)
    assert (line.activation, line.notes, line.line_state) == (outcome.activation, "item-1", LineState.READY)
    world.keepgo.set_usage(outcome.iccid, 300 * 1024**2)
    usage = await world.provider.usage(outcome.iccid)
    assert (usage.total_bytes, usage.used_bytes) == (1024**3, 300 * 1024**2)
    assert usage.line_state is LineState.ACTIVE
    assert (await world.provider.snapshot(buying(world))).total == before.total + 1


@pytest.mark.parametrize("fault", ["commit-then-500", "commit-then-timeout"])
async def test_a_purchase_lost_on_the_way_back_is_found_there(world, fault):
    wanted = buying(world)
    before = await world.provider.snapshot(wanted)
    world.faults.arm("keepgo", fault, "line/create", seconds=0.05)

    assert isinstance(await world.provider.purchase(wanted), Unknown)
    found = await world.provider.resolve(wanted, before, world.knows, 0.1, 1)

    assert found == Found((world.keepgo.lines()[0]["iccid"],))


@pytest.mark.parametrize("fault", ["error-500", "html-200", "timeout"])
async def test_a_purchase_that_never_was_is_known_not_to_be(world, fault):
    wanted = buying(world)
    before = await world.provider.snapshot(wanted)
    world.faults.arm("keepgo", fault, "line/create", seconds=0.05)

    assert isinstance(await world.provider.purchase(wanted), Unknown)
    assert await world.provider.resolve(wanted, before, world.knows, 0.1, 1) == Pending()
    assert await world.provider.resolve(wanted, before, world.knows, 2.0, 1) == NotFound()
    assert world.keepgo.lines() == []


async def test_a_purchase_that_comes_late_is_found_there(world):
    wanted = buying(world)
    before = await world.provider.snapshot(wanted)
    world.faults.arm("keepgo", "late-commit", "line/create", seconds=0.4)

    assert isinstance(await world.provider.purchase(wanted), Unknown)
    assert await world.provider.resolve(wanted, before, world.knows, 0.1, 1) == Pending()
    await asyncio.sleep(0.5)
    assert isinstance(await world.provider.resolve(wanted, before, world.knows, 0.6, 1), Found)


@pytest.mark.parametrize(
    ("fault", "reason", "broke"), [("refuse", "refused", False), ("out-of-credit", "out-of-credit", True)]
)
async def test_a_refusal_there(world, fault, reason, broke):
    world.faults.arm("keepgo", fault, "line/create")
    outcome = await world.provider.purchase(buying(world))
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.out_of_credit) == (reason, broke)


async def test_a_profile_that_is_issued_later_there(world):
    world.faults.arm("keepgo", "pending-profile", "line/create", seconds=0.3)
    outcome = await world.provider.purchase(buying(world))
    assert isinstance(outcome, Accepted)
    assert (await world.provider.esim(outcome.iccid)).activation is None
    await asyncio.sleep(0.4)
    assert (await world.provider.esim(outcome.iccid)).activation is not None
