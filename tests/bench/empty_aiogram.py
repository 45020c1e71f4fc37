"""A bot that does nothing, in aiogram: its own webhook server, its default dispatcher, one catch-all handler.

python -m tests.bench.empty_aiogram PORT API SECRET
"""

from __future__ import annotations

import sys

import uvloop
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from tests.bench.empty import BUTTONS, TOKEN, WORDS

dispatcher = Dispatcher()


@dispatcher.message()
async def answer(message: Message) -> None:
    rows = [[InlineKeyboardButton(text=label, callback_data=data)] for label, data in BUTTONS]
    await message.answer(WORDS, reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


def main(port: int, api: str, secret: str) -> None:
    """Serve on the same event loop as our bot. The 200 follows the answer."""
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    app = web.Application()
    door = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=secret)
    door.register(app, path="/")
    setup_application(app, dispatcher, bot=bot)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
