"""The shop's restricted key may do what the shop needs, and doctor says what it may not."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox import credentials
from services.payments.stripe.permissions import lacking
from tests.money.till import OLD_WAY

pytestmark = pytest.mark.filterwarnings(OLD_WAY)


async def test_every_permission_is_tried_and_nothing_is_changed(till):
    assert await lacking(till.payments) == []

    till.stripe.granted["disputes"] = "read"
    del till.stripe.granted["radar"]

    assert await lacking(till.payments) == ["Disputes: write", "Radar early fraud warnings: read"]
    assert not till.post


async def test_what_the_key_may_not_do_is_forbidden(till):
    async with httpx.AsyncClient(base_url=till.world.here, trust_env=False) as http:
        answer = await http.get(
            "/stripe/v1/balance", headers={"Authorization": f"Bearer {credentials.STRIPE_RESTRICTED_KEY}"}
        )

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "more_permissions_required"
