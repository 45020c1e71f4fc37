"""The policy's text says what the registry says, in each language; what is proposed is said only once it is approved."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

import pytest

from bot.commands.policy import FOLDER, texts
from bot.conversation.i18n import languages, speaking
from handlers import _policy_text as policy_text
from handlers import _policy_words as words
from services.privacy.facts.policy import MORE_RIGHTS, RIGHTS, Controller, facts
from services.privacy.facts.published import published
from tests.living import ROOT
from tests.words import extracted

BOTH = (Controller(), Controller(approved=True))
STATEMENTS, TESTS = range(1, 29), range(1, 31)


def rows(title):
    """The rows of the table below a heading of POLICY.md."""
    text = (ROOT / "POLICY.md").read_text().partition(title)[2].partition("\n## ")[0]
    table = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def has(path, symbol):
    """Whether a module defines a name at its top, or a method or field in a class."""
    tree = ast.parse((ROOT / path).read_text())
    defined = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    named = {node.name for node in ast.walk(tree) if isinstance(node, defined)}
    return symbol in named | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def numbered():
    """The numbers of the acceptance tests that there are."""
    return {int(path.name[5:7]) for path in (ROOT / "tests/privacy").glob("test_[0-9][0-9]_*.py")}


def test_every_statement_points_to_code_that_is_there():
    stated = rows("# What the privacy policy says")
    assert [int(row[0]) for row in stated] == list(STATEMENTS)
    for row in [*stated, *([None, *row] for row in rows("## Proposed wording"))]:
        path, symbol = re.findall(r"`([^`]+)`", row[2] if row[0] else row[3])
        assert has(path, symbol), f"POLICY.md, {row[1]}: no {symbol} in {path}"


def test_every_statement_has_a_test_that_is_there():
    there = numbered()
    for row in rows("# What the privacy policy says"):
        wanted = {int(number) for number in re.findall(r"\d+", row[4])}
        assert wanted, row
        assert wanted <= there, f"POLICY.md, {row[0]}: no test {sorted(wanted - there)}"


def test_the_thirty_tests_are_there():
    assert numbered() == set(TESTS), "tests/privacy/test_NN_….py: one file for each number, at least"


def test_a_row_that_points_to_nothing_is_noticed():
    assert has("services/privacy/facts/policy.py", "Controller")
    assert not has("services/privacy/facts/policy.py", "Comptroller")
    assert 31 not in numbered()


def test_every_proposed_wording_is_what_the_bot_would_say():
    said = {message.id for message in extracted() if isinstance(message.id, str)}
    for what, wording, _where in rows("## Proposed wording"):
        for quoted in re.findall(r'"([^"]+)"', wording):
            body = re.sub(r" \(legal obligation\)$", "", quoted).replace("3 years", "{length}")
            assert body in said, what


@pytest.mark.parametrize("locale", languages())
def test_every_fact_has_words(locale):
    """A key stands for itself where nobody has written words for it: add them in handlers/_policy_words.py."""
    with speaking(locale):
        for held in facts(Controller()).held:
            for key, say in (
                (held.category, words.category),
                (held.category, words.examples),
                *((what, words.purpose) for what, _ in held.purposes),
                *((basis, words.basis) for _, basis in held.purposes),
                *((one, words.recipient) for one in held.recipients),
            ):
                assert say(key) != key or (key, locale) == ("consent", "en"), key
            for one in held.periods:
                assert not words.period(one, later=True).endswith(f": {one.after}"), one
        for key in (*RIGHTS, *MORE_RIGHTS):
            assert words.right(key) != key


@pytest.mark.parametrize("controller", BOTH, ids=["published", "approved"])
@pytest.mark.parametrize("locale", languages())
def test_the_text_says_every_fact_and_no_other(controller, locale):
    said, every = published(controller), facts(controller)
    with speaking(locale):
        text = policy_text.text(said)
        shown = {one for held in said.held for one in held.recipients}
        for one in {one for held in every.held for one in held.recipients}:
            assert (words.recipient(one) in text) == (one in shown), one
        for held in every.held:
            assert (words.examples(held.category) in text) == (
                held.category in {one.category for one in said.held}
            )
        for key in every.rights:
            assert (words.right(key) in text) == (key in said.rights), key
        for held in said.held:
            assert all(line in text for line in words.why(held))
            for one in held.periods:
                assert words.period(one, later=said.later) in text
        for fact in (
            controller.name,
            controller.address,
            controller.email,
            controller.authority_url,
            said.version,
        ):
            assert fact in text


def test_the_proposed_wording_is_off_until_it_is_approved():
    before, after = (published(one) for one in BOTH)
    assert (before.version, after.version) == ("1.1", "1.2")
    told = [{one for held in facts_.held for one in held.recipients} for facts_ in (before, after)]
    assert told[1] - told[0] == {"telegram", "meta", "mail"}
    assert set(after.rights) - set(before.rights) == set(MORE_RIGHTS)
    assert ("accounting", "contract") in before.held[1].purposes
    assert ("accounting", "law") in after.held[1].purposes
    assert (before.later, after.later) == (False, True)


def test_the_shops_own_facts_are_in_the_text():
    own = replace(Controller(), name="Nomad", email="dpo@nomad.example", authority="BfDI")
    text = policy_text.text(published(own))
    assert "Nomad" in text
    assert "dpo@nomad.example" in text
    assert "BfDI" in text
    assert "Miio" not in text


@pytest.mark.parametrize("controller", BOTH, ids=["published", "approved"])
def test_the_text_in_the_repository_is_the_text_that_is_said(controller):
    for name, text in texts(controller).items():
        path = FOLDER / name
        assert path.is_file(), f"write it: python -m bot policy --write ({name})"
        assert path.read_text() == text, (
            f"{name} has drifted: python -m bot policy --write, and look at what changed"
        )
