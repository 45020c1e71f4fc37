"""Our messages → the Cloud API's: within every limit, and every choice there exactly once."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels import utf16
from bot.channels.whatsapp import outbound, templates
from bot.channels.whatsapp.adverts import adverts
from bot.channels.whatsapp.files import upload
from bot.conversation.actions import Seal
from bot.conversation.channel import ChannelError, Way
from bot.conversation.events import Address
from bot.conversation.messages import Advert, Button, File, Link, Menu, Notice, Photo, Question, Relay, Text
from handlers import erasing
from services.news import ErasureAnnounced

ADDRESS = Address("whatsapp", "FR.123456789", "33612345678")
PNG = b"\x89PNG\r\n\x1a\n"


def way(address=ADDRESS, *, locale="en", is_open=True):
    return Way(address, seal=lambda action: f"do:{action}:MAC", locale=locale, open=is_open)


def rendered(message, to=None):
    return outbound.payloads(message, to or way(), "77")


def buttons(*labels, detail=""):
    return tuple(Button(label, number, detail) for number, label in enumerate(labels))


def kinds(payloads):
    return [p["interactive"]["type"] if p["type"] == "interactive" else p["type"] for p in payloads]


def words(payload):
    kind = payload["type"]
    inside = payload[kind]
    return (
        inside["body"]["text"] if kind == "interactive" else inside.get("body") or inside.get("caption", "")
    )


def rows(payload):
    return payload["interactive"]["action"]["sections"][0]["rows"]


def shown(payloads):
    """Ids of all buttons and rows, in their order."""
    found = []
    for payload in payloads:
        match payload.get("interactive", {}):
            case {"type": "button", "action": {"buttons": replies}}:
                found += [reply["reply"]["id"] for reply in replies]
            case {"type": "list"}:
                found += [row["id"] for row in rows(payload)]
    return found


def check(payload):
    """What the platform refuses is not in there."""
    assert payload["messaging_product"] == "whatsapp"
    assert ("to" in payload) != ("recipient" in payload)
    inside = payload[payload["type"]]
    match payload["type"]:
        case "text":
            fits(inside["body"], 4096)
        case "interactive":
            fits(inside["body"]["text"], 4096 if inside["type"] == "list" else 1024)
            check_action(inside["type"], inside["action"])
        case "image" | "document" | "video":
            assert inside["id"]
            if "caption" in inside:
                fits(inside["caption"], 1024)
        case "audio" | "sticker":
            assert set(inside) == {"id"}


def check_action(kind, action):
    match kind:
        case "button":
            titles = [one["reply"]["title"] for one in action["buttons"]]
            assert 1 <= len(titles) <= 3
            [fits(title, 20) for title in titles]
            [fits(one["reply"]["id"], 64) for one in action["buttons"]]
            assert len(set(titles)) == len(titles)
        case "list":
            fits(action["button"], 20)
            [section] = action["sections"]
            assert 1 <= len(section["rows"]) <= 10
            for row in section["rows"]:
                fits(row["id"], 64)
                fits(row["title"], 24)
                fits(row.get("description", "-"), 72)
            titles = {row["title"] for row in section["rows"]}
            assert len(titles) == len(section["rows"])
        case "cta_url":
            fits(action["parameters"]["display_text"], 20)
            assert action["parameters"]["url"].startswith("https://")


def fits(text, most):
    assert text.strip()
    assert 1 <= len(text) <= utf16(text) <= most


def unbroken(most):
    """No place to pause, so that every part is as long as it may be."""
    return st.builds(str.__mul__, st.sampled_from("xé字😀"), st.integers(0, most))


@st.composite
def prose(draw):
    """Any text of up to 10,000 characters, in any script."""
    if draw(st.booleans()):
        return draw(unbroken(10_000))
    piece = draw(st.text(max_size=60))
    return (piece * draw(st.integers(1, 1 + 10_000 // max(1, len(piece)))))[:10_000]


LABELS = st.one_of(
    st.text(max_size=12), st.text(max_size=200), st.sampled_from(["Japan", "japan", "Japan 2", "ß", "SS"])
)


@st.composite
def choices(draw, most=500):
    pool = draw(
        st.lists(
            st.tuples(LABELS, st.text(max_size=90) | unbroken(100) | st.just("")), min_size=1, max_size=8
        )
    )
    count = draw(st.integers(0, 8) | st.integers(0, most))
    return tuple(Button(pool[n % len(pool)][0], n, pool[n % len(pool)][1]) for n in range(count))


@given(prose(), choices())
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_any_menu_is_within_the_limits(body, offered):
    for message in (Menu(body, offered), Question(body, "name", buttons=offered)):
        payloads = rendered(message)

        [check(payload) for payload in payloads]
        assert shown(payloads) == [f"do:{button.action}:MAC" for button in offered]
        assert letters(body) <= letters("".join(map(words, payloads)))


@given(prose(), choices(most=3), LABELS)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_anything_else_is_within_the_limits(body, offered, label):
    relayed = [(b"x", mime) for mime in ("image/png", "audio/ogg", "image/webp", "video/mp4", "a/b", "")]
    for message in (
        Text(body),
        Link(body, label, "https://pay.example/1"),
        Photo(PNG, body),
        Photo(PNG, body, buttons=offered),
        File(b"{}", "data.json", "application/json", body),
        Relay(body),
        *(Relay(body, content, mime, label) for content, mime in relayed),
    ):
        payloads = rendered(message)

        [check(payload) for payload in payloads]
        assert letters(body) <= letters("".join(map(words, payloads)))


@pytest.mark.parametrize("size", [n + d for n in (20, 24, 72, 1024, 4096, 5120) for d in (-1, 0, 1)])
def test_a_limit_holds_to_the_letter(size):
    long = "x" * size
    for message in (
        Text(long),
        Menu(long, (Button(long, 1),)),
        Menu(long, (Button(long, 1, long),)),
        Menu(long, (Button("A", 1),)),
        Link(long, long, "https://pay.example/1"),
        Photo(PNG, long, buttons=(Button("A", 1),)),
        Photo(PNG, long),
    ):
        [check(payload) for payload in rendered(message)]


def letters(text):
    """What may not get lost: everything but white space."""
    return Counter(c for c in text if not c.isspace())


def test_long_words_go_in_parts():
    assert kinds(rendered(Text("word " * 1000))) == ["text", "text"]
    assert rendered(Text(" \n")) == []


def test_up_to_three_short_choices_are_buttons():
    [payload] = rendered(Menu("Where to?", buttons("Japan", "Korea", "Somewhere else")))

    replies = payload["interactive"]["action"]["buttons"]
    assert replies[0] == {"type": "reply", "reply": {"id": "do:0:MAC", "title": "Japan"}}
    assert payload["interactive"]["body"] == {"text": "Where to?"}


@pytest.mark.parametrize(
    "offered",
    [
        buttons("A", "B", "C", "D"),
        buttons("A label of 21 letters", "B"),
        buttons("Same", "same"),
        buttons("A", detail="with a detail"),
    ],
)
def test_other_choices_are_a_list(offered):
    assert kinds(rendered(Menu("Where to?", offered))) == ["list"]


def test_what_a_title_cannot_show_stands_below_it():
    first, second, third = (
        Button("1 GB · 7 days", 1, "$4.50"),
        Button("Unlimited data for 30 days in 12 countries", 2, "$49"),
        Button("1 GB · 7 days", 3),
    )

    [payload] = rendered(Menu("Plans", (first, second, third)))

    assert rows(payload) == [
        {"id": "do:1:MAC", "title": "1 GB · 7 days", "description": "$4.50"},
        {
            "id": "do:2:MAC",
            "title": "Unlimited data for 30…",
            "description": "Unlimited data for 30 days in 12 countries · $49",
        },
        {"id": "do:3:MAC", "title": "1 GB · 7 days 2"},
    ]


def test_many_choices_are_several_lists():
    payloads = rendered(Menu("Where to?", buttons(*(f"Country {n}" for n in range(23)))))

    assert [words(payload) for payload in payloads] == ["Where to?", "2/3", "3/3"]
    assert [len(rows(payload)) for payload in payloads] == [10, 10, 3]


def test_the_same_choice_is_offered_once():
    [payload] = rendered(Menu("?", (Button("A", 1), Button("B", 2), Button("C", 1))))

    assert shown([payload]) == ["do:1:MAC", "do:2:MAC"]


def test_a_long_body_goes_before_its_buttons():
    payloads = rendered(Menu("word " * 300, buttons("Yes", "No")))

    assert kinds(payloads) == ["text", "button"]


def test_a_link_opens_outside():
    [payload] = rendered(Link("Pay here", "Pay €12.00", "https://pay.example/1"))

    action = payload["interactive"]["action"]
    assert action == {
        "name": "cta_url",
        "parameters": {"display_text": "Pay €12.00", "url": "https://pay.example/1"},
    }


def test_a_picture_carries_its_buttons():
    [payload] = rendered(Photo(PNG, "Scan me", buttons=buttons("Installed", "Help")))

    assert payload["interactive"]["header"] == {"type": "image", "image": {"id": "77"}}
    assert kinds(rendered(Photo(PNG, "Scan me", buttons=buttons("A label of 21 letters")))) == [
        "image",
        "list",
    ]


@pytest.mark.parametrize(
    ("message", "kind", "mime"),
    [
        (Photo(PNG, "x"), "image", "image/png"),
        (File(b"{}", "data.json", "application/json"), "document", "text/plain"),
        (File(b"%PDF", "invoice.pdf", "application/pdf"), "document", "application/pdf"),
        (Relay("", PNG, "image/png"), "image", "image/png"),
        (Relay("", b"Ogg", "audio/ogg"), "audio", "audio/ogg; codecs=opus"),
        (Relay("", bytes(6 * 1024 * 1024), "image/png"), "document", "image/png"),
        (Relay("", b"PK", "application/zip"), "document", "text/plain"),
        (Relay("", b"GIF8", "image/gif"), "document", "text/plain"),
    ],
)
def test_a_file_goes_the_way_of_its_kind(message, kind, mime):
    assert kinds(rendered(message)) == [kind]
    assert upload(message, is_open=True).mime == mime


@pytest.mark.parametrize(
    ("address", "named"),
    [
        (ADDRESS, {"recipient": "FR.123456789"}),
        (Address("whatsapp", "33612345678", "33612345678"), {"to": "33612345678"}),
        (Address("whatsapp", "33612345678"), {"to": "33612345678"}),
    ],
)
def test_the_recipient_is_named_as_the_platform_named_them(address, named):
    [payload] = rendered(Text("hi"), way(address))

    assert {name: payload[name] for name in ("to", "recipient") if name in payload} == named


def test_a_notice_is_itself_while_the_window_is_open():
    notice = Notice("esim_ready", ("Japan",), Photo(PNG, "Scan me"), "show")

    assert kinds(rendered(notice)) == ["image"]
    assert kinds(rendered(notice, way(is_open=False))) == ["template"]
    assert upload(notice, is_open=True) is not None
    assert upload(notice, is_open=False) is None


@pytest.mark.parametrize(
    ("locale", "code", "said"),
    [
        ("en", "en", "5 GB Japan"),
        ("fr-CA", "fr", "5 GB Japan"),
        ("pt_BR", "en", "5 GB Japan"),
        ("ar", "ar", "\u20685 GB Japan\u2069"),
    ],
)
def test_a_template_is_filled_in_its_language(locale, code, said):
    notice = Notice("payment_pending", ("5 GB\n Japan",), Text("x"))

    [payload] = rendered(notice, way(locale=locale, is_open=False))

    assert payload["template"] == {
        "name": "payment_pending",
        "language": {"code": code},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": said}]}],
    }


@pytest.mark.parametrize(
    "notice",
    [
        Notice("hello", (), Text("x")),
        Notice("payment_pending", ("a", "b"), Text("x")),
        Notice("payment_pending", ("a",), Text("x"), "a button that it lacks"),
        Notice("esim_ready", ("a",), Text("x")),
    ],
)
def test_a_notice_without_its_template_is_refused(notice):
    with pytest.raises(ChannelError):
        rendered(notice, way(is_open=False))


def test_a_templates_button_brings_what_it_may_not_hold():
    [payload] = rendered(Notice("esim_ready", ("Japan",), Text("x"), "show"), way(is_open=False))

    [_, button] = payload["template"]["components"]
    assert (button["sub_type"], button["index"]) == ("quick_reply", "0")
    assert button["parameters"] == [{"type": "payload", "payload": "do:show:MAC"}]


def test_an_offer_is_its_own_template_even_while_the_window_is_open():
    offer = Advert("offer_spring", "fr", "Moins cher", "STOP pour arrêter", Button("Arrêter", "stop"))

    [payload] = rendered(offer)
    [wanted] = adverts({"fr": offer})

    assert payload["template"]["name"] == wanted["name"] == "offer_spring"
    assert payload["template"]["language"] == {"code": "fr"}
    assert payload["template"]["components"][0]["parameters"][0]["payload"] == "do:stop:MAC"
    assert (wanted["category"], wanted["language"]) == ("MARKETING", "fr")
    assert [one["type"] for one in wanted["components"]] == ["BODY", "FOOTER", "BUTTONS"]


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_templates_are_what_meta_takes(name):
    template = templates.TEMPLATES[name]
    wanted = [str(number) for number in range(1, len(template.examples) + 1)]

    assert set(template.texts) == {"en", "fr", "es", "ar"}
    assert set(template.buttons) in (set(), set(template.texts))
    assert all(len(label) <= 25 for label in template.buttons.values())
    for text in template.texts.values():
        assert re.findall(r"{{(\d)}}", text) == wanted
        assert not text.startswith("{{")
        assert not text.endswith("}}")
        assert len(text) + len(wanted) * (templates.MOST_VALUE + 2) <= 1024
    assert json.dumps(templates.registrations())


async def test_the_button_of_general_news_brings_the_words_themselves():
    shop = SimpleNamespace(controller=SimpleNamespace(name="Miio"))
    news = ErasureAnnounced("R-7K3MP9", datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    notice = await erasing.announced(None, shop, news)

    [payload] = rendered(notice, way(is_open=False))
    seal = Seal(b"key")
    pressed = seal.open(seal.close(notice.opens, "chat"), "chat")

    assert [part["type"] for part in payload["template"]["components"]] == ["body", "button"]
    assert await erasing.show_announced(None, shop, pressed) == notice
