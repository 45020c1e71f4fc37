"""The reading of Stripe's document, on a small one: what it would let pass and what not."""

from __future__ import annotations

import json

import pytest

from tests.judges.stripe_spec import StripeSpec

REFUND = {
    "type": "object",
    "required": ["id", "object", "reason"],
    "properties": {
        "id": {"type": "string"},
        "object": {"enum": ["refund"], "type": "string"},
        "reason": {"nullable": True, "type": "string"},
        "charge": {"nullable": True, "anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/refund"}]},
    },
}
FORM = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "amount": {"type": "integer"},
        "expand": {"type": "array", "items": {"type": "string"}},
        "metadata": {
            "anyOf": [
                {"type": "object", "additionalProperties": {"type": "string"}},
                {"enum": [""], "type": "string"},
            ]
        },
    },
}
EVENT = {
    "type": "object",
    "required": ["id", "type"],
    "properties": {"id": {"type": "string"}, "livemode": {"type": "boolean"}},
}
SAID = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/refund"}}}}
DOCUMENT = {
    "openapi": "3.0.0",
    "info": {"version": "small"},
    "paths": {
        "/v1/refunds/{refund}": {
            "post": {
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": FORM}}},
                "responses": {"200": SAID, "default": SAID},
            }
        }
    },
    "components": {"schemas": {"refund": REFUND, "event": EVENT}},
}
CALL = ("POST", "/v1/refunds/{target}")


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "spec3.json"
    path.write_text(json.dumps(DOCUMENT))
    return StripeSpec(path)


@pytest.mark.parametrize(
    ("params", "wrong"),
    [
        ({"amount": "12", "metadata": {"a": "b"}, "expand": {"0": "charge"}}, 0),
        ({"metadata": ""}, 0),
        ({"amount": "twelve"}, 1),
        ({"colour": "red"}, 1),
        ({"expand": "charge"}, 1),
        ({"metadata": "a"}, 1),
    ],
)
def test_a_form_is_read_as_the_document_wants_it(spec, params, wrong):
    assert spec.knows(CALL[1])
    assert not spec.knows("/v1/payment_pages/{target}")
    assert len(list(spec.of_call(*CALL, params))) == wrong


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ({"id": "re_1", "object": "refund", "reason": None}, 0),
        ({"id": "re_1", "object": "refund", "reason": "x", "charge": None}, 0),
        ({"id": "re_1", "object": "refund"}, 1),
        ({"id": "re_1", "object": "charge", "reason": None}, 1),
        ({"id": "re_1", "object": "refund", "reason": None, "charge": {"id": 7}}, 1),
    ],
)
def test_what_may_be_null_may_be_nothing_else_by_that(spec, answer, wrong):
    assert len(list(spec.of_answer(*CALL, 200, answer))) == wrong
    event = {"id": "evt_1", "type": "refund.created", "livemode": False, "data": {"object": answer}}
    unknown = answer["object"] == "charge"
    told = list(spec.of_event(event))
    assert len(told) == wrong
    assert not unknown or told == ["event refund.created: an object charge is unknown"]
