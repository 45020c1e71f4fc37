"""The database refuses to change the ledger of consent, and every row's hash is that of the words it archived."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.conversation.i18n import _, speaking
from services.privacy import Controller
from services.storage.app import consents, marks, wordings
from services.storage.append_only import letting_go
from services.storage.migrate import upgrade
from tests.privacy.house import House, traveller


@pytest.mark.parametrize(
    "change",
    [
        update(consents).values(answer="grant"),
        update(consents).values(policy=consents.c.policy),
        delete(consents),
        update(wordings).values(text="other words"),
    ],
    ids=["answer", "same", "delete", "words"],
)
async def test_the_ledger_refuses_to_be_changed(each, change):
    await traveller(each, "ada")
    before = await each.all(select(consents)), await each.all(select(wordings))

    with pytest.raises(DBAPIError, match="append-only"):
        await each.do(change)

    assert (await each.all(select(consents)), await each.all(select(wordings))) == before


async def test_only_the_retentions_own_transaction_may_delete(each):
    await traveller(each, "ada")

    def work(connection):
        with letting_go(connection):
            connection.execute(delete(consents))

    await each.stores.app.transaction(work)

    assert not await each.all(select(consents))
    assert not await each.all(select(marks)), "the door is closed behind it"


async def test_a_trigger_that_somebody_dropped_is_there_again_at_the_next_start(each):
    await traveller(each, "ada")
    on = " ON consents" if "postgres" in each.stores.app.url else ""
    await each.do(text(f"DROP TRIGGER consents_stay{on}"))
    await each.do(update(consents).values(locale="xx"))

    upgrade("app", each.stores.app.url)

    with pytest.raises(DBAPIError, match="append-only"):
        await each.do(update(consents).values(locale="yy"))


async def test_the_ledger_goes_three_years_after_the_person(each):
    ada = await traveller(each, "ada")
    await each.privacy.erase(ada.id, ada.chat)
    await each.engine.run()
    gone = each.clock.at
    for days, left in ((-1, 1), (2, 0)):
        each.clock.at = gone.replace(year=gone.year + 3) + timedelta(days=days)
        await each.privacy.let_go_of_old()
        assert len(await each.all(select(consents))) == left
    each.clock.at += timedelta(days=1)
    await each.privacy.let_go_of_old()
    assert not await each.all(select(wordings)), "words that nobody answered to go as well"


async def test_each_rows_hash_is_that_of_the_words_archived_for_its_version_and_language(each):
    ada = await traveller(each, "ada")
    for number, locale in enumerate(("en", "fr", "es", "ar", "fr")):
        with speaking(locale):
            words = _(
                "May {shop} send you news and offers in this chat? You can stop at any time with STOP.",
                shop="Miio",
            )
        await each.privacy.set_marketing(ada.id, "telegram", "grant", words, locale, f"e{number}")
    # The same words under an earlier policy are words of their own.
    (old,) = await each.all(select(wordings).where(wordings.c.locale == "ar"))
    await each.do(insert(wordings).values(dict(old._mapping) | {"policy": "0.9"}))

    archived = {(row.policy, row.locale, row.digest): row.text for row in await each.all(select(wordings))}

    for row in await each.all(select(consents)):
        assert sha256(archived[row.policy, row.locale, row.digest].encode()).hexdigest() == row.digest


async def test_an_answer_is_one_to_the_policy_the_language_and_the_words_that_were_shown(each):
    ada = await traveller(each, "ada")
    approved = House(each.stores, each.engine.kept, each.clock, controller=Controller(approved=True))
    french, english = ("Des offres ?", "fr"), ("Offers?", "en")

    async def says(house, answer, words, event):
        await house.privacy.set_marketing(ada.id, "telegram", answer, *words, event)
        newest = select(consents).order_by(consents.c.seq.desc()).limit(1)
        row = (await each.all(newest))[0]
        digest = next(
            text for text, locale in (french, english) if sha256(text.encode()).hexdigest() == row.digest
        )
        return row.answer, row.policy, row.locale, digest

    assert await says(each, "show", french, "e1") == ("show", "1.1", "fr", "Des offres ?")
    # The new text was approved and the language changed while the question stood there: that is what is answered.
    assert await says(approved, "grant", english, "e2") == ("grant", "1.1", "fr", "Des offres ?")
    assert await says(approved, "show", english, "e3") == ("show", "1.2", "en", "Offers?")
    assert await says(approved, "grant", english, "e4") == ("grant", "1.2", "en", "Offers?")
    # Unasked, the version in force counts.
    assert await says(approved, "object", french, "e5") == ("object", "1.2", "fr", "Des offres ?")
    archived = {(row.policy, row.locale, row.digest) for row in await each.all(select(wordings))}
    assert {(row.policy, row.locale, row.digest) for row in await each.all(select(consents))} <= archived


async def test_a_yes_to_the_published_text_lasts_when_the_proposed_one_is_approved(each):
    ada = await traveller(each, "ada")
    approved = House(each.stores, each.engine.kept, each.clock, controller=Controller(approved=True))

    assert await approved.privacy.marketing(ada.id, "whatsapp") == "granted"
