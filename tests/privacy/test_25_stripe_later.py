"""Acceptance test 25: Stripe redacts after 90 days and once no dispute is open; until then the task is scheduled."""

from datetime import timedelta

from sqlalchemy import select

from services.storage.legal import processor_tasks
from tests.privacy.erasing import erased
from tests.privacy.house import traveller


async def redaction(house):
    (row,) = [one for one in await house.all(select(processor_tasks), "legal") if one.way == "redaction"]
    return row


async def looks(house):
    await house.privacy.resume()
    await house.engine.run()


async def test_stripe_is_asked_after_ninety_days_and_not_before(each):
    house = each
    ada = await traveller(house, "ada")
    receipt = await erased(house, ada)
    task = await redaction(house)
    assert task.state == "open"
    assert task.due_at >= house.clock.at + timedelta(days=90)

    house.clock.at += timedelta(days=89)
    await looks(house)
    assert house.payments.jobs == {}
    assert (await redaction(house)).state == "open"

    house.clock.at += timedelta(days=2)
    house.payments.disputed = True
    await looks(house)
    assert house.payments.jobs == {}

    house.payments.disputed = False
    house.clock.at += timedelta(days=8)
    await looks(house)
    task = await redaction(house)
    assert (task.state, task.proof, task.subjects) == ("done", "redaction job prj_1", None)
    assert house.payments.ran == ["prj_1"]
    ((_, ids),) = house.payments.state.values()
    assert set(ids) == {ada.payment, ada.second, f"{ada.session}_2"}
    assert await house.privacy.request_state(receipt) == "awaiting_processors", "letters are open"


async def test_what_stripe_will_not_redact_is_for_a_person(house):
    ada = await traveller(house, "ada")
    await erased(house, ada)
    house.payments.verdict = "failed"
    house.clock.at += timedelta(days=92)

    await looks(house)

    assert (await redaction(house)).state == "by_hand"
    assert house.payments.ran == []


async def test_a_recipient_without_a_recorded_safeguard_is_told_nothing(house):
    ada = await traveller(house, "ada")
    house.unrecorded = {"keepgo", "meta"}

    await erased(house, ada)

    assert house.provider.notes == {}
    assert house.meta.forgotten == []
    assert ("recipient_unrecorded", "keepgo") in house.voice.alarms

    house.unrecorded = set()
    house.clock.at += timedelta(days=1, minutes=1)
    await looks(house)
    assert house.provider.notes == {ada.iccid: "closed"}
    assert house.meta.forgotten == [ada.bsuid]
