"""What the provider does when it is asked to sell: at once, later, or more data for a line."""

from __future__ import annotations

import secrets
from collections import deque
from time import monotonic
from typing import Any

from bot.sandbox.airalo import shapes
from bot.sandbox.airalo.errors import RefusedError, business, invalid
from bot.sandbox.airalo.house import Answer, Asked, House, Order
from bot.sandbox.airalo.notices import Notices
from bot.sandbox.airalo.sims import MOST_PACKAGES
from bot.sandbox.later import Later

MOST_AT_ONCE = 50
LONGEST_DESCRIPTION = 1_000
#: Seconds until an order that was only accepted is carried out.
CARRIED_OUT_AFTER = 0.4
#: The oldest top-up leaves the ledger when there are more.
MOST_REFILLS = 100_000
_SUCCESS = {"message": "success"}


class Sales:
    """Carries out the calls that spend money."""

    def __init__(self, house: House, notices: Notices) -> None:
        self._house = house
        self._notices = notices
        self.refills: deque[Answer] = deque(maxlen=MOST_REFILLS)
        #: Orders that were accepted and are not carried out yet.
        self.accepted = Later()

    def order(self, asked: Asked) -> Answer:
        """Sell lines at once."""
        return {"data": shapes.submitted(self._sell(asked, self._quantity(asked))), "meta": _SUCCESS}

    def order_later(self, asked: Asked) -> Answer:
        """Promise lines; the shop hears of them by webhook."""
        quantity = self._quantity(asked)
        url = self._notices.url_of_orders(asked.body.get("webhook_url"))
        request = secrets.token_urlsafe(24)[:25]
        self.accepted.run(CARRIED_OUT_AFTER, lambda: self._carry_out(asked, quantity, request, url))
        accepted = {"request_id": request, "accepted_at": shapes.stamp(self._house.clock.now())}
        return {"data": accepted, "meta": _SUCCESS}

    def top_up(self, asked: Asked) -> Answer:
        """Sell more data for a line."""
        body, house = asked.body, self._house
        missing = {
            name: f"The {name.replace('_', ' ')} field is required."
            for name in ("iccid", "package_id")
            if not body.get(name)
        }
        if missing:
            raise invalid(**missing)
        _description(asked)
        package, operator = house.package(body["package_id"], topup=True)
        sim = house.stock.find(str(body["iccid"]))
        if sim is None:
            raise invalid(iccid="The selected iccid is invalid.")
        if sim.recycled(house.clock.now()):
            raise business(73, sim.iccid)
        if sim.operator is not operator:
            raise invalid(package_id="invalid topup package")
        if len(sim.packages) >= MOST_PACKAGES:
            raise invalid(package_id="validation.order_exceed_limit")
        order = house.top_up(sim, package, operator)
        self.refills.append({"iccid": sim.iccid, "sku": package.id, "created_at": order.at.isoformat()})
        self._notices.credit()
        return {"data": shapes.submitted(order), "meta": _SUCCESS}

    def _quantity(self, asked: Asked) -> int:
        """How many lines. Raises the refusal for it, and for what else is malformed."""
        body, wrong = asked.body, {}
        said = str(body.get("quantity", ""))
        if not body.get("package_id"):
            wrong["package_id"] = "The package id field is required."
        elif not self._house.sells(str(body["package_id"])):
            wrong["package_id"] = "The selected package is invalid."
        if not said:
            wrong["quantity"] = "The quantity field is required."
        elif not said.isdecimal() or len(said) > 9:
            wrong["quantity"] = "The quantity must be an integer."
        elif int(said) < 1:
            wrong["quantity"] = "The quantity must be at least 1."
        elif int(said) > MOST_AT_ONCE:
            wrong["quantity"] = f"The quantity may not be greater than {MOST_AT_ONCE}."
        if body.get("type", "sim") != "sim":
            wrong["type"] = "The selected type is invalid."
        if wrong:
            raise invalid(**wrong)
        return int(said)

    def _sell(self, asked: Asked, quantity: int) -> Order:
        package, operator = self._house.package(asked.body.get("package_id"), topup=False)
        order = self._house.sell(package, operator, quantity, _description(asked))
        for sim in order.sims:
            sim.code_from = monotonic() + asked.code_after if asked.code_after else 0.0
        self._notices.credit()
        return order

    def _carry_out(self, asked: Asked, quantity: int, request: str, url: str) -> bool:
        try:
            told: dict[str, Any] = shapes.submitted(self._sell(asked, quantity))
        except RefusedError as refusal:
            told = {"reason": refusal.body.get("reason") or "The order could not be processed."}
        self._notices.order({**told, "request_id": request}, url)
        return "sims" in told


def _description(asked: Asked) -> str | None:
    said = asked.body.get("description")
    if said is not None and (not isinstance(said, str) or len(said) > LONGEST_DESCRIPTION):
        raise invalid(
            description=f"The description may not be greater than {LONGEST_DESCRIPTION} characters."
        )
    return said or None
