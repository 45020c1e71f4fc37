"""One input after another for the doors of a bot, drawn from a seed: what strangers send, signed as if it were real."""

from __future__ import annotations

import hmac
import json
import random
import re
import time
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import credentials
from tests.fuzz.mutations import ODD, mutated
from tests.fuzz.scene import Person, Scene

DOORS = ("telegram", "whatsapp", "stripe", "airalo")
#: Those at which travellers are named.
_CHATS = ("telegram", "whatsapp")
_COMMANDS = (
    "/usage", "/orders", "/esims", "/topup", "/refund", "/privacy", "/account", "/support", "/close", "/start",
    "usage of", "refund", "delete", "where is order", "DELETE", "STOP", "top up",
)  # fmt: skip
_PATHS = (
    "/",
    "/health",
    "/whatsapp",
    "/stripe",
    "/airalo",
    "/telegram",
    "/../x",
    "/%00",
    "/telegram/x",
    "/metrics",
    "/privacy",
    "/privacy/fr",
    "/privacy/%ff%00",
    "/export",
    "/export/x",
    "/export/%ed%a0%80%00",
    f"/export/{'A' * 5_000}",
    "/clock",
)


@dataclass(frozen=True)
class Input:
    """One request; `slow`: the body is begun and never finished."""

    kind: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    slow: bool = False


class Inputs:
    """Draws inputs; ids of victims in recorded bodies become those of a stranger, so that nobody is impersonated."""

    def __init__(self, scene: Scene, chance: random.Random) -> None:
        self._scene = scene
        self._chance = chance
        self._number = 10**9 + chance.randrange(10**8)

    def draw(self) -> Input:
        return self._chance.choices(_KINDS, _WEIGHTS)[0](self)

    def _mutated(self) -> Input:
        door = self._chance.choice(DOORS)
        return self._signed("mutated", door, mutated(self._recorded(door), self._chance))

    def _forged(self) -> Input:
        """Somebody else's button, or one that nobody made."""
        data = self._chance.choice(self._scene.buttons)
        action, _, mac = data.rpartition(":")
        fields = action.split(":")
        if self._chance.random() < 0.7 and len(fields) > 1:
            owned = self._chance.choice(("JP", "", "-1", "9" * 18, "0", *self._scene.handles))
            fields[self._chance.randrange(1, len(fields))] = owned
            data = f"{':'.join(fields)}:{mac}"[:64]
        return self._pressed(data)

    def _asking(self) -> Input:
        """Words about other people's things."""
        handle = self._chance.choice((*self._scene.handles, *map(str, self._victim_ids())))
        return self._said("asking", f"{self._chance.choice(_COMMANDS)} {handle}".strip())

    def _odd_words(self) -> Input:
        return self._said(
            "words", str(self._chance.choice([one for one in ODD if isinstance(one, str) and one]))
        )

    def _unsigned(self) -> Input:
        door = self._chance.choice(DOORS)
        signed = self._signed("unsigned", door, json.dumps(self._recorded(door)).encode())
        headers = {
            name: value[:-1] + ("0" if value[-1] != "0" else "1") for name, value in signed.headers.items()
        }
        keep = {} if self._chance.random() < 0.3 else headers
        return Input("unsigned", "POST", signed.path, signed.body, keep)

    def _large(self) -> Input:
        door = self._chance.choice(DOORS)
        return self._signed(
            "large", door, b'{"a":"' + b"x" * self._chance.choice((1_000_001, 3_000_001)) + b'"}'
        )

    def _slow(self) -> Input:
        door = self._chance.choice(DOORS)
        signed = self._signed("slow", door, json.dumps(self._recorded(door)).encode())
        return Input("slow", "POST", signed.path, signed.body, signed.headers, slow=True)

    def _odd_door(self) -> Input:
        method = self._chance.choice(("GET", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST"))
        query = self._chance.choice(
            ("", "?hub.mode=subscribe&hub.challenge=1", f"?hub.verify_token={'x' * 3_000}", "?%ff=%fe&a[]=1")
        )
        language = self._chance.choice(("fr", "ar;q=2", "*", ",", "x" * 5_000, "en-\u00e9"))
        headers = {"Accept-Language": language} if self._chance.random() < 0.3 else {}
        return Input("door", method, self._chance.choice(_PATHS) + query, headers=headers)

    def _recorded(self, door: str) -> dict[str, Any]:
        """A real body, as if a stranger had caused it, under ids that were never seen."""
        text = json.dumps(self._chance.choice(self._scene.bodies[door]))
        self._number += 1
        if door not in _CHATS:
            return dict(json.loads(re.sub(r'"evt_\w+"', f'"evt_fuzz{self._number}"', text)))
        stranger = self._stranger(door)
        for person in (*self._scene.victims, *self._scene.strangers):
            if person.channel == door:
                for theirs, own in zip(person.ids, stranger.ids, strict=False):
                    text = text.replace(json.dumps(theirs), json.dumps(own))
        text = re.sub(r'"update_id": \d+', f'"update_id": {self._number}', text)
        return dict(json.loads(re.sub(r'"wamid\.[^"]+"', f'"wamid.fuzz{self._number}"', text)))

    def _said(self, kind: str, words: str) -> Input:
        door = self._chance.choice(_CHATS)
        return self._signed(kind, door, json.dumps(self._event(door, words, None)).encode())

    def _pressed(self, data: str) -> Input:
        door = self._chance.choice(_CHATS)
        return self._signed("forged", door, json.dumps(self._event(door, "", data)).encode())

    def _event(self, door: str, words: str, data: str | None) -> dict[str, Any]:
        self._number += 1
        stranger = self._stranger(door)
        if door == "telegram":
            who = {"id": stranger.ids[0], "is_bot": False, "first_name": "Eve"}
            chat = {"id": stranger.ids[0], "type": "private", "first_name": "Eve"}
            message: dict[str, Any] = {"message_id": 1, "date": int(time.time()), "chat": chat, "from": who}
            if data is None:
                return {"update_id": self._number, "message": message | {"text": words[:4096]}}
            query = {
                "id": str(self._number),
                "from": who,
                "chat_instance": "1",
                "data": data,
                "message": message,
            }
            return {"update_id": self._number, "callback_query": query}
        told = {
            "from": stranger.ids[0],
            "id": f"wamid.fuzz{self._number}",
            "timestamp": str(int(time.time())),
        }
        if data is None:
            told |= {"type": "text", "text": {"body": words[:4096]}}
        else:
            reply = {"type": "button_reply", "button_reply": {"id": data, "title": "x"}}
            told |= {"type": "interactive", "interactive": reply}
        card = {"wa_id": stranger.ids[0], "user_id": stranger.ids[-1], "profile": {"name": "Eve"}}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": credentials.WHATSAPP_PHONE_ID, "display_phone_number": "1"},
            "contacts": [card],
            "messages": [told],
        }
        change = {"field": "messages", "value": value}
        return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}

    def _signed(self, kind: str, door: str, body: bytes) -> Input:
        match door:
            case "telegram":
                headers = {"X-Telegram-Bot-Api-Secret-Token": credentials.TELEGRAM_SECRET}
            case "whatsapp":
                mac = hmac.new(credentials.WHATSAPP_APP_SECRET.encode(), body, "sha256").hexdigest()
                headers = {"X-Hub-Signature-256": f"sha256={mac}"}
            case "airalo":
                secret = credentials.AIRALO_CLIENT_SECRET.encode()
                headers = {"airalo-signature": hmac.new(secret, body, "sha512").hexdigest()}
            case _:
                at = int(time.time())
                secret = credentials.STRIPE_WEBHOOK_SECRET.encode()
                mac = hmac.new(secret, f"{at}.".encode() + body, "sha256").hexdigest()
                headers = {"Stripe-Signature": f"t={at},v1={mac}"}
        return Input(f"{kind} {door}", "POST", f"/{door}", body, headers)

    def _stranger(self, door: str) -> Person:
        """One with a phone, or one of whom the world has never heard: then there is nobody to answer to."""
        if self._chance.random() < _NOBODY[door]:
            number = self._chance.randrange(10**10, 10**11)
            ids: tuple[Any, ...] = (number,) if door == "telegram" else (f"4479{number}"[:13], f"GB.{number}")
            return Person(door, self._scene.strangers[0].traveller, ids)
        return self._chance.choice([one for one in self._scene.strangers if one.channel == door])

    def _victim_ids(self) -> list[Any]:
        return [one for victim in self._scene.victims for one in victim.ids] or ["1"]


#: WhatsApp takes a message for one person every six seconds; most of what is said there comes from nobody.
_NOBODY = {"telegram": 0.3, "whatsapp": 0.97}
_KINDS = (
    Inputs._mutated,
    Inputs._forged,
    Inputs._asking,
    Inputs._odd_words,
    Inputs._unsigned,
    Inputs._large,
    Inputs._slow,
    Inputs._odd_door,
)
_WEIGHTS = (62, 12, 9, 4, 8, 0.2, 0.1, 4.7)
