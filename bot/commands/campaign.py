"""Campaigns: enters one from a file, starts it, stops it in the middle, says how far each is."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp.registration import APPROVED, Held
from bot.connecting import channels_of
from bot.conversation.channel import ChannelError
from bot.settings import BadSettings, Settings, read
from handlers.offers import advert
from services.campaigns import Campaigns, Malformed, read_draft
from services.clock import Clock
from services.storage import open_stores

#: What an entering or a starting came to, in words, where it was not what was asked for.
REFUSED = {
    "taken": "there is a campaign of that name",
    "full": "there are too many campaigns; old ones go a year after their end",
    "unknown": "there is no such campaign",
    "over": "it is over: a campaign runs for five days after its first start",
}


def main(arguments: list[str]) -> int:
    """0: done. 1: refused, and why. 2: the settings or the arguments are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot campaign", description=__doc__)
    words = parser.add_subparsers(dest="word", required=True)
    new = words.add_parser("new", help='enter one: name = "spring", [telegram] en = "…", [whatsapp] en = "…"')
    new.add_argument("file", type=Path)
    for word, about in (("start", "begin, or go on"), ("stop", "in the middle, if need be")):
        words.add_parser(word, help=about).add_argument("name")
    words.add_parser("status", help="how far each is")
    asked = parser.parse_args(arguments)
    try:
        settings = read()
        return asyncio.run(_run(settings, asked))
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    except (Malformed, OSError) as error:
        print(error, file=sys.stderr)
    except ChannelError as error:
        print(f"Meta refused: {error.reason}", file=sys.stderr)
    return 1


async def _run(settings: Settings, asked: argparse.Namespace) -> int:
    stores = await open_stores(*settings.databases)
    try:
        campaigns = Campaigns(stores.app, Clock())
        match asked.word:
            case "new":
                return await _new(settings, campaigns, asked.file)
            case "start":
                return await _start(settings, campaigns, asked.name)
            case "stop":
                stopped = await campaigns.stop(asked.name)
                return _say("stopped", 0) if stopped else _say("it does not run", 1)
            case _:
                return await _status(campaigns)
    finally:
        await stores.close()


async def _new(settings: Settings, campaigns: Campaigns, file: Path) -> int:
    draft = read_draft(file)
    entered = await campaigns.enter(draft)
    if entered != "new":
        return _say(REFUSED[entered], 1)
    print(f"{draft.name} is entered; nothing is sent before: campaign start {draft.name}")
    for one in await _approved(settings, draft.name, draft.words.get("whatsapp", {})):
        print(f"WhatsApp, {one.language}: {one.status.lower()}")
    return 0


async def _start(settings: Settings, campaigns: Campaigns, name: str) -> int:
    try:
        words = await campaigns.words(name)
    except LookupError:
        return _say(REFUSED["unknown"], 1)
    held = await _approved(settings, name, words.get("whatsapp", {}))
    waiting = [f"{one.language} is {one.status.lower()}" for one in held if one.status != APPROVED]
    if waiting:
        return _say(f"Meta has not approved it on WhatsApp: {', '.join(waiting)}", 1)
    started = await campaigns.start(name)
    return _say("it runs", 0) if started == "running" else _say(REFUSED[started], 1)


async def _status(campaigns: Campaigns) -> int:
    for one in await campaigns.standing():
        counts = ", ".join(f"{count} {state}" for state, count in sorted(one.counts.items()))
        print(f"{one.name}: {one.state}; {counts or 'nobody yet'}")
    return 0


async def _approved(settings: Settings, name: str, texts: Mapping[str, str]) -> list[Held]:
    """How its templates stand at Meta, handed in where it does not know them."""
    channel = channels_of(settings).get("whatsapp")
    if not texts or not isinstance(channel, WhatsApp):
        return []
    try:
        return await channel.register_adverts(
            {language: advert(name, language, words) for language, words in texts.items()}
        )
    finally:
        await channel.close()


def _say(words: str, status: int) -> int:
    print(words, file=sys.stderr if status else sys.stdout)
    return status
