"""The sandbox's Telegram, judged by two independent clients: python-telegram-bot and aiogram."""

import asyncio
import html
import io
import json
from datetime import timedelta

import aiogram
import aiogram.exceptions
import aiohttp
import pytest
import telegram
import telegram.error
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LabeledPrice,
    ReplyParameters,
)
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from small_telegram import keyboard, newest, png, said, serving
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram.helpers import escape_markdown

from bot.sandbox import credentials
from bot.sandbox.phones import NoSuchButton
from bot.sandbox.telegram import texts
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.formatting import cleaned, units

TOKEN = credentials.TELEGRAM_TOKEN
STAFF = credentials.STAFF_CHAT


class Receiver:
    """A bot's end of a webhook: remembers what arrives, and answers what the test says."""

    def __init__(self):
        self.updates = []
        self.headers = []
        self.answers = []
        self.hold = None
        self.arrived = asyncio.Condition()
        self.at_once = self.most_at_once = 0

    async def hook(self, request):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        body = await request.json()
        if self.hold is not None:
            await self.hold.wait()
        self.at_once -= 1
        async with self.arrived:
            self.updates.append(body)
            self.headers.append(request.headers)
            self.arrived.notify_all()
        return self.answers.pop(0) if self.answers else Response()

    async def until(self, count, seconds=5):
        async with self.arrived, asyncio.timeout(seconds):
            await self.arrived.wait_for(lambda: len(self.updates) >= count)
        return self.updates


@pytest.fixture
async def receiver(world):
    receiver = Receiver()
    async with serving(Starlette(routes=[Route("/hook", receiver.hook, methods=["POST"])])) as here:
        receiver.url = f"{here}/hook"
        yield receiver
        await world.telegram.stop()


def shown(world, traveller="ada"):
    return [m for m in world.telegram.screen(traveller).messages if m.who == "bot"]


def ptb_keyboard(*rows):
    return telegram.InlineKeyboardMarkup(
        [[telegram.InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows]
    )


# --- what both clients read -------------------------------------------------------------------------------


async def test_both_clients_read_who_the_bot_is(ptb, aio):
    for me in (await ptb.get_me(), await aio.get_me()):
        assert (me.id, me.username, me.is_bot) == (700000001, "sandbox_esim_bot", True)


async def test_both_clients_read_a_text_with_its_formatting_and_buttons(world, ptb, aio):
    chat = await said(world)

    first = await ptb.send_message(
        chat,
        "<b>Japan</b> 🗾 &amp; <a href='https://example.com'>more</a>",
        "HTML",
        reply_markup=ptb_keyboard([("Go", "a")]),
    )
    second = await aio.send_message(
        chat,
        "*Japan* 🗾 & [more](https://example.com)",
        parse_mode="MarkdownV2",
        reply_markup=keyboard([("Go", "a")]),
    )

    assert (first.text, first.chat.id, first.chat.type) == ("Japan 🗾 & more", chat, "private")
    assert [(e.type, e.offset, e.length, e.url) for e in first.entities] == [
        ("bold", 0, 5, None),
        ("text_link", 11, 4, "https://example.com/"),
    ]
    assert first.text == second.text
    assert [e.model_dump(exclude_none=True) for e in second.entities] == [
        json.loads(e.to_json()) for e in first.entities
    ]
    assert first.reply_markup.inline_keyboard[0][0].callback_data == "a"
    assert second.reply_markup.inline_keyboard[0][0].callback_data == "a"
    assert second.message_id == first.message_id + 1
    assert abs(first.date.timestamp() - world.clock.timestamp()) <= 2
    assert [m.text for m in shown(world)] == ["Japan 🗾 & more"] * 2
    assert ("telegram", "ada", "Japan 🗾 & more", None) in world.ledger.seen


@pytest.mark.parametrize("size", [(640, 480), (60, 60), (2000, 1000)])
async def test_a_picture_is_sent_shown_fetched_and_sent_again_by_its_id(world, ptb, aio, size):
    chat = await said(world)

    first = await ptb.send_photo(chat, png(*size), caption="*QR*", parse_mode="MarkdownV2")
    second = await aio.send_photo(
        chat, BufferedInputFile(png(*size), "qr.png"), caption="<i>QR</i>", parse_mode="HTML"
    )
    again = await aio.send_photo(chat, second.photo[0].file_id)

    factor = min(1, 1280 / max(size))
    largest = (round(size[0] * factor), round(size[1] * factor))
    for message in (first, second):
        assert message.caption == "QR"
        assert len(message.caption_entities) == 1
        assert (message.photo[-1].width, message.photo[-1].height) == largest
    assert again.photo == second.photo
    for size_ in first.photo:
        content = bytes(await (await ptb.get_file(size_.file_id)).download_as_bytearray())
        assert Image.open(io.BytesIO(content)).size == (size_.width, size_.height)
    downloaded = await aio.download(second.photo[-1])
    assert world.ledger.seen[-1][3] == downloaded.getvalue()
    assert all(m.image and m.image.startswith("/world/media/") for m in shown(world))


async def test_a_file_keeps_its_name_and_bytes(world, ptb, aio):
    chat = await said(world)

    first = await ptb.send_document(chat, b"%PDF-1.7 receipt", filename="receipt.pdf", caption="yours")
    second = await aio.send_document(chat, BufferedInputFile(b"%PDF-1.7 receipt", "receipt.pdf"))

    for message in (first, second):
        assert (message.document.file_name, message.document.mime_type) == ("receipt.pdf", "application/pdf")
    assert (await aio.download(second.document)).getvalue() == b"%PDF-1.7 receipt"
    assert [(m.name, m.text) for m in shown(world)] == [("receipt.pdf", "yours"), ("receipt.pdf", "")]
    assert world.media.get(shown(world)[0].document.rpartition("/")[2]).content == b"%PDF-1.7 receipt"


async def test_edits_change_the_message_in_place(world, ptb, aio):
    chat = await said(world)
    text = await aio.send_message(chat, "one", reply_markup=keyboard([("Go", "a")]))
    photo = await aio.send_photo(chat, BufferedInputFile(png(), "a.png"))
    cursor = world.telegram.screen("ada").cursor

    edited = await ptb.edit_message_text("two", chat, text.message_id)
    await aio.edit_message_reply_markup(
        chat_id=chat, message_id=text.message_id, reply_markup=keyboard([("Back", "b")])
    )
    captioned = await aio.edit_message_caption(chat_id=chat, message_id=photo.message_id, caption="new")
    replaced = await ptb.edit_message_media(
        telegram.InputMediaPhoto(png(100, 50), caption="other"), chat, photo.message_id
    )
    changed = await aio.edit_message_media(
        InputMediaPhoto(media=BufferedInputFile(png(90, 45), "c.png")),
        chat_id=chat,
        message_id=photo.message_id,
    )

    assert edited.text == "two"
    assert edited.edit_date is not None
    assert edited.reply_markup is None
    assert captioned.caption == "new"
    assert (replaced.photo[-1].width, replaced.caption) == (100, "other")
    assert (changed.photo[-1].width, changed.caption) == (90, None)
    news = world.telegram.screen("ada").since(cursor)
    assert [(m.id, m.edited) for m in news] == [(str(text.message_id), True), (str(photo.message_id), True)]
    assert [b.label for b in news[0].buttons] == ["Back"]
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
        await ptb.edit_message_text("two", chat, text.message_id, reply_markup=ptb_keyboard([("Back", "b")]))
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="message to edit not found"):
        await aio.edit_message_text("x", chat_id=chat, message_id=text.message_id + 99)
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="no text in the message to edit"):
        await aio.edit_message_text("x", chat_id=chat, message_id=photo.message_id)
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await aio.edit_message_text("x" * 4097, chat_id=chat, message_id=text.message_id)


async def test_deleted_messages_are_gone_and_old_ones_stay(world, ptb, aio):
    chat = await said(world)
    one, two, three = [await aio.send_message(chat, str(n)) for n in range(3)]

    assert await ptb.delete_message(chat, one.message_id)
    assert await aio.delete_messages(chat, [two.message_id, 1])
    world.clock.offset = timedelta(days=3)

    assert [m.text for m in shown(world)] == ["2"]
    with pytest.raises(telegram.error.BadRequest, match="can't be deleted"):
        await ptb.delete_message(chat, three.message_id)
    with pytest.raises(telegram.error.BadRequest, match="to delete not found"):
        await ptb.delete_message(chat, one.message_id)


async def test_copies_and_forwards(world, ptb, aio):
    chat = await said(world)
    photo = await aio.send_photo(chat, BufferedInputFile(png(), "a.png"), caption="one")

    copy = await ptb.copy_message(STAFF, chat, photo.message_id, caption="two")
    forward = await aio.forward_message(STAFF, chat, photo.message_id)
    mine = await ptb.forward_message(STAFF, chat, int(world.telegram.screen("ada").messages[0].id))

    assert copy.message_id > 0
    assert forward.forward_origin.sender_user.id == credentials.TELEGRAM_BOT_ID
    assert mine.forward_origin.sender_user.id == chat
    assert [m.text for m in world.telegram.staff_screen().messages] == ["two", "one", "hello"]
    with pytest.raises(telegram.error.BadRequest, match="Message to copy not found"):
        await ptb.copy_message(STAFF, chat, 1)


async def test_a_reply_shows_what_it_answers(world, ptb, aio):
    chat = await said(world, "question")
    question = int(world.telegram.screen("ada").messages[0].id)

    first = await ptb.send_message(chat, "answer", reply_parameters=telegram.ReplyParameters(question))
    second = await aio.send_message(
        chat, "answer", reply_parameters=ReplyParameters(message_id=first.message_id)
    )
    loose = ReplyParameters(message_id=1, allow_sending_without_reply=True)

    assert first.reply_to_message.text == "question"
    assert second.reply_to_message.text == "answer"
    assert second.reply_to_message.reply_to_message is None
    assert (await aio.send_message(chat, "x", reply_parameters=loose)).reply_to_message is None
    with pytest.raises(telegram.error.BadRequest, match="Message to be replied not found"):
        await ptb.send_message(chat, "x", reply_parameters=telegram.ReplyParameters(1))


async def test_what_the_bot_says_of_itself_is_remembered_per_language(world, ptb, aio):
    chat = await said(world)
    commands = [
        BotCommand(command="start", description="Begin"),
        BotCommand(command="help", description="Help"),
    ]

    assert await aio.set_my_commands(commands)
    assert await ptb.set_my_commands([("start", "Démarrer")], telegram.BotCommandScopeAllPrivateChats(), "fr")
    assert await aio.set_my_description("Sells eSIMs")
    assert await ptb.set_my_description("Vend des eSIM", "fr")
    assert await aio.set_my_short_description("eSIMs")
    assert await ptb.set_my_name("Nomad")
    assert await ptb.set_chat_menu_button(
        chat, telegram.MenuButtonWebApp("Shop", telegram.WebAppInfo("https://example.com"))
    )

    assert [c.command for c in await ptb.get_my_commands()] == ["start", "help"]
    assert (await aio.get_my_commands(language_code="fr")) == []
    assert (await ptb.get_my_commands(telegram.BotCommandScopeAllPrivateChats(), "fr"))[
        0
    ].description == "Démarrer"
    assert (await ptb.get_my_description("de")).description == "Sells eSIMs"
    assert (await aio.get_my_description("fr")).description == "Vend des eSIM"
    assert (await ptb.get_my_short_description()).short_description == "eSIMs"
    assert (await aio.get_my_name()).name == (await ptb.get_me()).first_name == "Nomad"
    assert (await aio.get_chat_menu_button(chat_id=chat)).web_app.url == "https://example.com/"
    assert (await ptb.get_chat_menu_button()).type == "commands"
    assert await aio.set_chat_menu_button(chat_id=chat, menu_button=aiogram.types.MenuButtonDefault())
    assert (await aio.get_chat_menu_button(chat_id=chat)).type == "default"
    assert [c["command"] for c in world.telegram.commands("ada")] == ["start", "help"]
    await world.telegram.say("ada", "salut", "fr")
    assert [c["description"] for c in world.telegram.commands("ada")] == ["Démarrer"]
    assert await ptb.delete_my_commands()
    assert await aio.get_my_commands() == []
    for wrong in ("Bad", "ünïcode", "x" * 33):
        with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="BOT_COMMAND_INVALID"):
            await aio.set_my_commands([BotCommand(command=wrong, description="x")])


async def test_chats_and_members_can_be_asked_about(world, ptb, aio):
    chat = await said(world)
    await world.telegram.staff_say("bea", "here")
    member = world.telegram._cloud.member("bea").id

    for bot in (ptb, aio):
        private, group = await bot.get_chat(chat), await bot.get_chat(STAFF)
        assert (private.type, private.first_name) == ("private", "Ada")
        assert (group.type, group.is_forum) == ("supergroup", True)
        assert (await bot.get_chat_member(STAFF, member)).status == "member"
        assert (await bot.get_chat_member(STAFF, 700000001)).status == "administrator"
        assert await bot.send_chat_action(chat, "typing")
    with pytest.raises(telegram.error.BadRequest, match="Participant_id_invalid"):
        await ptb.get_chat_member(STAFF, chat)
    with pytest.raises(telegram.error.BadRequest, match="Wrong parameter action"):
        await ptb.send_chat_action(chat, "dancing")
    assert await aio.leave_chat(STAFF)
    with pytest.raises(aiogram.exceptions.TelegramForbiddenError, match="not a member"):
        await aio.send_message(STAFF, "x")


# --- updates ----------------------------------------------------------------------------------------------


async def test_both_clients_read_every_kind_of_update(world, ptb, aio):
    chat = await said(world, "/start abc 🌍")
    await aio.send_message(chat, "choose", reply_markup=keyboard([("Go", "a")]))
    await world.telegram.press("ada", "Go")
    await world.telegram.edit("ada", "/help")
    for kind in ("photo", "voice", "location", "contact", "sticker"):
        await world.telegram.send("ada", kind)
    world.telegram.block("ada", True)
    world.telegram.block("ada", False)

    first, second = await newest(ptb), await newest(aio)

    assert [u.update_id for u in first] == [u.update_id for u in second]
    assert [u.update_id - first[0].update_id for u in first] == list(range(10))
    assert [u.event_type for u in second][:3] == ["message", "callback_query", "edited_message"]
    assert [u.event_type for u in second][3:] == ["message"] * 5 + ["my_chat_member"] * 2
    start, tap, edit, photo, voice, location, contact, sticker, gone, back = first
    assert start.message.from_user.language_code == "en"
    assert start.message.entities[0].type == "bot_command"
    assert start.message.from_user.id == chat > 2**33
    assert (tap.callback_query.data, tap.callback_query.message.text) == ("a", "choose")
    assert edit.edited_message.text == "/help"
    assert voice.message.voice.mime_type == "audio/ogg"
    assert location.message.location.latitude > 0
    assert contact.message.contact.user_id == chat
    assert sticker.message.sticker.width == 512
    assert (gone.my_chat_member.new_chat_member.status, back.my_chat_member.new_chat_member.status) == (
        "kicked",
        "member",
    )
    for file in (photo.message.photo[-1], voice.message.voice, sticker.message.sticker):
        assert len(await (await ptb.get_file(file.file_id)).download_as_bytearray()) > 100
    assert await newest(ptb, first[-1].update_id + 1) == []


async def test_a_long_poll_waits_is_confirmed_and_gives_way(world, ptb, aio):
    waiting = asyncio.create_task(ptb.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    await said(world)

    [update] = await waiting

    assert world.telegram.registered()
    assert [u.update_id for u in await newest(aio)] == [update.update_id]
    assert await newest(aio, update.update_id + 1) == []
    assert world.telegram.held_back() == 0
    loser = asyncio.create_task(ptb.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    assert await newest(aio) == []
    with pytest.raises(telegram.error.Conflict, match="terminated by other getUpdates"):
        await loser
    for text in "abc":
        await said(world, text)
    assert [u.message.text for u in await newest(aio, -2)] == ["b", "c"]
    assert [u.message.text for u in await aio.get_updates(limit=1)] == ["b"]


async def test_a_poll_ends_when_the_bot_leaves(world, ptb, http):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await http.get(f"{world.here}/telegram/bot{TOKEN}/getUpdates", params={"timeout": "50"})
    await asyncio.sleep(0.05)
    assert world.telegram._cloud.polling._asker is None
    await said(world)
    assert len(await newest(ptb)) == 1


async def test_updates_can_be_chosen(world, ptb):
    await ptb.get_updates(allowed_updates=["callback_query"])
    await said(world)
    assert await newest(ptb) == []
    await ptb.get_updates(allowed_updates=[])
    await said(world)
    assert len(await newest(ptb)) == 1


async def test_a_webhook_gets_updates_in_order_with_its_secret(world, ptb, receiver):
    await said(world, "before")

    assert await ptb.set_webhook(receiver.url, secret_token="s-e_C1")
    for n in range(5):
        await said(world, str(n))
    updates = await receiver.until(6)

    assert [u["message"]["text"] for u in updates] == ["before", *"01234"]
    assert all(h["x-telegram-bot-api-secret-token"] == "s-e_C1" for h in receiver.headers)
    assert world.telegram.registered()
    info = await ptb.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (receiver.url, 0, 40)
    with pytest.raises(telegram.error.Conflict, match="can't use getUpdates method while webhook is active"):
        await newest(ptb)
    assert await ptb.delete_webhook()
    assert (await ptb.get_webhook_info()).url == ""


async def test_a_failing_update_blocks_its_chat_but_no_other(world, ptb, aio, receiver):
    chat = await said(world, "first", "ada")
    await aio.send_message(chat, "?", reply_markup=keyboard([("Go", "a")]))
    receiver.answers = [Response(status_code=500), Response(status_code=500)]
    await ptb.set_webhook(receiver.url)
    await receiver.until(2)  # at once, and at once again

    await said(world, "second", "ada")
    await said(world, "other", "bob")
    await world.telegram.press("ada", "Go")
    updates = await receiver.until(5, seconds=4)

    texts = [u["message"]["text"] if "message" in u else "tap" for u in updates]
    assert texts[:2] == ["first", "first"]
    assert sorted(texts[2:4]) == ["other", "tap"]
    assert texts[4] == "first"
    info = await ptb.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"


async def test_registering_again_retries_at_once_and_in_order(world, aio, receiver):
    receiver.answers = [Response(status_code=500) for _ in range(4)]
    await aio.set_webhook(receiver.url)
    await said(world, "first")
    await said(world, "second")
    await receiver.until(2)
    await asyncio.sleep(0.05)

    before = asyncio.get_running_loop().time()
    await aio.set_webhook(receiver.url)  # 500, 500: at once twice more
    await receiver.until(4)
    await asyncio.sleep(0.05)
    await aio.set_webhook(receiver.url)
    updates = await receiver.until(6)

    assert asyncio.get_running_loop().time() - before < 1.5
    assert [u["message"]["text"] for u in updates] == ["first"] * 5 + ["second"]


async def test_retry_after_is_obeyed(world, aio, receiver):
    receiver.answers = [Response(status_code=429, headers={"Retry-After": "1"})]
    await aio.set_webhook(receiver.url)
    before = asyncio.get_running_loop().time()
    await said(world)
    await receiver.until(2)
    assert 0.9 < asyncio.get_running_loop().time() - before < 2


async def test_old_taps_are_gone_and_old_messages_too(world, ptb, aio):
    chat = await said(world, "one")
    await aio.send_message(chat, "?", reply_markup=keyboard([("Go", "a")]))
    await world.telegram.press("ada", "Go")
    world.clock.offset = timedelta(seconds=151)
    assert [u.message.text for u in await newest(ptb)] == ["one"]
    world.clock.offset = timedelta(hours=25)
    assert await newest(ptb) == []


async def test_a_call_in_the_answer_to_a_delivery_is_performed(world, ptb, receiver):
    chat = await said(world)
    receiver.answers = [
        JSONResponse({"method": "sendMessage", "chat_id": chat, "text": "from the answer"}),
        JSONResponse({"method": "setWebhook", "url": ""}),
    ]
    await ptb.set_webhook(receiver.url)
    await said(world)
    await receiver.until(2)
    await world.telegram.screen("ada").wait_beyond(2, 2)
    assert [m.text for m in shown(world)] == ["from the answer"]
    assert (await ptb.get_webhook_info()).url == receiver.url


async def test_a_webhook_that_is_gone_for_a_day_is_removed(world, ptb, receiver):
    receiver.answers = [Response(status_code=410) for _ in range(4)]
    await ptb.set_webhook(receiver.url)
    await said(world)
    await receiver.until(2)
    await asyncio.sleep(0.05)  # the second answer is dealt with
    assert world.telegram.registered()
    world.clock.offset = timedelta(hours=23, minutes=5)
    await ptb.set_webhook(receiver.url)
    await receiver.until(3)
    await asyncio.sleep(0.05)
    assert not world.telegram.registered()
    assert world.telegram.held_back() == 1


async def test_no_more_connections_than_asked(world, ptb, receiver):
    receiver.hold = asyncio.Event()
    await ptb.set_webhook(receiver.url, max_connections=2)
    for name in "abcdef":
        await said(world, "x", f"t{name}")
    await asyncio.sleep(0.2)
    receiver.hold.set()
    await receiver.until(6)
    assert receiver.most_at_once == 2


async def test_a_webhook_can_be_dropped_with_what_waits(world, ptb, receiver):
    await said(world, "old")
    assert await ptb.set_webhook(receiver.url, drop_pending_updates=True)
    await said(world, "new")
    assert [u["message"]["text"] for u in await receiver.until(1)] == ["new"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"url": "http://example.com/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://example.com:9000/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "https://"}, "invalid webhook URL specified"),
        ({"url": "http://localhost:80/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://example.com", "secret_token": "no spaces"},
            "secret token contains illegal characters",
        ),
        ({"url": "https://example.com", "secret_token": "x" * 257}, "secret token is too long"),
    ],
)
async def test_a_wrong_webhook_is_refused(world, aio, wrong, why):
    with pytest.raises(aiogram.exceptions.TelegramBadRequest) as refusal:
        await aio.set_webhook(**wrong)
    assert refusal.value.message == f"Bad Request: {why}"
    assert not world.telegram.registered()


async def test_webhook_answers_say_what_was_done(world, http):
    async def call(method, **what):
        async with http.get(f"{world.here}/telegram/bot{TOKEN}/{method}", params=what) as answer:
            return (await answer.json())["description"]

    url = "http://127.0.0.1:9/hook"
    assert await call("setWebhook", url=url) == "Webhook was set"
    assert await call("SETwebhook", url=url) == "Webhook is already set"
    assert await call("setWebhook", url=url, secret_token="other") == "Webhook was set"
    assert await call("deleteWebhook") == "Webhook was deleted"
    assert await call("deletewebhook") == "Webhook is already deleted"


async def test_redelivery_repeats_the_same_bodies_at_the_same_time(world, ptb, receiver):
    await ptb.set_webhook(receiver.url)
    for text in "abc":
        await said(world, text)
    await receiver.until(3)
    await asyncio.sleep(0.05)
    receiver.most_at_once, receiver.hold = 0, asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, receiver.hold.set)

    assert await world.telegram.redeliver(2, 3) == 6

    assert (
        receiver.updates[3:].count(receiver.updates[1])
        == receiver.updates[3:].count(receiver.updates[2])
        == 3
    )
    assert receiver.most_at_once == 6
    await ptb.delete_webhook()
    assert await world.telegram.redeliver(1, 2) == 2
    assert [u.message.text for u in await newest(ptb)] == ["c", "c"]


# --- taps, payments, staff --------------------------------------------------------------------------------


async def test_a_tap_is_answered_with_a_toast(world, ptb, aio):
    chat = await said(world)
    await aio.send_message(chat, "old", reply_markup=keyboard([("Go", "old")]))
    await aio.send_message(chat, "new", reply_markup=keyboard([("Go", "new")], [("Back", "b")]))
    await world.telegram.press("ada", "Go")
    tap = (await newest(ptb))[-1].callback_query
    cursor = world.telegram.screen("ada").cursor

    assert tap.data == "new"
    assert await tap.answer("Noted")
    assert await aio.answer_callback_query(tap.id)

    [seen] = world.telegram.screen("ada").since(cursor)
    assert (seen.text, seen.toast) == ("new", "Noted")
    with pytest.raises(NoSuchButton):
        await world.telegram.press("ada", "Elsewhere")
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await aio.answer_callback_query(tap.id, "x" * 201)
    world.clock.offset = timedelta(minutes=1)
    for late in (tap.id, "12345"):
        with pytest.raises(
            telegram.error.BadRequest,
            match="Query is too old and response timeout expired or query id is invalid",
        ):
            await ptb.answer_callback_query(late)


async def test_link_buttons_are_read_not_pressed(world, aio):
    chat = await said(world)
    link = InlineKeyboardButton(text="Pay", url="http://127.0.0.1:8081/pay/cs_1")
    await aio.send_message(chat, "pay", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[link]]))
    assert shown(world)[0].as_json()["buttons"] == [{"label": "Pay", "url": "http://127.0.0.1:8081/pay/cs_1"}]
    with pytest.raises(NoSuchButton):
        await world.telegram.press("ada", "Pay")


async def test_stars_are_paid_and_given_back(world, ptb, aio):
    chat = await said(world)
    with pytest.raises(LookupError):
        await world.telegram.pay_stars("ada")
    invoice = await aio.send_invoice(
        chat, "Japan", "1 GB, 7 days", "order-1", "XTR", [LabeledPrice(label="eSIM", amount=250)]
    )
    other = await ptb.send_invoice(
        chat, "Japan", "1 GB, 7 days", "order-2", "XTR", [telegram.LabeledPrice("eSIM", 300)], ""
    )
    assert (invoice.invoice.total_amount, other.invoice.currency) == (250, "XTR")

    paying = asyncio.create_task(world.telegram.pay_stars("ada"))
    await asyncio.sleep(0.05)
    query = (await newest(ptb))[-1].pre_checkout_query
    assert (query.invoice_payload, query.total_amount) == ("order-2", 300)
    assert await ptb.answer_pre_checkout_query(query.id, ok=True)
    await paying
    payment = (await newest(ptb))[-1].message.successful_payment
    assert (payment.invoice_payload, payment.total_amount) == ("order-2", 300)
    assert world.telegram.stars() == [{"order": "order-2", "amount": 300, "refunded": False}]

    paying = asyncio.create_task(world.telegram.press("ada", "Pay ⭐250"))
    await asyncio.sleep(0.05)
    query = (await newest(aio))[-1].pre_checkout_query
    await query.as_(aio).answer(ok=False, error_message="Sold out")
    await paying
    assert [m.toast for m in shown(world)] == ["Sold out", None]

    assert await aio.refund_star_payment(chat, payment.telegram_payment_charge_id)
    assert world.telegram.stars()[0]["refunded"] is True
    assert (await newest(ptb))[-1].message.refunded_payment.total_amount == 300
    with pytest.raises(telegram.error.BadRequest, match="Charge_already_refunded"):
        await ptb.refund_star_payment(chat, payment.telegram_payment_charge_id)
    with pytest.raises(telegram.error.BadRequest, match="Charge_not_found"):
        await ptb.refund_star_payment(chat, "nothing")


async def test_the_account_of_stars_is_read_in_the_order_of_what_happened(world, ptb, aio):
    chat = await said(world)
    for number, price in enumerate((250, 300)):
        await ptb.send_invoice(
            chat, "Japan", "1 GB", f"order-{number}", "XTR", [telegram.LabeledPrice("eSIM", price)], ""
        )
        paying = asyncio.create_task(world.telegram.pay_stars("ada"))
        query = None
        while query is None:
            query = (await newest(ptb))[-1].pre_checkout_query
        await ptb.answer_pre_checkout_query(query.id, ok=True)
        await paying
    charge = (await newest(ptb))[-1].message.successful_payment.telegram_payment_charge_id
    await ptb.refund_star_payment(chat, charge)

    first, second, back = (await ptb.get_star_transactions()).transactions

    assert [first.amount, second.amount, back.amount] == [250, 300, 300]
    assert (second.id, back.id) == (charge, charge)
    assert (first.source.invoice_payload, first.source.user.id, first.receiver) == ("order-0", chat, None)
    assert (back.receiver.transaction_type, back.receiver.user.id, back.source) == (
        "invoice_payment",
        chat,
        None,
    )
    assert [one.id for one in (await ptb.get_star_transactions(offset=1, limit=1)).transactions] == [charge]
    assert (await aio.get_star_transactions(offset=3)).transactions == []
    assert (await ptb.get_my_star_balance()).amount == 250


async def test_a_wrong_invoice_is_refused(world, aio):
    chat = await said(world)
    price = [LabeledPrice(label="eSIM", amount=250)]
    for wrong, why in (
        ({"payload": "x" * 129}, "INVOICE_PAYLOAD_INVALID"),
        ({"currency": "EUR"}, "PAYMENT_PROVIDER_INVALID"),
        ({"prices": price * 2}, "STARS_INVOICE_INVALID"),
        ({"title": "x" * 33}, "title is too long"),
        ({"reply_markup": keyboard([("Go", "a")])}, "REPLY_MARKUP_BUY_EMPTY"),
    ):
        fine = {"title": "Japan", "description": "1 GB", "payload": "o", "currency": "XTR", "prices": price}
        with pytest.raises(aiogram.exceptions.TelegramBadRequest, match=why):
            await aio.send_invoice(chat, **(fine | wrong))


async def test_the_staff_answer_in_their_group(world, ptb, aio):
    case = await aio.create_forum_topic(STAFF, "Ada: no data")
    message = await ptb.send_message(STAFF, "Ada needs help", message_thread_id=case.message_thread_id)
    assert message.is_topic_message
    assert message.message_thread_id == case.message_thread_id

    await world.telegram.staff_say("bea", "restart it", reply_to=str(message.message_id))
    await world.telegram.staff_say("bea", "/close@sandbox_esim_bot", topic=str(case.message_thread_id))
    await world.telegram.staff_say("tom", "in general")
    reply, command, plain = await newest(ptb)

    assert reply.message.reply_to_message.message_id == message.message_id
    assert reply.message.message_thread_id == case.message_thread_id
    assert reply.message.chat.id == STAFF
    assert command.message.entities[0].type == "bot_command"
    assert command.message.parse_entity(command.message.entities[0]) == "/close@sandbox_esim_bot"
    assert plain.message.message_thread_id is None
    answered = await aio.send_message(
        STAFF, "ok", reply_parameters=ReplyParameters(message_id=reply.message.message_id)
    )
    assert answered.message_thread_id == case.message_thread_id
    seen = world.telegram.staff_screen().messages
    assert [m.who for m in seen] == ["bot", "bot", "me", "me", "me", "bot"]
    assert seen[2].as_json()["reply_to"] == str(message.message_id)
    assert await ptb.close_forum_topic(STAFF, case.message_thread_id)
    for wrong in ({"reply_to": "1"}, {"topic": "1"}, {"reply_to": "x"}):
        with pytest.raises(LookupError):
            await world.telegram.staff_say("bea", "x", **wrong)
    with pytest.raises(telegram.error.BadRequest, match="Message thread not found"):
        await ptb.send_message(STAFF, "x", message_thread_id=5)


# --- refusals ---------------------------------------------------------------------------------------------


async def test_texts_are_measured_after_their_markup_is_gone(world, ptb, aio):
    chat = await said(world)
    assert len((await ptb.send_message(chat, "<b>" + "x" * 4096 + "</b>", "HTML")).text) == 4096
    assert len((await aio.send_message(chat, "🌍" * 2048)).text) == 2048
    for text, why in (
        ("x" * 4097, "message is too long"),
        ("🌍" * 2048 + "x", "message is too long"),
        ("", "message text is empty"),
        ("   ", "text must be non-empty"),
        ("x" * 40_000, "text is too long"),
    ):
        with pytest.raises(aiogram.exceptions.TelegramBadRequest) as refusal:
            await aio.send_message(chat, text)
        assert refusal.value.message == f"Bad Request: {why}"
    with pytest.raises(telegram.error.BadRequest, match="Message caption is too long"):
        await ptb.send_photo(chat, png(), caption="x" * 1025)
    assert (await ptb.send_message(chat, "  padded \n")).text == "padded"


async def test_wrong_buttons_are_refused(world, http):
    chat = await said(world)
    ok = {"text": "Go", "callback_data": "a"}
    cases = [
        ([[{**ok, "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
        (
            [[{"text": "Go"}]],
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ([[{"callback_data": "a"}]], "can't parse inline keyboard button: Can't find field \"text\""),
        ([[{"text": "", "callback_data": "a"}]], "BUTTON_TEXT_INVALID"),
        (
            [[{"text": "Go", "url": "nowhere"}]],
            "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        (
            [[{"text": "Go", "url": "ftp://a.b"}]],
            "inline keyboard button URL 'ftp://a.b' is invalid: Unsupported URL protocol",
        ),
        ([[{"text": "Go", "pay": True}]], "BUTTON_TYPE_INVALID"),
        ([[ok] * 9], "reply markup is too long"),
        ([[ok] * 8] * 13, "reply markup is too long"),
        ("none", 'field "inline_keyboard" must be of type Array'),
    ]
    for keys, why in cases:
        body = {"chat_id": chat, "text": "x", "reply_markup": {"inline_keyboard": keys}}
        async with http.post(f"{world.here}/telegram/bot{TOKEN}/sendMessage", json=body) as answer:
            assert answer.status == 400
            assert await answer.json() == {
                "ok": False,
                "error_code": 400,
                "description": f"Bad Request: {why}",
            }
    fine = {"inline_keyboard": [[{**ok, "callback_data": "é" * 32}] * 4] * 25}
    async with http.post(
        f"{world.here}/telegram/bot{TOKEN}/sendMessage",
        data={"chat_id": chat, "text": "x", "reply_markup": json.dumps(fine)},
    ) as answer:
        assert (await answer.json())["result"]["reply_markup"] == fine


@pytest.mark.parametrize(
    ("mode", "text", "why"),
    [
        ("HTML", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "🌍<b><i>x</b></i>", 'Unmatched end tag at byte offset 11, expected "</i>", found "</b>"'),
        ("HTML", "é<3", "Unclosed start tag at byte offset 2"),
        ("HTML", "é<x>", 'Unsupported start tag "x" at byte offset 2'),
        ("HTML", "x</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("HTML", "<a href=a_b>x</a>", "Unexpected end of name token at byte offset 8"),
        ("HTML", '<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
        ("HTML", "<i>a</i   ", "Unclosed end tag at byte offset 4"),
        ("MarkdownV2", "1.5 GB", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "*bold _italic\\_*", "Can't find end of Bold entity at byte offset 15"),
        ("MarkdownV2", "🌍 🌍__🌍 🌍_", "Can't find end of Italic entity at byte offset 20"),
        ("MarkdownV2", "[x](https://a.b", "Can't find end of a URL at byte offset 4"),
        ("MarkdownV2", "🌍```a ", "Can't find end of PreCode entity at byte offset 4"),
        ("MarkdownV2", ">*b\n>ld\nld*", "Can't find end of Bold entity at byte offset 1"),
        ("MarkdownV2", "a\n*a*>2", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "![x]", "Custom emoji entity must contain a tg://emoji URL"),
        ("Markdown", "*x", "Can't find end of the entity starting at byte offset 0"),
    ],
)  # fmt: skip
async def test_broken_markup_is_refused_with_the_place(world, aio, mode, text, why):
    chat = await said(world)
    with pytest.raises(aiogram.exceptions.TelegramBadRequest) as refusal:
        await aio.send_message(chat, text, parse_mode=mode)
    assert refusal.value.message == f"Bad Request: can't parse entities: {why}"


@pytest.mark.parametrize(
    ("mode", "text", "plain", "entities"),
    [
        ("html", "a &lt;<i>b</i>&#33; &ge;", "a <b! &ge;", [("italic", 3, 1)]),
        ("HTML", '<pre><code class="language-py">x = 1</code></pre>', "x = 1", [("pre", 0, 5)]),
        ("HTML", "<blockquote expandable>q</blockquote><tg-spoiler>s</tg-spoiler>", "qs", [("expandable_blockquote", 0, 1), ("spoiler", 1, 1)]),
        ("HTML", "<b>🌍</b> <u>x</u> <s>y</s> <code>z</code>", "🌍 x y z", [("bold", 0, 2), ("underline", 3, 1), ("strikethrough", 5, 1), ("code", 7, 1)]),
        ("HTML", "<a href='nowhere'>x</a><b></b>", "x", []),
        ("HTML", "<i>a</i   ><b>\n b</>", "a\n b", [("italic", 0, 1), ("bold", 1, 3)]),
        ("MarkdownV2", "🌍_🌍 __🌍___", "🌍🌍 🌍", [("italic", 2, 5), ("underline", 5, 2)]),
        ("MarkdownV2", "a\\_b ~c~ ||d|| `e` ", "a_b c d e", [("strikethrough", 4, 1), ("spoiler", 6, 1), ("code", 8, 1)]),
        ("MarkdownV2", "```py\nx \\` 1```", "x ` 1", [("pre", 0, 5)]),
        ("MarkdownV2", "a\n>b\n>c\nd", "a\nb\nc\nd", [("blockquote", 2, 4)]),
        ("MarkdownV2", ">a\n>q||e||w||\nz", "a\nqew\nz", [("expandable_blockquote", 0, 6), ("spoiler", 3, 1)]),
        ("MarkdownV2", "*a\n>b\nc*", "a\nb\nc", [("bold", 0, 5), ("blockquote", 2, 2)]),
        ("Markdown", "*a* _b_ `c` \\*d", "a b c *d", [("bold", 0, 1), ("italic", 2, 1), ("code", 4, 1)]),
        (None, "see https://example.com/a, /help@x_bot #tag me@x.org", "see https://example.com/a, /help@x_bot #tag me@x.org", [("url", 4, 21), ("bot_command", 27, 11), ("hashtag", 39, 4), ("email", 44, 8)]),
    ],
)  # fmt: skip
async def test_markup_becomes_entities(world, ptb, mode, text, plain, entities):
    chat = await said(world)
    message = await ptb.send_message(chat, text, mode)
    assert message.text == plain
    assert [(e.type, e.offset, e.length) for e in message.entities] == entities


@given(st.text(max_size=300))
def test_escaped_words_arrive_as_they_are(words):
    plain = cleaned(words).strip(" \n")
    for mode, escaped in (("HTML", html.escape(words)), ("MarkdownV2", escape_markdown(words, 2))):
        assert texts.read(escaped, mode, None, lambda _: None).text == plain


@given(st.text(alphabet="<>/&;#bi aprecode=\"'\n\\*_~|`[](){}!.>🌍", max_size=80))
def test_no_markup_breaks_a_parser(markup):
    for mode in ("HTML", "MarkdownV2", "Markdown"):
        try:
            read = texts.read(markup, mode, None, lambda _: None)
        except ApiError as refusal:
            assert refusal.description.startswith("Bad Request: can't parse entities: ")
            continue
        length = units(read.text)
        assert all(e["length"] > 0 and e["offset"] + e["length"] <= length for e in read.entities)


async def test_a_link_in_a_text_is_previewed_unless_the_bot_says_no(world, ptb, aio):
    chat = await said(world)
    plain = await ptb.send_message(chat, "🌍 see https://example.com/a.")
    quiet = await aio.send_message(chat, "see https://example.com/a", disable_web_page_preview=True)
    other = await ptb.send_message(
        chat,
        "x",
        link_preview_options=telegram.LinkPreviewOptions(url="https://example.org", show_above_text=True),
    )
    assert plain.link_preview_options.url == "https://example.com/a"
    assert (quiet.link_preview_options.is_disabled, quiet.link_preview_options.url) == (True, None)
    assert (other.link_preview_options.url, other.link_preview_options.show_above_text) == (
        "https://example.org",
        True,
    )


async def test_own_entities_are_checked(world, ptb):
    chat = await said(world)
    message = await ptb.send_message(chat, "🌍 hello", entities=[telegram.MessageEntity("bold", 3, 5)])
    assert message.parse_entities() == {message.entities[0]: "hello"}
    for wrong, why in (
        (
            telegram.MessageEntity("bold", 100, 1),
            "Entity begins after the end of the text at utf-16 offset 100",
        ),
        (
            telegram.MessageEntity("bold", 0, 100),
            "Entity beginning at utf-16 offset 0 ends after the end of the text at utf-16 offset 100",
        ),
        (telegram.MessageEntity("nonsense", 0, 1), "Can't parse messageentity: unsupported type specified"),
        (
            telegram.MessageEntity("text_link", 0, 1, url="nowhere"),
            "Entity url 'nowhere' is invalid: wrong http url",
        ),
    ):
        with pytest.raises(telegram.error.BadRequest) as refusal:
            await ptb.send_message(chat, "hello", entities=[wrong])
        assert refusal.value.message.lower() == why.lower()


async def test_broken_pictures_and_files_are_refused(world, ptb, aio):
    chat = await said(world)
    for content, why in (
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (png()[:200], "IMAGE_PROCESS_FAILED"),
        (png(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (png(9990, 500), "PHOTO_INVALID_DIMENSIONS"),
        (b"", "file must be non-empty"),
        (b"x" * (10 * 1024 * 1024 + 1), "file of size 10485761 bytes is too big for a photo"),
    ):
        with pytest.raises(aiogram.exceptions.TelegramBadRequest, match=why):
            await aio.send_photo(chat, BufferedInputFile(content, "a.png"))
    document = await aio.send_document(chat, BufferedInputFile(b"x", "a.txt"))
    for reference, why in (
        (document.document.file_id, "Can't use file of type document as photo"),
        ("nothing", "Wrong file identifier/http url specified"),
        ("http://127.0.0.1/a.png", "Failed to get http url content"),
    ):
        with pytest.raises(telegram.error.BadRequest) as refusal:
            await ptb.send_photo(chat, reference)
        assert refusal.value.message.lower() == why.lower()
    with pytest.raises(telegram.error.BadRequest, match="Invalid file_id"):
        await ptb.get_file("nothing")
    with pytest.raises(aiogram.exceptions.TelegramEntityTooLarge):
        await aio.send_document(chat, BufferedInputFile(b"x" * (51 * 1024 * 1024), "a.bin"))
    big = await aio.send_document(chat, BufferedInputFile(b"x" * (21 * 1024 * 1024), "a.bin"))
    with pytest.raises(telegram.error.BadRequest, match="File is too big"):
        await ptb.get_file(big.document.file_id)


async def test_strangers_blockers_and_former_people_get_nothing(world, ptb, aio):
    chat = await said(world)
    for stranger in (1, -1, "@nobody", "x"):
        with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
            await ptb.send_message(stranger, "x")
    world.telegram.block("ada", True)
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await ptb.send_message(chat, "x")
    with pytest.raises(ValueError, match="unblock"):
        await world.telegram.say("ada", "x")
    world.telegram.block("ada", False)
    await aio.send_message(chat, "still here", reply_markup=keyboard([("Go", "a")]))
    await world.telegram.change_identity("ada", "recycled")
    with pytest.raises(aiogram.exceptions.TelegramForbiddenError, match="user is deactivated"):
        await aio.send_message(chat, "x")
    with pytest.raises(NoSuchButton):
        await world.telegram.press("ada", "Go")
    assert await said(world, "hello, I am new") != chat
    assert [m.text for m in world.telegram.screen("ada").messages] == [
        "hello",
        "still here",
        "hello, I am new",
    ]
    await world.telegram.change_identity("ada", "username")
    await said(world, "x")
    assert (await newest(ptb))[-1].message.from_user.username.startswith("sandbox_")
    with pytest.raises(ValueError, match="number"):
        await world.telegram.change_identity("ada", "number")
    assert world.telegram.travellers() == ["ada"]


async def test_deep_links_start_the_bot(world, ptb):
    for link in (
        "https://t.me/sandbox_esim_bot?start=abc-1_2",
        "t.me/Sandbox_eSIM_bot?start=abc-1_2",
        "tg://resolve?domain=sandbox_esim_bot&start=abc-1_2",
    ):
        await world.telegram.open("ada", link)
    await world.telegram.open("ada", "https://t.me/sandbox_esim_bot")
    assert [u.message.text for u in await newest(ptb)] == ["/start abc-1_2"] * 3 + ["/start"]
    for wrong in (
        "https://example.com/?start=a",
        "https://t.me/other?start=a",
        "https://t.me/sandbox_esim_bot?start=a.b",
    ):
        with pytest.raises(ValueError, match=r"^that (is no )?link"):
            await world.telegram.open("ada", wrong)


async def test_long_texts_leave_the_phone_in_pieces(world, ptb):
    await said(world, "🌍" * 3000)
    assert [len(u.message.text) for u in await newest(ptb)] == [2048, 952]


# --- the wire ---------------------------------------------------------------------------------------------


async def test_every_way_of_calling_works(world, http):
    chat = await said(world)
    here = f"{world.here}/telegram/bot{TOKEN}/sendMessage"
    words = {"chat_id": str(chat), "text": "hé 🌍"}

    form = aiohttp.FormData(words)
    form.add_field("unused", b"x", filename="x")
    for way in (
        http.get(here, params=words),
        http.post(here, params=words),
        http.post(here.lower().replace(TOKEN.lower(), TOKEN), data=words),
        http.post(here, json=words),
        http.post(here, data=form),
    ):
        async with way as answer:
            assert answer.status == 200
            assert answer.content_type == "application/json"
            assert (await answer.json())["result"]["text"] == "hé 🌍"
    assert world.calls["telegram sendMessage"] == 5


async def test_wrong_calls_get_the_right_refusal(world, http):
    base = f"{world.here}/telegram"
    cases = [
        ("GET", f"{base}/bot{TOKEN}/noSuchThing", {}, 404, "Not Found: method not found"),
        ("GET", f"{base}/bot123:wrong/getMe", {}, 401, "Unauthorized"),
        ("GET", f"{base}/botnonsense/getMe", {}, 404, "Not Found"),
        ("GET", f"{base}/elsewhere", {}, 404, "Not Found"),
        ("GET", f"{base}/file/bot{TOKEN}/photos/file_99.jpg", {}, 404, "Not Found"),
        ("POST", f"{base}/bot{TOKEN}/sendMessage", {"json": {"text": "x"}}, 400, "Bad Request: chat_id is empty"),
        ("POST", f"{base}/bot{TOKEN}/sendMessage", {"json": ["x"]}, 400, "Bad Request: can't parse request: expected a JSON object"),
        ("POST", f"{base}/bot{TOKEN}/sendMessage", {"data": b"text=%ff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400, "Bad Request: strings must be encoded in UTF-8"),
        ("POST", f"{base}/bot{TOKEN}/sendMessage", {"data": b'{"text": "\\ud800"}', "headers": {"Content-Type": "application/json"}}, 400, "Bad Request: strings must be encoded in UTF-8"),
        ("POST", f"{base}/bot{TOKEN}/sendMessage", {"data": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "Bad Request: can't parse request: the multipart body is malformed"),
        ("POST", f"{base}/bot{TOKEN}/sendMessage", {"data": {"text": "x", "parse_mode": "XML"}}, 400, "Bad Request: unsupported parse_mode"),
        ("POST", f"{base}/bot{TOKEN}/sendPhoto", {"data": {"chat_id": STAFF}}, 400, "Bad Request: there is no photo in the request"),
    ]  # fmt: skip
    for verb, url, what, status, description in cases:
        async with http.request(verb, url, **what) as answer:
            assert answer.status == status, url
            assert await answer.json() == {"ok": False, "error_code": status, "description": description}


# --- faults -----------------------------------------------------------------------------------------------


async def test_armed_faults_strike_calls(world, ptb, aio, http):
    chat = await said(world)

    world.faults.arm("telegram", "429", "sendMessage", seconds=7)
    assert (await aio.get_me()).is_bot
    with pytest.raises(aiogram.exceptions.TelegramRetryAfter) as limit:
        await aio.send_message(chat, "x")
    assert limit.value.retry_after == 7
    world.faults.arm("telegram", "429", seconds=3)
    async with http.get(f"{world.here}/telegram/bot{TOKEN}/getMe") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "3")
        assert (await answer.json())["parameters"] == {"retry_after": 3}
    world.faults.arm("telegram", "error-500")
    with pytest.raises(aiogram.exceptions.TelegramServerError):
        await aio.send_message(chat, "x")
    world.faults.arm("telegram", "blocked")
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await ptb.send_message(chat, "x")
    world.faults.arm("telegram", "timeout", times=2, seconds=0.1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await http.post(f"{world.here}/telegram/bot{TOKEN}/sendMessage", data={"chat_id": chat, "text": "x"})
    with pytest.raises(telegram.error.NetworkError):
        await ptb.send_message(chat, "x")
    assert shown(world) == []
    assert (await ptb.send_message(chat, "fine")).text == "fine"


async def test_deliveries_can_be_doubled_and_held(world, ptb, receiver):
    await ptb.set_webhook(receiver.url)
    world.faults.arm("telegram", "duplicate-updates")
    await said(world, "twice")
    await said(world, "once")
    assert [u["message"]["text"] for u in await receiver.until(3)] == ["twice", "twice", "once"]

    world.faults.arm("telegram", "updates-held")
    for text in "abc":
        await said(world, text)
    await asyncio.sleep(0.1)
    assert len(receiver.updates) == 3
    assert world.telegram.held_back() == 3
    world.faults.disarm()
    assert [u["message"]["text"] for u in (await receiver.until(6))[3:]] == ["a", "b", "c"]


async def test_polled_updates_can_be_doubled_and_held(world, ptb):
    world.faults.arm("telegram", "duplicate-updates")
    await said(world, "twice")
    [first] = await newest(ptb)
    assert [u.message.text for u in await newest(ptb, first.update_id + 1)] == ["twice"]
    assert await newest(ptb, first.update_id + 1) == []

    world.faults.arm("telegram", "updates-held")
    await said(world, "held")
    assert await newest(ptb) == []
    asyncio.get_running_loop().call_later(0.1, world.faults.disarm)
    assert [u.message.text for u in await ptb.get_updates(timeout=5)] == ["held"]
