"""Counts for whoever watches from outside: strange words, attempts, events; never a person, never a number of a line."""

from __future__ import annotations

import asyncio
import json

import httpx
from canned import Wire
from ports import free_port
from test_keepgo_samples import DETAILS, ICCID, adapter

from services.metrics import Metrics
from services.strange_words import listen


async def test_strange_words_are_counted_and_a_new_one_is_an_alarm():
    wire, metrics, alarms = Wire(adapter, "/api/v2"), Metrics(), []
    card = {**DETAILS, "status": f"Asleep {ICCID}", "auto_refill_turned_on": True}
    wire.answers[f"/line/{ICCID}/get_details"] = (
        200,
        json.dumps({"ack": "success", "sim_card": card}).encode(),
    )
    wire.answers[f"/line/{ICCID}/turn_off_auto_refill"] = 200, b'{"ack":"success"}'
    port = free_port()
    async with wire.open() as provider:
        listen([provider], metrics, lambda cause, facts: alarms.append((cause, facts)))
        with metrics.served(f"127.0.0.1:{port}"):
            for _ in range(3):
                await provider.esim(ICCID)
            metrics.attempt("keepgo", "bought")
            metrics.event("telegram", "incoming")
            async with httpx.AsyncClient() as http:
                said = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        await asyncio.sleep(0)

    assert 'shop_provider_words_total{provider="keepgo",result="line-status:Asleep"} 3.0' in said
    assert 'shop_attempts_total{provider="keepgo",result="bought"} 1.0' in said
    assert 'shop_events_total{channel="telegram",result="incoming"} 1.0' in said
    assert ICCID not in said
    assert sorted(alarms) == [("auto_refill", "keepgo")] * 3 + [("strange_word", "keepgo line-status:Asleep")]


async def test_a_port_that_is_taken_does_not_keep_the_shop_closed():
    port = free_port()
    with Metrics().served(f"127.0.0.1:{port}"), Metrics().served(f"127.0.0.1:{port}"), Metrics().served(""):
        pass
