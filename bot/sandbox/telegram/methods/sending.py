"""Sending texts, pictures and files."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram import links, outgoing, texts
from bot.sandbox.telegram.calls import Call, Json, Upload
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import Formatted

_ATTACHED = "attach://"
#: What a bot may ask for, and how the message shows that it was done.
_PHOTO_LOOKS = {"has_spoiler": "has_media_spoiler", "show_caption_above_media": "show_caption_above_media"}
_PREVIEW_FLAGS = ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text")


async def send_message(cloud: Cloud, call: Call) -> Json:
    text = texts.message_text(
        call.text("text"), call.text("parse_mode"), call.structure("entities", "entities"), cloud.known
    )
    return outgoing.send(cloud, call, text.as_json() | preview(call, text))


async def send_photo(cloud: Cloud, call: Call) -> Json:
    caption = outgoing.caption(cloud, call)
    cloud.open_chat(call)
    photo = await picture(cloud, call, call.text("photo"), "photo")
    looks = {shown: True for asked, shown in _PHOTO_LOOKS.items() if call.flag(asked)}
    return outgoing.send(
        cloud, call, {"photo": photo} | looks | caption.as_json("caption", "caption_entities")
    )


async def send_document(cloud: Cloud, call: Call) -> Json:
    caption = outgoing.caption(cloud, call)
    cloud.open_chat(call)
    file = await document(cloud, call, call.text("document"), "document")
    return outgoing.send(cloud, call, {"document": file} | caption.as_json("caption", "caption_entities"))


async def send_voice(cloud: Cloud, call: Call) -> Json:
    caption = outgoing.caption(cloud, call)
    cloud.open_chat(call)
    upload = uploaded(call, call.text("voice"), "voice")
    if upload is None:
        note: Json = _known(cloud, call.text("voice"), "voice", "Voice")
    else:
        mime = upload.mime or "audio/ogg"
        facts = {"duration": call.whole("duration", 0, 0), "mime_type": mime}
        note = cloud.files.other("voice", upload, mime, facts)
    return outgoing.send(cloud, call, {"voice": note} | caption.as_json("caption", "caption_entities"))


def preview(call: Call, text: Formatted) -> Json:
    """How a link in a text is shown: what the bot asked for, and which link it is."""
    options = call.structure("link_preview_options", "link preview options")
    if options is None:
        options = {"is_disabled": call.flag("disable_web_page_preview")}
    if not isinstance(options, dict):
        raise bad("object expected as link preview options")
    for flag in _PREVIEW_FLAGS:
        if not isinstance(options.get(flag, False), bool):
            raise bad(f'field "{flag}" must be of type Boolean')
    if (url := options.get("url")) and links.or_none(str(url)) is None:
        raise bad("WEBPAGE_URL_INVALID")
    shown = {name: value for name, value in options.items() if name in (*_PREVIEW_FLAGS, "url") and value}
    if not shown.get("is_disabled") and (link := shown.get("url") or text.first_link()):
        shown["url"] = str(link)
    return {"link_preview_options": shown} if shown else {}


async def picture(cloud: Cloud, call: Call, source: str, field: str) -> list[Json]:
    """The sizes of an uploaded picture, or of one that is known by its id."""
    if (upload := uploaded(call, source, field) or _fetched(cloud, source)) is not None:
        return await cloud.files.photo(upload)
    shown: list[Json] = _known(cloud, source, "photo", "Photo")
    return shown


async def document(cloud: Cloud, call: Call, source: str, field: str) -> Json:
    """An uploaded file, or one that is known by its id."""
    if (upload := uploaded(call, source, field) or _fetched(cloud, source)) is not None:
        thumbnail = call.text("thumbnail")
        return await cloud.files.document(
            upload, call.upload(thumbnail.removeprefix(_ATTACHED) or "thumbnail")
        )
    shown: Json = _known(cloud, source, "document", "Document")
    return shown


def uploaded(call: Call, source: str, field: str) -> Upload | None:
    """The file that came along: under the field's own name, or under the name that the field tells."""
    upload = call.upload(source.removeprefix(_ATTACHED) if source.startswith(_ATTACHED) else field)
    if upload is None and (not source or source.startswith(_ATTACHED)):
        raise bad(f"there is no {field} in the request")
    return upload


def _fetched(cloud: Cloud, source: str) -> Upload | None:
    """The file at an address; None when the source is none. ApiError when nothing is there."""
    if not source.lower().startswith(("http://", "https://")):
        return None
    page = cloud.outside.fetch(source)
    if page is None:
        raise bad("failed to get HTTP URL content")
    return Upload(page.name, page.mime, page.content)


def _known(cloud: Cloud, source: str, kind: str, name: str) -> Any:
    file = cloud.files.find(source)
    if file is None:
        raise bad("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad(f"can't use file of type {file.kind.capitalize()} as {name}")
    return file.shown


METHODS: dict[str, Any] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVoice": send_voice,
}
