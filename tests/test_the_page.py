"""The page as a person uses it: on each phone a purchase, by mouse and by keyboard alone, until the QR is on the screen."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
import zxingcpp
from chromium import Chromium, installed
from PIL import Image

WIDE, NARROW = (1280, 860), (390, 844)
WORDS = {"en": "Japan, 10 days", "fr": "Japon, 10 jours", "ar": "اليابان، 10 أيام"}
#: From a country's name to the payment link.
MOST_PRESSES = 8

READY = "document.querySelectorAll('.phone .log > *').length >= 2"
FRAME = "document.querySelector('#checkout iframe').contentDocument"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(request):
    path = installed()
    if path is None:
        why = "the page was not tried in a browser: no chromium in PATH (apt-get install -y chromium)"
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\nSkipped: {why}")
        pytest.skip(why)
    browser = await Chromium(path).start()
    yield browser
    await browser.stop()


#: Each phone, by mouse and by keyboard alone, on a wide page and on a narrow one; every language of the page.
WAYS = (
    ("telegram", "mouse", WIDE, "en"),
    ("telegram", "mouse", NARROW, "fr"),
    ("telegram", "keyboard", WIDE, "fr"),
    ("telegram", "keyboard", NARROW, "ar"),
    ("whatsapp", "mouse", WIDE, "ar"),
    ("whatsapp", "mouse", NARROW, "en"),
    ("whatsapp", "keyboard", WIDE, "en"),
    ("whatsapp", "keyboard", NARROW, "fr"),
)


@pytest.mark.parametrize(
    ("channel", "by", "size", "language"), WAYS, ids=[f"{c}-{by}-{size[0]}" for c, by, size, _ in WAYS]
)
async def test_a_purchase(on_sqlite, chromium, name, tmp_path, channel, by, size, language):
    tab = await chromium.open(on_sqlite.url, *size, language, dark=size == NARROW)
    await tab.until(READY)
    hand = {"mouse": Mouse, "keyboard": Keyboard}[by](tab, channel)
    if size == NARROW:
        await hand.presses(f"document.querySelector('.tabs [data-shows={channel}]')")

    await buy(hand, name, WORDS[language])

    await shows_a_line(tab, tmp_path, on_sqlite, name)
    assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []


async def test_the_ledger_shows_what_whatsapp_meters(on_sqlite, chromium, name):
    ada = on_sqlite.traveller("whatsapp", name, "en")
    await ada.asks("/start", "Where are you going")
    tab = await chromium.open(on_sqlite.url, *WIDE, "en")
    await tab.until(READY)
    await tab.until("document.querySelector('.sums').textContent.includes('free this month')")

    meter = (await on_sqlite.ledger())["metering"]

    assert meter["free_used"] > 0
    await tab.until(f"document.querySelector('.sums').textContent.includes('{meter['free_used']} / 1000')")
    assert tab.complaints == []


async def test_the_whatsapp_phone_shows_whether_the_window_is_open_and_until_when(on_sqlite, chromium, name):
    ada = on_sqlite.traveller("whatsapp", name, "en")
    tabs = [await chromium.open(on_sqlite.url, *size, tag) for size, tag in ((WIDE, "en"), (NARROW, "ar"))]
    for tab in tabs:
        await tab.until(READY)
        if tab is tabs[1]:
            await Mouse(tab, "whatsapp").presses("document.querySelector('.tabs [data-shows=whatsapp]')")
        await Mouse(tab, "whatsapp").writes("document.querySelector('#whatsapp .traveller')", name)
        await tab.key("Enter")
    await tabs[0].until(window_says("never opened"))

    await ada.asks("/start", "Where are you going")
    told = (await on_sqlite.http.get(f"/world/phones/whatsapp/{name}/window")).json()
    assert told["open"]
    for tab, opened in zip(tabs, ("open until", "مفتوحة"), strict=True):
        await tab.until(window_says(opened))
        when = await tab.evaluate(
            f"import('/page/words.js').then((words) => words.moment('{told['until']}'))"
        )
        assert await tab.evaluate("document.querySelector('#whatsapp .window bdi').textContent") == when
    await on_sqlite.advance("PT25H")
    for tab, closed in zip(tabs, ("closed since", "مغلقة"), strict=True):
        await tab.until(window_says(closed))
        assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.complaints == []


def window_says(words):
    """Whether the head of WhatsApp's phone says so, where it can be seen."""
    shown = "document.querySelector('#whatsapp .window')"
    return f"{shown}.offsetParent !== null && {shown}.textContent.includes('{words}')"


class Mouse:
    """A person who points and clicks at one of the phones."""

    def __init__(self, tab, channel):
        self.tab = tab
        self.phone = f"document.getElementById('{channel}')"

    async def reaches(self, element):
        await self.tab.click(element)

    async def presses(self, element, key="Enter"):
        await self.tab.click(element)

    async def writes(self, field, text):
        await self.reaches(field)
        await self.tab.selects_all()
        await self.tab.types(text)


class Keyboard(Mouse):
    """A person who has no mouse."""

    async def reaches(self, element):
        await self.tab.until(element)
        await self.tab.tabs_to(element)

    async def presses(self, element, key="Enter"):
        await self.reaches(element)
        await self.tab.key(key)


async def buy(hand, name, words):
    """From an empty phone to the picture of the QR."""
    tab, phone = hand.tab, hand.phone
    last = f"[...{phone}.querySelectorAll('.from-bot')].findLast((one) => one.querySelector('.key, .action'))"
    link = f"{last}.querySelector('a[href*=\"/pay/\"]')"
    await hand.writes(f"{phone}.querySelector('.traveller')", name)
    await tab.key("Enter")
    await hand.writes(f"{phone}.querySelector('textarea')", words)
    await tab.key("Enter")
    await tab.until(last)
    for _ in range(MOST_PRESSES):
        if await tab.evaluate(f"!!{link}"):
            break
        said = await tab.evaluate(f"(window.said = {last}.innerText)")
        assert said
        await hand.presses(f"{last}.querySelector('.key, .action')")
        await chooses_a_row(hand)
        await tab.until(f"{last}.innerText !== window.said")
    await hand.presses(link)
    await hand.writes(f"{FRAME}?.querySelector('[name=email]')", f"{name}@example.org")
    await hand.writes(f"{FRAME}.querySelector('[name=name]')", "Ada Example")
    await hand.presses(f"{FRAME}.querySelector('button[value=card]')")
    await hand.presses(f"{FRAME}?.querySelector('a.on')")
    await tab.until(f"{phone}.querySelector('.from-bot .picture img')?.naturalWidth")


async def chooses_a_row(hand):
    """On WhatsApp more than three choices are a list that rises from below."""
    sheet = f"{hand.phone}.querySelector('.sheet:not([hidden])')"
    if await hand.tab.evaluate(f"!!{sheet}"):
        await hand.presses(f"{sheet}.querySelector('input')", key=" ")
        await hand.presses(f"{sheet}.querySelector('.primary')")


async def shows_a_line(tab, folder, living, name):
    """What a camera in front of the screen would read is a line, and the world knows it as this traveller's."""
    for _ in range(20):
        await tab.screenshot(folder / "page.png")
        with Image.open(folder / "page.png") as screen:
            read = zxingcpp.read_barcodes(screen.convert("L"))
        if read:
            break
        await asyncio.sleep(0.1)
    assert read[0].text.startswith("LPA:1$")
    delivered = (await living.ledger())["delivered"]
    assert [one["traveller"] for one in delivered].count(name) == 1
