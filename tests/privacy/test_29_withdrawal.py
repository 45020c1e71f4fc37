"""Without both statements of its buyer no QR leaves the shop."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from services.clock import Waits
from services.delivery import Delivery
from services.dispatches import Dispatches
from services.mailer import Mailer, Settings
from services.news import EsimReady
from services.storage.app import statements
from tests.privacy.house import traveller


def delivery(house):
    app, clock, waits = house.stores.app, house.clock, Waits(0)
    return Delivery(
        app,
        house.orders,
        house.esims,
        house.people,
        Mailer(Settings("", "")),
        Dispatches(app, clock, waits),
        house.engine,
        clock,
        waits,
        house.voice,
    )


@pytest.mark.parametrize("missing", ["start_now", "right_ends"])
async def test_a_qr_waits_for_both_statements(house, missing):
    ada = await traveller(house, "ada")
    both = {"start_now", "right_ends"}
    for kind in both - {missing}:
        await house.do(statement(ada, kind))

    assert await delivery(house).deliver(ada.item) == "undeclared"
    assert shown(house) == []

    await house.do(statement(ada, missing))
    assert await delivery(house).deliver(ada.item) == "told"
    assert shown(house) == [ada.item]


def statement(ada, kind):
    return insert(statements).values(
        order_id=ada.paid.id, kind=kind, locale="fr", text="Oui.", digest="", at=ada.house.clock.now()
    )


def shown(house):
    return [item.item for _chat, item, _key in house.voice.told if isinstance(item, EsimReady)]
