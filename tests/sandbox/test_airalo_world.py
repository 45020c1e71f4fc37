"""The sandbox's Airalo over HTTP: the shapes that a partner's client was written against, and every way to fail."""

from __future__ import annotations

import asyncio
import hmac
import json
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha512

import httpx
import pytest
from small_world import serving, until
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox import credentials
from bot.sandbox.airalo import Airalo

PACKAGE = "japa-cell-7days-1gb"
ORDER = {"quantity": 1, "package_id": PACKAGE, "type": "sim", "description": "M1234ABCD-1"}
WHO = {
    "client_id": credentials.AIRALO_CLIENT_ID,
    "client_secret": credentials.AIRALO_CLIENT_SECRET,
    "grant_type": "client_credentials",
}


@asynccontextmanager
async def shop():
    """Yields (world, airalo, a client with a token)."""
    async with (
        serving(Airalo) as (world, airalo),
        httpx.AsyncClient(base_url=f"{world.here}/airalo/v2", timeout=20) as client,
    ):
        token = (await client.post("/token", data=WHO)).json()["data"]
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 86_400)
        client.headers["authorization"] = f"Bearer {token['access_token']}"
        yield world, airalo, client


@asynccontextmanager
async def ear(status=200):
    """Yields an address that hears webhooks, and what it has heard: (signature, body)."""
    heard = []

    class Ear:
        def __init__(self, world):
            self.url = f"{world.here}/hook"

        def routes(self):
            return [Route("/hook", self.hear, methods=["POST", "HEAD"])]

        async def hear(self, request):
            if request.method == "POST":
                heard.append((request.headers["airalo-signature"], await request.body()))
            return Response(status_code=status)

        async def start(self):
            heard.clear()

        stop = start

    async with serving(Ear) as (_, it):
        yield it.url, heard


async def test_nobody_gets_in_without_a_token_and_tokens_are_few():
    async with shop() as (_, _, client):
        wrong = await client.post("/token", data={**WHO, "client_secret": "guess"})
        assert (wrong.status_code, wrong.json()["meta"]) == (401, {"message": "Client authentication failed"})
        await client.post("/token", data=WHO)
        fourth = await client.post("/token", data=WHO)
        assert (fourth.status_code, fourth.json()) == (429, {"message": "Too Many Attempts."})
        assert 0 < int(fourth.headers["retry-after"]) <= 60

        stranger = await client.get("/balance", headers={"authorization": "Bearer 1.x.y"})

        assert stranger.status_code == 401


async def test_the_catalogue_is_full_size_the_same_every_time_and_comes_in_pages():
    async with shop() as (_, _, client):
        whole = (await client.get("/packages", params={"include": "topup"})).json()
        packages = [p for d in whole["data"] for o in d["operators"] for p in o["packages"]]
        assert len(packages) > 3_000
        assert len({package["id"] for package in packages}) == len(packages)
        assert {package["type"] for package in packages} == {"sim", "topup"}
        japan = next(d for d in whole["data"] if d["country_code"] == "JP")
        first = japan["operators"][0]["packages"][0]
        assert (first["id"], first["amount"], first["day"], first["net_price"]) == (PACKAGE, 1024, 7, 1.82)
        assert first["prices"]["net_price"]["USD"] == 1.82

        second = (await client.get("/packages", params={"limit": "2", "page": "2"})).json()

        assert list(second["data"]) == ["2", "3"]
        assert (second["meta"]["current_page"], second["meta"]["last_page"]) == (2, 120)
        wide = (await client.get("/packages", params={"filter[type]": "global"})).json()
        assert {d["country_code"] for d in wide["data"]} == {""}


async def test_a_line_is_sold_found_by_the_shops_own_words_used_and_topped_up():
    async with shop() as (world, airalo, client):
        sold = (await client.post("/orders", json=ORDER)).json()["data"]
        sim = sold["sims"][0]
        assert sim["qrcode"] == f"LPA:1${sim['lpa']}${sim['matching_id']}"
        assert sim["direct_apple_installation_url"].endswith(sim["qrcode"])
        assert airalo.by_lpa(sim["qrcode"]) == sim["iccid"]
        asked = {"filter[description]": "1234abcd", "include": "sims"}
        found = (await client.get("/orders", params=asked)).json()["data"]
        assert [one["sims"][0]["iccid"] for one in found] == [sim["iccid"]]
        assert (found[0]["validity"], type(found[0]["price"])) == ("7", str)

        before = (await client.get(f"/sims/{sim['iccid']}/usage")).json()["data"]
        airalo.set_usage(sim["iccid"], 300 * 1024**2)
        after = (await client.get(f"/sims/{sim['iccid']}/usage")).json()["data"]
        assert (before["status"], before["remaining"], before["expired_at"]) == ("NOT_ACTIVE", 1024, None)
        assert (after["status"], after["remaining"], after["total"]) == ("ACTIVE", 724, 1024)

        topup = {"package_id": f"{PACKAGE}-topup", "iccid": sim["iccid"], "description": "M1234ABCD-2"}
        more = (await client.post("/orders/topups", json=topup)).json()["data"]
        history = (await client.get(f"/sims/{sim['iccid']}/packages")).json()["data"]
        assert (more["type"], more["description"]) == ("topup", f"Topup ({sim['iccid']})")
        assert [one["package"]["id"] for one in history] == [f"{PACKAGE}-topup", PACKAGE]
        assert airalo.refills()[0]["iccid"] == sim["iccid"]

        world.clock.offset += timedelta(days=8)
        ended = (await client.get(f"/sims/{sim['iccid']}/packages")).json()["data"]
        assert [one["status"] for one in ended] == ["NOT_ACTIVE", "EXPIRED"]


async def test_an_answer_about_usage_is_twenty_minutes_old_at_most():
    async with shop() as (world, airalo, client):
        iccid = (await client.post("/orders", json=ORDER)).json()["data"]["sims"][0]["iccid"]
        await client.get(f"/sims/{iccid}/usage")
        airalo._house.sim(iccid).use(100, world.clock.now())
        assert (await client.get(f"/sims/{iccid}/usage")).json()["data"]["remaining"] == 1024

        world.clock.offset += timedelta(minutes=20)

        assert (await client.get(f"/sims/{iccid}/usage")).json()["data"]["remaining"] == 924


REFUSALS = [
    ("/orders", {**ORDER, "quantity": 51}, 422, "quantity"),
    ("/orders", {**ORDER, "package_id": "no-such"}, 422, "package_id"),
    ("/orders", {**ORDER, "package_id": f"{PACKAGE}-topup"}, 422, "package_id"),
    ("/orders", {**ORDER, "package_id": "test-out-of-stock-7days-1gb"}, 422, 34),
    ("/orders", {**ORDER, "package_id": "test-not-enough-7days-1gb"}, 422, 33),
    ("/orders", {**ORDER, "package_id": "test-insufficient-balance-7days-1gb"}, 422, 11),
    ("/orders", {**ORDER, "package_id": "test-maintenance-mode-7days-1gb"}, 422, 13),
    ("/orders-async", ORDER, 422, "reason"),
    ("/orders/topups", {}, 422, "iccid"),
    ("/orders/topups", {"iccid": "8944465400000000000", "package_id": f"{PACKAGE}-topup"}, 422, "iccid"),
    ("/refund", {"iccids": ["894000000000001"], "reason": "NO_COVERAGE"}, 422, "meta"),
    ("/refund", {"iccids": ["894000000000001"], "reason": "BORED"}, 422, "reason"),
    ("/simulator/webhook", {"event": "nothing"}, 422, "event"),
    ("/simulator/webhook", {"event": "async_order_notification"}, 400, "error"),
    (
        "/notifications/opt-in",
        {"type": "async_orders", "webhook_url": "https://example.org"},
        422,
        "webhook_url",
    ),
]


async def test_what_it_refuses_it_refuses_in_its_own_words():
    async with shop() as (_, _, client):
        for path, body, status, word in REFUSALS:
            answer = await client.post(path, json=body)
            said = answer.json()
            assert answer.status_code == status, (path, body, said)
            assert said.get("code") == word or word in said or word in said["data"], (path, body, said)


async def test_recycled_lines_take_no_more_data():
    async with shop() as (world, airalo, client):
        iccid = (await client.post("/orders", json=ORDER)).json()["data"]["sims"][0]["iccid"]
        airalo.set_usage(iccid, 1)
        world.clock.offset += timedelta(days=98)

        answer = await client.post("/orders/topups", json={"package_id": f"{PACKAGE}-topup", "iccid": iccid})

        assert (answer.status_code, answer.json()["code"]) == (422, 73)
        assert (await client.get(f"/sims/{iccid}/usage")).json()["data"]["status"] == "RECYCLED"


async def test_an_accepted_order_is_told_by_a_signed_webhook():
    async with shop() as (_, airalo, client), ear() as (url, heard):
        opted = await client.post("/notifications/opt-in", json={"type": "async_orders", "webhook_url": url})
        assert opted.json()["data"]["notification"] == {"type": "async_orders", "contact_point": url}
        accepted = await client.post("/orders-async", json=ORDER)
        assert accepted.status_code == 202
        assert not airalo.lines()

        await until(lambda: heard)

        signature, body = heard[0]
        key = credentials.AIRALO_CLIENT_SECRET.encode()
        assert signature == hmac.new(key, body, sha512).hexdigest()
        assert b"\\/" in body
        said = json.loads(body)
        assert said["request_id"] == accepted.json()["data"]["request_id"]
        assert (said["description"], len(said["sims"])) == (ORDER["description"], 1)

        failing = {**ORDER, "package_id": "test-out-of-stock-7days-1gb"}
        await client.post("/orders-async", json=failing)
        await until(lambda: len(heard) == 2)
        assert set(json.loads(heard[1][1])) == {"reason", "request_id"}


async def test_low_data_is_told_once_for_each_threshold():
    async with shop() as (_, airalo, client), ear() as (url, heard):
        await client.post("/notifications/opt-in", json={"type": "webhook_low_data", "webhook_url": url})
        iccid = (await client.post("/orders", json=ORDER)).json()["data"]["sims"][0]["iccid"]

        for used in (700, 800, 810, 1024):
            airalo.set_usage(iccid, used * 1024**2)
        await until(lambda: len(heard) == 2 and not airalo.held_back())

        assert sorted(json.loads(body)["level"] for _, body in heard) == ["75%", "90%"]


FAULTS = [
    ("refuse", 422, 0),
    ("out-of-credit", 422, 0),
    ("error-500", 500, 0),
    ("html-200", 200, 0),
    ("commit-then-500", 500, 1),
    ("slow", 200, 1),
]


@pytest.mark.parametrize(("fault", "status", "lines"), FAULTS)
async def test_armed_faults_strike_orders(fault, status, lines):
    async with shop() as (world, airalo, client):
        world.faults.arm("airalo", fault, method="orders", seconds=0.05)

        answer = await client.post("/orders", json=ORDER)

        assert (answer.status_code, len(airalo.lines())) == (status, lines)


@pytest.mark.parametrize(
    ("fault", "lines", "late"), [("timeout", 0, 0), ("commit-then-timeout", 1, 0), ("late-commit", 1, 1)]
)
async def test_silence_leaves_a_line_at_once_later_or_never(fault, lines, late):
    async with shop() as (world, airalo, client):
        world.faults.arm("airalo", fault, method="orders", seconds=0.1)

        with pytest.raises(httpx.RemoteProtocolError):
            await client.post("/orders", json=ORDER)
        await until(lambda: not airalo.held_back())

        assert (len(airalo.lines()), airalo.late_commits) == (lines, late)


async def test_a_pending_profile_has_its_code_later():
    async with shop() as (world, _, client):
        world.faults.arm("airalo", "pending-profile", seconds=0.2)
        sim = (await client.post("/orders", json=ORDER)).json()["data"]["sims"][0]
        assert (sim["qrcode"], sim["lpa"], sim["matching_id"]) == (None, None, None)

        await asyncio.sleep(0.25)

        assert (await client.get(f"/sims/{sim['iccid']}")).json()["data"]["qrcode"].startswith("LPA:1$")
