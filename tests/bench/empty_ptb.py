"""A bot that does nothing, in python-telegram-bot: Starlette hands each update to its application.

python -m tests.bench.empty_ptb PORT API SECRET
"""

from __future__ import annotations

import hmac
import sys
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, MessageHandler, filters

from tests.bench.empty import BUTTONS, TOKEN, WORDS


async def answer(update: Update, _context: object) -> None:
    rows = [[InlineKeyboardButton(label, callback_data=data)] for label, data in BUTTONS]
    await update.message.reply_text(WORDS, reply_markup=InlineKeyboardMarkup(rows))


def main(port: int, api: str, secret: str) -> None:
    """Serve on the same event loop as our bot. The 200 follows the answer."""
    bot = Application.builder().token(TOKEN).base_url(f"{api}/bot").updater(None).build()
    bot.add_handler(MessageHandler(filters.ALL, answer))

    async def door(request: Request) -> Response:
        shown = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(shown, secret):
            return PlainTextResponse("", 401)
        await bot.process_update(Update.de_json(await request.json(), bot.bot))
        return PlainTextResponse("ok")

    @asynccontextmanager
    async def running(_app: Starlette):
        async with bot:
            yield

    app = Starlette(routes=[Route("/", door, methods=["POST"])], lifespan=running)
    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
