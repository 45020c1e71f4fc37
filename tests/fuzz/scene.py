"""Who is there: travellers with something to lose, strangers who want it, and what the world wrote down of both."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox import credentials
from tests.living import Living, Traveller

VICTIMS = (("telegram", "vera"), ("telegram", "viktor"), ("whatsapp", "wanda"), ("whatsapp", "willem"))
#: Strangers on each channel.
STRANGERS = 12
#: The traveller whose numbers the strangers have got hold of: what they ask about, and may hear back as their own words.
KNOWN = "vera"
_ORDER = re.compile(r"\bM[2-9A-Z]{8}\b")
_CODE = re.compile(r"LPA:1\$[^\s$]+\$([^\s$&\"]+)")


@dataclass
class Person:
    """Somebody on a channel, with the ids by which the platform tells them."""

    channel: str
    traveller: Traveller
    ids: tuple[Any, ...] = ()
    cursor: int = 0


@dataclass
class Scene:
    """`bodies` by door; `canaries` belong to a victim and nobody else may see them; `handles` are known to strangers."""

    victims: list[Person] = field(default_factory=list)
    strangers: list[Person] = field(default_factory=list)
    bodies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    canaries: dict[str, str] = field(default_factory=dict)
    handles: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)


async def prepared(living: Living, wire: Path, strangers: int = STRANGERS) -> Scene:
    """Victims have bought, strangers have looked around."""
    scene = Scene()
    for number, (channel, name) in enumerate(VICTIMS):
        victim = living.traveller(channel, name, "en")
        await victim.asks(f"hello from {name}", ".")
        secret = f"Canary{number}Quill"
        await victim.buys("Japan, 10 days", name=f"{name} {secret}", email=f"{secret}@canary.example".lower())
        scene.victims.append(Person(channel, victim))
        scene.canaries |= {secret: name, secret.lower(): name}
    named = [(channel, f"eve{number}") for number in range(strangers) for channel in ("telegram", "whatsapp")]
    for channel, name in named:
        scene.strangers.append(Person(channel, living.traveller(channel, name, "en")))
    await asyncio.gather(*(_looks_around(person.traveller) for person in scene.strangers))
    await _what_else_happens(living)
    _read_wire(scene, wire)
    await _keep_secrets(scene, living)
    return scene


async def _looks_around(stranger: Traveller) -> None:
    await stranger.asks(f"hello from {stranger.name}", ".")
    answer = await stranger.asks("Japan, 10 days", "GB")
    pressed = next(button["label"] for button in answer["buttons"] if button["url"] is None)
    await stranger.taps(pressed, ".")


async def _what_else_happens(living: Living) -> None:
    """Whatever platforms and providers tell besides: groups, new numbers, wishes, reviews, notices of a wholesaler."""
    for kind in ("supergroup", "channel"):
        await living.http.post("/world/chats", json={"kind": kind, "title": "Friends", "owner": "otto"})
    mover = living.traveller("whatsapp", "mona", "en")
    await mover.asks("hello", ".")
    for change in ("number", "username", "number"):
        await mover.does("identity", change=change)
    await mover.does("marketing", value="stop")
    for kind in ("photo", "voice", "location", "contact", "sticker"):
        for channel in ("telegram", "whatsapp"):
            sender = living.traveller(channel, "otto", "en")
            await sender.mark()
            await sender.does("send", kind=kind)
            await sender.sees(".")
    await living.http.post("/world/templates", json={"name": "hello_world", "status": "PAUSED"})
    account = {"client_id": credentials.AIRALO_CLIENT_ID, "client_secret": credentials.AIRALO_CLIENT_SECRET}
    told = (
        await living.http.post("/airalo/v2/token", data=account | {"grant_type": "client_credentials"})
    ).json()
    bearer = {"Authorization": f"Bearer {told['data']['access_token']}"}
    for event in (
        {"event": "low_data_notification", "type": "data_90"},
        {"event": "credit_limit_notification", "level": "90"},
        {"event": "async_order_notification"},
    ):
        where = {"webhook_url": f"{living.bot_url}/airalo"}
        answer = await living.http.post("/airalo/v2/simulator/webhook", json=event | where, headers=bearer)
        assert answer.status_code == 200, answer.text


def _read_wire(scene: Scene, wire: Path) -> None:
    for line in _lines(wire):
        if line["kind"] == "delivery":
            scene.bodies.setdefault(line["service"], []).append(json.loads(line["body"]))
    everybody = {
        (one.channel, f"hello from {one.traveller.name}"): one for one in (*scene.victims, *scene.strangers)
    }
    for door in ("telegram", "whatsapp"):
        for body in scene.bodies[door]:
            for words, ids in _said(body):
                if (door, words) in everybody:
                    everybody[door, words].ids = ids
            scene.buttons += re.findall(r'"(?:data|id)": ?"([a-z][^"]*:[\w-]{11})"', json.dumps(body))
    assert all(one.ids for one in everybody.values()), "somebody was not heard"


def _lines(wire: Path) -> Iterator[dict[str, Any]]:
    for path in wire.glob("*.jsonl"):
        for line in path.read_text().splitlines():
            yield json.loads(line)


def _said(body: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Words, and the ids of whoever wrote them."""
    if "update_id" in body:
        message = body.get("message", {})
        yield message.get("text", ""), (message.get("from", {}).get("id"),)
        return
    for entry in body["entry"]:
        for change in entry["changes"]:
            for message in change["value"].get("messages", []):
                number = message.get("from", message.get("from_user_id", ""))
                yield message.get("text", {}).get("body", ""), (number, message.get("from_user_id", number))


async def _keep_secrets(scene: Scene, living: Living) -> None:
    """What must not be seen: of all victims but one their numbers, of that one what she never gave away."""
    ledger = await living.ledger()
    for delivered in ledger["delivered"]:
        if delivered["traveller"] == KNOWN:
            scene.handles.append(delivered["iccid"])
        else:
            scene.canaries[delivered["iccid"]] = delivered["traveller"]
    for victim in scene.victims:
        name = victim.traveller.name
        for message in await victim.traveller.messages():
            told = json.dumps(message)
            scene.canaries |= dict.fromkeys(_CODE.findall(message["text"]), name)
            numbers = set(_ORDER.findall(told))
            if name == KNOWN:
                scene.handles += numbers
            else:
                scene.canaries |= dict.fromkeys(numbers, name)
    owned = dict.fromkeys(scene.handles)
    scene.handles[:] = owned
    assert scene.canaries and scene.handles and scene.buttons, "there is nothing to steal"


async def stolen(scene: Scene) -> list[str]:
    """Canaries on the screens of strangers since the last look: who saw whose."""
    found: list[str] = []
    for person in scene.strangers:
        shown = await person.traveller.screen(person.cursor)
        person.cursor = shown["cursor"]
        for message in shown["messages"]:
            if message["who"] == "bot":
                told = json.dumps(message)
                found += [
                    f"{person.traveller.name} saw {owner}'s"
                    for canary, owner in scene.canaries.items()
                    if canary in told
                ]
    return found
