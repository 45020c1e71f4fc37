"""What a traveller sends that is not a text: real little files, and places and people that do not exist."""

from __future__ import annotations

from bot.sandbox.phones import Kind
from bot.sandbox.telegram import pictures, voice
from bot.sandbox.telegram.calls import Json, Upload
from bot.sandbox.telegram.files import Files
from bot.sandbox.telegram.users import User


async def enclosed(kind: Kind, person: User, files: Files) -> Json:
    """The fields of a Message that holds one; its file can be fetched."""
    match kind:
        case "photo":
            return {"photo": await files.photo(Upload("photo.png", "image/png", pictures.snapshot()))}
        case "voice":
            note = Upload("voice.oga", "audio/ogg", voice.silence())
            facts: Json = {"duration": voice.SECONDS, "mime_type": "audio/ogg"}
            return {"voice": files.other("voice", note, "audio/ogg", facts)}
        case "sticker":
            image = Upload("sticker.webp", "image/webp", pictures.sticker())
            facts = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": files.other("sticker", image, "image/webp", facts | {"emoji": "🙂"})}
        case "location":
            return {"location": {"latitude": 48.858222, "longitude": 2.2945}}
        case "contact":
            number = f"336{person.id % 10**8:08d}"
            return {
                "contact": {"phone_number": number, "first_name": person.first_name, "user_id": person.id}
            }
