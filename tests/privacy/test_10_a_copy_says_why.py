"""10: a copy states the purposes, bases, recipients and periods of each category, to programs and to people."""

from __future__ import annotations

from html import unescape

import pytest

from bot.conversation.i18n import languages, speaking
from handlers import _policy_words as words
from services.privacy.policy import Controller, facts
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
