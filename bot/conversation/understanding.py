"""What free text means, in any of our languages, by the phrases that each language's file lists.

The phrases stand in `bot.po` under the context "phrases", separated by commas, so a language stays one file.
Only intents that read or that lead to a person act on words alone; nothing is bought or given back by words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import NamedTuple

from babel import Locale

from bot.conversation.i18n import SOURCE, in_language, languages, p_, speaking


#: Intent → its English phrases; the most specific intent stands first. A phrase matches whole words,
#: "…*" the beginning of a word; "a + b" wants both anywhere; "=a" says it nearly alone: "STOP", not "a non-stop flight".
def _phrases() -> dict[str, str]:
    """The English phrases, written so that the extractor finds them."""
    return {
        "stop": p_(
            "phrases",
            "=stop, =stopall, unsubscribe*, opt out, stop messages, stop promotions, stop offers, no more offers",
        ),
        "person": p_(
            "phrases",
            "a person, a human, real person, human being, talk to someone, speak to someone, an agent, "
            "talk to a person, customer service, i want a person, support",
        ),
        "withdrawal": p_(
            "phrases",
            "withdraw from, withdrawal, right of withdrawal, cancel my contract, revoke the contract",
        ),
        "refund": p_(
            "phrases", "refund*, money back, give it back, give back, want my money, cancel my order"
        ),
        "trouble": p_(
            "phrases",
            "not work*, doesn't work, doesnt work, does not work, isn't working, no internet, no data, "
            "no network, no signal, no connection, can't connect, cannot connect, problem*, broken, "
            "won't install, can't install",
        ),
        "topup": p_(
            "phrases",
            "top up, topup, top-up, more data, add data, extra data, recharge, refill",
        ),
        "usage": p_(
            "phrases",
            "data + left, gb + left, data + remain*, how much + left, how much data, my balance, data balance, "
            "usage, data used, remaining data, balance",
        ),
        "privacy": p_(
            "phrases",
            "privacy, gdpr, my personal data, delete my data, personal data, export my data, erase my data, "
            "my rights",
        ),
        "invoices": p_("phrases", "invoice*, receipt*, credit note, my bill"),
        "orders": p_("phrases", "my order*, order history, my purchase*"),
        "esims": p_("phrases", "my esim*, my qr, qr code, my e-sim*, show my code"),
        "account": p_("phrases", "my account, change my email, change my name, my details"),
        "language": p_("phrases", "language, change language, speak english"),
        "greeting": p_("phrases", "hello, hi, hey, good morning, good evening, start, menu, help"),
    }


#: A phrase that says it alone may stand among so many words: "stop please", "stop it now".
MOST_WORDS_ALONE = 3


def understand(text: str) -> str | None:
    """The intent of the words, or None. The same in every language, whichever the chat speaks."""
    words = plain(text)
    by_run, beginnings = _phrases_by_run()
    possible = [phrase for run in set(_RUN.findall(words)) for phrase in by_run.get(run, ())]
    possible += [phrase for phrase in beginnings if phrase.run in words]
    short = len(words.split()) <= MOST_WORDS_ALONE
    found = [
        phrase
        for phrase in possible
        if (short or not phrase.alone) and all(part.search(words) for part in phrase.parts)
    ]
    return min(found, key=lambda phrase: phrase.rank).intent if found else None


def language_of(text: str) -> str | None:
    """The language whose phrases or letters the words show, or None when they do not tell."""
    if any("ARABIC" in unicodedata.name(letter, "") for letter in text):
        return "ar" if "ar" in languages() else None
    votes: Counter[str] = Counter()
    exact = f" {_spaced(text.casefold())} "
    for locale, vocabulary in _vocabulary().items():
        votes[locale] = sum(f" {word} " in exact for word in vocabulary)
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] == 0:
        return None
    if len(ranked) > 1 and ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]


def plain(text: str) -> str:
    """Words without case, accents, Arabic vowel signs or punctuation, a space between each two."""
    if text.isascii():
        return _spaced(text.casefold())
    folded = unicodedata.normalize("NFKD", text.casefold().replace("’", "'").replace("ß", "ss"))
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return _spaced(letters.translate(_ARABIC))


#: Letters that Arabic writers use for one another.
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": ""})


_BETWEEN = re.compile(r"[^\w'*+-]+")


def _spaced(text: str) -> str:
    return " ".join(_BETWEEN.sub(" ", text).split())


#: Letters without a gap: what a text is asked for before whole phrases are looked for in it.
_RUN = re.compile(r"\w+")


class _Phrase(NamedTuple):
    """A phrase of some language. `rank`: the place of its intent; `run`: the first letters that it needs."""

    rank: int
    intent: str
    run: str
    parts: tuple[re.Pattern[str], ...]
    alone: bool


@cache
def _phrases_by_run() -> tuple[dict[str, list[_Phrase]], list[_Phrase]]:
    """Phrases by their first run of letters; and those of which that is only a beginning ("problem*")."""
    by_run: dict[str, list[_Phrase]] = {}
    beginnings: list[_Phrase] = []
    for rank, (intent, source) in enumerate(_english().items()):
        for locale in languages():
            for phrase in filter(str.strip, in_language(locale, "phrases", source).split(",")):
                parts = [plain(part) for part in phrase.split("+")]
                run = next(iter(_RUN.findall(parts[0])), "")
                alone = phrase.strip().startswith("=")
                one = _Phrase(rank, intent, run, tuple(map(_pattern, parts)), alone)
                if parts[0] == f"{run}*":
                    beginnings.append(one)
                else:
                    by_run.setdefault(run, []).append(one)
    return by_run, beginnings


def _pattern(words: str) -> re.Pattern[str]:
    open_end = words.endswith("*")
    return re.compile(rf"(?<!\w){re.escape(words.rstrip('*'))}" + ("" if open_end else r"(?!\w)"))


@cache
def _vocabulary() -> dict[str, frozenset[str]]:
    """Words that belong to one language only among those we speak."""
    own: dict[str, set[str]] = {}
    for locale in languages():
        phrases = ",".join(
            in_language(locale, "phrases", source) for source in (*_english().values(), _english_small())
        )
        own[locale] = {
            _spaced(word.casefold().rstrip("*"))
            for phrase in re.split(r"[,+]", phrases)
            for word in (phrase.strip(), *phrase.split())
            if word.strip()
        }
        own[locale] |= {_spaced(name.casefold()) for name in _countries(locale)}
    shared = Counter(word for words in own.values() for word in words)
    return {locale: frozenset(w for w in words if shared[w] == 1) for locale, words in own.items()}


def _countries(locale: str) -> list[str]:
    names = Locale.parse(locale, sep="-" if "-" in locale else "_").territories
    return [str(name) for code, name in names.items() if len(code) == 2]


@cache
def _english() -> dict[str, str]:
    with speaking(SOURCE):
        return _phrases()


@cache
def _english_small() -> str:
    with speaking(SOURCE):
        return _small_words()


def _small_words() -> str:
    """Small words by which a language gives itself away."""
    return p_(
        "phrases",
        "i, the, for, my, to, days, day, week, weeks, need, want, please, and, in, with, going, trip",
    )
