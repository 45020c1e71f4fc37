"""How a message looks on a phone: its words, buttons and picture, drawn from the Message object."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from bot.sandbox.phones import Button, ScreenMessage
from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.files import Files
from bot.sandbox.telegram.markup import seen_buttons

Who = Literal["bot", "me"]


def drawn(message: Json, who: Who, files: Files) -> ScreenMessage:
    """A new message on the screen."""
    seen = ScreenMessage(str(message["message_id"]), who)
    seen.at = datetime.fromtimestamp(message["date"], UTC).isoformat()
    redraw(seen, message, files)
    return seen


def redraw(seen: ScreenMessage, message: Json, files: Files) -> None:
    """The same message after an edit."""
    file = message.get("document") or message.get("voice") or message.get("sticker")
    seen.text = words(message)
    seen.buttons = seen_buttons(message.get("reply_markup"))
    if "invoice" in message and not seen.buttons:
        seen.buttons = [Button(f"Pay ⭐{message['invoice']['total_amount']}", kind="pay")]
    seen.image = files.url(picture_id(message) or "")
    seen.document = files.url(file["file_id"]) if file else None
    seen.name = message.get("document", {}).get("file_name")
    seen.extra = _marks(message)


def _marks(message: Json) -> Json:
    """What else the phone makes visible: formatting, the message answered, the thread, the author in a group."""
    marks: Json = {}
    if entities := message.get("entities") or message.get("caption_entities"):
        marks["entities"] = entities
    if keyboard := (message.get("reply_markup") or {}).get("inline_keyboard"):
        marks["rows"] = [len(row) for row in keyboard]
    if "reply_to_message" in message:
        marks["reply_to"] = str(message["reply_to_message"]["message_id"])
    if "message_thread_id" in message:
        marks["topic"] = str(message["message_thread_id"])
    if message["chat"]["type"] != "private":
        marks["from"] = (message.get("from") or {}).get("first_name") or message["chat"]["title"]
    return marks


def picture_id(message: Json) -> str | None:
    """The file id of the picture in a message, at its largest; stickers and picture files count."""
    if "photo" in message:
        return str(message["photo"][-1]["file_id"])
    if "sticker" in message:
        return str(message["sticker"]["file_id"])
    document = message.get("document", {})
    return document["file_id"] if document.get("mime_type", "").startswith("image/") else None


def words(message: Json) -> str:
    """What there is to read."""
    match message:
        case {"text": str(text)} | {"caption": str(text)}:
            return text
        case {"invoice": {"title": title, "description": description}}:
            return f"{title}\n{description}"
        case {"successful_payment": {"total_amount": amount}}:
            return f"⭐{amount} paid"
        case {"refunded_payment": {"total_amount": amount}}:
            return f"⭐{amount} refunded"
        case {"venue": {"title": title, "address": address}}:
            return f"📍 {title}\n{address}"
        case {"location": {"latitude": latitude, "longitude": longitude}}:
            return f"📍 {latitude}, {longitude}"
        case {"contact": {"phone_number": number, "first_name": name}}:
            return f"👤 {name} {number}"
        case {"voice": {"duration": seconds}}:
            return f"🎤 {seconds} s"
        case {"poll": {"question": question, "options": options}}:
            return "\n".join((f"📊 {question}", *(f"○ {option['text']}" for option in options)))
        case {"game": {"title": title, "description": description}}:
            return f"🎮 {title}\n{description}"
        case {"dice": {"emoji": emoji, "value": value}}:
            return f"{emoji} {value}"
        case {"pinned_message": pinned}:
            return f"📌 {words(pinned)}"
        case {"new_chat_title": title}:
            return f"✎ {title}"
        case {"forum_topic_created": {"name": name}}:
            return f"# {name}"
    return ""
