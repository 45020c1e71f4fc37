"""Only a row that says yes leads to offers, for each channel by itself; a stop counts on all of them, at once."""

import pytest

from bot.conversation.understanding import understand
from tests.privacy.house import traveller

CHANNELS = ("telegram", "whatsapp", "mail")
WORDS = ("Offers?", "en")


@pytest.fixture
async def someone(each):
    return each.privacy, await each.people.known_as({"telegram": "4711"})


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_yes_on_one_channel_says_nothing_of_the_others(someone, channel):
    privacy, customer = someone
    assert [await privacy.marketing(customer, one) for one in CHANNELS] == ["none"] * 3

    assert await privacy.set_marketing(customer, channel, "show", *WORDS, "e1") == "shown"
    assert await privacy.set_marketing(customer, channel, "grant", *WORDS, "e2") == "granted"

    granted = [one for one in CHANNELS if await privacy.marketing(customer, one) == "granted"]
    assert granted == [channel]


@pytest.mark.parametrize("stopped_on", CHANNELS)
async def test_a_stop_on_any_channel_ends_a_yes_on_all(someone, stopped_on):
    privacy, customer = someone
    for channel in CHANNELS:
        await privacy.set_marketing(customer, channel, "join", *WORDS, f"yes-{channel}")

    await privacy.set_marketing(customer, stopped_on, "object", *WORDS, "stop")

    assert [await privacy.marketing(customer, one) for one in CHANNELS] == ["objected"] * 3
    for channel in CHANNELS:
        assert await privacy.set_marketing(customer, channel, "grant", *WORDS, "asked") == "objected"
        assert await privacy.set_marketing(customer, channel, "show", *WORDS, "again") == "objected"


async def test_whoever_says_that_they_are_a_child_gets_none(someone):
    privacy, customer = someone
    await privacy.set_marketing(customer, "telegram", "join", *WORDS, "e1")
    assert await privacy.set_marketing(customer, "telegram", "minor", *WORDS, "e2") == "minor"
    assert await privacy.set_marketing(customer, "telegram", "join", *WORDS, "e3") == "minor"
    assert await privacy.marketing(customer, "mail") == "minor"
    assert await privacy.set_marketing(customer, "mail", "adult", *WORDS, "e4") == "none"


async def test_a_no_row_of_somebody_else_is_no_yes(each):
    ada, bob = await traveller(each, "ada"), await each.people.known_as({"telegram": "4711"})
    assert await each.privacy.marketing(ada.id, "whatsapp") == "granted"
    assert await each.privacy.marketing(bob, "whatsapp") == "none"


@pytest.mark.parametrize(
    "words",
    [
        "STOP", "stop.", "Stop please", "STOPALL", "unsubscribe", "Stop promotions", "ARRÊT", "arrêter les promotions",
        "désabonnez-moi", "BAJA", "alto", "detener promociones", "ستوب", "قف", "إيقاف العروض الترويجية",
    ],
)  # fmt: skip
def test_stop_is_understood_in_every_language(words):
    assert understand(words) == "stop"


@pytest.mark.parametrize(
    "words",
    [
        "a non-stop flight to Japan, 10 days",
        "my wifi will not stop dropping the line",
        "alto en Japón 10 días",
    ],
)
def test_words_in_passing_stop_nothing(words):
    assert understand(words) != "stop"
