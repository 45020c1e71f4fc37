"""pywa as a client of the world for every kind of message that the bot sends, and its webhook bodies as our inbound.

The bodies are read where they are (environment: JUDGES, a folder with `pywa-updates`), never copied.
`pywa_expected.toml` says what each of them tells the bot; a body that it does not name is a failure.
"""

from __future__ import annotations

import hmac
import json
import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from pywa_async import WhatsApp, types
from pywa_async.types import templates

from bot.channels.whatsapp import inbound
from bot.conversation.channel import Unreadable
from bot.conversation.events import Inbound, Incoming, Pressed, Receipt, Said, Sent
from bot.sandbox import credentials
from bot.sandbox.telegram.pictures import snapshot
from tests.judges.verdict import Say, Verdict
from tests.living import Living, Traveller

NAME = "pywa"
EXPECTED = Path(__file__).with_name("pywa_expected.toml")
TO = "pia"


async def judge(cache: Path, say: Say) -> Verdict:
    living, wire = Living(), cache / "wire" / "pywa"
    shutil.rmtree(wire, ignore_errors=True)
    living.start_world(WORLD_WIRE=str(wire))
    living.start_bot()
    try:
        await living.healthy()
        say("pywa sends what the bot sends")
        failures = [failure async for failure in _sendings(living, wire)]
        figures = {"pywa_sendings_failed": len(failures)}
        folder = Path(os.environ.get("JUDGES", "")) / "pywa-updates"
        if not os.environ.get("JUDGES") or not folder.is_dir():
            say("JUDGES names no folder with pywa-updates: its webhook bodies are not there, and not judged")
            return Verdict(figures, failures)
        say(f"its webhook bodies come from {folder}")
        lost = [*misheard(folder), *await _refused(living, folder)]
        figures["pywa_bodies"] = sum(1 for _ in bodies(folder))
        figures["pywa_bodies_lost"] = len({one.split(" ")[0] for one in lost})
        return Verdict(figures, failures + lost)
    finally:
        await living.stop()


def bodies(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body by "file:name"."""
    for path in sorted(folder.glob("*.json")):
        for name, body in json.loads(path.read_text()).items():
            yield f"{path.stem}:{name}", body


def misheard(folder: Path) -> Iterator[str]:
    """The bodies out of which our inbound side reads something else than it should."""
    expected = tomllib.loads(EXPECTED.read_text())
    there = dict(bodies(folder))
    for name, body in there.items():
        told = [_described(event) for event in heard(body)]
        if name not in expected:
            yield f"{name} is not in the table; it tells {told}"
        elif told != expected[name]:
            yield f"{name} tells {told}, not {expected[name]}"
    yield from (f"{name} is not there" for name in expected.keys() - there.keys())


def heard(body: dict[str, Any]) -> list[Inbound]:
    """What a body tells the number that it is for."""
    value = body["entry"][0]["changes"][0]["value"]
    number = value.get("metadata", {}).get("phone_number_id", "")
    try:
        return inbound.events(json.dumps(body).encode(), number)
    except Unreadable:
        return []


def _described(event: Inbound) -> str:
    match event:
        case Incoming(event=Said(text)):
            return "said STOP" if text == "STOP" else "said"
        case Incoming(event=Pressed()):
            return "pressed"
        case Incoming(event=Sent(kind)):
            return f"sent {kind}"
        case Receipt(state=state):
            return f"receipt {state}"
    return type(event).__name__.lower()


async def _refused(living: Living, folder: Path) -> list[str]:
    """The bodies that a living bot does not take with a 200, each signed as Meta signs."""
    refused = []
    async with httpx.AsyncClient(base_url=living.bot_url, timeout=30) as http:
        for number, (name, body) in enumerate(bodies(folder)):
            raw = json.dumps(_for_our_number(body, number)).encode()
            mac = hmac.new(credentials.WHATSAPP_APP_SECRET.encode(), raw, "sha256").hexdigest()
            answer = await http.post(
                "/whatsapp", content=raw, headers={"X-Hub-Signature-256": f"sha256={mac}"}
            )
            if answer.status_code != 200:
                refused.append(f"{name} is answered {answer.status_code}")
        if (await http.get("/health")).status_code != 200:
            refused.append("the bot is not well afterwards")
    return refused


def _for_our_number(body: dict[str, Any], number: int) -> dict[str, Any]:
    """The same body, addressed to the sandbox's number, each message with an id of its own."""
    readdressed: dict[str, Any] = json.loads(json.dumps(body))
    for entry in readdressed["entry"]:
        for change in entry["changes"]:
            if "metadata" in change["value"]:
                change["value"]["metadata"]["phone_number_id"] = credentials.WHATSAPP_PHONE_ID
            for message in change["value"].get("messages", []):
                message["id"] = f"{message['id']}{number}"
    return readdressed


async def _sendings(living: Living, wire: Path) -> Any:
    """What pywa could not send, or what did not reach the phone as it was sent."""
    pia = living.traveller("whatsapp", TO)
    await pia.says("hello")
    await pia.sees(".")
    number = _number(wire)
    async with httpx.AsyncClient(timeout=30) as session:
        client = WhatsApp(
            credentials.WHATSAPP_PHONE_ID,
            credentials.WHATSAPP_TOKEN,
            session=session,
            waba_id=credentials.WHATSAPP_BUSINESS_ID,
        )
        session.base_url = httpx.URL(f"{living.url}/whatsapp/v23.0")  # pywa has no setting for it
        for kind, sending, seen in _kinds(client, number):
            await pia.mark()
            try:
                await sending
                await _shown(pia, seen)
            except Exception as error:
                yield f"{kind}: {type(error).__name__}: {str(error)[:300]}"


def _kinds(client: WhatsApp, number: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Each kind of message that bot/channels/whatsapp makes, and what the phone must show of it."""
    rows = [types.SectionRow("Japan", "jp", "from €4.50"), types.SectionRow("Peru", "pe")]
    yield "text", client.send_message(number, "plain"), {"text": "plain"}
    yield (
        "buttons",
        client.send_message(number, "Sure?", buttons=[types.Button("Yes", "y"), types.Button("No", "n")]),
        {"text": "Sure?", "labels": ["Yes", "No"]},
    )
    yield (
        "list",
        client.send_message(
            number, "Where to?", buttons=types.SectionList("Countries", [types.Section("All", rows)])
        ),
        {"text": "Where to?", "labels": ["Japan", "Peru"]},
    )
    yield (
        "link",
        client.send_message(number, "Your order", buttons=types.URLButton("Pay", "https://shop.example/1")),
        {"text": "Your order", "labels": ["Pay"]},
    )
    yield (
        "picture",
        client.send_image(number, snapshot(), "Your QR", mime_type="image/png"),
        {"text": "Your QR", "image": True, "name": "image.jpg"},
    )
    yield (
        "picture with buttons",
        client.send_image(
            number, snapshot(), "Scan", buttons=[types.Button("Done", "d")], mime_type="image/png"
        ),
        {"text": "Scan", "image": True, "name": "image.jpg", "labels": ["Done"]},
    )
    yield (
        "document",
        client.send_document(
            number, b"%PDF-1.7", filename="invoice.pdf", caption="Thanks", mime_type="application/pdf"
        ),
        {"text": "Thanks", "name": "invoice.pdf"},
    )
    yield (
        "template",
        client.send_template(number, "hello_world", templates.TemplateLanguage.ENGLISH_US, []),
        {},
    )


async def _shown(traveller: Traveller, seen: dict[str, Any]) -> None:
    message = await traveller.sees(seen.get("text", "."))
    labels = [button["label"] for button in message["buttons"]]
    assert labels == seen.get("labels", []), f"shows {labels}"
    assert bool(message["image"]) == seen.get("image", False), "picture"
    assert message["name"] == seen.get("name"), f"is called {message['name']}"


def _number(wire: Path) -> str:
    """The number of the traveller who has written, as the world told the bot."""
    lines = [json.loads(line) for path in wire.glob("*.jsonl") for line in path.read_text().splitlines()]
    body = next(json.loads(line["body"]) for line in lines if line["service"] == "whatsapp")
    return str(body["entry"][0]["changes"][0]["value"]["messages"][0]["from"])
