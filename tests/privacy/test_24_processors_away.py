"""Acceptance test 24: processors that answer 5xx are asked again, the request waits for them, none is told twice."""

from datetime import timedelta

from sqlalchemy import select

from services.privacy.processors.telling import MOST_ROUNDS, PAUSES
from services.storage.legal import processor_tasks
from tests.privacy.erasing import erased
from tests.privacy.house import House, traveller


async def states(house):
    return {
        f"{row.recipient} {row.way}": row.state for row in await house.all(select(processor_tasks), "legal")
    }


async def test_whoever_is_away_is_asked_again_and_told_once(each):
    house = each
    ada = await traveller(house, "ada")
    house.provider.failures, house.meta.answers = 2, ["again", "again", "again"]

    receipt = await erased(house, ada)

    assert house.provider.notes == {ada.iccid: "closed"}
    assert house.meta.forgotten == [ada.bsuid]
    assert await states(house) == {
        "keepgo note": "done",
        "meta contact_book": "done",
        "keepgo letter": "open",
        "mail letter": "open",
        "stripe redaction": "open",
    }
    assert await house.privacy.request_state(receipt) == "awaiting_processors"
    # Nothing is told again, however often somebody looks.
    house.engine.kept.clear()
    await house.privacy.resume()
    await house.engine.run()
    assert house.meta.forgotten == [ada.bsuid]


async def test_a_round_that_failed_is_followed_by_the_next_days_until_a_person_has_to(house):
    ada = await traveller(house, "ada")
    house.provider.failures = len(PAUSES)
    receipt = await erased(house, ada)
    assert (await states(house))["keepgo note"] == "open"

    house.clock.at += timedelta(days=1, minutes=1)
    await house.privacy.resume()
    await house.engine.run()
    assert house.provider.notes == {ada.iccid: "closed"}

    house.meta.answers = []
    house.payments.failures = ["busy"] * (len(PAUSES) * MOST_ROUNDS)
    for _ in range(MOST_ROUNDS):
        house.clock.at += timedelta(days=120)
        await house.privacy.resume()
        await house.engine.run()
    assert (await states(house))["stripe redaction"] == "by_hand"
    (task,) = [one for one in await house.privacy.forgetting.told(receipt) if one.way == "redaction"]
    assert ("processor_letter", task.id) in house.voice.alarms


async def test_a_refusal_is_for_a_person_and_a_proof_closes_it(house):
    ada = await traveller(house, "ada")
    house.meta.answers = ["refused"]
    receipt = await erased(house, ada)
    tasks = house.privacy.forgetting._tasks
    assert {one.way for one in await tasks.for_person()} == {"letter", "contact_book"}

    house.clock.at += timedelta(days=100)
    await house.privacy.resume()
    await house.engine.run()
    await house.engine.run()
    for one in await tasks.for_person():
        assert await tasks.done(one.id, "answer.eml", "ab" * 32)
        assert not await tasks.done(one.id, "another.eml", "cd" * 32)
    await house.privacy.resume()
    assert await house.privacy.request_state(receipt) == "answered"
    rows = await house.all(select(processor_tasks), "legal")
    assert [row.subjects for row in rows] == [None] * len(rows)
    assert {row.proof_hash for row in rows if row.way in ("letter", "contact_book")} == {"ab" * 32}


async def test_a_kill_while_somebody_is_told_does_not_lose_them(house):
    ada = await traveller(house, "ada")
    house.provider.failures = 10_000
    receipt = await erased(house, ada)
    house.clock.at += timedelta(days=1, minutes=1)

    later: House = house.next_process()
    await later.privacy.resume()
    await later.engine.run()

    assert later.provider.notes == {ada.iccid: "closed"}
    assert later.meta.forgotten == []
    assert await later.privacy.request_state(receipt) == "awaiting_processors"
