"""The Telegram channel against a server that refuses, stumbles and hangs up."""

import asyncio
import json
import logging

import pytest
from tiny_telegram import TOKEN, TinyTelegram, no, ok

from bot.channels import Patience
from bot.channels.telegram import Settings, Telegram
from bot.channels.telegram.kinds import UPDATES
from bot.conversation.channel import Cause, ChannelError, Sent, Way
from bot.conversation.events import Address, Attachment, Incoming, Said
from bot.conversation.messages import Button, File, Menu, Photo, Text

CHAT = 7_000_000_000_123
QUICK = Patience(tries=4, pause=0.001, longest=1.5, total=8)
COMMANDS = {
    "en": {"plans": "Find a plan"},
    "fr": {"plans": "Trouver un forfait"},
    "pt-BR": {"plans": "Planos"},
}


@pytest.fixture(scope="session")
async def running():
    async with TinyTelegram().open() as tiny:
        yield tiny


@pytest.fixture
def server(running):
    running.forget()
    return running


@pytest.fixture
async def connect(server):
    opened = []

    def connected(api=None, **settings):
        own = Settings(TOKEN, api=api or server.url, **{"secret": "s3cret", "rate": 0, **settings})
        opened.append(Telegram(own, sending=QUICK, opening=QUICK, timeout=0.5))
        return opened[-1]

    yield connected
    for channel in opened:
        await channel.close()


@pytest.fixture(scope="session")
async def telegram(running):
    channel = Telegram(Settings(TOKEN, api=running.url, secret="s3cret", rate=0), sending=QUICK, timeout=0.5)
    yield channel
    await channel.close()


@pytest.fixture(autouse=True)
def nobody_logs_the_token(caplog):
    caplog.set_level(logging.DEBUG)
    yield
    assert TOKEN.partition(":")[2] not in caplog.text


def way(pressed=None):
    return Way(Address("telegram", str(CHAT)), seal=str, locale="en", pressed=pressed)


MENU = Menu("Plans", (Button("1 GB", "a"),), in_place=True)


async def test_words_go_out(server, telegram):
    sent = await telegram.send(Text("Grüße 👋\ud83d"), way())

    assert sent == Sent("1")
    assert server.asked[0].fields["chat_id"] == CHAT
    assert server.asked[0].fields["text"] == "Grüße 👋?"


async def test_long_words_go_out_in_order_and_the_last_part_counts(server, telegram):
    sent = await telegram.send(Text("word " * 2_000), way())

    assert sent == Sent("3")
    assert [len(asked.fields["text"]) for asked in server.asked] == [4094, 4094, 1809]


async def test_pictures_and_files_go_out_whole(server, telegram):
    content = bytes(range(256)) * 6_000

    await telegram.send(Photo(content, "Scan “me” \ud83d", buttons=(Button("How?", "a"),)), way())
    await telegram.send(File(content, "reçu 1.pdf", "application/pdf", ""), way())

    photo, document = server.asked
    assert photo.files == {"photo": ("esim.png", "image/png", content)}
    assert photo.fields["caption"] == "Scan “me” ?"
    assert json.loads(photo.fields["reply_markup"])["inline_keyboard"][0][0]["callback_data"] == "a"
    assert photo.fields["chat_id"] == str(CHAT)
    assert document.files == {"document": ("reçu 1.pdf", "application/pdf", content)}


async def too_slow(asked):
    await asyncio.sleep(0.8)
    return ok({"message_id": 1})


@pytest.mark.parametrize(
    "hiccups",
    [
        [no(429, "Too Many Requests: retry after 1", retry_after=1)],
        [no(500, "Internal Server Error")],
        [(502, "<html>Bad Gateway</html>"), (503, ""), (429, "slow down")],
        [(500, '{"ok": false}')],
        ["disconnect"],
        [too_slow],
    ],
    ids=["429", "500", "proxy", "no description", "disconnect", "slow"],
)
async def test_a_hiccup_is_tried_again(server, telegram, hiccups):
    server.will("sendMessage", *hiccups, ok({"message_id": 77}))
    began = asyncio.get_running_loop().time()

    sent = await telegram.send(Text("hi"), way())

    assert sent == Sent("77")
    assert len(server.of("sendMessage")) == len(hiccups) + 1
    if "retry_after" in str(hiccups):
        assert asyncio.get_running_loop().time() - began >= 1


@pytest.mark.parametrize(
    "garbage", [(200, "<html>"), (200, ""), (200, "[1]"), (200, '"ok"'), (200, "[" * 99_999), (201, "{}")]
)
async def test_an_answer_that_nobody_can_read_counts_as_sent(server, telegram, garbage):
    server.will("sendMessage", garbage)

    assert await telegram.send(Text("hi"), way()) == Sent(None)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answers", "reason", "again", "gone", "tries"),
    [
        ([no(403, "Forbidden: bot was blocked by the user")], "403", None, True, 1),
        ([no(403, "Forbidden: user is deactivated")], "403", None, True, 1),
        ([no(400, "Bad Request: chat not found")], "400", None, True, 1),
        ([no(400, "Bad Request: BUTTON_DATA_INVALID")], "400", None, False, 1),
        ([no(401, "Unauthorized")], "401", None, False, 1),
        ([no(404, "Not Found")], "404", None, False, 1),
        ([no(409, "Conflict")], "409", None, False, 1),
        ([no(413, "Request Entity Too Large")], "413", None, False, 1),
        ([no(418, "I'm a teapot")], "418", None, False, 1),
        ([no(400, "Bad Request: group upgraded", migrate_to_chat_id=-1001)], "migrated", None, False, 1),
        ([(403, "<html>a proxy says no</html>")], "403", None, False, 1),
        ([(200, '{"ok": false, "error_code": 400, "description": "Bad Request"}')], "400", None, False, 1),
        ([(301, "")], "301", None, False, 1),
        ([no(429, "Too Many Requests", retry_after=2)], "429", 2, False, 1),
        ([no(500, "Internal Server Error")] * 9, "500", 0.001, False, 4),
        (["disconnect"] * 9, "connection", 0.001, False, 4),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_a_refusal_says_what_to_do_next(server, telegram, answers, reason, again, gone, tries):
    server.will("sendMessage", *answers)

    with pytest.raises(ChannelError) as refused:
        await telegram.send(Text("the traveller's words"), way())

    error = refused.value
    assert (error.reason, error.again, error.cause is Cause.GONE) == (reason, again, gone)
    assert len(server.asked) == tries
    for secret in (TOKEN, "words", str(CHAT)):
        assert secret not in f"{error!r}{error}{error.__cause__!r}"


async def test_nobody_there_is_a_connection_that_failed(connect):
    telegram = connect("http://127.0.0.1:9")

    with pytest.raises(ChannelError, match="connection"):
        await telegram.send(Text("hi"), way())


async def test_silence_is_a_timeout(server, telegram):
    server.will("sendMessage", *[too_slow] * 4)

    with pytest.raises(ChannelError, match="timeout"):
        await telegram.send(Text("hi"), way())
    await asyncio.sleep(0.4)  # the server finishes its last answer


async def test_parts_that_went_out_are_not_repeated(server, telegram):
    server.will("sendMessage", ok({"message_id": 1}), no(500), ok({"message_id": 2}))

    assert await telegram.send(Text("a " * 3_000), way()) == Sent("2")
    assert len({asked.fields["text"] for asked in server.asked}) == 2
    assert len(server.asked) == 3


async def test_a_menu_changes_in_place(server, telegram):
    server.will("editMessageText", ok({"message_id": 31}))

    assert await telegram.send(MENU, way("31")) == Sent("31")
    assert server.methods() == ["editMessageText"]


async def test_a_menu_that_already_stands_there_is_success(server, telegram):
    server.will("editMessageText", no(400, "Bad Request: message is not modified: specified new message …"))

    assert await telegram.send(MENU, way("31")) == Sent("31")
    assert server.methods() == ["editMessageText"]


@pytest.mark.parametrize(
    "refusal",
    [
        "message to edit not found",
        "message can't be edited",
        "there is no text in the message to edit",
        "MESSAGE_ID_INVALID",
    ],
)
async def test_a_menu_that_cannot_change_is_said_anew(server, telegram, refusal):
    server.will("editMessageText", no(400, f"Bad Request: {refusal}"))

    assert await telegram.send(MENU, way("31")) == Sent("2")
    assert server.methods() == ["editMessageText", "sendMessage"]
    assert "message_id" not in server.asked[1].fields
    assert server.asked[1].fields["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "a"


async def test_whoever_left_is_not_talked_to_anew(server, telegram):
    server.will("editMessageText", no(403, "Forbidden: bot was blocked by the user"))

    with pytest.raises(ChannelError) as refused:
        await telegram.send(MENU, way("31"))
    assert refused.value.cause is Cause.GONE
    assert server.methods() == ["editMessageText"]


async def test_a_picture_that_is_none_goes_as_a_file(server, telegram):
    server.will("sendPhoto", no(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))

    assert await telegram.send(Photo(b"png", "Scan me"), way()) == Sent("2")
    assert server.asked[1].files == {"document": ("esim.png", "image/png", b"png")}
    assert server.asked[1].fields["caption"] == "Scan me"


async def test_one_slow_chat_does_not_hold_up_the_others(server, telegram):
    server.will("sendMessage", no(429, "Too Many Requests", retry_after=1))
    first = asyncio.create_task(telegram.send(Text("1"), way()))
    while not server.asked:
        await asyncio.sleep(0.01)

    async with asyncio.timeout(0.9):
        await asyncio.gather(*(telegram.send(Text("2"), way()) for _ in range(200)))

    assert not first.done()
    await first


async def test_a_spinner_stops_and_nobody_waits_for_it(server, connect):
    telegram = connect()
    server.will("answerCallbackQuery", no(400, "Bad Request: query is too old"), (200, "?"), no(500))

    for spinner in "abc":
        await telegram.acknowledge(spinner)
    assert server.asked == []
    await telegram.close()

    assert sorted(asked.fields["callback_query_id"] for asked in server.asked) == ["a", "b", "c"]


async def test_a_file_is_fetched(server, telegram):
    server.files["photos/file 1.jpg"] = b"jpeg" * 100_000
    server.will(
        "getFile",
        no(500),
        ok({"file_id": "F", "file_unique_id": "u", "file_size": 400_000, "file_path": "photos/file 1.jpg"}),
    )

    assert await telegram.fetch(Attachment("photo", "F")) == b"jpeg" * 100_000
    assert server.asked[0].fields == {"file_id": "F"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (no(400, "Bad Request: invalid file_id"), "400"),
        (no(400, "Bad Request: file is too big"), "400"),
        (ok({"file_id": "F", "file_size": 20_000_001, "file_path": "x"}), "too large"),
        (ok({"file_id": "F", "file_path": "huge"}), "too large"),
        (ok({"file_id": "F", "file_path": "gone"}), "404"),
        (ok({"file_id": "F"}), "no such file"),
        ((200, "?"), "no such file"),
    ],
)
async def test_a_file_that_cannot_be_fetched_says_why(server, telegram, answer, reason):
    server.files["huge"] = b"0" * 20_000_001
    server.will("getFile", answer)

    with pytest.raises(ChannelError) as refused:
        await telegram.fetch(Attachment("photo", "F"))
    assert refused.value.reason == reason


async def test_words_are_taken_back_as_far_as_telegram_lets_us(server, telegram):
    kept = no(400, "Bad Request: message can't be deleted for everyone")
    gone = no(400, "Bad Request: message to delete not found")
    wordless = no(400, "Bad Request: there is no text in the message to edit")
    server.will("deleteMessage", ok(True), gone, kept, kept, kept)
    server.will("editMessageText", ok(True), wordless, wordless)
    server.will("editMessageMedia", ok(True), no(400, "Bad Request: message can't be edited"))

    left = await telegram.forget(-5, ["1", "2", "3", "4", "5", "wamid.x"])

    assert left == ["5", "wamid.x"]
    assert [asked.fields["message_id"] for asked in server.of("deleteMessage")] == [1, 2, 3, 4, 5]
    assert [asked.fields["message_id"] for asked in server.of("editMessageText")] == [3, 4, 5]
    media = server.of("editMessageMedia")[0]
    assert media.fields["message_id"] == "4"
    assert json.loads(media.fields["media"])["media"] == "attach://erased"
    assert media.files["erased"][0] == "erased.txt"


async def test_words_that_could_not_be_taken_back_now_are_asked_for_again(server, telegram):
    server.will("deleteMessage", *[no(500)] * 4)

    with pytest.raises(ChannelError, match="500"):
        await telegram.forget(-5, ["1"])


@pytest.mark.parametrize(
    ("headers", "genuine"),
    [
        ({"X-Telegram-Bot-Api-Secret-Token": "s3cret"}, True),
        ({"x-telegram-bot-api-secret-token": "s3cret"}, True),
        ({"X-Telegram-Bot-Api-Secret-Token": "s3cre"}, False),
        ({"X-Telegram-Bot-Api-Secret-Token": "ß€\ud800"}, False),
        ({"X-Telegram-Bot-Api-Secret-Token": ""}, False),
        ({}, False),
    ],
)
def test_only_who_knows_the_secret_is_telegram(telegram, headers, genuine):
    assert telegram.genuine(headers, b"{}") is genuine


async def test_while_the_secret_is_rolled_updates_on_their_way_still_come_in(server, connect):
    telegram = connect(public_url="https://shop.example", secret="n3w,s3cret")

    await telegram.open({})

    assert server.of("setWebhook")[0].fields["secret_token"] == "n3w"
    shown = [
        telegram.genuine({"X-Telegram-Bot-Api-Secret-Token": one}, b"")
        for one in ("n3w", "s3cret", "n3w,s3cret", "")
    ]
    assert shown == [True, True, False, False]


def test_without_a_secret_nobody_is_telegram(connect):
    assert not connect(secret="").genuine({"X-Telegram-Bot-Api-Secret-Token": ""}, b"")


def test_settings_do_not_tell_their_secrets():
    assert "AAfake" not in repr(Settings(TOKEN, secret="s3cret"))
    assert "s3cret" not in repr(Settings(TOKEN, secret="s3cret"))


def test_a_malformed_token_is_one_clear_line():
    with pytest.raises(ValueError, match="123456:ABC") as refused:
        Telegram(Settings("nonsense"))
    assert "nonsense" not in str(refused.value)


def test_updates_are_read_with_the_staff_chat_in_mind(connect):
    raw = json.dumps(
        {
            "update_id": 1,
            "message": {"message_id": 1, "chat": {"id": CHAT, "type": "private"}, "text": "hi"},
        }
    )

    assert connect(staff_chat=-5).inbound(raw.encode()) == [
        Incoming("telegram:1", Address("telegram", str(CHAT)), Said("hi"))
    ]


async def test_opening_registers_the_door_and_the_menus(server, connect):
    telegram = connect(public_url="https://shop.example/", connections=77)

    await telegram.open(COMMANDS)

    menus = [asked.fields for asked in server.of("setMyCommands")]
    assert [menu.get("language_code") for menu in menus] == [None, "en", "fr", "pt"]
    assert menus[2]["commands"] == [{"command": "plans", "description": "Trouver un forfait"}]
    [webhook] = server.of("setWebhook")
    assert webhook.fields["url"] == "https://shop.example/telegram"
    assert webhook.fields["secret_token"] == "s3cret"
    assert webhook.fields["max_connections"] == 77
    assert "callback_query" in webhook.fields["allowed_updates"]
    assert server.of("setChatMenuButton")[0].fields["menu_button"] == {"type": "commands"}


async def test_opening_again_changes_nothing(server, connect):
    telegram = connect(public_url="https://shop.example")
    said = [
        {"en": "Find a plan", "fr": "Trouver un forfait", "pt": "Planos"}.get(code)
        for code in ("en", "en", "fr", "pt")
    ]
    server.will("getMyCommands", *(ok([{"command": "plans", "description": words}]) for words in said))
    server.will("getChatMenuButton", ok({"type": "commands"}))

    await telegram.open(COMMANDS, Remembered())

    # What the secret is cannot be asked for: nobody remembers it yet, so it is said.
    assert [method for method in server.methods() if method.startswith("set")] == ["setWebhook"]


class Remembered:
    """One bot's memory of what it said last, from start to start."""

    def __init__(self):
        self.words = None

    async def was(self, words):
        return words == self.words

    async def note(self, words):
        self.words = words


async def test_the_door_is_named_again_only_where_something_about_it_differs(server, connect):
    memory, here = Remembered(), {"public_url": "https://shop.example"}
    there = {"url": "https://shop.example/telegram", "max_connections": 40, "pending_update_count": 0}
    there["allowed_updates"] = list(UPDATES)

    async def says(there, **settings):
        before = len(server.of("setWebhook"))
        server.will("getWebhookInfo", ok(there))
        await connect(**here | settings).open({}, memory)
        return len(server.of("setWebhook")) - before

    assert [await says(there), await says(there)] == [1, 0]
    assert [await says(there | {"url": ""}), await says(there)] == [1, 0]
    assert await says(there | {"allowed_updates": ["message"]}) == 1
    assert await says(there | {"pending_update_count": 2}) == 1  # it brings them at once
    assert [await says(there, secret=one) for one in ("n3w,s3cret", "n3w", "s3cret")] == [1, 0, 1]

    server.will("setWebhook", *([no(400, "Bad Request")] * 9))
    with pytest.raises(ChannelError):
        await says(there, secret="other")
    server.forget()
    assert await says(there) == 1  # which secret counts now, nobody knows


async def test_a_description_is_written_only_where_it_differs(server, connect):
    words = {"en": "Travel eSIMs", "fr": "x" * 200}
    server.will("getMyDescription", *(ok({"description": said}) for said in ("Travel eSIMs", "", "x" * 200)))
    server.will("getMyShortDescription", *(ok({"short_description": "Travel eSIMs"}) for _ in range(3)))

    await connect(public_url="https://shop.example").describe(words)

    [long] = server.of("setMyDescription")
    assert long.fields == {"description": "Travel eSIMs", "language_code": "en"}
    [short] = server.of("setMyShortDescription")
    assert short.fields["language_code"] == "fr"
    assert len(short.fields["short_description"]) <= 120


async def test_the_doctor_sees_what_differs_and_changes_nothing(server, connect):
    server.will("getMyDescription", *(ok({"description": ""}) for _ in range(2)))
    server.will("getMyShortDescription", *(ok({"short_description": "Hi"}) for _ in range(2)))
    server.will("getChatMenuButton", ok({"type": "default"}))
    server.will("getWebhookInfo", ok({"url": "https://old.example", "pending_update_count": 0}))

    differs = await connect(public_url="https://shop.example").differences({}, {"en": "Hi"})

    assert differs == [
        "menu button",
        "description (all)",
        "description (en)",
        "webhook address",
        "kinds of updates",
    ]
    assert not [method for method in server.methods() if method.startswith("set")]


async def test_the_doctor_hears_of_what_no_start_mends(server, connect):
    waits = {"url": "x", "pending_update_count": 3, "last_error_message": "Wrong response: 502"}
    server.will("getWebhookInfo", ok(waits), ok({"url": "x", "pending_update_count": 0}), ok({"url": "x"}))
    moved = no(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007)
    server.will("getChat", no(400, "Bad Request: chat not found"), moved, ok({"id": -5, "type": "group"}))
    telegram = connect(staff_chat=-5)

    assert await telegram.troubles() == [
        "3 updates wait, and the last one did not get through: Wrong response: 502",
        "STAFF_CHAT is no group that the bot is in",
    ]
    assert await telegram.troubles() == ["STAFF_CHAT has another number now"]
    assert await telegram.troubles() == []


async def test_polling_takes_the_webhook_away_once(server, connect):
    telegram = connect(mode="polling", secret="")
    there = {"url": "https://old.example", "has_custom_certificate": False, "pending_update_count": 3}
    server.will("getWebhookInfo", ok(there))

    await telegram.open({})
    await telegram.open({})

    assert server.methods().count("deleteWebhook") == 1
    assert "drop_pending_updates" not in server.of("deleteWebhook")[0].fields
    assert "setWebhook" not in server.methods()


async def test_opening_waits_for_telegram(server, connect):
    server.will("getMe", no(500), "disconnect", no(429, "Too Many Requests", retry_after=1))
    server.will("setWebhook", (502, "<html>"))

    await connect(public_url="https://shop.example").open({})

    assert server.methods().count("getMe") == 4
    assert server.methods().count("setWebhook") == 2


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([no(401, "Unauthorized")], "401"),
        ([no(404, "Not Found")], "404"),
        ([no(500)] * 9, "500"),
        ([(200, "?")] * 9, "undecodable"),
        ([ok({"id": 1, "is_bot": False, "first_name": "Me"})], "the token is not a bot's"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_opening_gives_up_with_a_reason(server, connect, answers, reason):
    server.will("getMe", *answers)

    with pytest.raises(ChannelError) as refused:
        await connect(public_url="https://shop.example").open(COMMANDS)
    assert refused.value.reason == reason
    assert TOKEN not in repr(refused.value)


@pytest.mark.parametrize("settings", [{"public_url": ""}, {"public_url": "https://x.example", "secret": ""}])
async def test_a_webhook_without_address_or_secret_is_refused(connect, settings):
    with pytest.raises(ChannelError, match="public address and a secret"):
        await connect(**settings).open({})
