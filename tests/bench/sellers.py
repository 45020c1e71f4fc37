"""The provider and the payment service, answering at once: what is left of a purchase is the bot's own time."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from itertools import count
from urllib.parse import parse_qs

from tests.bench.wire import Asked

#: Before the name of a session: the payment behind it.
_INTENT = "pi_"


class KeepGo:
    """Sells every line that it is asked for. `bundles`: the answer to the list of bundles, as bytes."""

    def __init__(self, bundles: bytes) -> None:
        self._bundles = bundles
        self._numbers = count(1)
        self._sold = 0

    def answer(self, asked: Asked) -> bytes:
        path = asked.path.partition("?")[0]
        if path.endswith("/bundles"):
            return self._bundles
        if path.endswith("/account_balance"):
            return _ack(account_balance="5000.00")
        if path.endswith("/transactions"):
            return _ack(transactions={"data": []})
        if path.endswith("/lines"):
            return _ack(sim_cards={"items": [], "total": self._sold, "last_page": 1, "current_page": 1})
        if path.endswith("/line/create"):
            return self._create()
        if path.endswith("/get_details"):
            return _ack(sim_card=_card(path.split("/")[-2]))
        return _ack(message="Notes were updated")

    def _create(self) -> bytes:
        number = next(self._numbers)
        self._sold += 1
        code = f"LPA:1$rsp.example.com${hashlib.sha256(str(number).encode()).hexdigest()[:32].upper()}"
        return _ack(sim_card={"iccid": iccid(number), "lpa_code": code}, transaction_id=str(number))


class Stripe:
    """Takes every payment that it is told of."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._sessions: dict[str, dict] = {}
        self._numbers = count(1)

    def answer(self, asked: Asked) -> bytes:
        path = asked.path.partition("?")[0]
        if path.endswith("/checkout/sessions"):
            return self._ask(parse_qs(asked.body.decode()))
        if path.endswith("/charges"):
            return json.dumps({"object": "list", "data": [], "has_more": False, "url": path}).encode()
        name = path.rpartition("/")[2]
        if name.startswith(_INTENT):
            return json.dumps(self._intent(name)).encode()
        return json.dumps(self._sessions[name]).encode()

    def _intent(self, name: str) -> dict:
        """The payment behind a session that was paid."""
        session = self._sessions[name.removeprefix(_INTENT)]
        return {
            "id": name,
            "object": "payment_intent",
            "status": "succeeded",
            "currency": session["currency"],
            "metadata": {"order": session["client_reference_id"]},
            "latest_charge": None,
        }

    def pay(self, session: str) -> tuple[bytes, dict[str, str]]:
        """Somebody paid there. The event's body and its headers."""
        paid = self._sessions[session]
        paid |= {"status": "complete", "payment_status": "paid", "payment_intent": f"{_INTENT}{session}"}
        event = {
            "id": f"evt_{next(self._numbers)}",
            "object": "event",
            "type": "checkout.session.completed",
            "data": {"object": paid},
        }
        body, now = json.dumps(event).encode(), int(time.time())
        mac = hmac.new(self._secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        return body, {"Stripe-Signature": f"t={now},v1={mac}"}

    def _ask(self, form: dict[str, list[str]]) -> bytes:
        name = f"cs_{next(self._numbers)}"
        price = "line_items[0][price_data]"
        self._sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "url": f"https://checkout.example.com/pay/{name}",
            "status": "open",
            "payment_status": "unpaid",
            "client_reference_id": form["client_reference_id"][0],
            "amount_total": int(form[f"{price}[unit_amount]"][0]),
            "currency": form[f"{price}[currency]"][0],
            "payment_intent": None,
            "customer_details": None,
        }
        return json.dumps(self._sessions[name]).encode()


def iccid(number: int) -> str:
    """A number of the right length with the right check digit."""
    digits = f"8910300{number:011d}"
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(digits))]
    return digits + str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def _card(number: str) -> dict:
    total, left = 3 * 1024**2, 2 * 1024**2
    ends = "2099-01-01 00:00:00"
    package = {
        "id": "1",
        "status": "Active",
        "allowed_usage_kb": total,
        "active_kb": left,
        "remaining_usage_kb": left,
        "validity": 30,
        "assigned_at": "2026-01-01 00:00:00",
        "activated_at": "2026-01-01 00:00:00",
        "terminated_at": None,
        "expire_at": ends,
    }
    return {
        "iccid": number,
        "lpa_code": "LPA:1$rsp.example.com$0123456789ABCDEF",
        "status": "Activated",
        "bundle_id": "1",
        "bundle": "Bench",
        "notes": "",
        "auto_refill_turned_on": False,
        "allowed_usage_kb": total,
        "remaining_usage_kb": left,
        "data_bundles": [package],
    }


def _ack(**fields: object) -> bytes:
    return json.dumps({"ack": "success", **fields}).encode()
