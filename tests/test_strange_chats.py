"""Where a shop's bot meets more than travellers' plain words: groups, channels, and all that a phone can send."""

import pytest

from bot.sandbox import credentials


async def made(living, kind="supergroup", **more):
    wanted = {"kind": kind, "title": "Friends", "owner": f"owner{living.port}"} | more
    answer = await living.http.post("/world/chats", json=wanted)
    assert answer.status_code < 300, answer.text
    return answer.json()["id"]


async def left(living, chat):
    """The words that were said in a chat until the bot has left it."""
    for _ in range(100):
        shown = (await living.http.get(f"/world/chats/{chat}/screen", params={"wait": 0.2})).json()
        if not shown["in"]:
            return [message["text"] for message in shown["messages"] if message["who"] == "bot"]
        await living.http.get(f"/world/chats/{chat}/screen", params={"after": shown["cursor"], "wait": 0.2})
    raise AssertionError(f"still there\n{living.log()}")


async def test_a_group_is_left_with_one_word_and_a_channel_without_any(on_sqlite):
    group, channel = await made(on_sqlite), await made(on_sqlite, "channel", title="News")
    led = await made(on_sqlite, rights=["can_pin_messages"])

    for chat in (group, led):
        [farewell] = await left(on_sqlite, chat)
        assert "private" in farewell
        assert "https://t.me/" in farewell
        assert "STAFF_CHAT" not in farewell
    assert await left(on_sqlite, channel) == []
    await on_sqlite.http.post(f"/world/chats/{group}/say", json={"member": "ben", "text": "/start"})
    ben = on_sqlite.traveller("telegram", "ben", "fr")
    await ben.asks("/start", "Où partez-vous")


async def test_a_forwarded_post_is_answered_like_any_text_and_a_channels_post_not_at_all(on_sqlite, name):
    traveller = on_sqlite.traveller("telegram", name, "en")
    await traveller.asks("/start", "Where are you going")
    await traveller.mark()
    await traveller.does("forward", text="Japan, 10 days", channel="Travel news")
    await traveller.sees("Plans for Japan")

    said = (await on_sqlite.ledger())["calls"]["telegram sendMessage"]
    chat = {"id": -1_001_000_000_002, "type": "channel", "title": "Travel news"}
    post = {"message_id": 7, "date": 1, "chat": chat, "sender_chat": chat, "text": "Japan, 10 days"}
    for number, kind in enumerate(("channel_post", "edited_channel_post")):
        answer = await on_sqlite.http.post(
            f"{on_sqlite.bot_url}/telegram",
            json={"update_id": 2_000_000_000 + number, kind: post},
            headers={"X-Telegram-Bot-Api-Secret-Token": credentials.TELEGRAM_SECRET},
        )
        assert answer.status_code == 200
    # The door answers once it has dealt with an update: nothing is still to come.
    assert (await on_sqlite.ledger())["calls"]["telegram sendMessage"] == said


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_whatever_a_phone_sends_is_answered_with_help_and_a_way_on(living, channel, name):
    traveller = living.traveller(channel, name, "en")
    await traveller.asks("/start", "Where are you going")
    for kind in ("photo", "voice", "location", "contact", "sticker"):
        await traveller.mark()
        await traveller.does("send", kind=kind)
        await traveller.sees(r"Does something not work.*\[It does not work\]")
    await traveller.taps("It does not work", "Let us try five things")
    await traveller.asks("Japon", ".")
    await traveller.mark()
    await traveller.does("edit", text="Japan, 10 days")
    await traveller.sees("Japan.*GB")
