"""Sending what needs no file: a contact, a place, a throw of the dice."""

from __future__ import annotations

from random import randint
from typing import Any

from bot.sandbox.telegram import outgoing
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad

#: How many sides each die has: https://core.telegram.org/bots/api#dice
SIDES = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}
_PLACES = ("foursquare_id", "foursquare_type", "google_place_id", "google_place_type")


async def send_contact(cloud: Cloud, call: Call) -> Json:
    number, first_name = call.text("phone_number").strip(), call.text("first_name").strip()
    if not number:
        raise bad("phone number must be non-empty")
    if not first_name:
        raise bad("first name must be non-empty")
    contact = {"phone_number": number, "first_name": first_name}
    contact |= {name: call.text(name) for name in ("last_name", "vcard") if call.text(name)}
    return outgoing.send(cloud, call, {"contact": contact})


async def send_location(cloud: Cloud, call: Call) -> Json:
    return outgoing.send(cloud, call, {"location": location(call)})


async def send_venue(cloud: Cloud, call: Call) -> Json:
    title, address = call.text("title").strip(), call.text("address").strip()
    if not title:
        raise bad("venue title must be non-empty")
    if not address:
        raise bad("venue address must be non-empty")
    where = location(call)
    venue: Json = {"location": where, "title": title, "address": address}
    venue |= {name: call.text(name) for name in _PLACES if call.text(name)}
    return outgoing.send(cloud, call, {"venue": venue, "location": where})


async def send_dice(cloud: Cloud, call: Call) -> Json:
    emoji = call.text("emoji").strip().rstrip("\ufe0f") or "🎲"
    if emoji not in SIDES:
        raise bad("wrong dice emoji specified")
    return outgoing.send(cloud, call, {"dice": {"emoji": emoji, "value": randint(1, SIDES[emoji])}})


def location(call: Call) -> Json:
    """The Location object that a call describes."""
    try:
        latitude, longitude = float(call.text("latitude")), float(call.text("longitude"))
    except ValueError:
        raise bad("location coordinates are not specified") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad("wrong location coordinates specified")
    return {"latitude": latitude, "longitude": longitude}


METHODS: dict[str, Any] = {
    "sendContact": send_contact,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendDice": send_dice,
}
