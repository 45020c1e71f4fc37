"""The control interface over HTTP, as the people who test the bot through it use it."""

import asyncio
import json
import signal
import smtplib
import subprocess
import sys
import time
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from bot.sandbox.environment import smtp_port
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


class RunningWorld:
    """A world in a process of its own."""

    def __init__(self, *arguments):
        self.port = free_port()
        self.here = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.sandbox", "--port", str(self.port), *arguments],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                httpx.get(f"{self.here}/world/clock", trust_env=False)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("the world did not start")

    def end(self, how=signal.SIGTERM):
        """Returns the exit status and what was said on stderr."""
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=15)
        return self.process.returncode, said


@pytest.fixture(scope="module")
def world():
    running = RunningWorld()
    yield running
    status, said = running.end()
    assert (status, said) == (0, "")


@pytest.fixture
async def client(world):
    async with httpx.AsyncClient(base_url=world.here, trust_env=False, timeout=30) as client:
        yield client
        await client.delete("/world/faults")


async def test_health_says_which_channel_is_missing(client):
    answer = await client.get("/world/health")

    assert answer.status_code == 503
    assert answer.json()["missing"] == ["telegram", "whatsapp"]


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_what_the_traveller_says_is_on_the_screen(client, channel):
    await client.post(f"/world/phones/{channel}/ada/say", json={"text": "Bonjour", "language": "fr"})

    screen = (await client.get(f"/world/phones/{channel}/ada/screen")).json()

    [message] = screen["messages"]
    assert message["who"] == "me"
    assert message["text"] == "Bonjour"
    keys = {"id", "who", "text", "buttons", "image", "document", "name", "edited", "toast", "at"}
    assert keys <= set(message)
    assert datetime.fromisoformat(message["at"]).tzinfo is not None


async def test_a_screen_is_held_until_there_is_something_new(client):
    phone = "/world/phones/telegram/waiting"
    await client.post(f"{phone}/say", json={"text": "one"})
    cursor = (await client.get(f"{phone}/screen")).json()["cursor"]

    begun = time.monotonic()
    held = asyncio.create_task(client.get(f"{phone}/screen", params={"after": cursor, "wait": 20}))
    await asyncio.sleep(0.4)
    await client.post(f"{phone}/say", json={"text": "two"})
    news = (await held).json()

    assert 0.3 < time.monotonic() - begun < 5
    assert [message["text"] for message in news["messages"]] == ["two"]
    assert news["cursor"] > cursor


async def test_a_screen_without_news_answers_when_the_wait_is_over(client):
    begun = time.monotonic()

    answer = await client.get("/world/phones/whatsapp/nobody/screen", params={"after": 0, "wait": 0.5})

    assert answer.json()["messages"] == []
    assert 0.4 < time.monotonic() - begun < 5


async def test_a_cursor_of_another_life_is_answered_at_once(client):
    answer = await client.get("/world/phones/telegram/late/screen", params={"after": 999, "wait": 20})

    assert answer.json() == {"cursor": 0, "messages": []}


async def test_a_phone_can_send_other_things(client):
    for kind in ("photo", "voice", "location", "contact", "sticker"):
        answer = await client.post("/world/phones/whatsapp/sender/send", json={"kind": kind})
        assert answer.status_code == 200, kind

    messages = (await client.get("/world/phones/whatsapp/sender/screen")).json()["messages"]
    picture = next(message["image"] for message in messages if message["image"])
    shown = await client.get(picture)

    assert len(messages) == 5
    assert picture.startswith("http://127.0.0.1:")
    assert shown.headers["content-type"].startswith("image/")


async def test_the_staff_chat_shows_topics_and_authors_of_its_own(client):
    said = await client.post(
        "/world/staff/sam/say", json={"text": "Good morning", "reply_to": None, "topic": None}
    )

    screen = (await client.get("/world/staff/screen")).json()

    assert said.status_code == 200
    assert screen["messages"][-1]["text"] == "Good morning"
    assert screen["messages"][-1]["topic"] is None


PHONE = "/world/phones/telegram/ada"
WRONG = [
    ("GET", "/world/nothing", None, 404),
    ("PUT", "/world/mail", {}, 405),
    ("GET", "/world/phones/signal/ada/screen", None, 404),
    ("GET", f"{PHONE}/screen?after=soon", None, 400),
    ("GET", f"{PHONE}/screen?after=-1", None, 400),
    ("GET", f"{PHONE}/screen?wait=nan", None, 400),
    ("GET", f"/world/phones/telegram/{'a' * 65}/screen", None, 400),
    ("GET", "/world/phones/telegram/%00/screen", None, 400),
    ("POST", f"{PHONE}/say", None, 400),
    ("POST", f"{PHONE}/say", {"text": ""}, 400),
    ("POST", f"{PHONE}/say", {"text": 5}, 400),
    ("POST", f"{PHONE}/say", {"text": "hi", "language": 5}, 400),
    ("POST", f"{PHONE}/say", b"[" * 50_000, 400),
    ("POST", f"{PHONE}/say", b'{"text": "\xff"}', 400),
    ("POST", f"{PHONE}/say", b'{"text": "\\ud800"}', 400),
    ("POST", f"{PHONE}/say", b'["text"]', 400),
    ("POST", f"{PHONE}/say", b"x" * 1_000_001, 413),
    ("POST", f"{PHONE}/press", {"label": "Nowhere"}, 404),
    ("POST", f"{PHONE}/send", {"kind": "elephant"}, 400),
    ("POST", f"{PHONE}/open", {"link": "https://example.com/"}, 400),
    ("POST", f"{PHONE}/identity", {"change": "mind"}, 400),
    ("POST", f"{PHONE}/pay", {}, 404),
    ("POST", "/world/phones/whatsapp/ada/pay", {}, 404),
    ("POST", "/world/staff/sam/say", {"text": "hi", "reply_to": 1}, 404),
    ("POST", "/world/staff/sam/say", {"text": "hi", "topic": "x"}, 404),
    ("POST", "/world/checkouts/cs_test_nobody/pay", {"with": "card"}, 404),
    ("POST", "/world/checkouts/cs_test_nobody/pay", {"with": "shells"}, 400),
    ("POST", "/world/checkouts/cs_test_nobody/expire", None, 404),
    ("POST", "/world/checkouts/cs_test_nobody/refund", {}, 404),
    ("POST", "/world/checkouts/cs_test_nobody/refund-fails", {}, 404),
    ("POST", "/world/checkouts/cs_test_nobody/dispute", {}, 404),
    ("POST", "/world/checkouts/cs_test_nobody/dispute-won", {}, 404),
    ("POST", "/world/checkouts/cs_test_nobody/dispute-lost", {}, 404),
    ("POST", "/world/faults", {"service": "airline", "fault": "slow"}, 400),
    ("POST", "/world/faults", {"service": "stripe", "fault": "slow"}, 400),
    ("POST", "/world/faults", {"service": "keepgo", "fault": "slow", "times": 0}, 400),
    ("POST", "/world/faults", {"service": "keepgo", "fault": "slow", "seconds": "long"}, 400),
    ("POST", "/world/redeliver", {"service": "keepgo"}, 400),
    ("POST", "/world/redeliver", {"service": "stripe", "last": 0}, 400),
    ("POST", "/world/usage", {"iccid": "1", "used_bytes": 1}, 404),
    ("POST", "/world/usage", {"iccid": "1", "used_bytes": 1.5}, 400),
    ("POST", "/world/usage", b'{"iccid": "1", "used_bytes": 1e999}', 400),
    ("POST", "/world/usage", b'{"iccid": "1", "used_bytes": NaN}', 400),
    ("POST", "/world/clock", {"advance": "P1M"}, 400),
    ("POST", "/world/clock", {"advance": "P1Y"}, 400),
    ("POST", "/world/clock", {"advance": "tomorrow"}, 400),
    ("POST", "/world/clock", {"advance": "P999999999D"}, 400),
    ("GET", "/clock?bot=b&taken=inf", None, 400),
    ("GET", "/world/media/nothing", None, 404),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), WRONG)
async def test_a_wrong_call_is_told_why(client, method, path, body, status):
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()

    answer = await client.request(method, path, content=content)

    assert answer.status_code == status
    assert isinstance(answer.json()["error"], str)


async def test_a_fault_is_armed_listed_and_disarmed(client):
    order = {"service": "keepgo", "fault": "slow", "method": "bundles", "times": 2, "skip": 1, "seconds": 0.5}
    armed = await client.post("/world/faults", json=order)

    before = (await client.get("/world/faults")).json()["armed"]
    disarmed = await client.delete("/world/faults")
    after = (await client.get("/world/faults")).json()["armed"]

    assert (armed.status_code, disarmed.status_code) == (200, 200)
    assert (before, after) == ([order], [])


async def test_the_ledger_has_the_keys_that_the_books_are_checked_by(client):
    ledger = (await client.get("/world/ledger")).json()

    contract = {"charges", "refunds", "stars", "lines", "refills", "delivered", "calls"}
    assert set(ledger) == contract | {"late_commits", "held_back", "metered", "metering", "repeated"}


async def test_a_mail_can_be_read_with_its_attachment(client, world):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@esim.example", "ada@example.com", "Reçu n° 7"
    mail.set_content("Merci, Ada.")
    mail.add_attachment(b"%PDF-1.7 receipt", maintype="application", subtype="pdf", filename="reçu.pdf")

    def send():
        with smtplib.SMTP("127.0.0.1", smtp_port(world.port), timeout=10) as server:
            server.send_message(mail)

    await asyncio.to_thread(send)
    found = (await client.get("/world/mail")).json()[-1]
    attachment = await client.get(found["attachments"][0])

    assert (found["to"], found["subject"], found["text"]) == ("ada@example.com", "Reçu n° 7", "Merci, Ada.")
    assert attachment.content == b"%PDF-1.7 receipt"
    assert attachment.headers["content-type"] == "application/pdf"


async def test_a_malformed_mail_is_still_mail(client, world):
    def send():
        with smtplib.SMTP("127.0.0.1", smtp_port(world.port), timeout=10) as server:
            broken = (
                b"Subject: =?x-none?q?=E9?=\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe?\r\n"
            )
            server.sendmail("shop@esim.example", ["a@example.com", "b@example.com"], broken)

    await asyncio.to_thread(send)
    found = (await client.get("/world/mail")).json()[-1]

    assert found["to"] == "a@example.com, b@example.com"
    assert found["attachments"] == []


async def test_the_clock_answers_when_every_live_bot_has_caught_up(client):
    offset = (await client.get("/world/clock")).json()["offset"]
    sweeps = []

    async def pretend_bot(name):
        taken = offset
        while True:
            answer = await client.get("/clock", params={"bot": name, "taken": taken})
            if answer.json()["offset"] != taken:
                await asyncio.sleep(0.3)  # the sweeps that have become due
                taken = answer.json()["offset"]
                sweeps.append(name)

    bots = [asyncio.create_task(pretend_bot(name)) for name in ("one", "two")]
    await asyncio.sleep(0.2)
    moved = await client.post("/world/clock", json={"advance": "P90DT1H30M"})
    caught_up = sorted(sweeps)
    for bot in bots:
        bot.cancel()

    assert caught_up == ["one", "two"]
    assert moved.json()["offset"] == offset + 90 * 86_400 + 5_400


async def test_the_page_may_load_nothing_from_elsewhere(client):
    page = await client.get("/")

    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert page.headers["cache-control"] == "no-store"
    assert (await client.get("/page/__init__.py")).status_code == 404


def test_the_world_ends_quietly_while_somebody_waits():
    world = RunningWorld()
    waiting = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, httpx; print(httpx.get(sys.argv[1], timeout=60, trust_env=False).status_code)",
            f"{world.here}/world/phones/telegram/ada/screen?wait=60",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(1.5)

    begun = time.monotonic()
    status, said = world.end(signal.SIGINT)
    answered, _ = waiting.communicate(timeout=10)

    assert (status, said, answered.strip()) == (0, "", "503")
    assert time.monotonic() - begun < 5


def test_a_taken_port_is_one_clear_line(world):
    second = subprocess.run(
        [sys.executable, "-m", "bot.sandbox", "--port", str(world.port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert second.returncode == 1
    assert second.stderr.splitlines() == [f"Cannot listen on 127.0.0.1:{world.port}: Address already in use."]
