"""A menu of any length is turned over page by page, and every choice is on one of them, today and after a year."""

from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_talk import Channel, Sessions, State

from bot.conversation.actions import MOST_BYTES, Seal, action
from bot.conversation.engine import Engine
from bot.conversation.events import Address, Incoming, Pressed, Said
from bot.conversation.messages import Button, Menu, Question, Text
from bot.conversation.paging import TurnTo, cut
from bot.conversation.router import Router

#: What the first answer of a chat on WhatsApp offers besides.
LANGUAGE = "🌐 Language · Langue"


@action("pagetest")
class Choose:
    what: str
    number: int


@action("pagelist")
class ListThem:
    what: str


class Chat:
    """Lists so many things, whatever it is asked."""

    def __init__(self, things, kind=Menu):
        self.things, self.kind = things, kind
        self.numbers = count()
        self.channel, self.sessions = Channel(), Sessions()
        router = Router()
        router.hears("lost")(self.by_words)
        router.hears("forged")(self.forged)
        router.press(ListThem)(self.by_button)
        router.press(Choose)(self.chosen)
        self.engine = Engine(
            Router().include([router]),
            None,
            self.sessions,
            {"whatsapp": self.channel},
            Seal(b"k"),
            lambda: datetime(2026, 11, 23, tzinfo=UTC),
            State,
            lambda _text: False,
        )

    async def by_words(self, _chat, _shop, words):
        return Text(f"You said {words[:20]}"), self.listed(words)

    async def by_button(self, _chat, _shop, chosen):
        return self.listed(chosen.what)

    def listed(self, what):
        buttons = tuple(Button(f"{what[:5]} {n}", Choose(what[:5], n)) for n in range(self.things))
        return Question("Which?", "x", buttons=buttons) if self.kind is Question else Menu("Which?", buttons)

    async def chosen(self, _chat, _shop, chosen):
        return Text(f"chose {chosen.number}")

    async def forged(self, _chat, _shop, _event):
        return Text("forged")

    async def hears(self, event):
        self.channel.said.clear()
        await self.engine.deal(Incoming(str(next(self.numbers)), Address("whatsapp", "1"), event))
        return list(self.channel.said)

    async def presses(self, label):
        return await self.hears(Pressed(self.channel.buttons[label]))

    async def pages(self):
        """What every page shows, from the first to the last."""
        seen = [list(self.channel.buttons)]
        while "More" in self.channel.buttons:
            await self.presses("More")
            seen.append(list(self.channel.buttons))
        return seen


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 500), st.integers(4, 100))
def test_every_choice_is_on_one_page_and_no_page_is_too_long(number, most):
    buttons = tuple(Button(str(n), n) for n in range(number))
    seen, page = [], 0
    for _ in range(number + 2):
        shown = cut(buttons, page, most, lambda to: TurnTo(to, "x"))
        assert len(shown) < most
        seen += [one.action for one in shown if not isinstance(one.action, TurnTo)]
        further = [one.action.number for one in shown if isinstance(one.action, TurnTo)]
        if max(further, default=-1) <= page:
            break
        page = max(further)

    assert seen == list(range(number))


@pytest.mark.parametrize("kind", [Menu, Question])
@pytest.mark.parametrize("words", ["Japan", "a trip to: every country ~ of Asia " * 9, "日本語" * 60])
async def test_a_long_list_is_turned_over(words, kind):
    chat = Chat(33, kind)

    assert await chat.hears(Said(words)) == [f"You said {words[:20]}", "Which?"]
    pages = await chat.pages()

    choices = [label for page in pages for label in page if label not in {"More", "Back", LANGUAGE}]
    assert len(choices) == len(set(choices)) == 33
    assert max(map(len, pages)) <= 10
    assert chat.channel.said == ["Which?"], "what was said with the first page is not said again"
    await chat.presses("Back")
    assert list(chat.channel.buttons) == pages[-2]
    assert await chat.presses(pages[-2][0]) == ["chose 21"]


async def test_a_list_that_a_button_opened_is_turned_over_and_its_buttons_hold_what_they_need():
    chat = Chat(25)
    data = Seal(b"k").close(ListThem("Japan"), "chat")

    await chat.hears(Pressed(data))
    old = chat.channel.buttons["More"]
    pages = await chat.pages()
    chat.sessions.state = None  # a year later, nothing is remembered

    assert len([one for page in pages for one in page if one not in {"More", "Back", LANGUAGE}]) == 25
    assert len(old.encode()) <= MOST_BYTES
    assert await chat.hears(Pressed(old)) == ["Which?"]


async def test_words_that_are_forgotten_are_said_so():
    chat = Chat(25)
    await chat.hears(Said("long words " * 20))
    old = chat.channel.buttons["More"]
    await chat.hears(Said("other long words " * 20))

    assert await chat.hears(Pressed(old)) == ["forged"]


async def test_a_list_that_became_short_is_shown_whole():
    chat = Chat(25)
    await chat.hears(Said("Japan"))
    chat.things = 4

    await chat.presses("More")

    assert len(chat.channel.buttons) == 4
