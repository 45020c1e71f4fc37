"""KeepGo's own examples, byte for byte, become our words; and a refill is found again as a purchase is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from canned import Wire

from services.catalogue import country_of
from services.providers import (
    Accepted,
    Ambiguous,
    Cancelled,
    Cost,
    Device,
    Forged,
    Fulfilled,
    Intent,
    LineState,
    NotFound,
    Pending,
    ProfileState,
    ProviderError,
    Refused,
    Rejected,
    Snapshot,
    ToppedUp,
    TopupIntent,
    TopupOffer,
    Unknown,
    Usage,
    activation_of,
)
from services.providers.keepgo import AUTO_REFILL, Client, KeepGo, Settings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ICCID = "8965972579000123456"
LPA = "LPA:1$consumer.ppp.local$TN20210805541629D9E05F37"
MB = 1024**2
LINE = f"/line/{ICCID}"


def adapter(url, *, settle=100.0):
    return KeepGo(Client(Settings("key", "token", url)), country_of, settle=settle, now=lambda: NOW)


@pytest.fixture
def wire():
    return Wire(adapter, "/api/v2")


def sent(text):
    """An answer, as its bytes came."""
    return 200, text.encode()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- the list of bundles ---------------------------------------------------------------------------------------

BUNDLES = """{"ack":"success","bundles":[
 {"id":1,"type_id":1,"bundle_type":"regional","name":"Orion","img":"https://myaccount.keepgo.com/img/bundle_img.png",
  "description":"Affordable data bundle for Europe and the USA","coverage":["Austria","Belgium","Bulgaria"],
  "privacy_ip":"Netherlands","networks":[{"title":"Austria","local_networks":["3","A1","T-Mobile"],
  "flag":"https://myaccount.keepgo.com/img/flags/1x1/at.svg"}],
  "refills":[{"title":"100MB","amount_mb":100,"amount_days":null,"price_usd":3}]},
 {"id":"2","bundle_type":"country","name":"Eridanus","img":"https://myaccount.keepgo.com/img/flags/3x2/vn.svg",
  "coverage":["Vietnam"],
  "refills":[{"title":"3 GB / 30 days","amount_mb":"3072","amount_days":"30","price_usd":5.53}]}]}"""


async def test_bundles(wire):
    wire.answers["/bundles"] = sent(BUNDLES)
    async with wire.open() as provider:
        europe, vietnam = (await provider.catalogue()).offers

    assert (europe.sku, europe.id) == ("1-100-0", "k1-100-0")
    assert europe.countries == ("AT", "BE", "BG")
    assert europe.networks == {"AT": ("3", "A1", "T-Mobile")}
    assert (europe.data_bytes, europe.days, europe.unlimited, europe.kind) == (
        100 * MB,
        None,
        False,
        "regional",
    )
    assert europe.cost == Cost(Decimal(3), "USD")
    assert (vietnam.sku, vietnam.countries, vietnam.kind) == ("2-3072-30", ("VN",), "country")
    assert (vietnam.data_bytes, vietnam.days) == (3072 * MB, 30)
    assert vietnam.cost == Cost(Decimal("5.53"), "USD")  # a JSON float, read without rounding
    assert not vietnam.needs_imei


# --- a line that was created -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            ('{"ack":"success","sim_card":{"iccid":"8965972579000123456","lpa_code":'
            '"LPA:1$consumer.ppp.local$TN20210805541629D9E05F37"},"transaction_id":"txn_3QGSuzDa8hPbCgP82ohcn81o"}'),
            Fulfilled(ICCID, LPA, "txn_3QGSuzDa8hPbCgP82ohcn81o"),
        ),
        # Without a transaction, and with a number of the data that came with it.
        (
            ('{"ack":"success","sim_card":{"iccid":"899990000000123456","lpa_code":'
            '"LPA:1$mock.keepgo.local$XXXXXXXXXXXXXXXXXXXX"},"data_bundle_id":112}'),
            Fulfilled("899990000000123456", "LPA:1$mock.keepgo.local$XXXXXXXXXXXXXXXXXXXX", None),
        ),
        ('{"ack":"success","sim_card":{"iccid":8965972579000123456,"lpa_code":null}}', Accepted(ICCID, None)),
        ('{"ack":"success","sim_card":{"iccid":"","lpa_code":""}}', Unknown("no-iccid")),
        ('{"ack":"success"}', Unknown("no-iccid")),
        ('{"ack":"error","message":"The bundle is not available."}', Rejected("refused", detail="The bundle is not available.")),
        (
            '{"ack":"error","message":"Insufficient balance."}',
            Rejected("out-of-credit", out_of_credit=True, detail="Insufficient balance."),
        ),
        ("<html><body>502 Bad Gateway</body></html>", Unknown("garbled")),
    ],
)  # fmt: skip
async def test_a_created_line(wire, said, meant):
    wire.answers["/line/create"] = sent(said)
    async with wire.open() as provider:
        assert await provider.purchase(Intent("item-1", "2-1024-7", Decimal(9), NOW)) == meant
    assert wire.asked[0]["body"] == {"bundle_id": 2, "refill_mb": 1024, "refill_days": 7, "count": 1}


@pytest.mark.parametrize("status", [400, 402, 404, 422, 500, 503])
async def test_an_error_of_http_with_any_body(wire, status):
    wire.answers["/line/create"] = (status, b"<html>no</html>")
    async with wire.open() as provider:
        outcome = await provider.purchase(Intent("item-1", "2-1024-7", Decimal(9), NOW))
    assert isinstance(outcome, Unknown if status >= 500 else Rejected)


# --- a line in full --------------------------------------------------------------------------------------------

DETAILS = {
    "iccid": ICCID, "msisdn": "34590100123456", "lpa_code": LPA, "deactivation_date": "", "allowed_usage_kb": 102400,
    "remaining_usage_kb": 51200, "remaining_days": 5, "status": "Activated", "bundle_id": 96, "bundle": "Aquila",
    "auto_refill_turned_on": False, "auto_refill_amount_mb": 0, "auto_refill_price": 0, "auto_refill_currency": "usd",
    "auto_refill_list": [{"title": "100MB/10DAYS", "amount_mb": 100, "amount_days": 10, "price_usd": 3}], "notes": "",
    "data_bundles": [{"id": 42, "status": "Active", "allowed_usage_kb": 102400, "active_kb": 51200,
                      "remaining_usage_kb": 51200, "validity": 10, "assigned_at": "2022-08-11 11:57:27",
                      "activated_at": "2022-08-11 12:07:00", "terminated_at": None, "expire_at": "2022-08-21 11:57:27"}],
}  # fmt: skip


def details(**change):
    return sent(json.dumps({"ack": "success", "sim_card": {**DETAILS, **change}}))


def package(**change):
    return {"data_bundles": [{**DETAILS["data_bundles"][0], **change}]}


async def test_a_line_in_full(wire):
    wire.answers[f"{LINE}/get_details"] = details()
    async with wire.open() as provider:
        line, usage = await provider.esim(ICCID), await provider.usage(ICCID)

    assert (line.iccid, line.activation, line.label, line.notes) == (ICCID, LPA, "Aquila", "")
    assert (line.line_state, line.profile_state) == (LineState.ACTIVE, ProfileState.UNKNOWN)
    (only,) = line.packages
    assert (only.id, only.state, only.days) == ("42", LineState.ACTIVE, 10)
    assert (only.total_bytes, only.remaining_bytes) == (100 * MB, 50 * MB)
    assert (only.assigned_at, only.activated_at) == (at("2022-08-11 11:57:27"), at("2022-08-11 12:07:00"))
    assert usage == Usage(
        100 * MB, 50 * MB, 50 * MB, None, at("2022-08-21 11:57:27"), NOW, LineState.ACTIVE, "42"
    )


@pytest.mark.parametrize(
    ("change", "state", "strange"),
    [
        ({"status": "Registered", **package(status="Not active")}, LineState.READY, None),
        ({"status": "Registered", **package(status=0)}, LineState.READY, None),
        ({"status": "Activated", **package(status="1")}, LineState.ACTIVE, None),
        ({"status": "Activated", **package(status=2)}, LineState.EXHAUSTED, None),
        ({"status": "Activated", **package(status=3)}, LineState.EXPIRED, None),
        ({"status": "Deactivated"}, LineState.DEACTIVATED, None),
        ({"status": "Hibernating"}, LineState.UNKNOWN, "line-status:Hibernating"),
        ({"status": 4}, LineState.UNKNOWN, "line-status"),
        (package(status="Evaporated"), LineState.ACTIVE, "package-status:Evaporated"),
        (package(status=None), LineState.ACTIVE, "package-status:None"),
    ],
)  # fmt: skip
async def test_states_as_words_and_as_numbers(wire, change, state, strange):
    wire.answers[f"{LINE}/get_details"] = details(**change)
    async with wire.open() as provider:
        heard = []
        provider.oddities.heard = lambda kind, new: heard.append((kind, new))
        assert (await provider.esim(ICCID)).line_state is state
        await provider.esim(ICCID)
    assert heard == ([] if strange is None else [(strange, True), (strange, False)])


@pytest.mark.parametrize("unset", ["", None, "0000-00-00 00:00:00"])
async def test_dates_that_are_not_set(wire, unset):
    wire.answers[f"{LINE}/get_details"] = details(
        **package(assigned_at=unset, activated_at=unset, expire_at=unset), deactivation_date=unset
    )
    async with wire.open() as provider:
        (only,) = (await provider.esim(ICCID)).packages
        usage = await provider.usage(ICCID)
    assert (only.assigned_at, only.activated_at, only.expires_at, usage.expires_at) == (None,) * 4


@pytest.mark.parametrize(
    ("change", "total", "used"),
    [
        ({"allowed_usage_kb": "102400", "remaining_usage_kb": "51200"}, 100 * MB, 50 * MB),
        ({"allowed_usage_kb": None}, None, None),
        ({"remaining_usage_kb": ""}, 100 * MB, None),
        ({"allowed_usage_kb": 0, "remaining_usage_kb": 0}, 0, 0),
    ],
)
async def test_amounts_as_numbers_as_strings_and_not_at_all(wire, change, total, used):
    wire.answers[f"{LINE}/get_details"] = details(**change)
    async with wire.open() as provider:
        usage = await provider.usage(ICCID)
    assert (usage.total_bytes, usage.used_bytes) == (total, used)


async def test_a_line_that_would_buy_by_itself_is_stopped_and_told(wire):
    wire.answers[f"{LINE}/get_details"] = details(auto_refill_turned_on=True)
    wire.answers[f"{LINE}/turn_off_auto_refill"] = sent(
        '{"ack":"success","message":"Auto-refill was turned OFF"}'
    )
    async with wire.open() as provider:
        assert (await provider.esim(ICCID)).auto_refill
        assert provider.oddities.seen[AUTO_REFILL] == 1
    assert [call["method"] for call in wire.calls(f"{LINE}/turn_off_auto_refill")] == ["PUT"]


# --- the list of lines -----------------------------------------------------------------------------------------


async def test_lines(wire):
    wire.answers["/lines"] = (
        sent("""{"ack":"success","sim_cards":{"from":1,"to":2,"last_page":1,"per_page":25,"total":2,
      "current_page":1,"items":[
      {"iccid":"8965972579000123456","status":"Activated","notes":"{\\"planId\\":\\"...\\"}","deactivation_date":null,
       "expired_at":null,"allowed_usage_kb":102400,"remaining_usage_kb":51200,"remaining_days":5,"bundle":"Aquila",
       "data_bundles":[]},
      {"iccid":8965972579000123457,"status":"Parked","notes":null,"bundle":"Aquila"},
      {"iccid":"","status":"Activated"}]}}""")
    )
    async with wire.open() as provider:
        first, second = await provider.lines()
        strange = provider.oddities.seen
    assert (first.iccid, first.label, first.state) == (ICCID, "Aquila", LineState.ACTIVE)
    assert first.notes == '{"planId":"..."}'
    assert (second.iccid, second.notes, second.state) == ("8965972579000123457", "", LineState.UNKNOWN)
    assert set(strange) == {"line-status:Parked", "line-unreadable"}


# --- everything else -------------------------------------------------------------------------------------------


async def test_the_balance_is_a_string_without_a_currency(wire):
    wire.answers["/account_balance"] = [
        sent('{"ack":"success","account_balance":"8.63"}'),
        sent('{"ack":"success","account_balance":8.63}'),
        sent('{"ack":"success","account_balance":null}'),
    ]
    async with wire.open() as provider:
        assert await provider.balance() == Cost(Decimal("8.63"), "USD")
        assert await provider.balance() == Cost(Decimal("8.63"), "USD")
        with pytest.raises(ProviderError):
            await provider.balance()


async def test_countries_and_devices(wire):
    wire.answers["/countries"] = sent(
        '{"ack":"success","countries":{"2":"Albania","1":"Afghanistan","3":null}}'
    )
    wire.answers["/esim_enabled_devices"] = sent(
        """{"ack":"success","data":[{"type":"Tablets & laptops","brands":[
        {"title":"ASUS","models":["ASUS VivoBook Flip 14 TP401NA","ASUS NovaGo TP370QL",""],"exceptions":null},
        {"title":"Apple","models":["iPad Pro"],"exceptions":"Only with cellular."},
        {"title":"Nobody","models":null}]}]}"""
    )
    async with wire.open() as provider:
        assert await provider.countries() == ("Afghanistan", "Albania")
        assert await provider.devices() == (
            Device("ASUS", "ASUS VivoBook Flip 14 TP401NA"),
            Device("ASUS", "ASUS NovaGo TP370QL"),
            Device("Apple", "iPad Pro", "Only with cellular."),
        )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1$SMDP.EXAMPLE.COM$04386-AGYFT-A74Y8-3F815", True),
        ("LPA:1$SMDP.EXAMPLE.COM$04386-AGYFT-A74Y8-3F815$$1", True),
        ("1$SMDP.EXAMPLE.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746$1", True),
        ("1$SMDP.EXAMPLE.COM$$1.3.6.1.4.1.31746", True),
        ("LPA:1$", False),
        ("1$", False),
        ("xyz14390lojij", False),
    ],
)
def test_activation_codes(said, meant):
    assert activation_of(said) == (f"LPA:{said.removeprefix('LPA:')}" if meant else None)


def test_a_webhook_can_not_be_told_from_a_forged_one():
    provider = adapter("http://127.0.0.1:1/api/v2")
    with pytest.raises(Forged):
        provider.parse_webhook({}, b"{}")


@pytest.mark.parametrize(
    ("answer", "state", "meant"),
    [
        ('{"ack":"success"}', "Deactivated", Cancelled()),
        # What was not answered may be done all the same: the line's state tells.
        ("<html>", "Deactivated", Cancelled()),
        ('{"ack":"error","message":"No such line."}', "Activated", Refused("refused")),
        ('{"ack":"success"}', "Activated", "still-on"),
    ],
)
async def test_switching_a_line_off(wire, answer, state, meant):
    wire.answers[f"{LINE}/deactivation_date"] = sent(answer)
    wire.answers[f"{LINE}/get_details"] = details(status=state)
    async with wire.open() as provider:
        if isinstance(meant, str):
            with pytest.raises(ProviderError, match=meant):
                await provider.cancel(ICCID)
        else:
            assert await provider.cancel(ICCID) == meant
    (call,) = wire.calls(f"{LINE}/deactivation_date")
    assert (call["method"], call["body"]) == ("PUT", {"deactivation_date": "2026-11-22"})


# --- refills ---------------------------------------------------------------------------------------------------

TOPUP = TopupIntent("item-1", ICCID, "1024-10", Decimal(7), NOW)


async def test_what_can_be_added(wire):
    wire.answers[f"{LINE}/available_refills"] = sent("""{"ack":"success","available_refills":[
      {"title":"1GB","amount_mb":1024,"amount_days":10,"price_usd":7},
      {"title":"1GB","amount_mb":"1024","amount_days":"10","price_usd":"7.50"},
      {"title":"100MB","amount_mb":100,"amount_days":null,"price_usd":3.1},
      {"title":"Unlimited 5 days","amount_mb":5120,"amount_days":5,"price_usd":9},
      {"title":"free","amount_mb":100,"amount_days":1,"price_usd":0}]}""")
    async with wire.open() as provider:
        found = await provider.topup_offers(ICCID)
        assert provider.oddities.seen == {"refill-unreadable": 1}
    assert found == (
        # Twice in the list: it may cost either, so the dearer one counts.
        TopupOffer("1024-10", 1024 * MB, False, 10, Cost(Decimal("7.50"), "USD")),
        TopupOffer("100-0", 100 * MB, False, None, Cost(Decimal("3.1"), "USD")),
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('{"ack":"success","data_bundle_id":356,"transaction_id":"AB_32321_42"}', ToppedUp("356", "AB_32321_42")),
        ('{"ack":"success","data_bundle_id":"356"}', ToppedUp("356", None)),
        ('{"ack":"success"}', Unknown("no-package")),
        ('{"ack":"error","message":"The line is deactivated."}', Rejected("refused", detail="The line is deactivated.")),
        ("<html>", Unknown("garbled")),
    ],
)  # fmt: skip
async def test_a_refill(wire, said, meant):
    wire.answers[f"{LINE}/refill"] = sent(said)
    async with wire.open() as provider:
        assert await provider.topup(TOPUP) == meant
    assert wire.asked[0]["body"] == {"amount_mb": 1024, "amount_days": 10}


class Line:
    """One line on the wire: its packages, its payments."""

    def __init__(self, wire):
        self.packages = [DETAILS["data_bundles"][0]]
        self.payments = [
            {"created_at": "2021-09-24 09:15:49", "status": "Completed", "amount": "277.00", "currency": "EUR",
             "type": "ideal", "invoice_hash": "f391a7537acf5775989d20772cc01736", "refill_amount_mb": 51200,
             "reason": "Account Mr. Smith (Refill)", "transaction_id": "AB_49406_58"}
        ]  # fmt: skip
        wire.answers[f"{LINE}/get_details"] = lambda _call: details(data_bundles=self.packages)
        wire.answers[f"{LINE}/transactions"] = lambda _call: sent(
            json.dumps({"ack": "success", "transactions": {"data": self.payments}})
        )

    def add(self, number, mb=1024, days=10, **more):
        stamp = (NOW + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S")
        new = {
            "id": number,
            "status": 0,
            "allowed_usage_kb": mb * 1024,
            "validity": days,
            "assigned_at": stamp,
        }
        self.packages = [*self.packages, {**new, **more}]

    def pay(self, mb=1024, name="AB_1", status="Completed"):
        paid = {
            "created_at": "2026-11-23 12:00:01",
            "status": status,
            "amount": "7.00",
            "refill_amount_mb": mb,
        }
        self.payments = [{**paid, "transaction_id": name}, *self.payments]


@pytest.fixture
def line(wire):
    return Line(wire)


async def test_a_refill_that_was_not_answered_is_found(wire, line):
    async with wire.open() as provider:
        before = await provider.snapshot(TOPUP)
        assert before == Snapshot(1, None, "AB_49406_58", ("42",))
        assert Snapshot.from_json(json.loads(json.dumps(before.to_json()))) == before
        assert await provider.resolve_topup(TOPUP, before, 1) == Pending()
        line.pay()
        line.add(51, mb=2048)
        line.add(50)
        line.add(49, days=30)
        assert await provider.resolve_topup(TOPUP, before, 1) == ToppedUp("50", "AB_1")


async def test_a_refill_that_never_was_is_known_not_to_be(wire, line):
    async with wire.open() as provider:
        before = await provider.snapshot(TOPUP)
        line.add(51, mb=2048)
        line.pay(mb=2048)
        line.pay(status="Failed", name="AB_2")
        assert await provider.resolve_topup(TOPUP, before, 99) == Pending()
        assert await provider.resolve_topup(TOPUP, before, 100) == NotFound()


async def test_evidence_that_does_not_agree_needs_a_person(wire, line):
    async with wire.open() as provider:
        before = await provider.snapshot(TOPUP)
        line.pay()
        assert await provider.resolve_topup(TOPUP, before, 100) == Ambiguous("payment-without-data")
        line.add(52, allowed_usage_kb=None)
        assert await provider.resolve_topup(TOPUP, before, 100) == Ambiguous("package-unreadable")
