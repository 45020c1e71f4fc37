"""What Telegram tells us, one kind of update after the other."""

import json

import pytest
from aiogram.types import Message, Update
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram.inbound import inbound
from bot.channels.telegram.kinds import FILES, HEARD, OTHER, PLACES, SERVICE, UNHEARD
from bot.conversation.channel import Unreadable
from bot.conversation.events import (
    Address,
    Attachment,
    Blocked,
    Brought,
    Incoming,
    Pressed,
    Said,
    Sent,
    StaffSaid,
)

ADA = {"id": 7_000_000_000_123, "is_bot": False, "first_name": "Ada", "language_code": "fr"}
CHAT = {"id": 7_000_000_000_123, "type": "private", "first_name": "Ada"}
#: What stands beside the content of a message, and says nothing by itself.
ENVELOPE = {
    "author_signature", "business_connection_id", "caption", "caption_entities", "direct_messages_topic",
    "edit_date", "effect_id", "entities", "ephemeral_message_id", "external_reply", "forward_date",
    "forward_from", "forward_from_chat", "forward_from_message_id", "forward_origin", "forward_sender_name",
    "forward_signature", "from_user", "guest_bot_caller_chat", "guest_bot_caller_user", "guest_query_id",
    "has_media_spoiler", "has_protected_content", "is_automatic_forward", "is_from_offline", "is_paid_post",
    "is_topic_message", "link_preview_options", "media_group_id", "message_thread_id", "paid_star_count",
    "quote", "receiver_user", "reply_markup", "reply_to_checklist_task_id", "reply_to_message",
    "reply_to_poll_option_id", "reply_to_story", "sender_boost_count", "sender_business_bot", "sender_chat",
    "sender_tag", "show_caption_above_media", "suggested_post_info", "via_bot",
}  # fmt: skip
AT_ADAS = Address("telegram", "7000000000123")
STAFF = -1001234567890
GROUP = {"id": STAFF, "type": "supergroup", "title": "Desk"}


def update(**kind):
    return {"update_id": 9, **kind}


def message(**content):
    return {"message_id": 5, "date": 1_790_000_000, "chat": CHAT, "from": ADA, **content}


def staff(**content):
    sender = {"id": 3, "is_bot": False, "first_name": "Grace", "last_name": "H."}
    return message(**{"chat": GROUP, "from": sender, **content})


def press(**content):
    return {
        "id": "4382bfdwdsb323b2d9",
        "from": ADA,
        "chat_instance": "1",
        "data": "country:JP:mac",
        **content,
    }


def brought(chat, status="member"):
    known = {"user": ADA}
    return {
        "chat": chat,
        "from": ADA,
        "date": 1,
        "old_chat_member": {"status": "left", **known},
        "new_chat_member": {"status": status, "until_date": 0, **known},
    }


def read(told, staff_chat=STAFF):
    return inbound(json.dumps(told).encode(), staff_chat)


def heard(event, spinner=None):
    return [Incoming("telegram:9", AT_ADAS, event, language="fr", spinner=spinner)]


FILE = {"file_id": "F1", "file_unique_id": "u"}
PHOTO = [{**FILE, "file_id": "small", "width": 1, "height": 1}, {**FILE, "width": 9, "height": 9}]
VIDEO = {**FILE, "width": 9, "height": 9, "duration": 3}
PLACE = {"latitude": 35.6, "longitude": 139.7}
SENT = [
    ({"photo": PHOTO, "caption": "look"}, Sent("photo", Attachment("photo", "F1", "image/jpeg"), "look")),
    ({"voice": {**FILE, "duration": 2}}, Sent("voice", Attachment("voice", "F1", "audio/ogg"))),
    (
        {"video": {**VIDEO, "mime_type": "video/webm"}},
        Sent("video", Attachment("video", "F1", "video/webm")),
    ),
    (
        {"video_note": {**FILE, "length": 9, "duration": 3}},
        Sent("video", Attachment("video", "F1", "video/mp4")),
    ),
    (
        {"animation": VIDEO, "document": {**FILE, "file_name": "a.gif"}},
        Sent("video", Attachment("video", "F1", "video/mp4")),
    ),
    (
        {"document": {**FILE, "mime_type": "application/pdf", "file_name": "bill.pdf"}},
        Sent("document", Attachment("document", "F1", "application/pdf", "bill.pdf")),
    ),
    (
        {"audio": {**FILE, "duration": 3, "file_name": "song.mp3"}},
        Sent("document", Attachment("document", "F1", "audio/mpeg", "song.mp3")),
    ),
    (
        {
            "sticker": {
                **FILE,
                "type": "regular",
                "width": 9,
                "height": 9,
                "is_animated": False,
                "is_video": False,
            }
        },
        Sent("sticker", Attachment("sticker", "F1", "image/webp")),
    ),
    ({"location": PLACE}, Sent("location")),
    ({"venue": {"location": PLACE, "title": "Hotel", "address": "1"}, "location": PLACE}, Sent("location")),
    ({"contact": {"phone_number": "1", "first_name": "B"}}, Sent("contact")),
    ({"dice": {"emoji": "🎲", "value": 3}}, Sent("other")),
    ({"something_of_next_year": {"a": 1}}, Sent("other")),
]


@pytest.mark.parametrize(("content", "event"), SENT, ids=str)
def test_whatever_a_traveller_sends_is_heard(content, event):
    told = update(message=message(**content))

    assert read(told) == heard(event)
    Update.model_validate(told)  # the sample itself is sound


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Japan", "Japan"),
        ("/start ref-7_x", "/start ref-7_x"),
        ("/plans@shop_bot japan", "/plans japan"),
        ("/help@shop_bot", "/help"),
        ("write to ada@example.com", "write to ada@example.com"),
        ("سلام 👩‍👩‍👧", "سلام 👩‍👩‍👧"),
        ("half \ud83d of one", "half ? of one"),
        ("nul\0nul", "nulnul"),
    ],
)
def test_words_arrive_as_they_were_said(text, words):
    assert read(update(message=message(text=text))) == heard(Said(words))


def test_an_edited_message_is_said_again():
    told = update(edited_message=message(text="Korea", edit_date=1_790_000_009))

    assert read(told) == heard(Said("Korea"))


def test_a_live_location_does_not_speak_every_few_seconds():
    assert read(update(edited_message=message(location={**PLACE, "live_period": 60}))) == []


def test_no_language_is_no_language():
    nobody = {"id": 7_000_000_000_123, "is_bot": False, "first_name": "Ada"}

    [incoming] = read(update(message=message(**{"from": nobody, "text": "hi"})))

    assert incoming.language is None


@pytest.mark.parametrize(
    "beside",
    [
        {"forward_origin": {"type": "user", "date": "yesterday"}},
        {"forward_origin": {"type": "telepathy", "date": 1}},
        {"forward_origin": 7},
        {"entities": [{"type": 3}]},
        {"from": {"first_name": None}},
        {"from": "Ada"},
        {"from": None},
        {"date": "now"},
        {"message_id": None},
        {"reply_to_message": [1]},
        {"unknown_field": {"deep": [None]}},
        {"reply_markup": {"inline_keyboard": "none"}},
    ],
    ids=str,
)
def test_nothing_beside_the_words_can_hide_them(beside):
    [incoming] = read(update(message={**message(text="hello"), **beside}))

    assert incoming.event == Said("hello")
    assert incoming.address == AT_ADAS


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"photo": []}, "photo"),
        ({"photo": "?"}, "photo"),
        ({"voice": {"file_id": 4}}, "voice"),
        ({"document": None}, "document"),
        ({"location": 1}, "location"),
    ],
)
def test_a_broken_file_is_still_something_sent(content, kind):
    assert read(update(message=message(**content))) == heard(Sent(kind))


@pytest.mark.parametrize(
    ("origin", "changed"),
    [
        ({"message": message(text="Where to?")}, "5"),
        ({"message": {**message(), "reply_markup": "broken", "text": 1}}, "5"),
        ({"message": {"chat": CHAT, "message_id": 5, "date": 0}}, None),
        ({"message": {"chat": CHAT}}, None),
        ({"message": None}, None),
        ({}, None),
        ({"inline_message_id": "x"}, None),
    ],
    ids=str,
)
def test_a_button_works_however_old_its_message_is(origin, changed):
    told = update(callback_query=press(**origin))

    assert read(told) == heard(Pressed("country:JP:mac", changed), spinner="4382bfdwdsb323b2d9")


@pytest.mark.parametrize(
    "told",
    [
        update(message=staff(text="hello all"), note="another group"),
        update(message=message(chat={"id": -5, "type": "group", "title": "Friends"}, text="hi")),
        update(channel_post=message(chat={"id": -100, "type": "channel", "title": "News"}, text="news")),
        update(message=message(chat={"id": -100, "type": "channel", "title": "News"}, text="news")),
        update(callback_query=press(message=staff(text="x"))),
        update(callback_query={**press(message=message(text="x")), "data": None, "game_short_name": "g"}),
        update(message=message(pinned_message=message(text="x"))),
        update(message=message(message_auto_delete_timer_changed={"message_auto_delete_time": 60})),
        update(inline_query={"id": "1", "from": ADA, "query": "ja", "offset": ""}),
        update(poll_answer={"poll_id": "1", "user": ADA, "option_ids": [0], "option_persistent_ids": []}),
        update(my_chat_member=brought(GROUP, "left")),
        update(my_chat_member=brought(GROUP, "kicked")),
        update(a_kind_of_next_year={"x": 1}),
        update(),
    ],
)
def test_what_does_not_concern_us_is_nothing(told):
    assert read(told, staff_chat=None) == []


@pytest.mark.parametrize(("kind", "speaks"), [("group", True), ("supergroup", True), ("channel", False)])
def test_whoever_brings_the_bot_into_a_group_or_a_channel_is_told(kind, speaks):
    chat = {"id": -1002, "type": kind, "title": "Friends"}
    told = update(my_chat_member=brought(chat))

    assert read(told) == [Brought(-1002, speaks, "fr")]
    assert read(told, staff_chat=-1002) == []


def test_every_kind_of_update_is_decided_about():
    known = {field.alias or name for name, field in Update.model_fields.items()} - {"update_id"}
    assert set(HEARD) | set(UNHEARD) == known
    assert not set(HEARD) & set(UNHEARD)
    for kind in UNHEARD:
        assert not [one for one in hears(update(**{kind: message(text="Japan")})) if one], kind


def hears(told):
    """What is made of an update whose kind is not asked for: nothing, or it is no update at all."""
    try:
        return read(told)
    except Unreadable:
        return []


def test_every_content_of_a_message_is_decided_about():
    contents = {name for name, field in Message.model_fields.items() if not field.is_required()}
    decided = {"text", *FILES, *PLACES, *OTHER, *SERVICE}
    assert decided <= contents
    assert contents - decided == ENVELOPE
    for content in OTHER:
        assert read(update(message=message(**{content: {}}))) == heard(Sent("other")), content
    for content in SERVICE - {"successful_payment", "refunded_payment"}:
        assert read(update(message=message(**{content: {}}))) == [], content


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_a_traveller_closes_and_opens_the_door(status, blocked):
    told = update(
        my_chat_member={
            "chat": CHAT,
            "from": ADA,
            "date": 1,
            "old_chat_member": {},
            "new_chat_member": {"status": status},
        }
    )

    assert read(told) == [Blocked(AT_ADAS, blocked)]


ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
OTHER_BOT = {"id": 77, "is_bot": True, "first_name": "Other"}


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (staff(text="On it"), StaffSaid("On it", "Grace", member_id="3")),
        (
            staff(text="Yes", reply_to_message=staff(message_id=88)),
            StaffSaid("Yes", "Grace", "88", member_id="3"),
        ),
        (staff(text="/close@shop_bot", reply_to_message=7), StaffSaid("/close", "Grace", member_id="3")),
        (
            staff(text="Hm", is_topic_message=True, reply_to_message=staff(forum_topic_created={})),
            StaffSaid("Hm", "Grace", member_id="3"),
        ),
        (
            staff(photo=PHOTO, caption="Tap here"),
            StaffSaid("Tap here", "Grace", None, Attachment("photo", "F1", "image/jpeg"), "3"),
        ),
        (
            staff(text="Me", **{"from": ANONYMOUS, "sender_chat": GROUP, "author_signature": "Boss"}),
            StaffSaid("Me", "Boss"),
        ),
    ],
)
def test_the_staff_is_heard(said, event):
    [incoming] = read(update(message=said))

    assert incoming.event == event
    assert incoming.address == Address("telegram", str(STAFF))


@pytest.mark.parametrize(
    "said",
    [
        staff(text="beep", **{"from": OTHER_BOT}),
        staff(new_chat_members=[ADA]),
        staff(location=PLACE),
    ],
)
def test_who_is_not_staff_is_not_heard_there(said):
    assert read(update(message=said)) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"7",
        b"{}",
        b'{"update_id": "x"}',
        b'{"update_id": 1, "message": {}}',
        b'{"update_id": 1, "message": "words"}',
        b'{"update_id": 1, "message": {"chat": {"id": "7", "type": "private"}, "text": "hi"}}',
        b'{"update_id": 1, "callback_query": {"id": 5}}',
        b"[" * 100_000,
        b'{"update_id": 1' + b"0" * 5_000 + b"}",
        b'{"update_id": 1, "message": ' * 900 + b"1" + b"}" * 900,
    ],
    ids=lambda raw: raw[:60].decode("latin-1"),
)
def test_a_body_that_is_no_update_is_unreadable(raw):
    with pytest.raises(Unreadable):
        inbound(raw, STAFF)


WORDS = st.sampled_from(["", "id", "private", "date", "7", "\ud800"])
SCRAPS = st.recursive(
    st.sampled_from([None, True, False, 0, -1, 2**70, 1.5, float("nan")]) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [*message(), *press(), "text", "photo", "reply_to_message", "caption", "sender_chat"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(
    kind=st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]),
    base=st.sampled_from(
        [message(text="hi"), message(photo=PHOTO), staff(text="yes"), press(message=message())]
    ),
    damage=st.dictionaries(FIELDS, SCRAPS, max_size=3),
)
def test_damage_is_read_or_refused_but_never_falls(kind, base, damage):
    try:
        for incoming in read(update(**{kind: {**base, **damage}})):
            assert incoming.address.id.lstrip("-").isdecimal()
    except Unreadable:
        return


@pytest.mark.parametrize(
    "told",
    [
        update(message=message(text="hi", chat=CHAT | {"id": True})),
        update(edited_message=message(text="hi", chat=CHAT | {"id": False})),
        update(callback_query=press(**{"from": ADA | {"id": True}})),
    ],
)
def test_yes_and_no_are_no_chats(told):
    with pytest.raises(Unreadable):
        read(told)
