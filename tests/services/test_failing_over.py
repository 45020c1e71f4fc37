"""Who may stand in for whom: every promise kept, or nobody."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from services.catalogue.merging import one_of_each
from services.catalogue.plan import plan_of
from services.failover import keeps_promise
from services.orders.sold import SoldPlan
from services.prices import DEFAULT, read_book
from services.providers import Cost, Offer

GB = 1024**3
OFFER = Offer(
    provider="airalo",
    sku="japa-cell-30days-5gb",
    countries=("JP",),
    data_bytes=5 * GB,
    unlimited=False,
    days=30,
    cost=Cost(Decimal("7.10"), "USD"),
    kind="country",
    label="",
    networks={},
    can_top_up=True,
    starts="first_use",
)
KEEPGO = replace(OFFER, provider="keepgo", sku="99-5120-30", cost=Cost(Decimal("6.49"), "USD"), starts=None)
UNLIMITED = replace(OFFER, data_bytes=None, unlimited=True, full_speed_bytes=3 * GB)

SUBSTITUTES = [
    (KEEPGO, OFFER, True),
    (KEEPGO, replace(OFFER, countries=("KR", "JP")), True),
    (KEEPGO, replace(OFFER, countries=("KR",)), False),
    (KEEPGO, replace(OFFER, data_bytes=10 * GB), True),
    (KEEPGO, replace(OFFER, data_bytes=4 * GB), False),
    (KEEPGO, replace(OFFER, data_bytes=None), False),
    (KEEPGO, replace(OFFER, days=60), True),
    (KEEPGO, replace(OFFER, days=29), False),
    (KEEPGO, replace(OFFER, days=None), True),
    (replace(KEEPGO, days=None), OFFER, False),
    (KEEPGO, replace(OFFER, can_top_up=False), False),
    (replace(KEEPGO, can_top_up=False), replace(OFFER, can_top_up=False), True),
    (KEEPGO, replace(OFFER, needs_imei=True), False),
    # What is slow after three gigabytes a day is not five gigabytes.
    (KEEPGO, UNLIMITED, False),
    (UNLIMITED, OFFER, False),
    (replace(UNLIMITED, full_speed_bytes=GB), UNLIMITED, True),
    (UNLIMITED, replace(UNLIMITED, full_speed_bytes=GB), False),
    # Whoever was told that time begins at the first use may not have bought for today.
    (OFFER, KEEPGO, False),
    (OFFER, replace(KEEPGO, starts="installation"), False),
    (replace(OFFER, starts="installation"), replace(KEEPGO, starts="first_use"), True),
]


@pytest.mark.parametrize(("sold", "offer", "may"), SUBSTITUTES)
def test_an_offer_stands_in_for_what_was_sold_only_if_it_is_all_of_it(sold, offer, may):
    assert keeps_promise(offer, SoldPlan.of(sold)) is may


def test_the_same_thing_of_two_providers_is_one_plan_of_the_least_cost():
    book = read_book(DEFAULT)
    dearer, cheaper = plan_of(OFFER, book), plan_of(KEEPGO, book)
    other = plan_of(replace(OFFER, sku="japa-cell-15days-5gb", days=15), book)

    assert one_of_each([dearer, other, cheaper]) == (cheaper, other)
    assert one_of_each([cheaper, dearer]) == (cheaper,)
