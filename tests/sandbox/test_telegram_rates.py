"""How fast Telegram lets a bot write, as two independent clients of the sandbox find it."""

import aiogram.exceptions
import pytest
import telegram.error
from small_telegram import TOKEN, said

from bot.sandbox.telegram.rates import GROUP_A_MINUTE, OVERALL, PRIVATE_BURST, Rates

#: python-telegram-bot warns of a change to come whenever it reads how long to wait.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")


async def test_one_person_is_written_to_once_a_second_after_a_burst(world, ptb, aio, http):
    chat, other = await said(world), await said(world, traveller="ben")
    time = Time(world)
    sent = [await aio.send_message(chat, f"{number}") for number in range(PRIVATE_BURST - 1)]
    assert len(sent) < OVERALL
    with pytest.raises(telegram.error.BadRequest, match="empty"):
        await ptb.send_message(chat, " ")  # what is refused for itself does not count
    await ptb.edit_message_text("edited", chat, sent[0].message_id)

    with pytest.raises(aiogram.exceptions.TelegramRetryAfter) as too_soon:
        await aio.send_message(chat, "x")
    assert too_soon.value.retry_after == 1
    with pytest.raises(telegram.error.RetryAfter):
        await ptb.edit_message_text("again", chat, sent[0].message_id)
    async with http.post(f"{world.here}/telegram/bot{TOKEN}/sendMessage", json={"chat_id": chat}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
        assert await answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        }
    assert await aio.send_chat_action(chat, "typing")
    assert await ptb.send_message(other, "nobody else has to wait")
    time.now += 1
    assert await aio.send_message(chat, "a second later")


async def test_a_group_takes_twenty_a_minute(world, ptb, aio):
    group = world.telegram.gatherings.make("supergroup", "Trips", "ada", None, (), (), frozenset()).id
    time = Time(world)
    for number in range(GROUP_A_MINUTE):
        await aio.send_message(group, f"{number}")

    with pytest.raises(telegram.error.RetryAfter, match="in 3 seconds"):
        await ptb.send_message(group, "x")
    time.now += 3
    assert await ptb.send_message(group, "three seconds later")


async def test_all_together_are_written_to_thirty_times_a_second(world, aio):
    chats = [await said(world, traveller=f"p{number}") for number in range(OVERALL + 1)]
    time = Time(world)
    for chat in chats[:-1]:
        await aio.send_message(chat, "x")

    with pytest.raises(aiogram.exceptions.TelegramRetryAfter):
        await aio.send_message(chats[-1], "x")
    time.now += 1
    assert await aio.send_message(chats[-1], "a second later")


async def test_a_world_without_rates_says_no_429(world, aio):
    chat = await said(world)
    Time(world)
    world.telegram.unhurried()

    for number in range(PRIVATE_BURST + OVERALL):
        await aio.send_message(chat, f"{number}")


class Time:
    """Seconds that pass when the test says so."""

    def __init__(self, world):
        self.now = 0.0
        world.telegram._cloud.rates = Rates(lambda: self.now)
