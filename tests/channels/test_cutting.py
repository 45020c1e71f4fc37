"""Long words are cut where a reader would pause, and a platform is tried as long as that makes sense."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels import Patience, patiently, shortened, split, utf16
from bot.conversation.channel import ChannelError

SIZES = st.sampled_from([len, utf16, lambda text: len(text.encode())])
SCRIPTS = "aB,. \n\t\u00a0!?“é日本語。🇯🇵😀👩‍👩‍👧\u0301\u0915\u094d\u0937العربية؟\u200b\u2068\u2069ﷺ\U0001d11e"
busy = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@busy
@given(st.text(alphabet=st.sampled_from(SCRIPTS), max_size=300), st.integers(4, 60), SIZES)
def test_parts_fit_and_nothing_but_blanks_is_lost(text, most, size):
    parts = split(text, most, size)

    assert all(0 < size(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@busy
@given(st.lists(st.text(alphabet="abcdé語", min_size=1, max_size=9), max_size=80), st.integers(9, 60))
def test_words_that_fit_stay_whole(words, most):
    parts = split(" ".join(words), most)

    assert " ".join(parts).split() == words


@busy
@given(st.text(alphabet=st.sampled_from(SCRIPTS), max_size=100), st.integers(4, 60), SIZES)
def test_a_label_fits_on_its_line(label, most, size):
    short = shortened(label, most, size)

    assert size(short) <= most
    assert "\n" not in short
    if size(" ".join(label.split())) <= most:
        assert short == " ".join(label.split())
    else:
        assert short.endswith("…")


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        ("", 10, []),
        (" \n ", 10, []),
        ("short", 10, ["short"]),
        ("One line.\nAnother one here.", 20, ["One line.", "Another one here."]),
        ("It is 3.5 GB. It costs more.", 20, ["It is 3.5 GB.", "It costs more."]),
        ("several words without any stop", 14, ["several words", "without any", "stop"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),
        ("日本語。日本語。日本語。", 9, ["日本語。日本語。", "日本語。"]),
        ("e\u0301" * 4, 5, ["e\u0301e\u0301", "e\u0301e\u0301"]),
        ("12345 7890", 5, ["12345", "7890"]),
    ],
)
def test_a_text_is_cut_where_a_reader_pauses(text, most, parts):
    assert split(text, most) == parts


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("Japan", "Japan"),
        ("Democratic Republic of the Congo", "Democratic Republic…"),
        ("Notfallunterstützungsprogramm", "Notfallunterstützun…"),
        ("30 days · 20 GB · everywhere", "30 days · 20 GB…"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_label_is_cut_after_a_word(label, short):
    assert shortened(label, 20) == short


def test_units_are_counted_as_telegram_counts_them():
    assert [utf16(text) for text in ("", "abc", "é語", "😀", "\ud83d")] == [0, 3, 2, 2, 1]


def test_no_letter_is_torn_from_its_marks():
    parts = split("क्षि" * 40, 7)

    assert not any(unicodedata.category(part[0]).startswith("M") for part in parts)


class Platform:
    def __init__(self, *failures):
        self.failures = list(failures)
        self.tried = 0

    async def __call__(self):
        self.tried += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


QUICK = Patience(tries=3, pause=0.001, longest=0.05, total=1)


async def test_a_hiccup_is_tried_again():
    platform = Platform(ChannelError("500", again=0), ChannelError("429", again=0.01))

    assert await patiently(platform, QUICK) == "done"
    assert platform.tried == 3


@pytest.mark.parametrize(
    ("failures", "tried"),
    [
        ([ChannelError("400")], 1),
        ([ChannelError("429", again=0.06)], 1),
        ([ChannelError("500", again=0)] * 4, 3),
    ],
    ids=["it will not change", "it asks for too much", "it goes on and on"],
)
async def test_what_makes_no_sense_is_not_tried(failures, tried):
    platform = Platform(*failures)

    with pytest.raises(ChannelError):
        await patiently(platform, QUICK)
    assert platform.tried == tried


async def test_patience_ends():
    platform = Platform(*[ChannelError("500", again=0.02)] * 9)

    with pytest.raises(ChannelError):
        await patiently(platform, Patience(tries=9, pause=0.001, longest=1, total=0.03))
    assert platform.tried == 2
