"""14: neither our own messages nor the exercise of a right prolongs what we keep."""

from __future__ import annotations

from tests.privacy.carried import Folder


async def test_privacy_leaves_the_last_activity_where_it_was(living, name):
    ada = living.traveller("telegram", name)
    await ada.asks("/start", "")
    await living.advance("P2D")

    before = await last_activity(living, ada)
    assert await last_activity(living, ada) == before

    await ada.asks("/plans", "")
    assert await last_activity(living, ada) > before


async def last_activity(living, traveller):
    """As their own copy of their data says; asked for by a right of theirs, twice a day if they like."""
    await traveller.asks("/privacy", "CNIL")
    copy = await traveller.taps("My data", "Your data, as a file")
    (customer,) = Folder((await living.http.get(copy["document"])).content).records["customers"]
    return customer["active_at"]
