"""As much of a world as Telegram needs, with two independent clients of it."""

from __future__ import annotations

import asyncio
import io
import socket
from collections import Counter
from contextlib import asynccontextmanager

import aiogram
import aiohttp
import pytest
import telegram
import uvicorn
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from PIL import Image
from starlette.applications import Starlette

from bot.sandbox import credentials
from bot.sandbox.clock import WorldClock
from bot.sandbox.faults import Faults
from bot.sandbox.hanging_up import BreakableLine
from bot.sandbox.media import Media
from bot.sandbox.outside import Outside
from bot.sandbox.telegram import Telegram
from bot.sandbox.wire import Wire

TOKEN = credentials.TELEGRAM_TOKEN


class Reached:
    """A ledger that only remembers what it was told."""

    def __init__(self):
        self.seen = []

    def reached(self, channel, traveller, text="", image=None):
        self.seen.append((channel, traveller, text, image))


class SmallWorld:
    """As much of the world as Telegram touches."""

    def __init__(self):
        self.clock = WorldClock()
        self.faults = Faults()
        self.media = Media()
        self.outside = Outside()
        self.wire = Wire()
        self.calls = Counter()
        self.ledger = Reached()
        self.telegram = Telegram(self)


@asynccontextmanager
async def serving(app):
    """The app on a free port of this machine; yields its base address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            app, port=port, http=BreakableLine, log_level="warning", lifespan="off", access_log=False
        )
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def world():
    world = SmallWorld()
    app = Starlette(routes=world.telegram.routes())
    await world.telegram.start()
    async with serving(app) as world.here:
        yield world
        world.faults.disarm()
    await world.telegram.stop()


@pytest.fixture
async def ptb(world):
    bot = telegram.Bot(
        TOKEN, base_url=f"{world.here}/telegram/bot", base_file_url=f"{world.here}/telegram/file/bot"
    )
    async with bot:
        yield bot


@pytest.fixture
async def aio(world):
    session = AiohttpSession(api=TelegramAPIServer.from_base(f"{world.here}/telegram"))
    async with aiogram.Bot(TOKEN, session=session) as bot:
        yield bot


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def said(world, text="hello", traveller="ada"):
    """A traveller writes; returns the chat's id."""
    await world.telegram.say(traveller, text)
    return world.telegram._cloud.travellers[traveller].id


async def newest(bot, offset=0):
    """All waiting updates."""
    return list(await bot.get_updates(offset=offset, timeout=0))


def png(width=640, height=480, color="navy"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG")
    return out.getvalue()


def keyboard(*rows):
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=text, callback_data=data) for text, data in row] for row in rows
        ]
    )
