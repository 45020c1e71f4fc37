"""The world forgets as the services do: Stripe's redaction jobs, Meta's contact book, each with its own refusals."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox import credentials
from tests.living import Living

PREVIEW = "2026-04-22.preview"
JOBS = "/stripe/v1/privacy/redaction_jobs"


@pytest.fixture(scope="module")
async def town():
    living = await Living().start()
    ada = living.traveller("whatsapp", "ada", "en")
    session = await ada.to_the_link()
    await living.pay(session, name="Ada", email="ada@example.org")
    await ada.gets_qr()
    yield living, session
    await living.stop()


def stripe(living, version=PREVIEW, key=credentials.STRIPE_RESTRICTED_KEY):
    headers = {"Authorization": f"Bearer {key}", **({"Stripe-Version": version} if version else {})}
    return httpx.AsyncClient(base_url=living.url, headers=headers, trust_env=False, timeout=30)


async def intent_of(living, session):
    async with stripe(living, key=credentials.STRIPE_KEY) as http:
        return (await http.get(f"/stripe/v1/checkout/sessions/{session}")).json()["payment_intent"]


async def test_jobs_are_known_to_previews_only_and_name_what_is_there(town):
    living, session = town
    async with stripe(living, version=None) as http:
        answer = await http.post(JOBS, data={"objects[checkout_sessions][0]": session})
        assert answer.status_code == 404
        assert "Unrecognized request URL" in answer.json()["error"]["message"]
    async with stripe(living) as http:
        for body, code in (
            ({}, "parameter_missing"),
            ({"objects[payment_intents][0]": "pi_none"}, "resource_missing"),
            ({f"objects[charges][{n}]": f"ch_{n}" for n in range(11)}, "too_many_objects"),
        ):
            answer = await http.post(JOBS, data=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
        assert (await http.get(f"{JOBS}/prj_none")).status_code == 404


async def test_a_young_payment_fails_the_check_and_an_old_one_is_redacted_for_good(town):
    living, session = town
    intent = await intent_of(living, session)
    async with stripe(living) as http:
        young = (await http.post(JOBS, data={"objects[payment_intents][0]": intent})).json()
        assert young["status"] == "validating"
        assert (await http.get(f"{JOBS}/{young['id']}")).json()["status"] == "failed"
        errors = (await http.get(f"{JOBS}/{young['id']}/validation_errors")).json()["data"]
        assert [error["code"] for error in errors] == ["invalid_state"]
        assert (await http.post(f"{JOBS}/{young['id']}/run")).status_code == 400

        await living.advance("P91D")
        assert (await http.post(f"{JOBS}/{young['id']}/validate")).json()["status"] == "validating"
        assert (await http.post(f"{JOBS}/{young['id']}/run")).json()["status"] == "redacting"
        assert (await http.get(f"{JOBS}/{young['id']}")).json()["status"] == "succeeded"
        refund = await http.post("/stripe/v1/refunds", data={"payment_intent": intent})
        assert "redacted" in refund.json()["error"]["message"]
    async with stripe(living, key=credentials.STRIPE_KEY) as http:
        shown = (await http.get(f"/stripe/v1/checkout/sessions/{session}")).json()
    assert shown["customer_details"]["email"] == "[redacted]"


async def test_the_contact_book_forgets_once_and_refuses_what_is_no_scoped_id(town):
    living, _ = town
    address = f"/whatsapp/v25.0/{credentials.WHATSAPP_PHONE_ID}/contact_book"
    bearer = {"Authorization": f"Bearer {credentials.WHATSAPP_TOKEN}"}
    async with httpx.AsyncClient(base_url=living.url, headers=bearer, trust_env=False) as http:
        for body, code in (
            ({"bsuid": "FR.1"}, 100),
            ({"messaging_product": "whatsapp"}, 131008),
            ({"messaging_product": "whatsapp", "bsuid": "FR.ENT.1"}, 131009),
        ):
            answer = await http.request("DELETE", address, json=body)
            assert answer.json()["error"]["code"] == code
        wanted = {"messaging_product": "whatsapp", "bsuid": "FR.123456789"}
        answer = (await http.request("DELETE", address, json=wanted)).json()
        assert answer == {"messaging_product": "whatsapp", "success": True, "deleted": False}
        await living.fault("whatsapp", "error-500", method="contact_book")
        assert (await http.request("DELETE", address, json=wanted)).status_code == 500
