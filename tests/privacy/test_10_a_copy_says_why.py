"""10: a copy states the purposes, bases, recipients and periods of each category, to programs and to people."""

from __future__ import annotations

import re
from html import unescape
from itertools import cycle
from typing import get_args

import pytest
from sqlalchemy import insert

from bot.conversation.i18n import _, languages, speaking
from handlers import _policy_words as words
from handlers import _request_words as request_words
from services.privacy.facts.policy import Controller, facts
from services.privacy.requests.states import KINDS, State
from services.storage.app import privacy_requests
from tests.privacy.carried import carried
from tests.privacy.house import traveller


@pytest.mark.parametrize("locale", languages())
async def test_everything_that_goes_with_a_copy_is_in_it(house, locale):
    ada = await traveller(house, "ada")

    folder = await carried(house, ada, locale=locale)

    told = {held["category"]: held for held in folder.document["manifest"]["categories"]}
    page = unescape(folder.page)
    assert f'lang="{locale}" dir="{"rtl" if locale == "ar" else "ltr"}"' in page
    with speaking(locale):
        for held in facts(Controller()).held:
            said = told[held.category]
            assert [(one["purpose"], one["basis"]) for one in said["purposes"]] == list(held.purposes)
            assert said["recipients"] == list(held.recipients)
            assert [one["count"] for one in said["periods"]] == [one.count for one in held.periods]
            assert words.category(held.category) in page
            assert all(line in page for line in words.why(held))
            for one in held.recipients:
                assert words.recipient(one) in page
            for one in held.periods:
                assert words.period(one, later=True) in page
    assert "CNIL" in page
    assert "contact@esim-miio.com" in page


@pytest.mark.parametrize("locale", languages())
async def test_a_page_is_self_contained_and_runs_nothing(house, locale):
    ada = await traveller(house, "ada")
    await house.people.tell(ada.id, "name", '<script>alert("x")</script><img src=x onerror=y>')

    page = (await carried(house, ada, locale=locale)).page

    assert "<script" not in page
    assert "<img" not in page
    assert "http" not in page.replace("http-equiv", "").replace("https://www.cnil.fr", "")
    assert "default-src 'none'" in page


@pytest.mark.parametrize("locale", languages())
async def test_what_was_asked_and_how_far_it_is_are_said_in_words(house, locale):
    ada = await traveller(house, "ada")
    now, every = house.clock.now(), get_args(State)
    for number, (state, kind) in enumerate(zip(every, cycle(KINDS), strict=False)):
        row = {"id": f"R-{number:06}", "customer_id": ada.id, "kind": kind, "state": state}
        ended = {"outcome": "refused" if state == "closed" else None}
        into = {"merged_into": "R-OTHER2" if state == "merged" else None}
        await house.do(insert(privacy_requests).values(row | ended | into | {"at": now, "due_at": now}))

    page = unescape((await carried(house, ada, locale=locale)).page)

    with speaking(locale):
        (table,) = re.findall(rf"<h2>{_('Your requests')}</h2>.*?</table>", page, re.DOTALL)
        said = [
            re.findall(r"<bdi>(.*?)</bdi>", row) for row in re.findall(r"<tr><td><bdi>R-0.*?</tr>", table)
        ]
        for (number, _at, kind, state), code, asked in zip(said, every, cycle(KINDS), strict=False):
            ending = "refused" if code == "closed" else code
            assert kind == request_words.kind(asked)
            assert state == request_words.state(ending, "R-OTHER2"), number
    assert len(said) == len(every)
    words = {cell for row in said for cell in row[2:]}
    assert not [one for one in words if "_" in one]
    if locale != "en":
        assert not words & {*every, *KINDS}, "a code is no word"
