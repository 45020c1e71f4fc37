"""The sandbox's WhatsApp, tried with another team's client: what it sends, refuses, tells and repeats."""

from __future__ import annotations

import asyncio
import json
import socket
from base64 import b64decode
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO

import httpx
import pytest
from PIL import Image
from pywa import errors, utils
from pywa_async import WhatsApp as Client
from pywa_async import types
from pywa_async.types import templates as t
from small_world import listening, serving, until
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.sandbox import credentials as c
from bot.sandbox.clock import WorldClock
from bot.sandbox.phones import NoSuchButton
from bot.sandbox.whatsapp import WhatsApp
from bot.sandbox.whatsapp.errors import Refused
from bot.sandbox.whatsapp.kinds import checked
from bot.sandbox.whatsapp.metering import Metering
from bot.sandbox.whatsapp.rates import pair, throughput
from bot.sandbox.whatsapp.templates import Templates

MB = 1024 * 1024
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


class Shop:
    """Takes webhooks, and has another team's client at hand."""

    def __init__(self):
        self.taken = []
        self.answer = 200
        self.address = ""

    def app(self):
        return Starlette(routes=[Route("/whatsapp", self.hear, methods=["GET", "POST"])])

    async def hear(self, request):
        if request.method == "GET":
            right = request.query_params["hub.verify_token"] == c.WHATSAPP_VERIFY_TOKEN
            return PlainTextResponse(request.query_params["hub.challenge"] if right else "no")
        self.taken.append((await request.body(), request.headers[utils.HUB_SIG], self.answer))
        return PlainTextResponse("", self.answer)

    def told(self, field):
        """Contents of that field in everything that was taken with a 2xx, in order."""
        values = [
            change["value"]
            for raw, _, status in self.taken
            if status == 200
            for entry in json.loads(raw)["entry"]
            for change in entry["changes"]
        ]
        return [content for value in values for content in value.get(field, ())]

    async def hears(self, count, field="messages"):
        await until(lambda: len(self.told(field)) >= count)
        return self.told(field)

    async def hears_change(self, field):
        """The newest that came in a field of its own."""

        def told():
            entries = [entry for raw, *_ in self.taken for entry in json.loads(raw)["entry"]]
            return [c["value"] for entry in entries for c in entry["changes"] if c["field"] == field]

        await until(told)
        return told()[-1]

    async def hears_status(self, message_id, status):
        def known():
            return [s for s in self.told("statuses") if s["id"] == message_id and s["status"] == status]

        await until(known)
        return known()[0]


class Ledger:
    def __init__(self):
        self.seen = []

    def reached(self, channel, traveller, text="", image=None):
        self.seen.append((channel, traveller, text, image))


class Story:
    """A world with WhatsApp in it, a shop that listens, pywa that sends, and httpx that says anything."""

    def __init__(self, world, phones, shop, wa, http):
        self.world, self.phones, self.shop, self.wa, self.http = world, phones, shop, wa, http

    async def meet(self, traveller, language=None):
        """The traveller writes; returns the sender's number and id as the shop sees them."""
        before = len(self.shop.told("messages"))
        await self.phones.say(traveller, "hello", language)
        return (await self.shop.hears(before + 1))[-1]

    def at_rest(self):
        return self.phones.held_back() == 0

    def newest(self, traveller):
        return self.phones.screen(traveller).messages[-1]

    async def raw(self, body, path="messages"):
        answer = await self.http.post(f"/v23.0/{c.WHATSAPP_PHONE_ID}/{path}", json=body)
        return answer.status_code, answer.json()

    async def upload(self, content, mime):
        return await self.http.post(
            f"/v23.0/{c.WHATSAPP_PHONE_ID}/media",
            files={"file": ("f", content, mime)},
            data={"messaging_product": "whatsapp", "type": mime},
        )


def small_whatsapp(world):
    world.ledger = Ledger()
    return WhatsApp(world)


def pywa_at(here, session, **more):
    wa = Client(
        c.WHATSAPP_PHONE_ID, c.WHATSAPP_TOKEN, session=session, waba_id=c.WHATSAPP_BUSINESS_ID, **more
    )
    session.base_url = f"{here}/whatsapp/v23.0"
    return wa


@asynccontextmanager
async def telling():
    shop = Shop()
    with socket.socket(proto=socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        shop.address = f"http://127.0.0.1:{door.getsockname()[1]}"
        auth = {"Authorization": f"Bearer {c.WHATSAPP_TOKEN}"}
        async with (
            listening(shop.app(), door),
            serving(small_whatsapp, shop.address) as (world, phones),
            httpx.AsyncClient() as session,
            httpx.AsyncClient(base_url=f"{world.here}/whatsapp", headers=auth, timeout=60) as http,
        ):
            wa = pywa_at(world.here, session, server=None, app_secret=c.WHATSAPP_APP_SECRET)
            yield Story(world, phones, shop, wa, http)


@pytest.fixture
async def story():
    async with telling() as told:
        yield told


def picture(size=(40, 30), kind="PNG"):
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


# What a shop sends


async def test_a_text_arrives_and_answers_a_message(story):
    hello = await story.meet("ada", "fr")
    sent = await story.wa.send_message(hello["from"], "Bonjour", reply_to_message_id=hello["id"])
    shown = story.newest("ada")
    assert (shown.id, shown.who, shown.text) == (sent.id, "bot", "Bonjour")
    assert shown.extra["reply_to"] == hello["id"]
    assert sent.to == hello["from"]
    assert hello["from"].startswith("33")
    assert story.world.ledger.seen == [("whatsapp", "ada", "Bonjour", None)]
    assert story.world.calls["whatsapp messages"] == 1


async def test_message_ids_hold_the_number(story):
    hello = await story.meet("ada")
    sent = await story.wa.send_message(hello["from"], "hi")
    for message_id in (hello["id"], sent.id):
        assert hello["from"].encode() in b64decode(message_id.removeprefix("wamid."))


async def test_who_is_known_by_id_only_gets_messages_too(story):
    hello = await story.meet("ada", "pt")
    assert hello["from_user_id"].startswith("PT.")
    sent = await story.wa.send_message(hello["from_user_id"], "Olá")
    assert sent.to == hello["from_user_id"]
    assert story.newest("ada").text == "Olá"


async def test_buttons_are_pressed(story):
    hello = await story.meet("ada")
    buttons = [types.Button("Yes", "y"), types.Button("No", "n")]
    sent = await story.wa.send_message(hello["from"], "Sure?", header="Hm", footer="Think", buttons=buttons)
    shown = story.newest("ada")
    assert shown.text == "Hm\nSure?\nThink"
    assert [b.label for b in shown.buttons] == ["Yes", "No"]
    await story.phones.press("ada", "No")
    pressed = (await story.shop.hears(2))[1]
    assert pressed["interactive"] == {"type": "button_reply", "button_reply": {"id": "n", "title": "No"}}
    assert pressed["context"]["id"] == sent.id
    assert (story.newest("ada").who, story.newest("ada").text) == ("me", "No")
    with pytest.raises(NoSuchButton):
        await story.phones.press("ada", "Maybe")


async def test_a_row_of_a_list_is_pressed(story):
    hello = await story.meet("ada")
    rows = [types.SectionRow("Japan", "jp", "from $4.50"), types.SectionRow("Peru", "pe")]
    choice = types.SectionList("Countries", [types.Section("All", rows)])
    await story.wa.send_message(hello["from"], "Where to?", buttons=choice)
    shown = story.newest("ada")
    assert [(b.label, b.kind) for b in shown.buttons] == [("Japan", "row"), ("Peru", "row")]
    assert shown.extra["list"]["button"] == "Countries"
    assert shown.extra["list"]["rows"][0]["description"] == "from $4.50"
    await story.phones.press("ada", "Japan")
    reply = (await story.shop.hears(2))[1]["interactive"]["list_reply"]
    assert reply == {"id": "jp", "title": "Japan", "description": "from $4.50"}


async def test_a_link_is_read_not_pressed(story):
    hello = await story.meet("ada")
    link = types.URLButton("Pay", "http://127.0.0.1/pay/1")
    await story.wa.send_message(hello["from"], "Your order", buttons=link)
    assert [(b.label, b.url) for b in story.newest("ada").buttons] == [("Pay", "http://127.0.0.1/pay/1")]
    assert "http://127.0.0.1/pay/1" in story.world.ledger.seen[-1][2]
    with pytest.raises(NoSuchButton):
        await story.phones.press("ada", "Pay")


async def test_a_picture_is_uploaded_and_shown(story):
    hello = await story.meet("ada")
    content = picture()
    sent = await story.wa.send_image(hello["from"], content, "Your QR", mime_type="image/png")
    shown = story.newest("ada")
    assert (shown.id, shown.text) == (sent.id, "Your QR")
    kept = story.world.media.get(shown.image.rpartition("/")[2])
    assert (kept.content, kept.mime) == (content, "image/png")
    assert story.world.ledger.seen[-1] == ("whatsapp", "ada", "Your QR", content)


async def test_a_picture_heads_buttons(story):
    hello = await story.meet("ada")
    buttons = [types.Button("Done", "d")]
    await story.wa.send_image(
        hello["from"], picture(kind="JPEG"), "Scan", buttons=buttons, mime_type="image/jpeg"
    )
    shown = story.newest("ada")
    assert shown.image
    assert (shown.text, shown.buttons[0].label) == ("Scan", "Done")


async def test_a_document_has_a_name(story):
    hello = await story.meet("ada")
    await story.wa.send_document(
        hello["from"], b"%PDF-1.7", filename="invoice.pdf", caption="Thanks", mime_type="application/pdf"
    )
    shown = story.newest("ada")
    assert (shown.name, shown.text, shown.image) == ("invoice.pdf", "Thanks", None)
    assert story.world.media.get(shown.document.rpartition("/")[2]).content == b"%PDF-1.7"


async def test_a_picture_comes_from_a_link_or_fails_afterwards(story):
    hello = await story.meet("ada")
    story.world.faults.disarm()
    sent = await story.wa.send_image(hello["from"], f"{story.shop.address}/nothing.png")
    failed = await story.shop.hears_status(sent.id, "failed")
    assert failed["errors"][0]["code"] == 131053
    assert story.newest("ada").who == "me"


async def test_places_cards_and_reactions_arrive(story):
    hello = await story.meet("ada")
    await story.wa.send_location(hello["from"], 38.77, -9.13, "Airport", "Lisbon")
    assert story.newest("ada").text.startswith("Airport\nLisbon\n38.77")
    card = types.Contact(name=types.Contact.Name(formatted_name="Desk", first_name="Desk"))
    await story.wa.send_contact(hello["from"], card)
    assert story.newest("ada").text == "Desk"
    sent = await story.wa.send_reaction(hello["from"], "👍", hello["id"])
    assert story.phones.screen("ada").find(hello["id"]).extra["reaction"] == "👍"
    await story.shop.hears_status(sent.id, "sent")
    await story.wa.request_location(hello["from"], "Where are you?")
    await story.phones.press("ada", "Send location")
    assert (await story.shop.hears(2))[1]["location"]["name"] == "Airport"
    assert [s["status"] for s in story.shop.told("statuses") if s["id"] == sent.id] == ["sent"]


async def test_what_was_read_gets_its_ticks(story):
    hello = await story.meet("ada")
    assert (await story.wa.mark_message_as_read(hello["id"])).success
    assert (await story.wa.indicate_typing(hello["id"])).success
    assert story.phones.screen("ada").find(hello["id"]).extra["read"]
    assert story.world.calls["whatsapp read"] == 2
    with pytest.raises(errors.InvalidParameter):
        await story.wa.mark_message_as_read("wamid.unknown")


async def test_a_template_is_made_sent_and_answered(story):
    hello = await story.meet("ada")
    made = t.Template(
        name="esim_ready",
        language=t.TemplateLanguage.ENGLISH_US,
        category=t.TemplateCategory.UTILITY,
        components=[
            body := t.BodyText("Hi {{1}}, your {{2}} is ready.", "Ada", "eSIM"),
            t.FooterText(text="Sandbox"),
            t.Buttons(
                buttons=[
                    quick := t.QuickReplyButton(text="Show it"),
                    link := t.URLButton(text="Open", url="https://shop.example/o/{{1}}", example="1"),
                ]
            ),
        ],
        parameter_format=t.ParamFormat.POSITIONAL,
    )
    created = await story.wa.create_template(made)
    assert created.status == t.TemplateStatus.PENDING
    with pytest.raises(errors.TemplateNotExists):
        await story.wa.send_template(hello["from"], "esim_ready", t.TemplateLanguage.ENGLISH_US, [])
    assert (await story.shop.hears_change("message_template_status_update"))["event"] == "APPROVED"
    assert [one.name for one in await story.wa.get_templates()] == ["hello_world", "esim_ready"]
    assert len(await story.wa.get_templates(name="esim", languages=[t.TemplateLanguage.ENGLISH_US])) == 1
    assert len(await story.wa.get_templates(statuses=[t.TemplateStatus.REJECTED])) == 0
    sent = await story.wa.send_template(
        hello["from"],
        "esim_ready",
        t.TemplateLanguage.ENGLISH_US,
        [
            body.params("Ada", "Japan eSIM"),
            quick.params(callback_data="show:1", index=0),
            link.params(url_variable="7", index=1),
        ],
    )
    shown = story.newest("ada")
    assert shown.text == "Hi Ada, your Japan eSIM is ready.\nSandbox"
    assert [(b.label, b.url) for b in shown.buttons] == [
        ("Show it", None),
        ("Open", "https://shop.example/o/7"),
    ]
    priced = (await story.shop.hears_status(sent.id, "delivered"))["pricing"]
    assert priced == {"billable": True, "pricing_model": "PMP", "category": "utility", "type": "regular"}
    await story.phones.press("ada", "Show it")
    pressed = (await story.shop.hears(2))[1]
    assert (pressed["type"], pressed["button"]) == ("button", {"payload": "show:1", "text": "Show it"})
    with pytest.raises(errors.TemplateParamCountMismatch):
        await story.wa.send_template(
            hello["from"],
            "esim_ready",
            t.TemplateLanguage.ENGLISH_US,
            [link.params(url_variable="7", index=1)],
        )
    with pytest.raises(errors.TemplateNotExists):
        await story.wa.send_template(hello["from"], "esim_ready", t.TemplateLanguage.FRENCH, [])
    assert (await story.wa.delete_template("esim_ready")).success
    with pytest.raises(errors.TemplateNotExists):
        await story.wa.send_template(hello["from"], "esim_ready", t.TemplateLanguage.ENGLISH_US, [])


async def test_the_number_tells_of_itself(story):
    number = await story.wa.get_business_phone_number()
    assert number.id == c.WHATSAPP_PHONE_ID
    assert "".join(filter(str.isdigit, number.display_phone_number)) == c.WHATSAPP_NUMBER


# What Meta refuses


def limits():
    """Name, a body for a size, the largest size that is accepted, the code beyond it."""

    def text(n):
        return {"type": "text", "text": {"body": "x" * n}}

    def interactive(kind, action, **more):
        shape = {"type": kind, "body": {"text": "Pick"}, "action": action} | more
        return {"type": "interactive", "interactive": shape}

    def reply(title, key):
        return {"type": "reply", "reply": {"id": key, "title": title}}

    def buttons(*replies, **more):
        return interactive("button", {"buttons": list(replies)}, **more)

    def one(**more):
        return buttons(reply("Yes", "y"), **more)

    def row(title="Row", key="r", **more):
        return {"id": key, "title": title} | more

    def rows(*sections, button="Open", **more):
        return interactive("list", {"button": button, "sections": list(sections)}, **more)

    def many(n, start=0):
        return [row(f"Row {i}", f"r{i}") for i in range(start, start + n)]

    def link(label, url="https://shop.example"):
        return interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": label, "url": url}})

    def says(n):
        return {"text": "é" * n}

    return {
        "text": (text, 4096),
        "buttons": (lambda n: buttons(*(reply(f"B{i}", f"b{i}") for i in range(n))), 3),
        "button title": (lambda n: buttons(reply("ñ" * n, "y")), 20),
        "button id": (lambda n: buttons(reply("Yes", "y" * n)), 256),
        "button body": (lambda n: one(body=says(n)), 1024),
        "header": (lambda n: one(header={"type": "text", "text": "h" * n}), 60),
        "footer": (lambda n: one(footer=says(n)), 60),
        "list rows in one section": (lambda n: rows({"rows": many(n)}), 10),
        "list rows in all": (
            lambda n: rows({"title": "A", "rows": many(5)}, {"title": "B", "rows": many(n - 5, 5)}),
            10,
        ),
        "list sections": (lambda n: rows(*({"title": "S", "rows": many(1, i)} for i in range(n))), 10),
        "list body": (lambda n: rows({"rows": many(1)}, body=says(n)), 4096),
        "list button": (lambda n: rows({"rows": many(1)}, button="b" * n), 20),
        "section title": (lambda n: rows({"title": "s" * n, "rows": many(1)}), 24),
        "row title": (lambda n: rows({"rows": [row("t" * n)]}), 24),
        "row description": (lambda n: rows({"rows": [row(description="d" * n)]}), 72),
        "row id": (lambda n: rows({"rows": [row(key="k" * n)]}), 200),
        "link label": (lambda n: link("l" * n), 20),
    }


@pytest.mark.parametrize("name", limits())
async def test_a_limit_holds(story, name):
    build, most = limits()[name]
    hello = await story.meet("ada")
    to = {"messaging_product": "whatsapp", "to": hello["from"]}
    assert (await story.raw(to | build(most)))[0] == 200
    status, answer = await story.raw(to | build(most + 1))
    assert (status, answer["error"]["code"]) == (400, 131009)
    assert answer["error"]["message"] == "(#131009) Parameter value is not valid"
    assert answer["error"]["error_data"]["messaging_product"] == "whatsapp"
    assert answer["error"]["error_data"]["details"]
    assert answer["error"]["fbtrace_id"]
    assert len([m for m in story.phones.screen("ada").messages if m.who == "bot"]) == 1


def button(title, key):
    return {"type": "reply", "reply": {"id": key, "title": title}}


def pressable(kind, action, **more):
    return {"type": "interactive", "interactive": {"type": kind, "action": action} | more}


BODY = {"body": {"text": "x"}}
WRONG = {
    "no text": ({"type": "text"}, 131008),
    "no body of a text": ({"type": "text", "text": {}}, 131008),
    "blank text": ({"type": "text", "text": {"body": "  "}}, 131009),
    "text that is a number": ({"type": "text", "text": {"body": 7}}, 131009),
    "unknown type": ({"type": "poll", "poll": {}}, 131051),
    "no buttons": (pressable("button", {"buttons": []}, **BODY), 131009),
    "no body of buttons": (pressable("button", {"buttons": [button("A", "a")]}), 131008),
    "same title": (pressable("button", {"buttons": [button("A", "a"), button("A", "b")]}, **BODY), 131009),
    "same id": (pressable("button", {"buttons": [button("A", "a"), button("B", "a")]}, **BODY), 131009),
    "untitled sections": (
        pressable(
            "list",
            {"button": "b", "sections": [{"rows": [{"id": k, "title": k}]} for k in "ab"]},
            **BODY,
        ),
        131008,
    ),
    "same row id": (
        pressable("list", {"button": "b", "sections": [{"rows": [{"id": "a", "title": "A"}] * 2}]}, **BODY),
        131009,
    ),
    "picture over a list": (
        pressable(
            "list",
            {"button": "b", "sections": [{"rows": [{"id": "a", "title": "A"}]}]},
            header={"type": "image", "image": {"link": "https://shop.example/a.png"}},
            **BODY,
        ),
        131009,
    ),
    "link to nowhere": (
        pressable(
            "cta_url", {"name": "cta_url", "parameters": {"display_text": "Go", "url": "ftp://x"}}, **BODY
        ),
        131009,
    ),
    "unknown file": ({"type": "image", "image": {"id": "123"}}, 131009),
    "two files in one": ({"type": "image", "image": {"id": "1", "link": "https://x.example"}}, 131009),
    "template of no name": ({"type": "template", "template": {"language": {"code": "en_US"}}}, 131008),
}


def places(within, here=()):
    """Every path into an object."""
    yield here
    for key in within if isinstance(within, dict) else range(len(within)) if isinstance(within, list) else ():
        yield from places(within[key], (*here, key))


def replaced(holder, path, junk):
    """The same object with something else at that path."""
    if not path:
        return junk
    copy = holder.copy()
    copy[path[0]] = replaced(holder[path[0]], path[1:], junk)
    return copy


SCRAPS = (None, True, 5, -1, 1.5, float("nan"), float("inf"), 10**400, "", "text", "1", "x" * 6000)
JUNK = (*SCRAPS, [], [1], ["a"], [[]], [{}], {}, {"type": "text"}, {"text": "x"}, {"id": [1]})
TEMPLATE = {
    "name": "full",
    "language": "en",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "Hi {{1}}"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Go", "url": "https://shop.example/{{1}}"}]},
    ],
}
FILLED = {
    "name": "full",
    "language": {"code": "en"},
    "components": [
        {"type": "header", "parameters": [{"type": "text", "text": "7"}]},
        {"type": "body", "parameters": [{"type": "currency", "currency": {"fallback_value": "$5"}}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "7"}]},
    ],
}


def samples():
    yield {"type": "template", "template": FILLED}
    yield {"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}, "phones": [{"phone": "1"}]}]}
    yield {"type": "location", "location": {"latitude": 1, "longitude": "2", "name": "x"}}
    yield {"type": "document", "document": {"id": "1", "caption": "x", "filename": "y"}}
    yield {"type": "reaction", "reaction": {"message_id": "x", "emoji": "y"}}
    for build, most in limits().values():
        yield build(most)


def broken(whole):
    """The object with each of its parts, one at a time, replaced by each piece of junk."""
    return (replaced(whole, path, junk) for path in places(whole) if path for junk in JUNK)


@pytest.mark.parametrize("body", list(samples()), ids=lambda body: body["type"])
def test_whatever_is_written_is_understood_or_refused(body):
    templates = Templates()
    templates.create(TEMPLATE).status = "APPROVED"
    assert checked(body["type"], body, templates)
    outcomes = Counter()
    for wrong in broken(body):
        try:
            checked(body["type"], wrong, templates)
            outcomes["understood"] += 1
        except Refused as no:
            assert no.response().status_code == 400
            outcomes["refused"] += 1
    assert outcomes["refused"] > outcomes["understood"] / 2


def test_whatever_a_template_is_made_of_it_can_be_sent_or_is_refused():
    for wrong in broken(TEMPLATE):
        templates = Templates()
        try:
            made = templates.create(wrong)
            made.status = "APPROVED"
            checked(
                "template",
                {"template": FILLED | {"name": made.name, "language": {"code": made.language}}},
                templates,
            )
        except Refused as no:
            assert no.response().status_code == 400


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_wrong_is_refused(story, name):
    body, code = WRONG[name]
    hello = await story.meet("ada")
    status, answer = await story.raw({"messaging_product": "whatsapp", "to": hello["from"]} | body)
    assert (status, answer["error"]["code"], answer["error"]["type"]) == (400, code, "OAuthException")


async def test_another_teams_client_knows_every_refusal(story):
    hello = await story.meet("ada")
    with pytest.raises(errors.InvalidParameter) as refused:
        await story.wa.send_message(hello["from"], "x", buttons=[types.Button("b" * 21, "b")])
    assert "Max length: 20" in refused.value.details
    with pytest.raises(errors.MessageUndeliverable):
        await story.wa.send_message("447000000000", "anybody?")
    with pytest.raises(errors.MessageUndeliverable):
        await story.wa.send_message("GB.12345678901234567890", "anybody?")
    story.wa.token = "another"
    with pytest.raises(errors.ExpiredAccessToken) as refused:
        await story.wa.send_message(hello["from"], "x")
    assert refused.value.status_code == 401


async def test_no_call_without_the_token(story):
    async with httpx.AsyncClient(base_url=story.world.here) as stranger:
        for path in (f"/whatsapp/v23.0/{c.WHATSAPP_PHONE_ID}", "/whatsapp/attachments?mid=1"):
            answer = await stranger.get(path)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


@pytest.mark.parametrize(
    ("version", "status"), [("v17.0", 200), ("v26.0", 200), ("v16.0", 400), ("v27.0", 400)]
)
async def test_versions_come_and_go(story, version, status):
    assert (await story.http.get(f"/{version}/{c.WHATSAPP_PHONE_ID}")).status_code == status


async def test_what_does_not_exist_is_refused_in_the_graphs_way(story):
    for method, path in (("GET", "/v23.0/42"), ("DELETE", "/v23.0/42"), ("POST", "/v23.0/42/messages")):
        answer = await story.http.request(method, path, json={})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)


async def test_neither_prose_nor_novels_are_json(story):
    path = f"/v23.0/{c.WHATSAPP_PHONE_ID}/messages"
    deep, long, half = b"[" * 100_000, b'{"x":"' + b"x" * 300_000 + b'"}', b'{"x":"\\ud800"}'
    for content in (b"hello", b"[]", b"{", deep, long, half):
        answer = await story.http.post(path, content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


async def test_files_have_their_sizes(story):
    for size, status in ((5 * MB, 200), (5 * MB + 1, 400)):
        answer = await story.upload(PNG_HEAD.ljust(size, b"\0"), "image/png")
        assert answer.status_code == status, size
    assert answer.json()["error"]["code"] == 131053
    assert (await story.upload(b"not a picture", "image/png")).json()["error"]["code"] == 131053
    assert (await story.upload(b"", "application/pdf")).json()["error"]["code"] == 131053
    assert (await story.upload(b"MZ", "application/x-msdownload")).json()["error"]["code"] == 100


async def test_captions_have_their_length(story):
    hello = await story.meet("ada")
    media_id = (await story.upload(picture(), "image/png")).json()["id"]
    for length, status in ((1024, 200), (1025, 400)):
        image = {"id": media_id, "caption": "c" * length}
        body = {"messaging_product": "whatsapp", "to": hello["from"], "type": "image", "image": image}
        assert (await story.raw(body))[0] == status


async def test_a_file_is_fetched_with_the_token_until_it_is_deleted(story):
    content = picture()
    uploaded = await story.wa.upload_media(content, "image/png", "qr.png")
    about = await story.wa.get_media_url(uploaded.id)
    assert (about.mime_type, about.file_size) == ("image/png", len(content))
    assert await story.wa.get_media_bytes(about.url) == content
    async with httpx.AsyncClient() as stranger:
        assert (await stranger.get(about.url)).status_code == 401
    assert (await story.http.get(f"{about.url}0")).status_code == 404
    assert (await story.wa.delete_media(uploaded.id)).success
    assert (await story.http.get(about.url)).status_code == 404
    with pytest.raises(errors.WhatsAppError):
        await story.wa.get_media_url(uploaded.id)


async def test_too_much_to_one_person_is_refused(story):
    hello, other = await story.meet("ada"), await story.meet("grace")
    for _ in range(45):
        await story.wa.send_message(hello["from"], "again")
    with pytest.raises(errors.TooManyMessages):
        await story.wa.send_message(hello["from"], "and again")
    await story.wa.send_message(other["from"], "nobody else has to wait")


async def test_too_much_at_once_is_refused(story):
    people = [(await story.meet(f"p{i}"))["from"] for i in range(8)]
    body = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}
    answers = await asyncio.gather(*(story.raw(body | {"to": people[i % 8]}) for i in range(320)))
    refused = [answer["error"]["code"] for status, answer in answers if status == 429]
    assert refused
    assert set(refused) == {130429}


async def test_only_so_many_people_are_written_to_unasked_in_24_hours(story):
    story.phones.may_reach(2)
    people = [(await story.meet(name))["from"] for name in ("ada", "grace", "mary", "jean")]
    await story.world.clock.advance(timedelta(hours=25))
    template = {"name": "hello_world", "language": {"code": "en_US"}}
    body = {"messaging_product": "whatsapp", "type": "template", "template": template}

    async def reached(person):
        status, answer = await story.raw(body | {"to": person})
        return status if status == 200 else (status, answer["error"]["code"], answer["error"]["message"])

    spent = (400, 131048, "(#131048) Spam rate limit hit")
    story.phones.block("ada", True)
    assert await reached(people[0]) == 200  # accepted and never delivered, so it counts for nothing
    story.phones.block("ada", False)
    assert [await reached(one) for one in (*people[:3], people[0])] == [200, 200, spent, 200]
    await story.meet("jean")
    assert await reached(people[3]) == 200  # who has written is not reached unasked
    await story.world.clock.advance(timedelta(hours=24))
    assert await reached(people[2]) == 200
    story.phones.may_reach(0)
    assert await reached(people[0]) == spent
    story.phones.unhurried()
    assert await reached(people[0]) == 200


def test_a_bucket_fills_in_its_own_time():
    for made, size, seconds in ((pair(), 45, 6.0), (throughput(), 80, 1 / 80)):
        now = [0.0]
        bucket = replace(made, clock=lambda now=now: now[0])
        taken = 0
        while bucket.holds_one():
            bucket.take()
            taken += 1
        assert taken == size
        assert bucket.wait() == pytest.approx(seconds)
        now[0] = seconds * 1.01
        assert bucket.holds_one()


# What the shop is told


async def test_another_teams_client_reads_what_travellers_do(story):
    heard = []
    wa = story.wa
    for kind in (
        "on_message",
        "on_callback_button",
        "on_callback_selection",
        "on_edited_message",
        "on_message_status",
    ):
        getattr(wa, kind)(lambda _, update: heard.append(update))
    hello = await story.meet("ada", "ja")
    # Each alone: of a body with several, this client reads the first only.
    sent = await wa.send_message(hello["from"], "Sure?", buttons=[types.Button("Yes", "y")])
    await story.shop.hears_status(sent.id, "delivered")
    await story.phones.press("ada", "Yes")
    await until(story.at_rest)
    for kind in ("photo", "voice", "location", "contact", "sticker"):
        await story.phones.send("ada", kind)
        await until(story.at_rest)
    await story.phones.edit("ada", "good morning")
    await until(story.at_rest)
    for raw, signature, _ in story.shop.taken:
        assert await wa.webhook_update_validator(raw, signature) is None
        assert await wa.webhook_update_validator(raw + b" ", signature) is not None
        assert await wa.webhook_update_handler(raw) == ("ok", 200)
    said = [u for u in heard if isinstance(u, types.Message)]
    assert [m.type for m in said] == ["text", "image", "audio", "location", "contacts", "sticker"]
    assert {m.from_user.wa_id for m in said} == {hello["from"]}
    assert {m.from_user.bsuid for m in said} == {hello["from_user_id"]}
    assert said[0].from_user.name == "Ada"
    shown = await said[1].image.get_bytes()
    assert Image.open(BytesIO(shown)).format == "PNG"
    assert (await said[2].audio.get_bytes()).startswith(b"OggS")
    assert said[2].audio.voice
    assert [u.data for u in heard if isinstance(u, types.CallbackButton)] == ["y"]
    edited = next(u for u in heard if isinstance(u, types.EditedMessage))
    assert (edited.original_message_id, edited.message.text) == (hello["id"], "good morning")
    assert any(isinstance(u, types.MessageStatus) for u in heard)


async def test_a_message_is_sent_delivered_and_read(story):
    hello = await story.meet("ada")
    sent = await story.wa.send_message(hello["from"], "hi", tracker="order 7")
    delivered = await story.shop.hears_status(sent.id, "delivered")
    assert [s["status"] for s in story.shop.told("statuses")] == ["sent", "delivered"]
    assert delivered["recipient_id"] == hello["from"]
    assert delivered["recipient_user_id"] == hello["from_user_id"]
    assert delivered["biz_opaque_callback_data"] == "order 7"
    assert delivered["pricing"] == {
        "billable": False,
        "pricing_model": "PMP",
        "category": "service",
        "type": "free_customer_service",
    }
    story.phones.screen("ada")
    await story.shop.hears_status(sent.id, "read")
    assert story.phones.metered == {"service": 1}
    await until(story.at_rest)


async def test_after_a_day_only_templates_arrive(story):
    hello = await story.meet("ada")
    await story.world.clock.advance(timedelta(hours=24, minutes=1))
    late = await story.wa.send_message(hello["from"], "still there?")
    failed = await story.shop.hears_status(late.id, "failed")
    assert failed["errors"][0]["code"] == 131047
    await story.wa.send_template(hello["from"], "hello_world", t.TemplateLanguage.ENGLISH_US, [])
    assert [m.text for m in story.phones.screen("ada").messages] == [
        "hello",
        "Welcome! This is a message from a test account.",
    ]
    await story.meet("ada")
    await story.wa.send_message(hello["from"], "welcome back")
    assert story.newest("ada").text == "welcome back"


async def test_a_template_is_sent_only_while_meta_lets_it(story):
    hello = await story.meet("ada")
    send = partial(story.wa.send_template, hello["from"], "hello_world", t.TemplateLanguage.ENGLISH_US, [])
    for status, refusal in (
        ("PAUSED", errors.TemplatePaused),
        ("DISABLED", errors.TemplateDisabled),
        ("REJECTED", errors.TemplateNotExists),
        ("PENDING", errors.TemplateNotExists),
    ):
        assert story.phones.decide("hello_world", None, status) == 1
        with pytest.raises(refusal):
            await send()
    story.phones.decide("hello_world", "en_US", "APPROVED")
    await send()
    with pytest.raises(LookupError):
        story.phones.decide("hello_world", "fr", "APPROVED")


async def test_advertising_stops_when_somebody_stops_it_or_has_had_enough_today(story):
    hello = await story.meet("ada")
    body = {"type": "BODY", "text": "Spring is here."}
    wanted = {"name": "spring", "language": "en_US", "category": "MARKETING", "components": [body]}
    story.phones.templates.create(wanted).status = "APPROVED"

    async def outcome(status):
        sent = await story.wa.send_template(hello["from"], "spring", t.TemplateLanguage.ENGLISH_US, [])
        told = await story.shop.hears_status(sent.id, status)
        return told["errors"][0]["code"] if status == "failed" else told["pricing"]["category"]

    story.phones.prefer("ada", news=False)
    told = await story.shop.hears_change("user_preferences")
    assert [one["value"] for one in told["user_preferences"]] == ["stop"]
    assert await outcome("failed") == 131050
    story.phones.prefer("ada", news=True)
    assert [await outcome("delivered") for _ in range(2)] == ["marketing", "marketing"]
    assert await outcome("failed") == 131049
    await story.world.clock.advance(timedelta(days=1))
    assert await outcome("delivered") == "marketing"


def test_free_messages_are_a_thousand_a_month_and_templates_none():
    clock = WorldClock()
    meter = Metering(clock)
    assert [meter.pricing("service")["billable"] for _ in range(1_001)] == [False] * 1_000 + [True]
    assert meter.pricing("utility")["billable"]
    assert meter.as_json() | {"month": ""} == {
        "month": "",
        "free": 1_000,
        "free_used": 1_000,
        "messages": {"service": 1_001, "utility": 1},
        "billed": {"service": 1, "utility": 1},
    }


async def test_who_blocks_the_shop_is_not_reached(story):
    hello = await story.meet("ada")
    story.phones.block("ada", blocked=True)
    sent = await story.wa.send_message(hello["from"], "hi")
    failed = await story.shop.hears_status(sent.id, "failed")
    assert failed["errors"][0]["code"] == 131026
    story.phones.block("ada", blocked=False)
    await story.wa.send_message(hello["from"], "hi")
    assert story.newest("ada").text == "hi"


async def test_a_deep_link_says_its_text(story):
    await story.phones.open("ada", f"https://wa.me/{c.WHATSAPP_NUMBER}?text=Japan%20please")
    assert (await story.shop.hears(1))[0]["text"]["body"] == "Japan please"
    for link in ("https://wa.me/331234?text=x", "https://t.me/shop?start=x", "nonsense"):
        with pytest.raises(ValueError, match="not a link"):
            await story.phones.open("ada", link)


async def test_the_language_chooses_the_country_until_the_phone_is_used(story):
    story.phones.screen("ada")
    assert (await story.meet("ada", "it"))["from"].startswith("39")
    assert (await story.meet("ada", "ko"))["from"].startswith("39")
    assert (await story.meet("bob", "zh-TW"))["from_user_id"].startswith("TW.")
    assert story.phones.travellers() == ["ada", "bob"]


# Who is who


async def test_a_new_number_is_announced(story):
    hello = await story.meet("ada")
    await story.phones.change_identity("ada", "number")
    system = (await story.shop.hears(2))[1]
    assert (system["from"], system["system"]["type"]) == (hello["from"], "user_changed_number")
    assert system["system"]["previous_user_id"] == hello["from_user_id"]
    raw = story.shop.taken[-1][0]
    assert "contacts" not in json.loads(raw)["entry"][0]["changes"][0]["value"]
    again = await story.meet("ada")
    assert again["from"] == system["system"]["wa_id"] != hello["from"]
    assert again["from_user_id"] == system["system"]["user_id"] != hello["from_user_id"]
    with pytest.raises(errors.MessageUndeliverable):
        await story.wa.send_message(hello["from"], "wrong number")


async def test_a_username_hides_the_number(story):
    hello = await story.meet("ada")
    await story.phones.change_identity("ada", "username")
    hidden = await story.meet("ada")
    assert "from" not in hidden
    assert hidden["from_user_id"] == hello["from_user_id"]
    contact = json.loads(story.shop.taken[-1][0])["entry"][0]["changes"][0]["value"]["contacts"][0]
    assert set(contact) == {"profile", "user_id"}
    assert contact["profile"]["username"]
    assert hello["from"] not in str(b64decode(hidden["id"].removeprefix("wamid.")))
    sent = await story.wa.send_message(hidden["from_user_id"], "hi")
    assert "recipient_id" not in await story.shop.hears_status(sent.id, "delivered")
    await story.phones.change_identity("ada", "number")
    system = (await story.shop.hears(3))[2]
    assert system["system"]["type"] == "user_changed_user_id"
    assert "from" not in system


async def test_a_recycled_number_is_somebody_else(story):
    hello = await story.meet("ada")
    await story.wa.send_message(hello["from"], "a secret")
    await story.phones.change_identity("ada", "recycled")
    assert story.phones.screen("ada").messages == []
    stranger = await story.meet("ada")
    assert stranger["from"] == hello["from"]
    assert stranger["from_user_id"] != hello["from_user_id"]
    with pytest.raises(ValueError, match="no change"):
        await story.phones.change_identity("ada", "hair")


# How the shop is told


async def test_a_refused_delivery_comes_again_in_order_and_with_what_waited(story):
    story.shop.answer = 500
    await story.phones.say("ada", "one")
    await until(lambda: story.shop.taken)
    await story.phones.say("ada", "two")
    await story.phones.say("ada", "three")
    assert story.phones.held_back() == 3
    story.shop.answer = 200
    said = await story.shop.hears(3)
    assert [m["text"]["body"] for m in said] == ["one", "two", "three"]
    assert story.shop.taken[0][:2] == story.shop.taken[1][:2]
    assert len(story.shop.taken) == 3  # refused, repeated, and two in one


async def test_people_share_a_body_when_many_wait(story):
    story.world.faults.arm("whatsapp", "updates-held")
    await asyncio.gather(*(story.phones.say(f"p{i}", f"I am {i}") for i in range(100)))
    await asyncio.sleep(0.05)
    assert not story.shop.taken
    story.world.faults.disarm()
    said = await story.shop.hears(100)
    assert len({m["from"] for m in said}) == 100
    assert len(story.shop.taken) < 50
    assert any(
        len(json.loads(raw)["entry"][0]["changes"][0]["value"]["contacts"]) > 1
        for raw, *_ in story.shop.taken
    )


async def test_duplicates_come_twice(story):
    story.world.faults.arm("whatsapp", "duplicate-updates")
    await story.phones.say("ada", "once")
    said = await story.shop.hears(2)
    assert said[0] == said[1]
    await story.meet("ada")
    assert len(story.shop.taken) == 3


async def test_the_last_bodies_come_again(story):
    await story.meet("ada")
    await story.meet("bob")
    assert await story.phones.redeliver(1, 3) == 3
    assert [raw for raw, *_ in story.shop.taken] == [story.shop.taken[0][0], *[story.shop.taken[1][0]] * 4]
    assert await story.phones.redeliver(0, 3) == 0


async def test_the_shop_is_registered_when_it_answers_the_challenge(story):
    assert await story.phones.registered()
    story.world.bot = "http://127.0.0.1:9"
    assert not await story.phones.registered()


# What goes wrong on request


async def test_faults_strike_the_calls(story):
    hello, faults = await story.meet("ada"), story.world.faults
    faults.arm("whatsapp", "429")
    with pytest.raises(errors.RateLimitHit) as refused:
        await story.wa.send_message(hello["from"], "hi")
    assert refused.value.status_code == 429
    faults.arm("whatsapp", "error-500", method="messages")
    with pytest.raises(errors.UnknownError) as refused:
        await story.wa.send_message(hello["from"], "hi")
    assert refused.value.status_code == 500
    faults.arm("whatsapp", "timeout", seconds=0.1)
    with pytest.raises(httpx.RemoteProtocolError):
        await story.wa.send_message(hello["from"], "hi")
    faults.arm("whatsapp", "timeout", method="media", seconds=0.1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await story.wa.upload_media(picture(), "image/png", "a.png")
    assert story.newest("ada").who == "me"
    await story.wa.send_message(hello["from"], "hi")
    assert story.newest("ada").text == "hi"
    assert story.world.calls["whatsapp messages"] == 4


async def test_faults_strike_accepted_messages(story):
    hello = await story.meet("ada")
    for fault, code in (("blocked", 131026), ("window-closed", 131047)):
        story.world.faults.arm("whatsapp", fault)
        await story.wa.upload_media(picture(), "image/png", "a.png")  # an upload does not use it up
        sent = await story.wa.send_message(hello["from"], "hi")
        assert (await story.shop.hears_status(sent.id, "failed"))["errors"][0]["code"] == code
    assert story.newest("ada").who == "me"
    story.world.faults.arm("whatsapp", "window-closed")
    await story.wa.send_template(hello["from"], "hello_world", t.TemplateLanguage.ENGLISH_US, [])
    assert story.newest("ada").who == "bot"
    assert story.world.faults.listing()
