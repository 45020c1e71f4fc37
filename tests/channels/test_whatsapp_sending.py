"""Sending over real HTTP: what the platform answers decides what happens next."""

import asyncio
import json
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.channels import Patience
from bot.channels.whatsapp import Settings, WhatsApp
from bot.channels.whatsapp.send import MOST_FILE, Waits
from bot.conversation.channel import Cause, ChannelError, Way
from bot.conversation.events import Address, Attachment
from bot.conversation.messages import Button, File, Menu, Notice, Photo, Text

QUICK = Waits(call=0.5, patience=Patience(pause=0.01, longest=1, total=2), unit=0.01)
WAY = Way(Address("whatsapp", "FR.123456789"), seal=lambda action: f"do:{action}:MAC", locale="en")
PNG = b"\x89PNG\r\n\x1a\n"


def refused(code, status=400, **more):
    return web.json_response({"error": {"message": "no", "code": code} | more}, status=status)


def taken(name):
    return web.json_response({"messaging_product": "whatsapp", "messages": [{"id": name}]})


@dataclass
class Platform:
    """A Cloud API that answers what it is told to, and remembers what it was asked."""

    url: str = ""
    answers: deque = field(default_factory=deque)
    posted: list = field(default_factory=list)
    forms: list = field(default_factory=list)
    templates: list = field(default_factory=list)
    subscribed: list = field(default_factory=list)
    #: Path → content of the files that travellers sent.
    files: dict = field(default_factory=dict)
    bearers: set = field(default_factory=set)
    calls: int = 0

    def routes(self):
        return [
            web.post("/v25.0/500/messages", self.messages),
            web.post("/v25.0/500/media", self.media),
            web.get("/v25.0/600/subscribed_apps", self.apps),
            web.get("/v25.0/600/message_templates", self.list_templates),
            web.post("/v25.0/600/message_templates", self.add_template),
            web.get("/files/{name}", self.file),
            web.get("/v25.0/{node}", self.node),
        ]

    async def messages(self, request):
        self.posted.append(await request.json())
        return await self.answer(request) or taken(f"wamid.{len(self.posted)}")

    async def media(self, request):
        form = await request.post()
        stored = form["file"]
        self.forms.append((form["type"], stored.filename, stored.content_type, stored.file.read()))
        return await self.answer(request) or web.json_response({"id": "77"})

    async def node(self, request):
        node = request.match_info["node"]
        known = {"id": node, "url": f"{self.url}/files/{node}"} | self.files.get(f"about {node}", {})
        return await self.answer(request) or web.json_response(known)

    async def file(self, request):
        return await self.answer(request) or web.Response(body=self.files[request.match_info["name"]])

    async def list_templates(self, request):
        start = int(request.query.get("after", "0"))
        page = self.templates[start : start + 5]
        more = {"next": "there is more"} if start + 5 < len(self.templates) else {}
        return web.json_response({"data": page, "paging": {"cursors": {"after": str(start + 5)}} | more})

    async def apps(self, _request):
        return web.json_response({"data": self.subscribed})

    async def add_template(self, request):
        self.templates.append(await request.json())
        return web.json_response({"id": "1", "status": "PENDING"})

    async def answer(self, request):
        self.calls += 1
        self.bearers.add(request.headers["Authorization"])
        planned = self.answers.popleft() if self.answers else None
        return await planned(request) if callable(planned) else planned


async def hangs(request):
    await asyncio.sleep(1)
    return taken("late")


async def hangs_up(request):
    request.transport.abort()
    return taken("never")


async def breaks_off(request):
    """Says 200, and dies before the receipt is through."""
    answer = web.StreamResponse(headers={"Content-Length": "500"})
    await answer.prepare(request)
    await answer.write(b'{"messages"')
    request.transport.abort()
    return answer


@pytest.fixture
async def platform():
    platform = Platform()
    app = web.Application(client_max_size=2**26)
    app.add_routes(platform.routes())
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    platform.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield platform
    await runner.cleanup()


@asynccontextmanager
async def connected(platform, waits=QUICK):
    channel = WhatsApp(Settings("secret-token", "500", "600", "s", "v", api=platform.url), waits)
    yield channel
    await channel.close()


@pytest.fixture
async def channel(platform):
    async with connected(platform) as channel:
        yield channel


async def test_a_message_goes_out_with_its_receipt_to_follow(platform, channel):
    sent = await channel.send(Text("hello"), WAY)

    assert (sent.id, sent.receipt_follows) == ("wamid.1", True)
    assert platform.bearers == {"Bearer secret-token"}
    assert platform.posted == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "recipient": "FR.123456789",
            "type": "text",
            "text": {"body": "hello", "preview_url": False},
        }
    ]


async def test_the_last_part_is_the_one_that_counts(platform, channel):
    sent = await channel.send(Menu("word " * 300, (Button("Yes", 1),)), WAY)

    assert [body["type"] for body in platform.posted] == ["text", "interactive"]
    assert sent.id == "wamid.2"


async def test_a_picture_is_stored_before_it_is_shown(platform, channel):
    await channel.send(Photo(PNG, "Scan me"), WAY)

    assert platform.forms == [("image/png", "esim.png", "image/png", PNG)]
    assert platform.posted[0]["image"] == {"id": "77", "caption": "Scan me"}


@pytest.mark.parametrize(
    "trouble",
    [
        refused(131000, 500),
        refused(131016, 503),
        refused(130429, 429),
        refused(80007),
        refused(4),
        refused(131056),
        refused(1, is_transient=True),
        web.Response(status=502, text="<html>Bad gateway</html>"),
        web.Response(status=429, headers={"Retry-After": "3"}),
        hangs,
        hangs_up,
    ],
)
async def test_a_hiccup_is_tried_again(platform, channel, trouble):
    platform.answers += [trouble]

    sent = await channel.send(Text("hello"), WAY)

    assert (sent.id, len(platform.posted)) == ("wamid.2", 2)


async def test_patience_ends_after_four_tries(platform, channel):
    platform.answers += [web.Response(status=500) for _ in range(9)]

    with pytest.raises(ChannelError) as failure:
        await channel.send(Text("hello"), WAY)

    assert (failure.value.reason, failure.value.again is not None, platform.calls) == ("500", True, 4)


async def test_the_pair_rate_is_waited_out_ever_longer(platform, channel):
    platform.answers += [refused(131056) for _ in range(3)]
    clock = asyncio.get_running_loop().time
    began = clock()

    await channel.send(Text("hello"), WAY)

    assert clock() - began >= (1 + 4 + 16) * QUICK.unit


async def test_what_would_take_too_long_is_left_for_later(platform):
    hurried = Waits(patience=Patience(pause=0.01, total=0.05), unit=0.01)
    platform.answers += [refused(131056) for _ in range(9)]

    async with connected(platform, hurried) as channel:
        with pytest.raises(ChannelError) as failure:
            await channel.send(Text("hello"), WAY)

    assert (failure.value.reason, failure.value.again, platform.calls) == ("131056", 0.04, 2)


@pytest.mark.parametrize(
    ("refusal", "reason", "meaning"),
    [
        (refused(131047), "131047", Cause.CLOSED),
        (refused(131026), "131026", Cause.GONE),
        (refused(131050), "131050", Cause.UNWANTED),
        (refused(190, 401), "token", Cause.ACCOUNT),
        (refused(131042), "131042", Cause.ACCOUNT),
        (web.Response(status=401), "token", Cause.ACCOUNT),
        (refused(131009), "131009", Cause.REFUSED),
        (refused(100), "100", Cause.REFUSED),
        (refused("garbled", 403), "403", Cause.REFUSED),
        (web.Response(status=404, text="<html>"), "404", Cause.REFUSED),
        (web.Response(status=400, text="[" * 5000), "400", Cause.REFUSED),
    ],
)
async def test_a_refusal_says_what_to_do_next(platform, channel, refusal, reason, meaning):
    platform.answers += [refusal]

    with pytest.raises(ChannelError) as failure:
        await channel.send(Text("a secret"), WAY)

    error = failure.value
    assert (error.reason, error.again, platform.calls) == (reason, None, 1)
    assert error.cause is meaning
    assert not {"secret", "123456789"} & set(str(error).split())


async def test_an_account_that_may_reach_nobody_new_is_not_asked_again_for_an_hour(platform, channel):
    platform.answers += [refused(131048)]
    asked_out = Way(WAY.address, WAY.seal, "fr", open=False)

    with pytest.raises(ChannelError) as failure:
        await channel.send(Notice("refunded", ("Japon", "12,00 €"), Text("x")), asked_out)

    error = failure.value
    assert (error.reason, error.cause, platform.calls) == ("131048", Cause.REACH_SPENT, 1)
    assert error.again == pytest.approx(3600 * QUICK.unit)
    # Whoever has written is answered all the same, and at once.
    assert (await channel.send(Text("hello"), WAY)).id


@pytest.mark.parametrize(
    "receipt",
    [
        web.Response(text="<html>fine</html>"),
        web.Response(text=""),
        web.json_response({"messages": []}),
        web.json_response([]),
        breaks_off,
    ],
)
async def test_a_success_that_cannot_be_read_counts_as_sent(platform, channel, receipt):
    platform.answers += [receipt]

    sent = await channel.send(Text("hello"), WAY)

    assert (sent.id, sent.receipt_follows, platform.calls) == (None, False, 1)


async def test_an_upload_is_tried_again_and_nothing_is_said_without_it(platform, channel):
    platform.answers += [refused(131000, 500), web.Response(text="what?")]

    with pytest.raises(ChannelError, match="media"):
        await channel.send(File(b"%PDF", "a.pdf", "application/pdf"), WAY)

    assert (len(platform.forms), platform.posted) == (2, [])


async def test_nobody_there_is_told_as_such():
    quick = Waits(call=0.2, patience=Patience(tries=2, pause=0.01))
    channel = WhatsApp(Settings("t", "500", "600", "s", "v", api="http://127.0.0.1:9"), quick)

    with pytest.raises(ChannelError, match="unreachable"):
        await channel.send(Text("hello"), WAY)
    await channel.close()


async def test_a_closed_window_takes_the_template(platform, channel):
    closed = Way(WAY.address, WAY.seal, "fr", open=False)

    await channel.send(Notice("refunded", ("Japon", "12,00 €"), Photo(PNG, "x")), closed)

    assert platform.forms == []
    assert platform.posted[0]["template"]["language"] == {"code": "fr"}


async def test_a_file_is_fetched(platform, channel):
    platform.files["42"] = PNG

    assert await channel.fetch(Attachment("photo", "42")) == PNG
    assert platform.bearers == {"Bearer secret-token"}


@pytest.mark.parametrize(
    ("about", "content", "reason"),
    [
        ({"file_size": MOST_FILE + 1}, b"", "too-large"),
        ({}, bytes(MOST_FILE + 1), "too-large"),
        ({"url": "http://elsewhere.example/42"}, b"", "media"),
        ({"url": "http://[broken"}, b"", "media"),
        ({"url": None}, b"", "media"),
    ],
)
async def test_a_file_that_is_not_for_us_is_left(platform, channel, about, content, reason):
    platform.files |= {"42": content, "about 42": about}

    with pytest.raises(ChannelError) as failure:
        await channel.fetch(Attachment("document", "42"))

    assert failure.value.reason == reason


async def test_a_start_tries_the_credentials(platform, channel):
    platform.answers += [web.Response(status=503)]

    await channel.open({})

    assert platform.calls == 2
    platform.answers += [refused(190, 401)]
    with pytest.raises(ChannelError, match="token"):
        await channel.open({})


async def test_templates_are_handed_in_once(platform, channel):
    assert await channel.register_templates() == 32
    assert await channel.register_templates() == 0
    assert len({json.dumps(template) for template in platform.templates}) == 32


async def test_there_is_no_spinner(channel):
    await channel.acknowledge("any")


async def test_the_doctor_hears_where_webhooks_go_and_whether_any_do(platform):
    here, there = "https://shop.example/whatsapp", "https://old.example/whatsapp"
    configured = {"application": here}
    platform.files["about 500"] = {"webhook_configuration": configured}
    async with connected(platform) as channel:
        assert await channel.troubles(here) == [
            "no app is subscribed to the business account, so nothing arrives"
        ]
        platform.subscribed.append({"whatsapp_business_api_data": {"id": "1"}})
        assert await channel.troubles(here) == []
        configured["phone_number"] = there
        assert await channel.troubles(here) == [f"webhooks go to {there}, and not to {here}"]
