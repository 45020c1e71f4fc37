"""What our adapters call is called by other people's clients too: both sides understand each other, method by method."""

from __future__ import annotations

import re

from living import ROOT

#: A Bot API method as our adapter writes it: a name in quotes, a verb first.
OURS = re.compile(r'"((?:get|set|send|edit|delete|answer)[A-Z]\w+)"')
#: python-telegram-bot writes it in snake case.
THEIRS = "".join(path.read_text() for path in (ROOT / "tests" / "sandbox").glob("test_telegram*.py"))
META = (ROOT / "tests" / "sandbox" / "test_whatsapp_world.py").read_text()


def called() -> set[str]:
    folder = ROOT / "bot" / "channels" / "telegram"
    return {name for path in folder.glob("*.py") for name in OURS.findall(path.read_text())}


def test_python_telegram_bot_calls_every_method_that_our_adapter_calls():
    methods = called()
    assert len(methods) >= 9
    absent = [name for name in methods if re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() + "(" not in THEIRS]
    assert absent == []


def test_pywa_sends_every_kind_of_message_that_our_adapter_sends():
    for theirs in (
        "send_message(",
        "send_image(",
        "send_document(",
        "send_template(",
        "Button(",
        "SectionList(",
        "URLButton",
    ):
        assert theirs in META, theirs
