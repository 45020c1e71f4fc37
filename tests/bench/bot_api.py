"""Telegram's side of a conversation: whatever a bot sends is taken at once and shown on a phone."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qsl

from tests.bench.wire import Asked

ME = {"id": 7_000_000, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_SHOWN = {"sendmessage", "editmessagetext", "sendphoto", "senddocument"}
#: What other calls are told.
_RESULTS = {
    "getme": ME
    | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False},
    "getmycommands": [],
    "getmydescription": {"description": ""},
    "getmyshortdescription": {"short_description": ""},
    "getchatmenubutton": {"type": "commands"},
    "getwebhookinfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
}
_PART = re.compile(rb'name="([a-z_]+)"\r\n(?:[^\r]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)
_FILE = {"file_id": "AgAC1", "file_unique_id": "AQAD1"}


@dataclass
class Screen:
    """What the phone of one chat shows: how many messages came, and the newest one."""

    count: int = 0
    text: str = ""
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    #: When the newest picture came; set once somebody waits for it.
    picture: asyncio.Future[float] | None = None

    def button(self, number: int = 0) -> dict[str, str]:
        """One of the newest message's buttons."""
        return [button for row in self.keyboard for button in row][number]


class BotApi:
    """The calls of one bot."""

    def __init__(self) -> None:
        self.screens: dict[int, Screen] = {}
        self._numbers = count(1_000_000)

    def answer(self, asked: Asked) -> bytes:
        """A result as Telegram gives it."""
        method = asked.path.rpartition("/")[2].lower()
        if method not in _SHOWN:
            return _ok(_RESULTS.get(method, True))
        fields = _fields(asked)
        chat = int(fields["chat_id"])
        screen = self.screens.setdefault(chat, Screen())
        markup = fields.get("reply_markup") or {}
        if isinstance(markup, str):
            markup = json.loads(markup)
        text = fields.get("text") or fields.get("caption") or ""
        screen.count += 1
        screen.text, screen.keyboard = text, markup.get("inline_keyboard", [])
        message = {
            "message_id": next(self._numbers),
            "from": ME,
            "chat": {"id": chat, "first_name": "Ada", "type": "private"},
            "date": int(time.time()),
            **({"reply_markup": markup} if markup else {}),
        }
        if method == "sendphoto":
            if screen.picture is not None and not screen.picture.done():
                screen.picture.set_result(time.perf_counter())
            message |= {
                "caption": text,
                "photo": [{**_FILE, "width": 500, "height": 500, "file_size": 2_000}],
            }
        elif method == "senddocument":
            message |= {"caption": text, "document": _FILE}
        else:
            message["text"] = text
        return _ok(message)

    def expect_picture(self, chat: int) -> asyncio.Future[float]:
        """The moment at which the next picture comes, by `time.perf_counter`."""
        screen = self.screens.setdefault(chat, Screen())
        screen.picture = asyncio.get_running_loop().create_future()
        return screen.picture


def _fields(asked: Asked) -> dict:
    if asked.kind.startswith(b"application/json"):
        return json.loads(asked.body)
    if asked.kind.startswith(b"multipart/form-data"):
        parts = _PART.findall(asked.body)
        return {name.decode(): value.decode() for name, value in parts if name not in (b"photo", b"document")}
    return dict(parse_qsl(asked.body.decode()))


def _ok(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}, separators=(",", ":")).encode()
