"""Groups, channels, votes and pages outside, as two independent clients of the sandbox's Telegram find them."""

from __future__ import annotations

from datetime import timedelta

import aiogram.exceptions
import pytest
import telegram.error
from aiogram.types import InputPollOption, ReactionTypeEmoji
from small_telegram import keyboard, newest, png, said

from bot.sandbox.outside import Outside


def made(world, kind="supergroup", rights=(), **more):
    wanted = {"username": None, "members": ("ben",), "bots": ("other_bot",)} | more
    return world.telegram.gatherings.make(kind, "Trips", "ada", rights=frozenset(rights), **wanted)


async def test_a_bot_that_is_brought_into_a_group_hears_of_it_and_may_do_what_it_was_allowed(world, ptb, aio):
    plain, led = made(world), made(world, rights=["can_pin_messages"])

    told = [update.my_chat_member for update in await newest(ptb)]
    assert [change.new_chat_member.status for change in told] == ["member", "administrator"]
    assert told[0].chat.id == plain.id
    assert [member.status for member in await aio.get_chat_administrators(led.id)] == [
        "creator",
        "administrator",
    ]
    assert await ptb.get_chat_member_count(led.id) == 4
    first, second = [(await aio.send_message(led.id, text)).message_id for text in ("one", "two")]
    assert await aio.pin_chat_message(led.id, first)
    assert await ptb.pin_chat_message(led.id, second)
    assert (await ptb.get_chat(led.id)).pinned_message.message_id == second
    await aio.delete_message(led.id, second)
    assert (await aio.get_chat(led.id)).pinned_message.message_id == first
    word = await ptb.send_message(plain.id, "hello")
    with pytest.raises(telegram.error.BadRequest, match="Not enough rights"):
        await ptb.pin_chat_message(plain.id, word.message_id)
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="not enough rights"):
        await aio.set_chat_title(led.id, "Ours")
    assert await aio.leave_chat(led.id)
    with pytest.raises(aiogram.exceptions.TelegramForbiddenError, match="not a member"):
        await aio.send_message(led.id, "still here?")


async def test_a_channel_is_known_by_its_name_and_speaks_for_itself(world, ptb, aio):
    channel = made(world, "channel", ["can_invite_users", "can_post_messages"], username="trips")

    post = await ptb.send_message("@trips", "Japan from today")

    assert (post.sender_chat.id, post.from_user) == (channel.id, None)
    assert (
        await aio.edit_message_text("Japan!", chat_id="@Trips", message_id=post.message_id)
    ).text == "Japan!"
    chat = await said(world)
    moved = await aio.forward_message(chat, "@trips", post.message_id)
    assert (moved.forward_origin.type, moved.forward_origin.chat.id) == ("channel", channel.id)
    link = await aio.create_chat_invite_link("@trips", name="spring", member_limit=5)
    assert (await ptb.revoke_chat_invite_link("@trips", link.invite_link)).is_revoked
    for wrong in ({"member_limit": 5, "creates_join_request": True}, {"expire_date": 1}):
        with pytest.raises(aiogram.exceptions.TelegramBadRequest):
            await aio.create_chat_invite_link("@trips", **wrong)


async def test_a_vote_closes_when_it_is_told_or_when_its_time_has_come(world, ptb, aio):
    chat = await said(world)

    asked = await aio.send_poll(chat, "Where?", [InputPollOption(text="Japan"), InputPollOption(text="Peru")])
    assert (await ptb.stop_poll(chat, asked.message_id)).is_closed
    with pytest.raises(telegram.error.BadRequest, match="already been closed"):
        await ptb.stop_poll(chat, asked.message_id)
    timed = await ptb.send_poll(chat, "When?", ["now", "later"], open_period=60)
    await world.clock.advance(timedelta(minutes=2))
    later = await aio.edit_message_reply_markup(
        chat_id=chat, message_id=timed.message_id, reply_markup=keyboard([("x", "x")])
    )
    assert later.poll.is_closed
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="question must be non-empty"):
        await aio.send_poll(chat, " ", ["a", "b"])


async def test_several_messages_are_copied_or_forwarded_at_once_but_not_what_is_protected(world, ptb, aio):
    chat = await said(world)
    words = [(await aio.send_message(chat, text)).message_id for text in ("one", "two")]
    kept = (await aio.send_message(chat, "ours", protect_content=True)).message_id

    assert len(await aio.copy_messages(chat, chat, [*words, kept])) == 2
    assert len(await ptb.forward_messages(chat, chat, words)) == 2
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="no messages to copy"):
        await aio.copy_messages(chat, chat, [kept])
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="strictly increasing"):
        await aio.copy_messages(chat, chat, words[::-1])


async def test_a_reaction_is_seen_and_an_unknown_one_refused(world, ptb, aio):
    chat = await said(world)
    message = (await aio.send_message(chat, "Japan")).message_id

    assert await aio.set_message_reaction(chat, message, [ReactionTypeEmoji(emoji="👍")])
    assert world.telegram.screen("ada").find(str(message)).extra["reaction"] == "👍"
    assert await ptb.set_message_reaction(chat, message)
    assert "reaction" not in world.telegram.screen("ada").find(str(message)).extra
    with pytest.raises(telegram.error.BadRequest, match="Reaction_invalid"):
        await ptb.set_message_reaction(chat, message, "🧳")


async def test_telegram_fetches_what_lies_outside_and_nothing_else(world, ptb, tmp_path):
    site = tmp_path / "pictures.example"
    site.mkdir()
    (tmp_path / "hosts").write_text("192.0.2.1 pictures.example\n")
    (site / "qr.png").write_bytes(png())
    world.telegram._cloud.outside = Outside(tmp_path)
    chat = await said(world)

    assert (await ptb.send_photo(chat, "https://pictures.example/qr.png")).photo[-1].width == 640
    for nowhere in ("https://pictures.example/../hosts", "https://elsewhere.example/qr.png"):
        with pytest.raises(telegram.error.BadRequest, match=r"[Ff]ailed to get http url content"):
            await ptb.send_photo(chat, nowhere)


async def test_an_invoice_in_money_needs_the_provider_and_sensible_tips(world, ptb):
    chat = await said(world)
    what = (chat, "eSIM", "Japan 5 GB", "order", "EUR", [telegram.LabeledPrice("eSIM", 1310)])
    token = "284685063:TEST:SANDBOXnotAToken"

    assert (await ptb.send_invoice(*what, token)).invoice.total_amount == 1310
    for wrong, why in (
        ({"provider_token": "nobody"}, "Payment_provider_invalid"),
        ({"provider_token": token, "max_tip_amount": 5, "suggested_tip_amounts": [4, 3]}, "Suggested_tip"),
    ):
        with pytest.raises(telegram.error.BadRequest, match=why):
            await ptb.send_invoice(*what, **wrong)


async def test_a_game_is_sent_when_the_bot_has_it(world, ptb, aio):
    chat = await said(world)
    await world.telegram.add_game("packing", "Packing", "What fits?")

    assert (await ptb.send_game(chat, "packing")).game.title == "Packing"
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="wrong game short name"):
        await aio.send_game(chat, "chess")
