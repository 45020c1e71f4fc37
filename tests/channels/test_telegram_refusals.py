"""Our own reading of Telegram's refusals says what aiogram's says."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.refusals import refusal
from bot.channels.telegram.refused import Refused, documented

PAUSE = 0.5
STATUSES = st.sampled_from([400, 401, 403, 404, 409, 413, 418, 429, 500, 502, 503])
DESCRIPTIONS = st.text(max_size=40) | st.sampled_from(
    [
        "Bad Request: chat not found",
        "Bad Request: USER not found",
        "Bad Request: PEER_ID_INVALID",
        "Bad Request: message is not modified",
        "Forbidden: bot was blocked by the user",
        "Internal Server Error: restart",
    ]
)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={"retry_after": st.integers(0, 900), "migrate_to_chat_id": st.integers(-(10**13), 0)},
)


def said(error):
    description = error.description if isinstance(error, Refused) else None
    return error.reason, error.again, error.cause, description


@settings(deadline=None)
@given(STATUSES, DESCRIPTIONS, st.none() | PARAMETERS, st.booleans())
def test_what_is_documented_is_read_as_aiogram_reads_it(status, description, parameters, names_none):
    answer = {"ok": False, "error_code": status, "description": description}
    if parameters is not None or names_none:
        answer["parameters"] = parameters

    ours = documented(status, answer, PAUSE)

    if ours is not None:
        assert said(ours) == said(refusal(status, json.dumps(answer), PAUSE))
    else:
        assert status in (418, 429) or parameters


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"ok": True},
        {"ok": False},
        {"ok": False, "description": "no code"},
        {"ok": False, "error_code": 403},
        {"ok": False, "error_code": 429, "description": "slow", "parameters": {"retry_after": "soon"}},
        {"ok": False, "error_code": 429, "description": "slow", "parameters": [3]},
    ],
    ids=str,
)
def test_what_is_not_documented_is_left_to_aiogram(answer):
    assert documented(403, answer, PAUSE) is None


@pytest.mark.parametrize("answer", [None, [], "<html>", 7])
@pytest.mark.parametrize("status", [403, 429, 502])
def test_what_is_no_answer_of_telegrams_is_read_as_aiogram_reads_it(status, answer):
    assert said(documented(status, answer, PAUSE)) == said(refusal(status, json.dumps(answer), PAUSE))


def test_a_shop_opens_without_what_takes_seconds_to_import():
    opened = "import sys, bot.serving; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", opened], check=False).returncode == 0
