"""Every language says everything: nothing missing, nothing fuzzy, the same placeholders, every plural."""

from __future__ import annotations

import ast
import re

import pytest
from babel.messages.pofile import read_po
from living import ROOT
from words import extracted, files

from bot.conversation.i18n import _, data_size, duration, languages, money, n_, speaking
from bot.conversation.understanding import language_of, understand
from services.money import Money

PLACEHOLDER = re.compile(r"\{(\w+)\}")
#: WhatsApp refuses a longer reply button.
LABEL = 20


def catalog(locale: str):
    with (ROOT / "locales" / locale / "LC_MESSAGES" / "bot.po").open("rb") as file:
        return read_po(file, locale=locale)


LOCALES = [path.parents[1].name for path in files()]


def key(message) -> tuple:
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_missing_and_nothing_is_left_over(locale):
    wanted = {key(message) for message in extracted() if message.id}
    known = {key(message) for message in catalog(locale) if message.id}
    assert wanted - known == set(), "run `make words`, then translate"
    assert known - wanted == set(), "run `make words`"


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_is_translated_in_every_plural(locale):
    empty = [
        message.id
        for message in catalog(locale)
        if message.id
        and not (all(message.string) if isinstance(message.string, tuple | list) else message.string)
    ]
    assert empty == []
    assert [message.id for message in catalog(locale) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_are_the_same(locale):
    for message in catalog(locale):
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert set(PLACEHOLDER.findall(message.id)) == set(PLACEHOLDER.findall(message.string)), (
                message.id
            )
            continue
        wanted = set(PLACEHOLDER.findall(message.id[1]))
        for form in message.string:
            # "one" and "two" may say the number in words.
            assert wanted - {"n"} <= set(PLACEHOLDER.findall(form)) <= wanted, message.id


def buttons() -> list[str]:
    """Every label written in a Button(_("…"), …) of the handlers."""
    found = []
    for path in (ROOT / "handlers").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Button" and node.args:
                short = next((one.value for one in node.keywords if one.arg == "short"), None)
                label = short or node.args[0]
                if isinstance(label, ast.Call) and getattr(label.func, "id", "") == "_":
                    found.append(label.args[0].value)
    return sorted(set(found))


@pytest.mark.parametrize("locale", languages())
def test_button_labels_fit_a_reply_button(locale):
    assert buttons()
    with speaking(locale):
        long = [
            said
            for label in buttons()
            for said in [_(label, total="999.99 €") if "{" in label else _(label)]
            if len(said) > LABEL
        ]
    assert long == []


def test_no_words_are_hidden_in_f_strings():
    hidden = []
    for folder in ("handlers", "bot/conversation"):
        for path in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.JoinedStr):
                    hidden += [
                        f"{path.name}:{node.lineno}"
                        for part in ast.walk(node)
                        if isinstance(part, ast.Call)
                        and getattr(part.func, "id", "") in ("_", "n_", "p_")
                        and part.args
                        and isinstance(part.args[0], ast.Constant)
                    ]
    assert hidden == []


def test_numbers_are_written_as_each_language_does():
    with speaking("fr"):
        assert _plain(money(Money(1290, "EUR"))) == "12,90 €"
        assert _plain(data_size(int(3.2 * 1024**3))) == "3,2 Go"
        assert _plain(duration(10)) == "10 jours"
    with speaking("en"):
        assert money(Money(1290, "EUR")) == "€12.90"
        assert data_size(100 * 1024**2) == "100 MB"


def test_values_inside_arabic_are_isolated():
    with speaking("ar"):
        assert "\u2068M123\u2069" in _("Order {order} is paid already.", order="M123")
        for n in (0, 1, 2, 3, 11, 100):
            assert n_("{some} and {n} more country", "{some} and {n} more countries", n, some="x")


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("how much data do I have left?", "usage"),
        ("combien de data me reste-t-il ?", "usage"),
        ("¿cuántos datos me quedan?", "usage"),
        ("كم باقي من البيانات", "usage"),
        ("I want a person", "person"),
        ("je veux parler à une personne", "person"),
        ("quiero hablar con una persona", "person"),
        ("أريد التحدث مع شخص", "person"),
        ("it doesn't work", "trouble"),
        ("ça ne marche pas", "trouble"),
        ("no funciona", "trouble"),
        ("لا يعمل", "trouble"),
        ("STOP", "stop"),
        ("Japan, 10 days", None),
        ("Je pars au Japon", None),
        ("Viajo a Japón", None),
    ],
)
def test_words_are_understood_in_every_language(words, intent):
    assert understand(words) == intent


@pytest.mark.parametrize(
    ("words", "locale"),
    [
        ("Bonjour, je pars au Japon 10 jours", "fr"),
        ("Hola, viajo a Japón 10 días", "es"),
        ("Hello, I need data for Japan", "en"),
        ("اليابان ١٠ أيام", "ar"),
        ("12345", None),
    ],
)
def test_the_first_words_tell_the_language(words, locale):
    assert language_of(words) == locale


def _plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)
