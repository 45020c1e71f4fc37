"""Airalo's bytes become our words: samples of its own documentation, and everything that may come instead."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha512

import pytest
from canned import Wire

from services.catalogue import country_of
from services.providers import (
    Accepted,
    Ambiguous,
    Cost,
    Device,
    Forged,
    Found,
    Fulfilled,
    Gone,
    Hint,
    Intent,
    LineState,
    NotFound,
    Oddities,
    Pending,
    PriceChanged,
    PriceOk,
    ProviderError,
    Rejected,
    Snapshot,
    ToppedUp,
    TopupIntent,
    Unknown,
    Unsupported,
)
from services.providers.airalo import Airalo, Client, Settings
from services.providers.airalo.lines import used
from services.providers.airalo.rates import LIMITS, Rates
from services.providers.airalo.selling import Pricing, listing, short

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
INTENT = Intent("M7KQ2MX5A-1", "uki-mobile-15days-2gb", Decimal("2.00"), NOW)
ICCID = "8944465400003573253"
LPA = "LPA:1$RSP-3088.IDEMIA.IO$YVTGM-5LZC6-PIC56-KFEZJ"
SECRET = "the-secret"
TOKEN = {
    "data": {"token_type": "Bearer", "expires_in": 86400, "access_token": "t1"},
    "meta": {"message": "success"},
}
SIM = {
    "id": 709006,
    "created_at": "2025-04-15 14:02:38",
    "iccid": ICCID,
    "lpa": "RSP-3088.IDEMIA.IO",
    "imsis": None,
    "matching_id": "YVTGM-5LZC6-PIC56-KFEZJ",
    "qrcode": LPA,
    "airalo_code": None,
    "apn_type": "manual",
    "confirmation_code": None,
    "direct_apple_installation_url": f"https://esimsetup.apple.com/esim_qrcode_provisioning?carddata={LPA}",
}
ORDER = {
    "id": 583747,
    "code": "20250415-583747",
    "currency": "USD",
    "package_id": "uki-mobile-15days-2gb",
    "quantity": 1,
    "type": "sim",
    "description": "bot M7KQ2MX5A-1",
    "esim_type": "Prepaid",
    "validity": 15,
    "package": "uKi Mobile-2 GB - 15 Days",
    "data": "2 GB",
    "price": 7.5,
    "pricing_model": "net_pricing",
    "created_at": "2025-04-15 14:02:38",
    "text": None,
    "voice": None,
    "net_price": 1.6,
    "sims": [SIM],
}
BAD = {"message": "the parameter is invalid"}


def answer(body, status=200, **headers):
    return status, (body if isinstance(body, bytes) else json.dumps(body).encode()), headers


def data(found, **more):
    return answer({"data": found, "meta": {"message": "success"}, **more})


def adapter(url, **more):
    async def pause(_seconds):
        return

    settings = Settings("the-client", SECRET, url, factor=1.0, **more)
    return Airalo(Client(settings, pause=pause), settings, country_of, lambda: NOW)


@pytest.fixture
def wire():
    it = Wire(adapter)
    it.answers["/token"] = answer(TOKEN)
    return it


# --- buying


PURCHASES = {
    "the sample": (data(ORDER), Fulfilled(ICCID, LPA, "20250415-583747", Cost(Decimal("1.6"), "USD"))),
    "a code in parts": (
        data({**ORDER, "sims": [{**SIM, "qrcode": None}]}),
        Fulfilled(ICCID, LPA, "20250415-583747", Cost(Decimal("1.6"), "USD")),
    ),
    "no code yet": (
        data({**ORDER, "sims": [{**SIM, "qrcode": None, "lpa": None, "matching_id": ""}]}),
        Accepted(ICCID, "20250415-583747", None, Cost(Decimal("1.6"), "USD")),
    ),
    "a discount, and numbers as text": (
        data({**ORDER, "net_price": None, "total_amount_paid": "4.05"}),
        Fulfilled(ICCID, LPA, "20250415-583747", Cost(Decimal("4.05"), "USD")),
    ),
    "no price": (data({**ORDER, "net_price": None}), Fulfilled(ICCID, LPA, "20250415-583747", None)),
    "no line": (data({**ORDER, "sims": []}), Unknown("no-iccid")),
    "null for lines": (data({**ORDER, "sims": None}), Unknown("no-iccid")),
    "an ICCID that is none": (data({**ORDER, "sims": [{**SIM, "iccid": "soon"}]}), Unknown("no-iccid")),
    "null for everything": (data(None), Unknown("no-iccid")),
    "a page instead": (answer(b"<html>We are back shortly</html>"), Unknown("garbled")),
    "half an answer": (answer(b'{"data": {"id"'), Unknown("garbled")),
    "nothing": (answer(b"", 204), Unknown("garbled")),
    "broken": (answer(b"<html>", 500), Unknown("http-500")),
    "too late": (answer({"message": "timeout"}, 408), Unknown("http-408")),
    "gateway": (answer(b"", 504), Unknown("http-504")),
    "wrong fields": (
        answer({"data": {"package_id": "The selected package is invalid."}, "meta": BAD}, 422),
        Rejected("invalid", detail="The selected package is invalid."),
    ),
    "too few left": (
        answer(
            {"data": {"quantity": "SIM quantity is not available. Available quantity: 9."}, "meta": BAD}, 422
        ),
        Rejected("no-stock", detail="SIM quantity is not available. Available quantity: 9."),
    ),
    "too many calls": (
        answer({"message": "Too Many Attempts."}, 429, **{"retry-after": "17"}),
        Rejected("rate-limited", retryable=True, after=17),
    ),
    "a strange refusal": (answer({"message": "No."}, 418), Rejected("refused", detail="No.")),
    "a strange code": (
        answer({"code": 999, "reason": "Because."}, 422),
        Rejected("refused", detail="Because."),
    ),
    "another address": (
        answer({"code": 89, "reason": "Your IP address is not permitted."}, 403),
        Rejected("ip-not-allowed", detail="Your IP address is not permitted."),
    ),
    "not for us": (answer({"message": "Forbidden"}, 403), Rejected("unauthorized", detail="Forbidden")),
    "hangs up": ("hang-up", Unknown("broken-off")),
}
CODES = {
    11: Rejected("out-of-credit", out_of_credit=True, detail="why"),
    "11": Rejected("out-of-credit", out_of_credit=True, detail="why"),
    13: Rejected("maintenance", detail="why"),
    14: Rejected("checksum", detail="why"),
    23: Rejected("topup-disabled", detail="why"),
    33: Rejected("no-stock", detail="why"),
    34: Rejected("no-stock", detail="why"),
    43: Rejected("bad-request", detail="why"),
    53: Unknown("unexpected"),
    73: Rejected("recycled", detail="why"),
}


@pytest.mark.parametrize("case", PURCHASES)
async def test_a_purchase_has_an_outcome(wire, case):
    wire.answers["/orders"], wanted = PURCHASES[case]

    async with wire.open() as airalo:
        assert await airalo.purchase(INTENT) == wanted

    # Whatever came of it, it was sent once.
    assert len(wire.calls("/orders")) == 1


@pytest.mark.parametrize("code", CODES)
async def test_a_code_says_what_to_do(wire, code):
    wire.answers["/orders"] = answer({"code": code, "reason": "why"}, 422)

    async with wire.open() as airalo:
        assert await airalo.purchase(INTENT) == CODES[code]


async def test_an_order_carries_our_reference(wire):
    wire.answers["/orders"] = data(ORDER)

    async with wire.open() as airalo:
        await airalo.purchase(INTENT)

    sent = wire.calls("/orders")[0]
    said = {"quantity": 1, "package_id": "uki-mobile-15days-2gb", "type": "sim"}
    assert sent["body"] == {**said, "description": "bot M7KQ2MX5A-1"}
    assert sent["headers"]["authorization"] == "Bearer t1"


async def test_an_order_may_only_be_accepted(wire):
    accepted = {"request_id": "3NhR3gKmqCWK7IWppurpDX3Cg", "accepted_at": "2024-07-11 15:26:02"}
    wire.answers["/orders-async"] = answer({"data": accepted, "meta": {"message": "success"}}, 202)

    async with wire.open(later=True, webhook_url="https://bot.example/airalo") as airalo:
        outcome = await airalo.purchase(INTENT)

    assert outcome == Accepted(None, None, "3NhR3gKmqCWK7IWppurpDX3Cg")
    assert wire.calls("/orders-async")[0]["body"]["webhook_url"] == "https://bot.example/airalo"


async def test_whoever_is_not_told_does_not_order_in_advance(wire):
    wire.answers["/orders-async"] = answer(
        {"reason": "User is not opted in and no webhook URL provided."}, 422
    )
    async with wire.open(later=True, webhook_url="https://bot.example/airalo") as airalo:
        outcome = await airalo.purchase(INTENT)

    assert outcome == Rejected("refused", detail="User is not opted in and no webhook URL provided.")


async def test_nobody_at_home_is_no_purchase():
    settings = Settings("the-client", SECRET, "http://127.0.0.1:9")
    airalo = Airalo(Client(settings), settings, country_of)

    assert await airalo.purchase(INTENT) == Rejected("unreachable", retryable=True, after=0)
    await airalo.close()


# --- the token


async def test_one_token_serves_for_a_day_and_across_restarts(wire):
    class Kept:
        secret = None

        def read(self):
            return self.secret

        def write(self, secret):
            self.secret = secret

    kept = Kept()
    wire.adapter = lambda url: Airalo(
        Client(s := Settings("c", SECRET, url), kept), s, country_of, lambda: NOW
    )
    wire.answers["/balance"] = data({"balances": {"availableBalance": {"amount": 12, "currency": "USD"}}})
    for _ in range(3):
        async with wire.open() as airalo:
            assert await airalo.balance() == Cost(Decimal(12), "USD")

    assert len(wire.calls("/token")) == 1
    assert wire.calls("/token")[0]["body"] == {
        "client_id": "c",
        "client_secret": SECRET,
        "grant_type": "client_credentials",
    }


async def test_a_token_that_is_not_taken_any_more_is_replaced(wire):
    wire.answers["/token"] = [answer(TOKEN), data({"access_token": "t2", "expires_in": "86400"})]

    def doorman(asked):
        known = asked["headers"]["authorization"] == "Bearer t2"
        return data([]) if known else answer({"data": [], "meta": {"message": "expired"}}, 401)

    wire.answers["/compatible-devices-lite"] = doorman
    wire.answers["/orders"] = answer({"data": [], "meta": {"message": "expired"}}, 401)
    async with wire.open() as airalo:
        assert await airalo.devices() == ()
        # A write is not tried again here: whoever asked for it knows whether that is right.
        assert await airalo.purchase(INTENT) == Rejected("token-expired", retryable=True)

    assert len(wire.calls("/orders")) == 1


@pytest.mark.parametrize(
    ("refusal", "wanted"),
    [
        (answer({"data": [], "meta": {"message": "Client authentication failed"}}, 401), "unauthorized"),
        (
            answer({"data": {"client_id": "The selected client id is invalid."}, "meta": BAD}, 422),
            "unauthorized",
        ),
        (answer({"message": "Too Many Attempts."}, 429, **{"retry-after": "31"}), "rate-limited"),
        (data({"token_type": "Bearer"}), "garbled"),
        (data([]), "garbled"),
    ],
)
async def test_without_a_token_nothing_is_bought(wire, refusal, wanted):
    wire.answers["/token"] = refusal

    async with wire.open() as airalo:
        outcome = await airalo.purchase(INTENT)

    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.retryable) == (wanted, wanted != "unauthorized")
    assert not wire.calls("/orders")


async def test_a_question_too_many_is_not_sent():
    clock = [0.0]
    for kind, limits in LIMITS.items():
        rates = Rates(lambda: clock[0])
        most, seconds = limits[0]
        for _ in range(most):
            rates.take(kind, "a")
        with pytest.raises(ProviderError) as busy:
            rates.take(kind, "a")
        assert busy.value.again == seconds
        rates.take(kind, "b")
        clock[0] += seconds
        rates.take(kind, "a")


# --- finding what was not answered


OLD = {**ORDER, "id": 5, "status": {"name": "Completed", "slug": "completed"}}
FINDINGS = {
    "nothing yet": ([], 30, Pending()),
    "nothing for good": ([], 600, NotFound()),
    "there": ([OLD], 1, Found((ICCID,))),
    "another of the same beginning": ([{**OLD, "description": "bot M7KQ2MX5A-12"}], 600, NotFound()),
    "what a person wrote": ([{**OLD, "description": "M7KQ2MX5A-1"}], 600, NotFound()),
    "a top-up": ([{**OLD, "type": "topup"}], 600, NotFound()),
    "failed": ([{**OLD, "status": {"slug": "failed"}}], 600, NotFound()),
    "given back": ([{**OLD, "status": {"slug": "refunded"}}], 600, NotFound()),
    "without a line": ([{**OLD, "sims": []}], 30, Pending()),
    "without a line for good": ([{**OLD, "sims": []}], 600, Ambiguous("order-without-line")),
    "twice, the older first": (
        [OLD, {**OLD, "id": "4", "sims": [{**SIM, "iccid": "8944465400003573000"}]}],
        1,
        Found(("8944465400003573000", ICCID)),
    ),
}


@pytest.mark.parametrize("case", FINDINGS)
async def test_an_order_is_found_by_our_reference(wire, case):
    orders, elapsed, wanted = FINDINGS[case]
    wire.answers["/orders"] = answer({"data": orders, "meta": {"message": "success", "last_page": 1}})

    async with wire.open() as airalo:
        assert await airalo.resolve(INTENT, Snapshot(), None, elapsed, 1) == wanted


async def test_before_it_is_called_absent_the_days_orders_are_read_too(wire):
    def orders(asked):
        pages = {"data": [], "meta": {"last_page": 2}}
        if "created_at" in asked["query"] and "page=2" in asked["query"]:
            pages["data"] = {"100": OLD}
        return answer(pages)

    wire.answers["/orders"] = orders
    async with wire.open() as airalo:
        assert await airalo.resolve(INTENT, Snapshot(), None, 599, 1) == Pending()
        assert await airalo.resolve(INTENT, Snapshot(), None, 600, 1) == Found((ICCID,))


# --- more data


TOPUP = "change-7days-1gb-topup"
PACKAGE = {
    "id": TOPUP,
    "type": "topup",
    "price": 5,
    "net_price": 3.6,
    "amount": 1024,
    "day": 7,
    "is_unlimited": False,
}
MORE = TopupIntent("M7KQ2MX5A-2", ICCID, short(TOPUP), Decimal("4.00"), NOW)
BOUGHT = {
    "id": 728,
    "status": "ACTIVE",
    "remaining": 2378,
    "activated_at": "2023-01-09T10:30:45+00:00",
    "expired_at": "2023-02-09T10:30:45+00:00",
    "finished_at": None,
    "package": {"id": TOPUP, "type": "topup", "amount": 3072, "day": 30, "is_unlimited": False},
}
TOPUP_ORDER = {
    "id": 111,
    "code": "20251118-000111",
    "package_id": TOPUP,
    "currency": "USD",
    "quantity": 1,
    "type": "topup",
    "description": f"Topup ({ICCID})",
    "validity": 7,
    "price": 4.5,
    "net_price": 3.6,
    "created_at": "2026-11-23 12:00:01",
}


async def test_more_data_is_offered_under_names_that_fit_a_button(wire):
    wire.answers[f"/sims/{ICCID}/topups"] = answer(
        {"pricing": {"model": "net_pricing", "discount_percentage": 0}, "data": [PACKAGE, {"id": None}]}
    )
    async with wire.open() as airalo:
        (offer,) = await airalo.topup_offers(ICCID)

    assert (offer.data_bytes, offer.days, offer.cost) == (1024**3, 7, Cost(Decimal("3.6"), "USD"))
    assert len(offer.sku) == 16
    assert offer.sku.isalnum()


TOPUPS = {
    "the sample": (
        data(TOPUP_ORDER),
        ToppedUp("728", "20251118-000111", Cost(Decimal("3.6"), "USD")),
    ),
    "recycled": (answer({"code": 73, "reason": "gone"}, 422), Rejected("recycled", detail="gone")),
    "disabled": (answer({"code": 23, "reason": "no"}, 422), Rejected("topup-disabled", detail="no")),
    "a page": (answer(b"<html>"), Unknown("garbled")),
    "no order": (data({}), Unknown("no-order")),
}


@pytest.mark.parametrize("case", TOPUPS)
async def test_a_top_up_has_an_outcome(wire, case):
    wire.answers[f"/sims/{ICCID}/topups"] = data([PACKAGE])
    wire.answers[f"/sims/{ICCID}/packages"] = data([BOUGHT])
    wire.answers["/orders/topups"], wanted = TOPUPS[case]

    async with wire.open() as airalo:
        assert await airalo.topup(MORE) == wanted

    said = {"package_id": TOPUP, "iccid": ICCID, "description": "bot M7KQ2MX5A-2"}
    assert wire.calls("/orders/topups")[0]["body"] == said


@pytest.mark.parametrize(("sold", "wanted"), [([], "not-sold"), ([{**PACKAGE, "net_price": 4.01}], "dearer")])
async def test_a_top_up_that_cannot_be_is_not_sent(wire, sold, wanted):
    wire.answers[f"/sims/{ICCID}/topups"] = data(sold)

    async with wire.open() as airalo:
        assert await airalo.topup(MORE) == Rejected(wanted)


TOPUP_FINDINGS = {
    "there": ([BOUGHT], (), [], 1, ToppedUp("728")),
    "was there before": ([BOUGHT], ("728",), [], 1, Pending()),
    "another": ([{**BOUGHT, "package": {"id": "other"}}], (), [], 1, Pending()),
    "not there for good": ([BOUGHT], ("728",), [], 600, NotFound()),
    "ordered all the same": ([], (), [TOPUP_ORDER], 600, Ambiguous("order-without-data")),
    "ordered long ago": ([], (), [{**TOPUP_ORDER, "created_at": "2026-11-20 00:00:00"}], 600, NotFound()),
    "null for a package": ([{**BOUGHT, "package": None}], (), [], 600, NotFound()),
}


@pytest.mark.parametrize("case", TOPUP_FINDINGS)
async def test_a_top_up_is_found_by_what_is_new_on_its_line(wire, case):
    there, before, orders, elapsed, wanted = TOPUP_FINDINGS[case]
    wire.answers[f"/sims/{ICCID}/packages"] = data(there)
    wire.answers["/orders"] = data(orders)

    async with wire.open() as airalo:
        assert await airalo.resolve_topup(MORE, Snapshot(packages=before), elapsed) == wanted


# --- the catalogue


GREECE = {
    "slug": "greece",
    "country_code": "GR",
    "title": "Greece",
    "operators": [
        {
            "title": "Meraki Mobile",
            "type": "local",
            "plan_type": "data",
            "activation_policy": "first-usage",
            "is_kyc_verify": False,
            "rechargeability": True,
            "coverages": [{"name": "GR", "code": "GR", "networks": [{"name": "Wind", "types": ["LTE"]}]}],
            "countries": [{"country_code": "GR", "title": "Greece"}],
            "packages": [
                {
                    "id": "meraki-mobile-7days-1gb",
                    "type": "sim",
                    "price": 5,
                    "net_price": 4,
                    "amount": 1024,
                    "day": 7,
                    "is_unlimited": False,
                    "title": "1 GB - 7 Days",
                    "is_fair_usage_policy": False,
                    "fair_usage_policy": None,
                },
                {**PACKAGE, "id": "meraki-mobile-7days-1gb-topup"},
            ],
        }
    ],
}


def read(*destinations, pricing=None):
    odd = Oddities()
    return listing(destinations, pricing or Pricing(), country_of, odd), odd


def changed(package=None, operator=None, **destination):
    first = GREECE["operators"][0]
    packages = [{**first["packages"][0], **(package or {})}, *first["packages"][1:]]
    return {**GREECE, "operators": [{**first, "packages": packages, **(operator or {})}], **destination}


def test_the_sample_is_an_offer():
    found, odd = read(GREECE)

    (offer,) = found.offers
    assert (offer.sku, offer.countries, offer.kind) == ("meraki-mobile-7days-1gb", ("GR",), "country")
    assert (offer.data_bytes, offer.days, offer.unlimited) == (1024**3, 7, False)
    assert (offer.cost, offer.can_top_up, offer.starts) == (Cost(Decimal(4), "USD"), True, "first_use")
    assert offer.networks == {"GR": ("Wind",)}
    assert offer.label == "Meraki Mobile 1 GB - 7 Days"
    assert len(offer.id) <= 20
    assert not odd.seen


OFFERS = [
    ({"package": {"amount": "2048", "day": "15", "net_price": "3.25"}}, "data_bytes", 2 * 1024**3),
    ({"package": {"net_price": "3.25"}}, "cost", Cost(Decimal("3.25"), "USD")),
    ({"package": {"is_unlimited": True, "amount": 0}}, "data_bytes", None),
    ({"package": {"is_unlimited": True, "amount": None}}, "unlimited", True),
    (
        {
            "package": {
                "is_unlimited": True,
                "amount": 0,
                "fair_usage_policy": "Lower speed rate of 1 Mbps after 3 GB usage per day.",
            }
        },
        "full_speed_bytes",
        3 * 1024**3,
    ),
    ({"operator": {"activation_policy": "installation"}}, "starts", "installation"),
    ({"operator": {"activation_policy": None}}, "starts", None),
    ({"operator": {"activation_policy": "full-moon"}}, "starts", None),
    ({"operator": {"countries": []}}, "countries", ("GR",)),
    ({"operator": {"countries": [{"country_code": "", "title": "Japan"}]}}, "countries", ("JP",)),
    (
        {
            "operator": {
                "type": "global",
                "countries": [
                    {"country_code": "GR", "title": "Greece"},
                    {"country_code": "it", "title": "Italy"},
                ],
            },
            "slug": "europe",
            "country_code": "",
        },
        "kind",
        "regional",
    ),
    (
        {
            "operator": {
                "countries": [
                    {"country_code": "GR", "title": "Greece"},
                    {"country_code": "IT", "title": "Italy"},
                ]
            },
            "slug": "world",
        },
        "kind",
        "global",
    ),
    ({"operator": {"coverages": None}}, "networks", {}),
]


@pytest.mark.parametrize(("change", "field", "wanted"), OFFERS)
def test_offers_are_read_whatever_they_look_like(change, field, wanted):
    found, _ = read(changed(**change))

    assert getattr(found.offers[0], field) == wanted


@pytest.mark.parametrize(
    "change",
    [
        {"package": {"net_price": None, "price": None}},
        {"package": {"net_price": 0, "price": 0}},
        {"package": {"amount": None}},
        {"package": {"day": None}},
        {"package": {"day": 0}},
        {"package": {"id": "a package with blanks"}},
        {"operator": {"is_kyc_verify": True}},
        {"operator": {"packages": None}},
        {"operator": {"countries": [{"country_code": "", "title": "Narnia"}]}},
    ],
)
def test_what_cannot_be_sold_is_left_out_and_the_rest_sells(change):
    found, _ = read(changed(**change), "nonsense", {**GREECE, "operators": ["nonsense"]}, GREECE)

    assert [offer.sku for offer in found.offers] == ["meraki-mobile-7days-1gb"]


def test_a_name_that_nobody_knows_is_told_and_a_discount_is_reckoned():
    found, _ = read(changed(operator={"countries": [{"country_code": "", "title": "Narnia"}]}))
    assert found.unmapped == ("Narnia",)

    pricing = Pricing.of({"pricing": {"model": "discount_pricing", "discount_percentage": 20}})
    found, _ = read(changed(package={"net_price": None, "price": 5}), pricing=pricing)
    assert found.offers[0].cost.amount == 4


async def test_the_catalogue_comes_in_pages_of_two_shapes(wire):
    other = changed(package={"id": "meraki-mobile-15days-2gb"})
    wire.answers["/packages"] = lambda asked: answer(
        {
            "pricing": {"model": "net_pricing", "discount_percentage": 0},
            "data": {"1": other} if "page=2" in asked["query"] else [GREECE],
            "meta": {"last_page": "2"},
        }
    )
    async with wire.open() as airalo:
        found = await airalo.catalogue()
        sku = "meraki-mobile-15days-2gb"
        assert await airalo.check(sku, Decimal(4)) == PriceOk(Cost(Decimal(4), "USD"))
        assert await airalo.check(sku, Decimal("3.99")) == PriceChanged(Cost(Decimal(4), "USD"))
        assert await airalo.check("gone-7days-1gb", Decimal(9)) == Gone()

    assert [offer.sku for offer in found.offers] == ["meraki-mobile-7days-1gb", sku]
    assert all("include=topup" in call["query"] for call in wire.calls("/packages"))
    assert len(wire.calls("/packages")) == 2


# --- lines


USAGE = {
    "remaining": 767,
    "total": 2048,
    "expired_at": "2022-01-01 00:00:00",
    "is_unlimited": False,
    "status": "ACTIVE",
    "remaining_voice": 0,
}
MB = 1024**2
USAGES = [
    ({}, (2048 * MB, 1281 * MB, 767 * MB, False), LineState.ACTIVE),
    ({"is_unlimited": True}, (None, None, None, True), LineState.ACTIVE),
    ({"remaining": "767", "total": "2048"}, (2048 * MB, 1281 * MB, 767 * MB, False), LineState.ACTIVE),
    ({"remaining": None}, (2048 * MB, None, None, False), LineState.ACTIVE),
    ({"is_unlimited": None}, (2048 * MB, 1281 * MB, 767 * MB, None), LineState.ACTIVE),
    ({"status": "NOT_ACTIVE"}, (2048 * MB, 1281 * MB, 767 * MB, False), LineState.READY),
    ({"status": "FINISHED", "remaining": 0}, (2048 * MB, 2048 * MB, 0, False), LineState.EXHAUSTED),
    ({"status": "EXPIRED"}, (2048 * MB, 1281 * MB, 767 * MB, False), LineState.EXPIRED),
    ({"status": "UNKNOWN"}, (2048 * MB, 1281 * MB, 767 * MB, False), LineState.UNKNOWN),
    ({"status": "RECYCLED", "is_unlimited": None, "total": 0}, (None, None, None, None), LineState.RECYCLED),
    ({"status": "ASLEEP"}, (2048 * MB, 1281 * MB, 767 * MB, False), LineState.UNKNOWN),
    ({"status": None}, (2048 * MB, 1281 * MB, 767 * MB, False), LineState.UNKNOWN),
]


@pytest.mark.parametrize(("change", "amounts", "state"), USAGES)
def test_usage_is_told_in_bytes(change, amounts, state):
    usage = used({**USAGE, **change}, Oddities(), NOW, "728")

    assert (usage.total_bytes, usage.used_bytes, usage.remaining_bytes, usage.unlimited) == amounts
    assert (usage.line_state, usage.as_of, usage.package) == (state, NOW, "728")


def test_dates_may_be_missing_and_strange_words_are_counted():
    odd = Oddities()

    assert used(USAGE, odd, NOW, "728").expires_at == datetime(2022, 1, 1, tzinfo=UTC)
    assert used({**USAGE, "expired_at": None}, odd, NOW, "728").expires_at is None
    assert used({**USAGE, "expired_at": ""}, odd, NOW, "728").expires_at is None
    used({**USAGE, "status": "ASLEEP"}, odd, NOW, "728")
    assert dict(odd.seen) == {"status:ASLEEP": 1}


async def test_within_twenty_minutes_airalo_is_not_asked_twice(wire):
    wire.answers[f"/sims/{ICCID}/usage"] = data(USAGE)
    wire.answers[f"/sims/{ICCID}/packages"] = data([BOUGHT])
    async with wire.open() as airalo:
        first, second = await airalo.usage(ICCID), await airalo.usage(ICCID)
        assert first is second
        body = b'{"level":"3days","package_name":"b","remaining_percentage":43,"iccid":"%s"}' % ICCID.encode()
        airalo.parse_webhook(signed(body), body)
        await airalo.usage(ICCID)

    assert len(wire.calls(f"/sims/{ICCID}/usage")) == 2
    assert airalo.caps.usage_min_interval == timedelta(minutes=20)


async def test_an_invalid_iccid_is_not_found(wire):
    wire.answers[f"/sims/{ICCID}/packages"] = answer(
        {"data": [], "meta": {"message": "messages.resource_not_found"}}, 404
    )
    async with wire.open() as airalo:
        with pytest.raises(ProviderError, match="not-found"):
            await airalo.usage(ICCID)


async def test_a_line_is_told_in_full(wire):
    order = {**ORDER, "validity": "15", "price": "7.50"}
    wire.answers[f"/sims/{ICCID}"] = data({**SIM, "simable": order, "recycled": False})
    wire.answers[f"/sims/{ICCID}/packages"] = data([BOUGHT, {**BOUGHT, "id": 725, "status": "FINISHED"}])
    async with wire.open() as airalo:
        line = await airalo.esim(ICCID)
        assert await airalo.sku_of(ICCID) == "uki-mobile-15days-2gb"

    assert (line.activation, line.line_state, line.notes) == (LPA, LineState.ACTIVE, "bot M7KQ2MX5A-1")
    assert [(p.id, p.state, p.total_bytes) for p in line.packages] == [
        ("725", LineState.EXHAUSTED, 3 * 1024**3),
        ("728", LineState.ACTIVE, 3 * 1024**3),
    ]
    assert line.packages[0].activated_at == datetime(2023, 1, 9, 10, 30, 45, tzinfo=UTC)


async def test_what_the_bot_wrote_is_no_note_of_a_person(wire):
    sims = [
        {**SIM, "simable": ORDER},
        {**SIM, "iccid": "8944465400003573254", "simable": {**ORDER, "description": "Office phone"}},
        {**SIM, "iccid": "8944465400003573255", "simable": None, "recycled": True},
        {"iccid": None},
    ]
    wire.answers["/sims"] = answer({"data": sims, "meta": {"last_page": 1}})
    async with wire.open() as airalo:
        found = await airalo.lines()

    assert [line.notes for line in found] == ["", "Office phone", ""]
    assert [line.ref for line in found] == ["M7KQ2MX5A-1", None, None]
    assert found[2].state is LineState.RECYCLED


async def test_devices_balance_and_cancelling(wire):
    wire.answers["/compatible-devices-lite"] = answer(
        {"data": [{"model": "iPhone11,8", "os": "ios", "brand": "Apple", "name": "iPhone XR"}, None]}
    )
    wire.answers["/balance"] = data({"balances": []})
    async with wire.open() as airalo:
        assert await airalo.devices() == (Device("Apple", "iPhone XR"),)
        assert await airalo.balance() is None
        # Money back is for people to decide; nothing is asked of them by itself.
        assert await airalo.cancel(ICCID) == Unsupported()


# --- webhooks


def signed(body, secret=SECRET):
    return {"airalo-signature": hmac.new(secret.encode(), body, sha512).hexdigest()}


HINTS = [
    (
        b'{"level":"3days","package_name":"bonbon-7gb-10days","remaining_percentage":43,"iccid":"871231234568890199"}',
        (Hint("usage", iccid="871231234568890199"),),
    ),
    (
        b'{"message":"Surpassed 80% of the credit limit balance","remaining":225.35}',
        (Hint("credit"),),
    ),
    (
        b'{"id":1,"description":"bot M7KQ2MX5A-1","sims":[{"qrcode":"LPA:1$a\\/b$c"}],"request_id":"3NhR3gKm"}',
        (Hint("order", "M7KQ2MX5A-1", "3NhR3gKm"),),
    ),
    (b'{"reason":"out of stock","request_id":"3NhR3gKm"}', (Hint("order", None, "3NhR3gKm"),)),
    # Halves of characters are no text that a database takes.
    (b'{"request_id":"\\ud800a\\u0000"}', (Hint("order", None, "?a"),)),
    (b'{"level":"3days","iccid":null}', ()),
    (b'{"hello":"world"}', ()),
    (b"[]", ()),
    (b"not json", ()),
]


@pytest.mark.parametrize(("body", "wanted"), HINTS)
def test_a_webhook_is_a_hint(body, wanted):
    assert adapter("http://127.0.0.1:9").parse_webhook(signed(body), body) == wanted


@pytest.mark.parametrize(
    "headers", [{}, {"airalo-signature": ""}, {"airalo-signature": "é"}, signed(b"{}", "x")]
)
def test_a_webhook_that_airalo_did_not_sign_is_forged(headers):
    with pytest.raises(Forged):
        adapter("http://127.0.0.1:9").parse_webhook(headers, b"{}")


def test_webhooks_may_have_a_secret_of_their_own():
    airalo = adapter("http://127.0.0.1:9", webhook_secret="another")

    assert airalo.parse_webhook(signed(b"{}", "another"), b"{}") == ()
    with pytest.raises(Forged):
        airalo.parse_webhook(signed(b"{}"), b"{}")
