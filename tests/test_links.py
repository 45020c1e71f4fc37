"""Links into the chat: read as written, opened straight at a plan, and counted for the campaign that they name."""

import re

import pytest

from bot.conversation.links import DeepLink, is_link, read
from bot.sandbox.credentials import WHATSAPP_NUMBER

GB = 1024**3


@pytest.mark.parametrize(
    ("words", "link"),
    [
        ("jp-5gb", DeepLink("JP", 5 * GB)),
        ("JP-5GB-30d_Spring-26", DeepLink("JP", 5 * GB, 30, "spring-26")),
        ("jp-500mb", DeepLink("JP", 500 * 1024**2)),
        ("north-america-unlimited-7d", DeepLink("north-america", "unlimited", 7)),
        ("europe_blog", DeepLink("europe", campaign="blog")),
        ("jp", DeepLink("JP")),
        ("_blog", DeepLink(campaign="blog")),
        ("", DeepLink()),
        # What cannot be read is left aside.
        ("jp-5gb_what?", DeepLink("JP", 5 * GB)),
        (f"jp_{'x' * 33}", DeepLink("JP")),
        ("jp-٥gb", DeepLink("JP")),
        ("ref12345", DeepLink("ref12345")),
    ],
)
def test_a_link_is_read_as_it_was_written(words, link):
    assert read(words) == link


@pytest.mark.parametrize(
    "words", ["jp-5gb", "JP-5gb_spring", "jp_spring", "europe-10gb-30d", "north-america-1gb"]
)
def test_words_that_only_a_link_brings_are_one(words):
    assert is_link(words)


@pytest.mark.parametrize(
    "words", ["", "Japan, 10 days", "jp", "wi-fi", "5gb", "jp-5gb please", "a@b_c.org", "👋"]
)
def test_a_travellers_own_words_are_no_link(words):
    assert not is_link(words)


async def test_a_campaigns_link_opens_at_the_plan_and_the_books_know_what_it_brought(living):
    bot = (await living.http.get("/world/health")).json().get("username", "sandbox_esim_bot")
    tag = f"spring-{living.port}"
    roads = {
        "telegram": f"https://t.me/{bot}?start=jp-5gb_{tag}",
        "whatsapp": f"https://wa.me/{WHATSAPP_NUMBER}?text=jp-5gb_{tag}",
    }
    for channel, link in roads.items():
        traveller = living.traveller(channel, f"led{living.port}", "en")
        await traveller.mark()
        await traveller.does("open", link=link)
        assert re.search(r"Japan.*5\sGB", (await traveller.sees("It fits"))["text"])
        for label, next_ in (
            ("It fits", "Yes, start now"),
            ("Yes, start now", "I agree"),
            ("I agree", "Pay "),
        ):
            shown = await traveller.taps(label, rf"\[{next_}")
        url = next(button["url"] for button in shown["buttons"] if button["url"])
        await traveller.mark()
        await living.pay(url.rsplit("/", 1)[1])
        await traveller.gets_qr()
        await traveller.mark()
        await traveller.does("open", link=link.replace("jp-5gb", "nowhere"))
        await traveller.sees("Where are you going")
    books = await living.at_rest()
    assert books["campaigns"][tag]["orders"] == len(roads)
    sums = books["campaigns"][tag]["totals"]
    assert all(one["kept"] == one["captured"] > 0 for one in sums.values())
