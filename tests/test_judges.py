"""The judges' bench: who is a judge is found, what one finds is told, and one that cannot judge has not agreed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from living import ROOT

from tests.judges import __main__ as bench
from tests.judges.bot_api import BotApi
from tests.judges.finding import judges
from tests.judges.verdict import Verdict


def test_a_judge_is_found_by_being_there(tmp_path):
    (tmp_path / "fair.py").write_text("NAME = 'fair'\ndef judge(cache, say): return None\n")
    (tmp_path / "helper.py").write_text("NAME = 'no judge'\n")
    sys.path.insert(0, str(tmp_path.parent))

    found = judges(tmp_path.name, tmp_path)

    sys.path.pop(0)
    assert list(found) == ["fair"]


def test_what_does_not_hold_ends_the_run_badly(monkeypatch, capsys):
    async def strict(_cache, _say):
        return Verdict({"cases": 3}, ["the third"])

    def broken(_cache, _say):
        raise RuntimeError("no hammer")

    monkeypatch.delenv("JUDGE", raising=False)

    assert bench.main({"strict": strict, "broken": broken}) == 1
    told = capsys.readouterr().out
    assert "figure cases 3" in told
    assert "DOES NOT HOLD: strict: the third" in told
    assert "DOES NOT HOLD: broken: could not judge: RuntimeError: no hammer" in told


def test_a_judge_that_is_not_there_is_said_so():
    done = subprocess.run(
        [sys.executable, "-m", "tests.judges"],
        cwd=ROOT,
        env={**os.environ, "JUDGE": "nobody"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "there is no judge nobody" in done.stderr


def test_the_schema_rejects_what_telegram_would_not_say_or_take(tmp_path):
    api = BotApi(_small_schema(tmp_path))

    for method, fields, why in (
        ("sendMessage", {"chat_id": 1}, "sendMessage.text: missing"),
        ("sendMessage", {"chat_id": True, "text": "a"}, "sendMessage.chat_id: not Integer or String"),
        (
            "sendMessage",
            {"chat_id": 1, "text": "a", "colour": "red"},
            "sendMessage.colour: no such parameter",
        ),
        (
            "sendMessage",
            {"chat_id": 1, "text": "a", "note": "é" * 40},
            "sendMessage.note: 80 bytes, not 1 to 64",
        ),
        ("sendSmoke", {}, "sendSmoke: no such method"),
    ):
        assert list(api.of_call(method, fields, [])) == [why]
    assert (
        list(api.of_call("sendMessage", {"chat_id": "1", "text": "a", "member": '{"status": "left"}'}, []))
        == []
    )
    good = {"message_id": 1, "member": {"status": "left"}}
    assert list(api.of_answer("sendMessage", {"ok": True, "result": good})) == []
    for answer in (
        {"ok": True, "result": True},
        {"ok": True, "result": good | {"message_id": "1"}},
        {"ok": True, "result": good | {"member": {"status": "lost"}}},
        {"ok": True, "result": good | {"surprise": 1}},
        {"ok": False, "error_code": 400},
    ):
        assert list(api.of_answer("sendMessage", answer))


def _small_schema(folder):
    def field(name, kind, description="", required=False):
        return {"name": name, "type": kind, "description": description, "required": required}

    known = [
        {
            "name": "sendMessage",
            "html_description": 'On success, the sent <a href="#message">Message</a> is returned.',
            "annotations": [
                field("chat_id", "Integer or String", required=True),
                field("text", "String", "1-4096 characters after entities parsing", required=True),
                field("note", "String", "1-64 bytes"),
                field("member", "ChatMember"),
            ],
        },
        {
            "name": "Message",
            "annotations": [field("message_id", "Integer", required=True), field("member", "ChatMember")],
        },
        {
            "name": "ChatMember",
            "annotations": [],
            "description": "One of\n - ChatMemberLeft\n - ChatMemberOwner",
        },
        {"name": "ChatMemberLeft", "annotations": [field("status", "String", "always 'left'", True)]},
        {"name": "ChatMemberOwner", "annotations": [field("status", "String", "always 'creator'", True)]},
    ]
    schema = folder / ".butcher" / "schema"
    schema.mkdir(parents=True)
    (schema / "schema.json").write_text(json.dumps({"api": {"version": "1"}, "items": [{"children": known}]}))
    return folder
