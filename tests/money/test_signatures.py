"""Only what Stripe signed just now is an event; of that, only what can be read here is dealt with."""

from __future__ import annotations

import json
import time

import pytest
import stripe

from services.payments import Forged, Heard, NotAnEvent
from services.payments.stripe.signature import verify

SECRETS = ("whsec_new", "whsec_old")
BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "charge.refunded",
        "data": {"object": {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}},
    }
)


def signed(body=BODY, secret="whsec_old", late=0):
    return stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()) + late)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("late", [0, -290, 290])
def test_each_secret_in_force_signs(secret, late):
    heard = verify(BODY.encode(), signed(secret=secret, late=late), SECRETS)

    assert heard == Heard("evt_1", "charge.refunded", "ch_1", "pi_1")


def test_while_a_secret_is_replaced_two_signatures_come():
    both = f"{signed(secret='whsec_newer')},{signed().split(',')[1]}"

    assert verify(BODY.encode(), both, SECRETS).id == "evt_1"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        "v1=00",
        f"t={int(time.time())}",
        signed(secret="whsec_gone"),
        signed(late=-301),
        signed(late=3_600),  # the library takes any time to come
        signed().replace("v1=", "v0="),
        signed() + f",t={int(time.time())}",
        signed(body=BODY + " "),
        signed(secret=""),
        "t=９９,v1=é",
    ],
    # Their times differ from run to run, and workers must agree on names.
    ids=lambda _header: "header",
)
def test_nothing_else_is_an_event(header):
    with pytest.raises(Forged):
        verify(BODY.encode(), header, (*SECRETS, ""))


@pytest.mark.parametrize(
    ("body", "thin"),
    [
        ('{"id": "evt_2", "object": "v2.core.event", "type": "v1.billing.meter.error"}', True),
        ('{"id": "evt_3", "object": "event", "type": "x"}', False),
        ("[]", False),
        ("hello", False),
    ],
)
def test_what_is_signed_and_cannot_be_read_is_told_apart(body, thin):
    with pytest.raises(NotAnEvent) as refusal:
        verify(body.encode(), signed(body), SECRETS)

    assert refusal.value.thin is thin


def about(thing, **event):
    told = {"id": "evt_1", "type": "refund.updated", "data": {"object": thing}, "object": "event"} | event
    body = json.dumps(told)
    return verify(body.encode(), signed(body), SECRETS)


@pytest.mark.parametrize("odd", [None, "", "../x", "\ud800", "\u0000", "é", "x" * 256, 0])
def test_nothing_is_asked_about_what_has_no_id(odd):
    assert about({"id": odd, "object": "refund"}).subject == ""
    assert about({"id": "re_1", "object": "refund", "payment_intent": odd}).payment is None


@pytest.mark.parametrize("event", [{"id": "\ud800"}, {"id": None, "type": "é"}, {"type": "refund.\u0000"}])
def test_an_event_whose_name_is_none_is_no_event(event):
    with pytest.raises(NotAnEvent):
        about({"id": "re_1", "object": "refund"}, **event)
