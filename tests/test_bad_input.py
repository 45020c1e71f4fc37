"""Bad input at every door: a clear refusal or a kind answer, never a 5xx, never a traceback, never a lost order."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import httpx
import pytest

from bot.sandbox import credentials

BIG = b"x" * 5_000_000


async def knock(living, path: str, body: bytes, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.post(f"{living.bot_url}{path}", content=body, headers=headers)


def meta(body: bytes) -> dict[str, str]:
    digest = hmac.new(credentials.WHATSAPP_APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def stripe(body: bytes, secret: str = credentials.STRIPE_WEBHOOK_SECRET) -> dict[str, str]:
    at = int(time.time())
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={at},v1={digest}"}


TELEGRAM = {"X-Telegram-Bot-Api-Secret-Token": credentials.TELEGRAM_SECRET}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/telegram", {}),
        ("/telegram", {"X-Telegram-Bot-Api-Secret-Token": "wrong"}),
        ("/whatsapp", {}),
        ("/whatsapp", {"X-Hub-Signature-256": "sha256=00"}),
        ("/stripe", {}),
        ("/stripe", stripe(b"{}", "whsec_wrong")),
    ],
)
async def test_whoever_is_not_genuine_stays_outside(living, path, headers):
    answer = await knock(living, path, b"{}", **headers)
    assert answer.status_code in (400, 401)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"a":', b"\xff\xfe", b'{"update_id": "x"}', b'{"object": 3}']
)
async def test_what_nobody_can_read_is_taken_and_recorded(living, body):
    assert (await knock(living, "/telegram", body, **TELEGRAM)).status_code == 200
    assert (await knock(living, "/whatsapp", body, **meta(body))).status_code == 200
    assert (await knock(living, "/stripe", body, **stripe(body))).status_code == 200


@pytest.mark.parametrize("path", ["/telegram", "/whatsapp", "/stripe"])
async def test_five_megabytes_are_too_much(living, path):
    assert (await knock(living, path, BIG)).status_code == 413


@pytest.mark.parametrize(
    "event",
    [
        {"id": "evt_1", "type": "x", "data": {"object": {"id": {"id": 1}}}},
        {"id": "evt_1", "type": "x", "data": {"object": {"id": "a\0b"}}},
        {"id": ["evt_1"], "type": "x", "data": {"object": {"id": "pi_1", "payment_intent": 10**30}}},
        {
            "id": "evt_1",
            "type": "checkout.session.completed",
            "data": {"object": {"id": "NaN", "object": "checkout.session"}},
        },
        {"id": "e" * 300, "type": "x", "data": {"object": {"id": "pi_1"}}},
    ],
)
async def test_an_event_whose_ids_are_none_is_no_event(living, event):
    body = json.dumps(event | {"object": "event"}).encode()
    assert (await knock(living, "/stripe", body, **stripe(body))).status_code in (200, 400)
    deep = b'{"a":' * 100_000
    assert (await knock(living, "/stripe", deep, **stripe(deep))).status_code in (200, 400)


async def test_the_handshake_is_for_whoever_knows_the_word(living):
    async with httpx.AsyncClient() as http:
        query = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": "wrong"}
        assert (await http.get(f"{living.bot_url}/whatsapp", params=query)).status_code == 403
        query["hub.verify_token"] = credentials.WHATSAPP_VERIFY_TOKEN
        assert (await http.get(f"{living.bot_url}/whatsapp", params=query)).text == "42"


def pressed(data: str, update: int, user: int) -> bytes:
    person = {"id": user, "is_bot": False, "first_name": "Eve"}
    return json.dumps(
        {
            "update_id": update,
            "callback_query": {
                "id": "1",
                "from": person,
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": 1,
                    "date": 0,
                    "chat": {"id": user, "type": "private", "first_name": "Eve"},
                },
            },
        }
    ).encode()


@pytest.mark.parametrize(
    "data", ["c:JP:0:AAAAAAAAAAA", "pay:M23456789:AAAAAAAAAAA", "", ":::", "x" * 64, "😀" * 16]
)
async def test_forged_buttons_get_a_kind_answer_or_nothing(living, data):
    answer = await knock(
        living, "/telegram", pressed(data, abs(hash(data)) % 10**9, 5_000_000_001), **TELEGRAM
    )
    assert answer.status_code < 500


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
@pytest.mark.parametrize(
    "words",
    [
        "x" * 4096,
        "😀" * 500,
        "مرحبا بالعالم 👋🏽 ‏",
        "/nosuchcommand",
        "/",
        "\u202e\u202d",
        "Robert'); DROP TABLE orders;--",
        "{name} %s {0}",
    ],
)
async def test_any_words_get_an_answer(living, name, channel, words):
    eve = living.traveller(channel, name, "en")
    answer = await eve.asks(words, ".")
    assert "Traceback" not in answer["text"]
    assert "went wrong" not in answer["text"]


@pytest.mark.parametrize("kind", ["photo", "voice", "location", "contact", "sticker"])
@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_things_that_are_not_words_get_a_kind_answer(living, name, channel, kind):
    eve = living.traveller(channel, name, "en")
    await eve.asks("/start", "Where are you going")
    await eve.mark()
    await eve.does("send", kind=kind)
    assert "went wrong" not in (await eve.sees("I can"))["text"]


async def test_names_of_any_script_are_kept(living, name):
    eve = living.traveller("telegram", name, "en")
    await eve.asks("/account", "Name:")
    await eve.taps("Name", "Which name")
    wanted = "عبد الله 🦊 O’Neill"
    assert wanted in (await eve.asks(wanted, "Name:"))["text"]


async def test_nobody_reaches_another_ones_order_or_esim(living, name):
    ada = living.traveller("telegram", name, "en")
    ready = await ada.buys()
    iccid = next(one["iccid"] for one in (await living.ledger())["delivered"] if one["traveller"] == name)
    eve = living.traveller("telegram", f"{name}-eve", "en")
    for words in (
        "/esims",
        "/usage",
        "/orders",
        f"/usage {iccid}",
        f"usage of {iccid}",
        f"/privacy {ready['text'][-9:]}",
    ):
        await eve.asks(words, ".")
    assert not any(iccid in text for text in await eve.texts())
