"""Acceptance test 1: after an erasure nothing of somebody can be read anywhere, in any form, with any key that is left."""

import json

import jsonschema

from services.news import ErasureDone
from tests.privacy.erasing import check_erased, erased, left_on_disk
from tests.privacy.house import SCHEMA, traveller


async def test_erased_means_erased(each):
    house = each
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")

    receipt = await erased(house, ada)

    await check_erased(house, ada, receipt)
    assert house.last.said == [(ada.bsuid, "fr", ErasureDone(receipt, "whatsapp"))]
    assert house.checkouts.expired == [f"{ada.session}_2"]
    assert house.staff_deleted == ["77ada"]
    left = set(house.engine.kept)
    assert not left & {ada.item, f"hand-over-{ada.item}-123", f"give-back-second:{ada.second}"}
    assert bob.item in left
    assert (await house.people.account(bob.id)).email == bob.email
    assert (await house.esims.of_item(bob.item)).iccid == bob.iccid
    assert house.voice.alarms == []
    await house.guard.check()
    content = (await house.privacy.export(bob.id))[1]
    jsonschema.validate(json.loads(content), SCHEMA)
    assert [one for one in ada.plain if one in content.decode()] == []


async def test_no_file_of_the_stores_holds_a_byte_of_them(house):
    ada = await traveller(house, "ada")
    assert left_on_disk(house, ada) != [], "the payment's number, at least, was readable before"

    await erased(house, ada)

    assert left_on_disk(house, ada) == []
