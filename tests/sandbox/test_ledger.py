"""What counts as delivered: read from pictures and texts, once for each phone and line."""

from collections import Counter
from io import BytesIO

import pytest
import qrcode

from bot.sandbox.ledger import Ledger
from bot.sandbox.qr_reader import read_qr

CODE = "LPA:1$consumer.ppp.example$TN20210805541629D9E05F37"


class Keepgo:
    late_commits = 0

    def by_lpa(self, text):
        return {CODE: "8965972579000000001"}.get(text)

    def lines(self):
        return []

    refills = lines


class Stripe:
    def charges(self):
        return []

    refunds = charges


class Telegram:
    def stars(self):
        return []


class WhatsApp:
    def __init__(self):
        self.metered, self.metering = Counter(service=2), {}


class World:
    def __init__(self):
        self.keepgo, self.stripe, self.telegram, self.whatsapp = Keepgo(), Stripe(), Telegram(), WhatsApp()
        self.wholesalers = (self.keepgo,)
        self.calls = Counter({"keepgo line/create": 1})

    def held_back(self):
        return 0


@pytest.fixture
def ledger():
    return Ledger(World())


def picture(text, kind="PNG"):
    kept = BytesIO()
    qrcode.make(text).convert("RGB").save(kept, kind)
    return kept.getvalue()


async def test_a_picture_delivers_the_line_that_its_code_opens(ledger):
    ledger.reached("telegram", "ada", image=picture(CODE))

    books = await ledger.as_json()

    assert books["delivered"] == [{"channel": "telegram", "traveller": "ada", "iccid": "8965972579000000001"}]
    assert books["repeated"] == 0
    assert (books["calls"], books["metered"]) == ({"keepgo line/create": 1}, {"service": 2})


async def test_the_same_message_with_picture_and_text_delivers_once(ledger):
    await ledger.reached("telegram", "ada", f"Your code: {CODE}", picture(CODE, "JPEG"))

    assert ledger.delivered == {("telegram", "ada", "8965972579000000001"): 1}


async def test_a_repeated_picture_is_counted_as_repeated(ledger):
    for traveller in ("ada", "ada", "noor"):
        await ledger.reached("whatsapp", traveller, image=picture(CODE))

    books = await ledger.as_json()

    assert [delivery["traveller"] for delivery in books["delivered"]] == ["ada", "noor"]
    assert books["repeated"] == 1


async def test_a_crowd_of_pictures_is_read_to_the_last():
    ledger = Ledger(World(), most_waiting=3)
    for number in range(12):
        ledger.reached("telegram", f"t{number}", image=picture(CODE) + bytes([number]))

    books = await ledger.as_json()

    assert len(books["delivered"]) == 12


async def test_other_words_and_pictures_deliver_nothing(ledger):
    ledger.reached(
        "telegram", "ada", "Our terms: https://shop.example/terms", picture("https://shop.example")
    )
    ledger.reached("telegram", "ada", "LPA:1$consumer.ppp.example$SOMEBODYELSES1")

    assert (await ledger.as_json())["delivered"] == []


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", picture(CODE)[:200], b"\x89PNG\r\n\x1a\n" + b"\0" * 64]
)
def test_what_is_no_picture_has_no_codes(content):
    assert read_qr(content) == []
