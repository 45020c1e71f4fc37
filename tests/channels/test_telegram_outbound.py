"""Whatever we say, Telegram can carry it, and nothing of it is lost on the way."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels import utf16
from bot.channels.telegram.outbound import Call, Upload, outbound
from bot.conversation.channel import Way
from bot.conversation.events import Address
from bot.conversation.messages import Button, File, Link, Menu, Notice, Photo, Question, Relay, Text

CHAT = 7_000_000_000_123
PLAIN = {"is_disabled": True}


def way(pressed=None):
    return Way(Address("telegram", str(CHAT)), seal=str, locale="en", pressed=pressed)


def buttons(*labels):
    return tuple(Button(label, f"do:{number}") for number, label in enumerate(labels))


def words(text, *rows):
    keyboard = {"reply_markup": {"inline_keyboard": list(rows)}} if rows else {}
    return {"chat_id": CHAT, "text": text, "link_preview_options": PLAIN, **keyboard}


def key(text, data):
    return {"text": text, "callback_data": data}


PNG = Upload(b"png", "esim.png", "image/png")
TABLE = [
    (Text("Hello"), [Call("sendMessage", words("Hello"))]),
    (Text(" \n\u200b"), []),
    (
        Menu("Where to?", buttons("Japan", "Türkiye")),
        [Call("sendMessage", words("Where to?", [key("Japan", "do:0"), key("Türkiye", "do:1")]))],
    ),
    (
        Menu("Plans", (Button("1 GB · 7 days", "a", "$4.50"), Button("Back", "b"))),
        [Call("sendMessage", words("Plans", [key("1 GB · 7 days · $4.50", "a")], [key("Back", "b")]))],
    ),
    (
        Menu("Plans", (Button("Unlimited data in all of Europe", "a", "30 days from now"),)),
        [Call("sendMessage", words("Plans", [key("Unlimited data in all of Europe", "a")]))],
    ),
    (
        Menu("Three", buttons("Yes", "No", "Perhaps", "Never")),
        [
            Call(
                "sendMessage",
                words(
                    "Three",
                    [key("Yes", "do:0"), key("No", "do:1"), key("Perhaps", "do:2")],
                    [key("Never", "do:3")],
                ),
            )
        ],
    ),
    (Menu("", buttons("")), [Call("sendMessage", words("…", [key("…", "do:0")]))]),
    (Menu("Nothing to choose", ()), [Call("sendMessage", words("Nothing to choose"))]),
    (
        Link("Pay here", "Pay €4", "https://pay.example/x?y=1"),
        [Call("sendMessage", words("Pay here", [{"text": "Pay €4", "url": "https://pay.example/x?y=1"}]))],
    ),
    (
        Question("Your email?", "account.email", buttons=buttons("Not now")),
        [Call("sendMessage", words("Your email?", [key("Not now", "do:0")]))],
    ),
    (
        Photo(b"png", "Scan me", buttons=buttons("How?")),
        [
            Call(
                "sendPhoto",
                {
                    "chat_id": CHAT,
                    "caption": "Scan me",
                    "reply_markup": {"inline_keyboard": [[key("How?", "do:0")]]},
                },
                {"photo": PNG},
            )
        ],
    ),
    (Photo(b"png", ""), [Call("sendPhoto", {"chat_id": CHAT}, {"photo": PNG})]),
    (
        Photo(b"png", "word " * 204 + "lastly words", buttons=buttons("How?")),
        [
            Call("sendPhoto", {"chat_id": CHAT, "caption": ("word " * 204).strip()}, {"photo": PNG}),
            Call("sendMessage", words("lastly words", [key("How?", "do:0")])),
        ],
    ),
    (
        File(b"%PDF", "invoice 7.pdf", "application/pdf", "Your invoice"),
        [
            Call(
                "sendDocument",
                {"chat_id": CHAT, "caption": "Your invoice"},
                {"document": Upload(b"%PDF", "invoice 7.pdf", "application/pdf")},
            )
        ],
    ),
    (Notice("esim_ready", ("x",), Text("Ready")), [Call("sendMessage", words("Ready"))]),
    (Relay("Grace says hello"), [Call("sendMessage", words("Grace says hello"))]),
    (Relay("", b"", "image/png"), []),
    (
        Relay("see", b"jpg", "image/jpeg", "a.jpg"),
        [
            Call(
                "sendPhoto",
                {"chat_id": CHAT, "caption": "see"},
                {"photo": Upload(b"jpg", "a.jpg", "image/jpeg")},
            )
        ],
    ),
    (
        Relay("", b"x", 'image/png"\r\nX-Evil: 1', '../"e\r\nvil".exe'),
        [
            Call(
                "sendDocument",
                {"chat_id": CHAT},
                {"document": Upload(b"x", "..evil.exe", "application/octet-stream")},
            )
        ],
    ),
]


@pytest.mark.parametrize(("message", "calls"), TABLE, ids=lambda value: str(value)[:40])
def test_a_message_becomes_calls(message, calls):
    assert outbound(message, way()) == calls


def test_a_picture_that_is_too_heavy_goes_as_a_file():
    [call] = outbound(Photo(b"0" * 10_000_001, ""), way())

    assert call.method == "sendDocument"


def test_a_menu_takes_the_place_of_the_one_that_was_pressed():
    menu = Menu("Plans", buttons("1 GB"), in_place=True)

    assert outbound(menu, way("31")) == [
        Call("editMessageText", {"message_id": 31, **words("Plans", [key("1 GB", "do:0")])})
    ]
    assert [call.method for call in outbound(menu, way())] == ["sendMessage"]
    assert [call.method for call in outbound(menu, way("wamid.x"))] == ["sendMessage"]


def test_a_keyboard_that_would_be_too_heavy_becomes_several():
    heavy = tuple(Button("语" * 60, f"{'x' * 60}:{number}") for number in range(100))

    calls = outbound(Menu("Plans", heavy), way())

    rows = [call.fields["reply_markup"]["inline_keyboard"] for call in calls]
    assert max(len(json.dumps(each, ensure_ascii=False).encode()) for each in rows) < 10_000
    assert sum(map(len, rows)) == 100
    assert [call.fields["text"] for call in calls] == ["Plans"] + ["…"] * (len(calls) - 1)


SCRIPTS = "aB. \n\té?“日本語。🇯🇵😀👩‍👩‍👧\u0301\u0915\u094dالعربية؟\u200b\u2068\u2069\u0000\u2800\U0001d11e"
SHORT = st.text(alphabet=st.sampled_from(SCRIPTS), max_size=12)


@st.composite
def bodies(draw):
    """0 to 10,000 characters, with words of up to 5,000."""
    pieces = draw(st.lists(st.tuples(SHORT, st.sampled_from([1, 3, 40, 400])), max_size=12))
    return "".join(piece * times for piece, times in pieces)[:10_000]


@st.composite
def choices(draw, most=500):
    labels = draw(st.lists(st.tuples(SHORT, st.sampled_from([1, 2, 30])), min_size=1, max_size=7))
    details = draw(st.sampled_from([[""], ["", "$4.50"], ["30 days in 41 countries and regions"]]))
    number = draw(st.sampled_from([0, 1, 3, 10, 99, 100, 101, 250, most]))
    data = draw(st.sampled_from(["x", "country:JP:Qm3v0pWk1cE", "é" * 29]))
    return tuple(
        Button(
            labels[n % len(labels)][0] * labels[n % len(labels)][1],
            f"{data}:{n}",
            details[n % len(details)],
        )
        for n in range(number)
    )


@st.composite
def messages(draw):
    body = draw(bodies())
    match draw(st.integers(0, 6)):
        case 0:
            return Text(body)
        case 1:
            return Menu(body, draw(choices()), draw(st.booleans()))
        case 2:
            return Question(body, "x", buttons=draw(choices()))
        case 3:
            return Photo(b"x", body, buttons=draw(choices(3)))
        case 4:
            return Link(body, draw(SHORT), "https://pay.example")
        case 5:
            return File(b"x", draw(SHORT), "application/pdf", body)
        case _:
            return Relay(body, b"x", draw(st.sampled_from(["image/png", "audio/ogg", "?"])), draw(SHORT))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(message=messages(), pressed=st.sampled_from([None, "31"]))
def test_every_request_is_within_the_limits_and_nothing_is_lost(message, pressed):
    calls = outbound(message, way(pressed))

    said, done = [], []
    for call in calls:
        text = call.fields.get("text", call.fields.get("caption"))
        assert text is None or 1 <= utf16(text) <= (4096 if "text" in call.fields else 1024)
        assert text is not None or call.files
        assert "parse_mode" not in call.fields
        said += [text] if text and text != "…" else []
        rows = call.fields.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
        assert all(1 <= len(row) <= 8 for row in rows)
        keys = [button for row in rows for button in row]
        assert len(keys) <= 100
        assert all(button["text"].strip() for button in keys)
        assert len(json.dumps(rows, ensure_ascii=False).encode()) < 10_000
        done += [button.get("callback_data", "") for button in keys]
    assert [call.method == "editMessageText" for call in calls[1:]].count(True) == 0
    assert shown("".join(said)) == shown(message.body)
    wanted = ["" for _ in calls[:1]] if isinstance(message, Link) else []
    assert done == [*wanted, *(button.action for button in getattr(message, "buttons", ()))]


def shown(text):
    """What is there to see, without the blanks and the controls among it."""
    return [char for char in text if char.isprintable() and not char.isspace() and char not in "\u2800…"]
