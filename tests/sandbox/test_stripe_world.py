"""The sandbox's Stripe, as Stripe's own library and a shop's webhook see it."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic, time

import httpx
import pytest
import stripe
from small_world import listening, serving, until
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox import credentials
from bot.sandbox.stripe import Stripe
from bot.sandbox.stripe.currencies import worded
from bot.sandbox.stripe.forms import read_form

KEY = {"Authorization": f"Bearer {credentials.STRIPE_KEY}"}
# Stripe's own library still hands its form to httpx in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload:DeprecationWarning")
SAID_YES = "checkout.session.completed"


class Hook:
    """The shop's webhook: verifies every event, and answers what it is told to."""

    def __init__(self):
        self.events, self.headers, self.bodies, self.begun = [], [], [], 0
        self.answers = []
        self.slow = 0.0

    async def take(self, request):
        self.begun += 1
        body = await request.body()
        given = request.headers["stripe-signature"]
        secret = credentials.STRIPE_WEBHOOK_SECRET
        event = stripe.Webhook.construct_event(body.decode(), given, secret, tolerance=5)
        await asyncio.sleep(self.slow)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.events.append(event.to_dict())
            self.headers.append(given)
            self.bodies.append(body)
        return Response(status_code=status)

    def types(self):
        return [event["type"] for event in self.events]

    def about(self, kind):
        return [event["data"]["object"] for event in self.events if event["type"] == kind]


class Shop:
    def __init__(self, world, service, hook, client, http):
        self.world, self.stripe, self.hook, self.client, self.http = world, service, hook, client, http
        # Not the second of each call, or what is asked again a second later would be something else.
        self._opened = world.clock.timestamp()

    async def opens(self, key=None, **other):
        return await self.client.v1.checkout.sessions.create_async(self.wants(**other), options(key))

    def wants(self, **other):
        price = {"currency": "eur", "unit_amount": 450, "product_data": {"name": "Japan, 1 GB"}}
        return {
            "mode": "payment",
            "client_reference_id": "order-1",
            "success_url": "https://t.me/sandbox_esim_bot?start=paid",
            "cancel_url": "https://t.me/sandbox_esim_bot",
            "locale": "fr",
            "metadata": {"order": "order-1"},
            "payment_intent_data": {"metadata": {"order": "order-1"}},
            "line_items": [{"quantity": 1, "price_data": price}],
            "expires_at": self._opened + int(self.world.clock.offset.total_seconds()) + 31 * 60,
        } | other

    async def session(self, name, *expand):
        return await self.client.v1.checkout.sessions.retrieve_async(name, {"expand": list(expand)})

    async def refunds(self, key=None, **params):
        return await self.client.v1.refunds.create_async(params, options(key))

    async def heard(self, *kinds):
        await until(lambda: set(kinds) <= set(self.hook.types()))

    async def posts(self, path, form, **headers):
        return await self.http.post(f"/stripe/v1{path}", data=form, headers=KEY | headers)


def options(key):
    return {"idempotency_key": key} if key else {}


@asynccontextmanager
async def a_shop():
    hook = Hook()
    app = Starlette(routes=[Route("/stripe", hook.take, methods=["POST"])])
    with socket.socket(proto=socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        bot = f"http://127.0.0.1:{door.getsockname()[1]}"
        async with listening(app, door), serving(Stripe, bot) as (world, service):
            library = stripe.HTTPXClient(timeout=10)
            client = stripe.StripeClient(
                credentials.STRIPE_KEY,
                base_addresses={"api": f"{world.here}/stripe"},
                http_client=library,
                max_network_retries=0,
            )
            async with httpx.AsyncClient(base_url=world.here, timeout=10, trust_env=False) as http:
                yield Shop(world, service, hook, client, http)
            await library.close_async()


@pytest.fixture
async def shop():
    async with a_shop() as found:
        yield found


async def test_the_key_is_asked_for(shop):
    async def status(**headers):
        answer = await shop.http.get("/stripe/v1/balance", headers=headers)
        return answer.status_code, answer.json().get("error", {}).get("type")

    assert await status() == (401, "invalid_request_error")
    assert await status(Authorization="Bearer sk_test_guess") == (401, "invalid_request_error")
    assert await status(Authorization="Basic !!") == (401, "invalid_request_error")
    by_name = await shop.http.get("/stripe/v1/balance", auth=(credentials.STRIPE_KEY, ""))
    assert by_name.status_code == 200
    assert by_name.headers["request-id"].startswith("req_")


def test_a_form_spells_lists_and_groups():
    form = b"a[b][0][c]=1&a[b][1][c]=2&e[]=x&e[]=y&l[][k]=1&l[][v]=2&l[][k]=3&n=%C3%A9"

    assert read_form(form) == {
        "a": {"b": {"0": {"c": "1"}, "1": {"c": "2"}}},
        "e": {"0": "x", "1": "y"},
        "l": {"0": {"k": "1", "v": "2"}, "1": {"k": "3"}},
        "n": "é",
    }


async def test_a_session_opens_with_all_its_fields(shop):
    session = await shop.opens(expand=["line_items"], customer_email="a@example.com")

    assert session.id.startswith("cs_test_")
    assert session.url == f"{shop.world.here}/pay/{session.id}"
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.locale) == (450, "eur", "fr")
    assert session.line_items.data[0].description == "Japan, 1 GB"
    assert session.customer_details.email == "a@example.com"
    fields = set(stripe.checkout.Session.__annotations__) - {"OBJECT_NAME"}
    optional = {"name_collection", "presentment_details", "redirect_on_completion", "return_url"}
    assert fields - set(session.to_dict()) == optional


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"payment_intent_data": {"colour": "red"}}, "payment_intent_data[colour]", "parameter_unknown"),
        ({"mode": "later"}, "mode", None),
        ({"locale": "ar"}, "locale", None),
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"success_url": "t.me/x"}, "success_url", "url_invalid"),
        ({"success_url": "javascript:alert(1)"}, "success_url", "url_invalid"),
        ({"success_url": ""}, "success_url", "parameter_invalid_empty"),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"client_reference_id": "x" * 201}, "client_reference_id", None),
        ({"metadata": {"k": "x" * 501}}, "metadata[k]", None),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax[enabled]", None),
    ],
)
async def test_a_wrong_parameter_is_named(shop, change, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.opens(**change)

    assert refusal.value.http_status == 400
    assert (refusal.value.param, refusal.value.code) == (param, code)


@pytest.mark.parametrize(
    ("currency", "amount", "code"), [("eur", 49, "amount_too_small"), ("kwd", 1001, None)]
)
async def test_amounts_that_cannot_be_charged(shop, currency, amount, code):
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "1 GB"}}

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.opens(line_items=[{"quantity": 1, "price_data": price}])

    assert refusal.value.code == code


@pytest.mark.parametrize("seconds", [29 * 60, 24 * 3600 + 60])
async def test_a_session_lives_from_half_an_hour_to_a_day_of_the_shops_clock(shop, seconds):
    shop.world.clock.offset = timedelta(days=90)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.opens(expires_at=shop.world.clock.timestamp() + seconds)

    assert refusal.value.param == "expires_at"
    assert (await shop.opens()).created > time() + 89 * 86_400


def test_amounts_are_worded_by_their_currency():
    assert worded(450, "eur") == "€4.50"
    assert worded(450, "jpy") == "¥450"
    assert worded(1230, "kwd") == "KWD1.230"
    assert worded(45000, "isk", "fr") == "450\xa0ISK"


async def test_a_card_pays(shop):
    session = await shop.opens()

    await shop.stripe.pay(session.id, "card", "Ann Other", "ann@example.com")
    await shop.heard("payment_intent.succeeded", "charge.succeeded", SAID_YES)

    [told] = shop.hook.about(SAID_YES)
    assert (told["status"], told["payment_status"], told["url"]) == ("complete", "paid", None)
    assert (told["customer_details"]["name"], told["customer_details"]["email"]) == (
        "Ann Other",
        "ann@example.com",
    )
    assert told["metadata"] == {"order": "order-1"}
    [charge] = shop.hook.about("charge.succeeded")
    assert charge["metadata"] == {"order": "order-1"}
    assert shop.hook.events[0]["api_version"] == "2026-10-28.endive"
    found = await shop.session(session.id, "payment_intent.latest_charge.balance_transaction")
    assert found.payment_intent.latest_charge.balance_transaction.amount == 450
    expected = {
        "session": session.id,
        "order": "order-1",
        "amount": 450,
        "currency": "eur",
        "status": "succeeded",
    }
    assert shop.stripe.charges() == [expected]
    with pytest.raises(ValueError, match="complete already"):
        await shop.stripe.pay(session.id, "card")
    with pytest.raises(LookupError):
        await shop.stripe.pay("cs_test_none", "card")


async def test_a_declined_card_leaves_the_session_open(shop):
    session = await shop.opens()

    await shop.stripe.pay(session.id, "declined")
    await shop.heard("payment_intent.payment_failed", "charge.failed")
    await shop.stripe.pay(session.id, "card")
    await shop.heard(SAID_YES)

    [failed] = shop.hook.about("payment_intent.payment_failed")
    assert failed["last_payment_error"]["decline_code"] == "generic_decline"
    assert [charge["status"] for charge in shop.stripe.charges()] == ["failed", "succeeded"]
    assert len(shop.hook.about("payment_intent.created")) == 1


@pytest.mark.parametrize(
    ("how", "kind", "status"),
    [("delayed-ok", "async_payment_succeeded", "paid"), ("delayed-fail", "async_payment_failed", "unpaid")],
)
async def test_a_bank_takes_its_time(shop, how, kind, status):
    session = await shop.opens()

    await shop.stripe.pay(session.id, how)
    await shop.heard(SAID_YES)

    assert shop.hook.about(SAID_YES)[0]["payment_status"] == "unpaid"
    assert shop.stripe.charges()[0]["status"] == "pending"
    assert shop.stripe.held_back() > 0
    await shop.heard(f"checkout.session.{kind}")
    assert shop.hook.about(f"checkout.session.{kind}")[0]["payment_status"] == status
    await until(lambda: shop.stripe.held_back() == 0)


async def test_an_instant_only_session_offers_no_bank(shop):
    session = await shop.opens(excluded_payment_method_types=["sepa_debit"])

    with pytest.raises(ValueError, match="does not offer"):
        await shop.stripe.pay(session.id, "delayed-ok")


async def test_sessions_expire_by_the_shops_clock(shop):
    session = await shop.opens()

    shop.world.clock.offset = timedelta(minutes=32)
    with pytest.raises(ValueError, match="expired"):
        await shop.stripe.pay(session.id, "card")
    await shop.heard("checkout.session.expired")

    found = await shop.session(session.id)
    assert (found.status, found.url) == ("expired", None)


async def test_the_shop_expires_an_open_session_once(shop):
    session = await shop.opens()
    expire = shop.client.v1.checkout.sessions.expire_async

    assert (await expire(session.id)).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        await expire(session.id)
    with pytest.raises(ValueError, match="not open"):
        await shop.stripe.expire(session.id)


async def test_sessions_are_listed_newest_first_and_paged(shop):
    names = [(await shop.opens()).id for _ in range(5)]
    await shop.stripe.pay(names[0], "card")

    async def listed(**params):
        found = await shop.client.v1.checkout.sessions.list_async(params)
        return [one.id for one in found.data], found.has_more

    assert await listed(limit=2) == ([names[4], names[3]], True)
    assert await listed(limit=3, starting_after=names[3]) == (names[2::-1], False)
    assert await listed(limit=1, ending_before=names[2]) == ([names[3]], True)
    assert await listed(status="complete") == ([names[0]], False)
    assert await listed(created={"gt": shop.world.clock.timestamp() + 5}) == ([], False)
    everything = await shop.client.v1.checkout.sessions.list_async({"limit": 2})
    assert [one.id async for one in everything.auto_paging_iter()] == names[::-1]
    with pytest.raises(stripe.InvalidRequestError):
        await listed(limit=101)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await listed(starting_after="cs_test_none")
    assert refusal.value.code == "resource_missing"


async def test_what_is_not_there_is_missing(shop):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.session("cs_test_none")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
    answer = await shop.http.get("/stripe/v1/nothing", headers=KEY)
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")


async def test_refunds_go_as_far_as_the_payment(shop):
    session = await shop.opens()
    await shop.stripe.pay(session.id, "card")
    intent = (await shop.session(session.id)).payment_intent

    part = await shop.refunds("r1", payment_intent=intent, amount=100, metadata={"order": "order-1"})
    again = await shop.refunds("r1", payment_intent=intent, amount=100, metadata={"order": "order-1"})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount") as too_much:
        await shop.refunds(payment_intent=intent, amount=351)
    rest = await shop.refunds(charge=part.charge)
    with pytest.raises(stripe.InvalidRequestError) as twice:
        await shop.refunds(payment_intent=intent)

    assert part.id == again.id
    assert (part.status, rest.amount) == ("succeeded", 350)
    assert too_much.value.param == "amount"
    assert twice.value.code == "charge_already_refunded"
    await shop.heard("charge.refunded", "refund.created")
    assert [refund["amount"] for refund in shop.stripe.refunds()] == [100, 350]
    assert shop.stripe.refunds()[0]["order"] == "order-1"
    assert shop.stripe.charges()[0]["status"] == "refunded"
    found = await shop.client.v1.refunds.list_async({"payment_intent": intent})
    assert [one.id for one in found.data] == [rest.id, part.id]


async def test_a_refund_that_the_bank_returns(shop):
    session = await shop.opens()
    with pytest.raises(ValueError, match="not been paid"):
        await shop.stripe.refund(session.id)
    await shop.stripe.pay(session.id, "card")

    await shop.stripe.refund_fails(session.id)
    await shop.heard("refund.created", "refund.failed", "refund.updated", "charge.refund.updated")

    assert [refund["status"] for refund in shop.stripe.refunds()] == ["failed"]
    assert shop.stripe.charges()[0]["status"] == "succeeded"
    await shop.stripe.refund(session.id)
    assert shop.stripe.charges()[0]["status"] == "refunded"


@pytest.mark.parametrize(("end", "status"), [("won", "succeeded"), ("lost", "disputed")])
async def test_a_dispute_freezes_the_payment_and_ends(shop, end, status):
    session = await shop.opens()
    await shop.stripe.pay(session.id, "card")
    intent = (await shop.session(session.id)).payment_intent

    await shop.stripe.dispute(session.id)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await shop.refunds(payment_intent=intent)
    await getattr(shop.stripe, f"dispute_{end}")(session.id)
    await shop.heard("charge.dispute.created", "charge.dispute.closed")

    assert refusal.value.code == "charge_disputed"
    assert shop.hook.about("charge.dispute.closed")[0]["status"] == end
    assert shop.stripe.charges()[0]["status"] == status
    with pytest.raises(ValueError, match="no open dispute"):
        await shop.stripe.dispute_won(session.id)


async def test_a_key_answers_the_same_again_and_nothing_else(shop):
    # A second may begin in between, and another end of the session would be another question.
    until = shop.world.clock.timestamp() + 3600
    first, again = [await shop.opens("k1", expires_at=until) for _ in range(2)]

    assert first.id == again.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as refusal:
        await shop.opens("k1", client_reference_id="order-2")
    assert refusal.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        await shop.refunds("k1", charge="ch_1")


async def test_a_key_is_free_again_after_a_day(shop):
    first = await shop.opens("k1", expires_at=shop.world.clock.timestamp() + 24 * 3600)
    shop.world.clock.offset = timedelta(hours=25)

    assert (await shop.opens("k1")).id != first.id


async def test_a_wrong_parameter_does_not_use_a_key_up(shop):
    with pytest.raises(stripe.InvalidRequestError):
        await shop.opens("k1", mode="later")

    assert await shop.opens("k1")


async def test_two_at_once_with_one_key_are_one(shop):
    wanted = shop.wants()
    create = shop.client.v1.checkout.sessions.create_async

    made = await asyncio.gather(*(create(wanted, options("k1")) for _ in range(3)), return_exceptions=True)

    refused = [one for one in made if isinstance(one, stripe.APIError)]
    assert [one.http_status for one in refused] == [409, 409]
    assert refused[0].json_body["error"]["code"] == "idempotency_key_in_use"
    assert len((await shop.client.v1.checkout.sessions.list_async()).data) == 1


async def test_a_saved_failure_is_answered_again(shop):
    shop.world.faults.arm("stripe", "error-500", method="checkout.sessions.create")

    for _ in range(2):
        with pytest.raises(stripe.APIError) as failure:
            await shop.opens("k1")
        assert failure.value.http_status == 500

    assert (await shop.opens("k2")).id
    assert shop.world.calls["stripe checkout.sessions.create"] == 3


async def test_a_call_that_gets_lost_was_not_carried_out(shop):
    shop.world.faults.arm("stripe", "timeout", method="refunds", seconds=0.3)
    session = await shop.opens()
    await shop.stripe.pay(session.id, "card")
    intent = (await shop.session(session.id)).payment_intent
    begun = monotonic()

    with pytest.raises(stripe.APIConnectionError):
        await shop.refunds("r1", payment_intent=intent)

    assert monotonic() - begun >= 0.3
    assert shop.stripe.refunds() == []
    assert (await shop.refunds("r1", payment_intent=intent)).status == "succeeded"


async def test_an_event_is_brought_until_it_is_taken(shop):
    shop.hook.answers = [500]

    await shop.opens()
    session = await shop.opens()
    await shop.stripe.expire(session.id)
    await until(lambda: shop.hook.begun == 1)
    assert shop.stripe.held_back() == 1
    await shop.heard("checkout.session.expired")

    assert shop.hook.begun == 2
    await until(lambda: shop.stripe.held_back() == 0)


async def test_an_event_is_given_up_after_three_days(shop):
    shop.hook.answers = [500] * 10
    session = await shop.opens()
    await shop.stripe.expire(session.id)
    await until(lambda: shop.hook.begun == 1)

    shop.world.clock.offset = timedelta(days=4)

    await until(lambda: shop.stripe.held_back() == 0)
    assert shop.hook.events == []


async def test_events_are_sent_twice_at_once(shop):
    shop.world.faults.arm("stripe", "duplicate-events", method=SAID_YES)
    shop.hook.slow = 0.2
    session = await shop.opens()

    await shop.stripe.pay(session.id, "card")
    await until(lambda: shop.hook.begun == 5)
    await until(lambda: shop.hook.types().count(SAID_YES) == 2)


async def test_an_event_is_overtaken_by_the_next(shop):
    first, second = await shop.opens(), await shop.opens()
    shop.world.faults.arm("stripe", "events-out-of-order", method="checkout.session.expired")

    await shop.stripe.expire(first.id)
    await asyncio.sleep(0.1)
    assert shop.hook.events == []
    await shop.stripe.expire(second.id)
    await until(lambda: len(shop.hook.events) == 2)

    assert [event["data"]["object"]["id"] for event in shop.hook.events] == [second.id, first.id]


async def test_held_events_are_let_go_when_all_is_disarmed(shop):
    session = await shop.opens()
    shop.world.faults.arm("stripe", "events-held")

    await shop.stripe.pay(session.id, "card")
    await asyncio.sleep(0.2)
    assert (shop.hook.begun, shop.stripe.held_back()) == (0, 4)
    shop.world.faults.disarm()
    await shop.heard(SAID_YES)


async def test_the_last_events_again_are_the_same_signed_anew(shop):
    session = await shop.opens()
    await shop.stripe.pay(session.id, "card")
    await until(lambda: len(shop.hook.events) == 4)

    assert await shop.stripe.redeliver(2, 3) == 6

    assert len(set(shop.hook.bodies)) == 4
    assert len(shop.hook.bodies) == 10
    listed = await shop.client.v1.events.list_async({"limit": 100})
    assert {event.id for event in listed.data} == {event["id"] for event in shop.hook.events}
    one = await shop.client.v1.events.retrieve_async(listed.data[0].id)
    assert one.type == SAID_YES


async def test_an_event_shows_things_as_they_were(shop):
    shop.world.faults.arm("stripe", "events-held")
    session = await shop.opens()
    await shop.stripe.pay(session.id, "card")
    await shop.stripe.refund(session.id)
    shop.world.faults.disarm()

    await shop.heard("charge.succeeded", "charge.refunded")

    assert [c["amount_refunded"] for c in shop.hook.about("charge.succeeded")] == [0]
    assert [c["amount_refunded"] for c in shop.hook.about("charge.refunded")] == [450]


async def test_events_go_to_endpoints_that_want_them_on_this_machine(shop):
    endpoints = shop.client.v1.webhook_endpoints
    wanted = {"url": f"{shop.world.bot}/stripe", "enabled_events": ["charge.failed"]}

    made = await endpoints.create_async(wanted)

    assert made.secret.startswith("whsec_")
    assert len((await endpoints.list_async()).data) == 2
    with pytest.raises(stripe.InvalidRequestError):
        await endpoints.create_async(wanted | {"url": "https://example.com/hook"})
    await endpoints.delete_async(made.id)
    assert len((await endpoints.list_async()).data) == 1


async def test_the_page_speaks_the_sessions_language_and_takes_the_money(shop):
    terms = {"terms_of_service": "required"}
    hostile = {"name": "<script>1 GB</script>"}
    price = {"currency": "eur", "unit_amount": 450, "product_data": hostile}
    line = [{"quantity": 1, "price_data": price}]
    session = await shop.opens(consent_collection=terms, line_items=line)
    path = f"/pay/{session.id}"

    page = await shop.http.get(path)
    declined = await shop.http.post(path, data={"with": "declined", "name": "Ann", "email": "a@example.com"})
    told = await shop.http.get(declined.headers["location"])
    without = await shop.http.post(path, data={"with": "card", "name": "Ann", "email": ""})
    paid = await shop.http.post(path, data={"with": "card", "name": "Ann", "email": "a@example.com"})
    after = await shop.http.get(path)

    assert 'lang="fr"' in page.text
    assert "4,50" in page.text
    assert "<script>" not in page.text
    assert "http" not in page.text.replace(escaped(shop.wants()["cancel_url"]), "")
    assert declined.headers["location"] == f"{path}?after=declined"
    assert 'role="alert"' in told.text
    assert without.headers["location"] == f"{path}?after=email"
    assert (paid.status_code, paid.headers["location"]) == (303, path)
    assert escaped(shop.wants()["success_url"]) in after.text
    assert "<form" not in after.text
    assert (await shop.session(session.id)).consent.terms_of_service == "accepted"


async def test_the_page_in_arabic_runs_from_right_to_left(shop):
    session = await shop.opens(locale="auto")

    page = await shop.http.get(f"/pay/{session.id}", headers={"Accept-Language": "ar-EG,ar;q=0.9"})
    nowhere = await shop.http.get("/pay/cs_test_none")

    assert '<html lang="ar" dir="rtl">' in page.text
    assert nowhere.status_code == 404


async def test_looking_at_the_page_changes_nothing(shop):
    session = await shop.opens()
    for _ in range(3):
        await shop.http.get(f"/pay/{session.id}")

    assert (await shop.session(session.id)).status == "open"
    assert shop.stripe.charges() == []


async def test_a_card_for_tests_is_declined_at_the_api(shop):
    wanted = {"amount": 500, "currency": "eur", "confirm": True, "payment_method": "pm_card_chargeDeclined"}

    with pytest.raises(stripe.CardError) as refusal:
        await shop.client.v1.payment_intents.create_async(wanted)

    assert (refusal.value.http_status, refusal.value.code) == (402, "card_declined")
    assert (
        json.loads(refusal.value.http_body)["error"]["payment_intent"]["status"] == "requires_payment_method"
    )


async def test_nonsense_is_refused_in_words(shop):
    too_deep = "a" + "[b]" * 9
    assert (await shop.posts("/refunds", {too_deep: "1"})).status_code == 400
    assert (await shop.posts("/refunds", {"charge": "1", "charge[x]": "2"})).status_code == 400
    as_json = await shop.http.post("/stripe/v1/refunds", json={"charge": "ch_1"}, headers=KEY)
    assert as_json.status_code == 400
    assert as_json.json()["error"]["type"] == "invalid_request_error"


def escaped(url):
    return url.replace("&", "&amp;")
