"""The world as python-telegram-bot's tests expect to find it: their chats, their files, the pages they point to."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image, ImageDraw

from bot.sandbox import credentials
from bot.sandbox.telegram.voice import silence
from tests.living import Living, until

#: What lies outside: host → address, from the block that is kept for documentation.
NAMES = {"python-telegram-bot.org": "192.0.2.10", "dummyimage.com": "192.0.2.11"}
USERNAME = credentials.TELEGRAM_BOT_USERNAME
CHANNEL = "pythontelegrambottests"
#: What the bot may do in them: all but to promote others.
RIGHTS = (
    "can_pin_messages",
    "can_manage_topics",
    "can_invite_users",
    "can_change_info",
    "can_post_messages",
    "can_edit_messages",
)
SUPERGROUP = f">>> telegram.Bot(test) @{USERNAME}"


@dataclass(frozen=True)
class World:
    """Where the world listens, and the ids of the chats in it."""

    port: int
    url: str
    chats: dict[str, object]

    def facts(self, secure: str) -> dict[str, object]:
        """What the plugin needs to know; files are fetched the secure way."""
        bot = {
            "token": credentials.TELEGRAM_TOKEN,
            "payment_provider_token": credentials.TELEGRAM_PROVIDER,
            "name": "Sandbox eSIM",
            "username": f"@{USERNAME}",
            **self.chats,
        }
        api = f"{self.url}/telegram/bot"
        return {"api": api, "files": f"{secure}/telegram/file/bot", "bot": bot, "names": NAMES}


@asynccontextmanager
async def prepared(folder: Path, wire: Path) -> AsyncIterator[World]:
    """A world without a bot of ours, with the chats in which the tests write; it writes its wire down in `wire`."""
    outside = folder / "outside"
    outside.mkdir()
    outside.joinpath("hosts").write_text("".join(f"{address} {name}\n" for name, address in NAMES.items()))
    living = Living()
    # Judged is what is said, not how fast: their tests write dozens of messages a second into one chat.
    living.start_world("--outside", str(outside), "--rates", "none", WORLD_WIRE=str(wire))
    try:
        await until(lambda: _up(living), 30, living.log)
        yield World(living.port, living.url, await _chats(living))
    finally:
        await living.stop()


async def _up(living: Living) -> bool:
    with suppress(httpx.TransportError):
        return (await living.http.get("/world/ledger")).status_code == 200
    return False


async def _chats(living: Living) -> dict[str, object]:
    tester = living.traveller("telegram", "tester")
    await tester.does("identity", change="name", first_name="PTB", last_name="Test user")
    await tester.says("/start")
    told = await living.http.get(f"/telegram/bot{credentials.TELEGRAM_TOKEN}/getUpdates")
    person = told.json()["result"][-1]["message"]["from"]["id"]

    async def chat(kind: str, title: str, **more: object) -> int:
        asked = {"kind": kind, "title": title, "owner": "tester", "rights": RIGHTS, **more}
        answer = await living.http.post("/world/chats", json=asked)
        assert answer.status_code < 300, answer.text
        return int(answer.json()["id"])

    game = {"short_name": "test_game", "title": "Test", "description": "A game."}
    assert (await living.http.post("/world/games", json=game)).status_code < 300
    await chat("channel", "Tests", username=CHANNEL, members=["one", "two"], bots=["other_bot"])
    return {
        "chat_id": str(person),
        "super_group_id": str(await chat("supergroup", SUPERGROUP)),
        "forum_group_id": str(await chat("forum", "Forum")),
        "channel_id": f"@{CHANNEL}",
        "subscription_channel_id": await chat("channel", "Subscribers"),
    }


def complete(data: Path, outside: Path) -> None:
    """Puts pictures of our own where the source distribution leaves out theirs, and on the pages they point to."""
    for name, kind, side in (("telegram.jpg", "JPEG", 800), ("telegram.png", "PNG", 300)):
        if not (data / name).exists():
            (data / name).write_bytes(_picture(kind, side))
    if not (data / "telegram.ogg").exists():
        (data / "telegram.ogg").write_bytes(silence())
    site = outside / "python-telegram-bot.org" / "static" / "testfiles"
    site.mkdir(parents=True)
    (site / "telegram_new.jpg").write_bytes((data / "telegram.jpg").read_bytes())
    (site / "telegram.gif").write_bytes((data / "telegram.gif").read_bytes())
    drawn = outside / "dummyimage.com" / "600x400" / "000"
    drawn.mkdir(parents=True)
    (drawn / "fff.png&text=telegram").write_bytes(_picture("PNG", 400))


def _picture(kind: str, side: int) -> bytes:
    picture = Image.new("RGB", (800, 800), "#35a6de")
    ImageDraw.Draw(picture).polygon(((120, 420), (680, 180), (560, 640), (360, 500)), fill="white")
    picture = picture.resize((side, side))
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()
