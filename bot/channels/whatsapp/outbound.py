"""Our message → the Cloud API's, in the platform's best way and within its limits.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from __future__ import annotations

from bot.channels import shortened, utf16
from bot.channels.whatsapp import addresses, adverts, templates
from bot.channels.whatsapp.files import kind
from bot.channels.whatsapp.menus import (
    MOST_BODY,
    Content,
    choices,
    fit_buttons,
    interactive,
    menu,
    parted,
    reply_buttons,
    texts,
)
from bot.conversation.channel import ChannelError, Way
from bot.conversation.messages import (
    Advert,
    File,
    Invoice,
    Link,
    Menu,
    Message,
    Notice,
    Photo,
    Progress,
    Question,
    Relay,
    Text,
)

MOST_LINK_LABEL = 20
MOST_CAPTION = 1024
MOST_FILE_NAME = 240
#: Opens a link whose label is blank.
LINK = "↗"


def payloads(message: Message, way: Way, media_id: str = "") -> list[Content]:
    """The bodies to be posted, in order; none for blank words. `media_id`: what the upload answered.

    Raises ChannelError for a notice without its template, and for an invoice, which has no place here.
    """
    envelope = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **addresses.recipient(way.address),
    }
    return [envelope | content for content in _contents(message, way, media_id)]


def _contents(message: Message, way: Way, media_id: str) -> list[Content]:
    match message:
        case Text(body) | Progress(body=body):
            return texts(body)
        case Menu(body=body, buttons=buttons) | Question(body=body, buttons=buttons):
            return menu(body, choices(buttons, way.seal))
        case Link():
            return _link(message, way)
        case Invoice():
            raise ChannelError("no_payments_here")
        case Photo():
            return _photo(message, way, media_id)
        case File():
            return _captioned("document", media_id, message.body, message.name)
        case Notice(template=name, values=values, opens=opens) if not way.open:
            return [templates.filled(name, values, way.locale, way.seal(opens) if opens else "")]
        case Advert(stop=stop):
            return [adverts.advert(message, way.seal(stop.action))]
        case Notice(message=inner):
            return _contents(inner, way, media_id)
        case Relay():
            return _relay(message, media_id)


def _link(link: Link, way: Way) -> list[Content]:
    before, beside = parted(link.body, MOST_BODY)
    label = shortened(link.label, MOST_LINK_LABEL, utf16) or LINK
    action = {"name": "cta_url", "parameters": {"display_text": label, "url": link.url}}
    # A link and reply buttons do not go into one message.
    below = menu(LINK, choices(link.buttons, way.seal)) if link.buttons else []
    return [*texts(before), interactive("cta_url", beside, action), *below]


def _photo(photo: Photo, way: Way, media_id: str) -> list[Content]:
    offered = choices(photo.buttons, way.seal)
    if not offered:
        return _captioned("image", media_id, photo.body)
    header = {"type": "image", "image": {"id": media_id}}
    if fit_buttons(offered):
        before, beside = parted(photo.body, MOST_BODY)
        return [*texts(before), reply_buttons(beside, offered, header)]
    return [*_captioned("image", media_id, ""), *menu(photo.body, offered)]


def _relay(relay: Relay, media_id: str) -> list[Content]:
    if relay.content is None:
        return texts(relay.body)
    shown = kind(relay.mime, len(relay.content))
    if shown in {"audio", "sticker"}:
        return [*texts(relay.body), {"type": shown, shown: {"id": media_id}}]
    return _captioned(shown, media_id, relay.body, relay.name or "file")


def _captioned(shown: str, media_id: str, body: str, name: str = "") -> list[Content]:
    before, caption = parted(body, MOST_CAPTION)
    media = {"id": media_id}
    if caption:
        media["caption"] = caption
    if shown == "document":
        media["filename"] = name[-MOST_FILE_NAME:]
    return [*texts(before), {"type": shown, shown: media}]
