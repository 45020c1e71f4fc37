"""The traveller's thumb: writing, pressing, sending, editing, following a link, changing numbers."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.credentials import WHATSAPP_NUMBER
from bot.sandbox.media import Media
from bot.sandbox.phones import Button, Kind, ScreenMessage
from bot.sandbox.whatsapp import samples
from bot.sandbox.whatsapp.book import Book, Phone
from bot.sandbox.whatsapp.media import Shelf
from bot.sandbox.whatsapp.pen import Pen

LONGEST = 65_536
_AIRPORT = {"latitude": 38.7742, "longitude": -9.1342, "name": "Airport", "address": "1700-111 Lisbon"}
_LINKS = {"wa.me", "www.wa.me", "api.whatsapp.com"}


class Hand:
    """What a person does with a phone."""

    def __init__(self, pen: Pen, book: Book, shelf: Shelf) -> None:
        self._pen = pen
        self._book = book
        self._shelf = shelf

    def say(self, phone: Phone, words: str) -> None:
        """Write a text."""
        shown = ScreenMessage("", "me", _proper(words))
        phone.written = self._pen.write(phone, "text", {"body": words}, shown)

    def press(self, phone: Phone, label: str) -> None:
        """Press the newest button with that label; NoSuchButton when there is none."""
        message, button = phone.screen.button(label)
        shown = ScreenMessage("", "me", label)
        quoted = {"from": WHATSAPP_NUMBER, "id": message.id}
        match button.kind:
            case "location":
                self._pen.write(phone, "location", dict(_AIRPORT), _place(), quoted)
            case "quick":
                self._pen.write(phone, "button", {"payload": button.data, "text": label}, shown, quoted)
            case _:
                self._pen.write(phone, "interactive", _reply(message, button), shown, quoted)

    def send(self, phone: Phone, kind: Kind) -> None:
        """Send something that is no text."""
        match kind:
            case "photo":
                self._file(phone, "image", samples.photo(), "image/png", name="photo.png")
            case "sticker":
                self._file(phone, "sticker", samples.sticker(), "image/webp", animated=False)
            case "voice":
                mime = "audio/ogg; codecs=opus"
                self._file(phone, "audio", samples.voice(), mime, name="voice.ogg", voice=True)
            case "location":
                self._pen.write(phone, "location", dict(_AIRPORT), _place())
            case "contact":
                self._pen.write(phone, "contacts", [_friend()], ScreenMessage("", "me", "Alex Friend"))
            case _:
                raise ValueError(f"nothing to send of kind {kind!r}")

    def edit(self, phone: Phone, words: str) -> None:
        """Change the newest text; ValueError when nothing was written yet."""
        message = phone.screen.find(phone.written or "")
        if message is None:
            raise ValueError("there is no text to edit")
        changed = {"type": "text", "text": {"body": _proper(words)}}
        self._pen.tell(phone, "edit", {"original_message_id": message.id, "message": changed})
        message.text, message.edited = words, True
        phone.screen.touch(message)

    def open(self, phone: Phone, link: str) -> None:
        """Follow a link to the shop's number and send the text it brings; ValueError when it is none."""
        parts = urlsplit(link)
        query = parse_qs(parts.query)
        number = query.get("phone", [parts.path.strip("/")])[0].removeprefix("+").strip()
        if parts.hostname not in _LINKS or number != WHATSAPP_NUMBER:
            raise ValueError("not a link to this shop's WhatsApp number")
        if words := query.get("text", [""])[0]:
            self.say(phone, words)

    def prefer(self, phone: Phone, *, news: bool) -> None:
        """Whether the shop may advertise."""
        phone.news = news
        self._pen.prefer(phone, "resume" if news else "stop")

    def change_identity(self, phone: Phone, change: str) -> None:
        """See `Phones`; ValueError for a change that WhatsApp does not know."""
        match change:
            case "number":
                self._move(phone)
            case "username":
                self._book.adopt_username(phone)
            case "recycled":
                self._book.recycle(phone)
            case _:
                raise ValueError(f"no change {change!r} on WhatsApp")

    def _move(self, phone: Phone) -> None:
        """A new number; of somebody who hides it the shop sees only that the id has changed."""
        number, user_id, hidden = phone.number, phone.user_id, phone.username is not None
        self._book.renumber(phone)
        before, after = (user_id, phone.user_id) if hidden else (number, phone.number)
        system: dict[str, Any] = {"body": f"User {phone.name} changed from {before} to {after}"}
        if not hidden:
            system["wa_id"] = phone.number
        system |= {"user_id": phone.user_id, "previous_user_id": user_id}
        system["type"] = "user_changed_user_id" if hidden else "user_changed_number"
        self._pen.announce(phone, {} if hidden else {"from": number}, system)

    def _file(
        self, phone: Phone, kind: str, content: bytes, mime: str, *, name: str = "", **more: bool
    ) -> None:
        upload = self._shelf.put(content, mime, name or kind)
        digest = b64encode(sha256(content).digest()).decode()
        told = {"mime_type": mime, "sha256": digest, "id": upload.id, "url": self._shelf.address(upload.id)}
        address, picture = Media.url(upload.key), mime.startswith("image/")
        shown = ScreenMessage("", "me", name=name or None)
        shown.image, shown.document = (address, None) if picture else (None, address)
        self._pen.write(phone, kind, told | more, shown)


def _proper(words: str) -> str:
    words.encode()  # half a surrogate pair is no character; UnicodeError is a ValueError
    if not words.strip() or len(words) > LONGEST:
        raise ValueError(f"a message has between 1 and {LONGEST} characters")
    return words


def _reply(message: ScreenMessage, button: Button) -> dict[str, Any]:
    reply = {"id": button.data, "title": button.label}
    if button.kind == "reply":
        return {"type": "button_reply", "button_reply": reply}
    row = message.extra["list"]["rows"][message.buttons.index(button)]
    described = {"description": row["description"]} if row["description"] else {}
    return {"type": "list_reply", "list_reply": reply | described}


def _place() -> ScreenMessage:
    return ScreenMessage("", "me", f"{_AIRPORT['name']}, {_AIRPORT['address']}")


def _friend() -> dict[str, Any]:
    return {
        "name": {"first_name": "Alex", "last_name": "Friend", "formatted_name": "Alex Friend"},
        "phones": [{"phone": "+44 7700 900123", "wa_id": "447700900123", "type": "CELL"}],
    }
