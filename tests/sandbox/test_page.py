"""The page's files: nothing is missing, nothing comes from elsewhere, and its languages say the same."""

import re
from pathlib import Path

import pytest

from bot.sandbox.faults import KINDS

PAGE = Path(__file__).parents[2] / "bot" / "sandbox" / "page"
SCRIPTS = sorted(PAGE.glob("*.js"))


def keys(language):
    text = (PAGE / f"words.{language}.js").read_text("utf-8")
    return re.findall(r'^  "?([^":]+)"?: "', text, re.MULTILINE)


def drawn():
    return set(re.findall(r'<symbol id="(\w+)"', (PAGE / "icons.svg").read_text("utf-8")))


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_language_has_the_words_of_english(language):
    assert len(keys("en")) > 80
    assert keys(language) == keys("en")


def test_every_word_that_is_asked_for_exists():
    asked = set()
    for file in [*SCRIPTS, PAGE / "index.html"]:
        text = file.read_text("utf-8")
        asked |= set(re.findall(r'\bword\("(\w+)"\)', text))
        asked |= set(re.findall(r'data-word(?:-label|-hint|-title)?="(\w+)"', text))

    assert len(asked) > 40
    assert asked <= set(keys("en"))


def test_every_fault_has_a_name():
    named = {key.removeprefix("fault ") for key in keys("en") if key.startswith("fault ")}

    assert named == {fault for faults in KINDS.values() for fault in faults}


@pytest.mark.parametrize(
    "file", [*SCRIPTS, *sorted(PAGE.glob("*.css")), PAGE / "index.html"], ids=lambda f: f.name
)
def test_a_file_needs_only_files_that_are_there(file):
    text = file.read_text("utf-8")
    wanted = re.findall(r'(?:from "\./|["/]page/)([\w.]+\.(?:js|css|svg))', text)

    assert all((PAGE / name).is_file() for name in wanted)
    assert not re.findall(r'(?:src|href)="(?!/page/)[^"]|@import|url\(', text)


def test_every_icon_is_drawn():
    used = set()
    for file in [*SCRIPTS, PAGE / "index.html"]:
        text = file.read_text("utf-8")
        used |= set(re.findall(r'icons\.svg#(\w+)"|\bicon\("(\w+)"\)', text))
    names = {name for pair in used for name in pair if name}

    assert len(names) > 10
    assert names <= drawn()
