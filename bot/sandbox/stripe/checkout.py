"""Checkout Sessions: opened by the shop, paid by the traveller, or left until their time is up."""

from __future__ import annotations

import heapq
from typing import Any

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import MOST, Books, equal, page
from bot.sandbox.stripe.catalog import Catalog
from bot.sandbox.stripe.currencies import BANK_DEBIT
from bot.sandbox.stripe.errors import beyond, invalid, missing, no_such, refused
from bot.sandbox.stripe.events import Events
from bot.sandbox.stripe.ids import Obj
from bot.sandbox.stripe.payments import Payments, check_amount
from bot.sandbox.stripe.session_shape import customer, session

SHORTEST, LONGEST = 30 * 60, 24 * 3_600


class Checkout:
    """Opens sessions and sees each to its end."""

    def __init__(
        self, books: Books, events: Events, clock: WorldClock, catalog: Catalog, payments: Payments, here: str
    ) -> None:
        self._books = books
        self._events = events
        self._clock = clock
        self._catalog = catalog
        self._payments = payments
        self._here = here
        #: (when its time is up, id) of sessions that may still be open, soonest first.
        self._ends: list[tuple[int, str]] = []

    def create(self, asked: Asked) -> Obj:
        """Open a session for one payment."""
        wanted = asked.params
        items = self._items(wanted)
        types = _types(wanted, items[0]["currency"])
        wanted = {**wanted, "expires_at": self._end(wanted)}
        opened = session(wanted, items, types, self._clock.timestamp(), self._here)
        opened.update(_items=items, _intent=wanted.get("payment_intent_data", {}))
        self._books.sessions.put(opened)
        heapq.heappush(self._ends, (opened["expires_at"], opened["id"]))
        if len(self._ends) > 2 * MOST:
            self._ends = [end for end in self._ends if self._is_open(end[1])]
            heapq.heapify(self._ends)
        return opened

    def listing(self, asked: Asked) -> Obj:
        wanted = asked.params
        same = equal(wanted, "status", "payment_intent", "customer", "payment_link", "subscription")
        email = wanted.get("customer_details", {}).get("email")

        def fits(one: Obj) -> bool:
            return same(one) and email in (None, (one["customer_details"] or {}).get("email"))

        return self._books.sessions.page("/v1/checkout/sessions", wanted, fits)

    def line_items(self, asked: Asked) -> Obj:
        found = self._books.sessions.need(asked.target)
        for cursor in ("starting_after", "ending_before"):
            if cursor in asked.params and asked.params[cursor] not in [
                item["id"] for item in found["_items"]
            ]:
                raise no_such("item", asked.params[cursor], cursor)
        return page(
            found["_items"], f"/v1/checkout/sessions/{found['id']}/line_items", asked.params, lambda _: True
        )

    def expire(self, asked: Asked) -> Obj:
        found = self._books.sessions.need(asked.target)
        if found["status"] != "open":
            why = 'Only Checkout Sessions with a status in ["open"] can be expired.'
            raise refused(f"{why} This Checkout Session has a status of {found['status']}.")
        self.end(found)
        return found

    def end(self, found: Obj) -> None:
        """Nobody can pay it any more."""
        found.update(status="expired", url=None)
        intent = self._books.intents.get(found["payment_intent"] or "")
        if intent is not None:
            self._payments.give_up(intent, "expired")
        self._events.emit("checkout.session.expired", found)

    def end_due(self) -> None:
        """Let those expire whose time is up by the shop's clock."""
        now = self._clock.timestamp()
        while self._ends and self._ends[0][0] <= now:
            _, name = heapq.heappop(self._ends)
            if self._is_open(name):
                self.end(self._books.sessions.need(name))

    def pay(self, found: Obj, method: Obj) -> None:
        """Pay an open session with a method; its status tells what came of it."""
        intent = self._intent(found, method)
        self._payments.attempt(intent, method, lambda paid: self._settled(found, paid=paid))
        if intent["status"] not in ("succeeded", "processing"):
            return
        billing = method["billing_details"]
        found.update(
            status="complete",
            url=None,
            payment_status="paid" if intent["status"] == "succeeded" else "unpaid",
            customer_details=customer(billing["name"], billing["email"]),
            consent=_consent(found),
        )
        self._events.emit("checkout.session.completed", found)

    def _is_open(self, name: str) -> bool:
        found = self._books.sessions.get(name)
        return found is not None and found["status"] == "open"

    def _settled(self, found: Obj, *, paid: bool) -> None:
        found["payment_status"] = "paid" if paid else "unpaid"
        kind = "async_payment_succeeded" if paid else "async_payment_failed"
        self._events.emit(f"checkout.session.{kind}", found)

    def _intent(self, found: Obj, method: Obj) -> Obj:
        """The session's intent; it is made at the first attempt to pay."""
        known = self._books.intents.get(found["payment_intent"] or "")
        if known is not None:
            return known
        kind = method["type"]
        facts = {"amount": found["amount_total"], "currency": found["currency"]}
        types = {"payment_method_types": found["payment_method_types"] or [kind]}
        options = {"payment_method_options": found["payment_method_options"]}
        intent = self._payments.open({**found["_intent"], **facts, **types, **options})
        found["payment_intent"], intent["_session"] = intent["id"], found["id"]
        return intent

    def _items(self, wanted: dict[str, Any]) -> list[Obj]:
        for name in ("mode", "line_items", "success_url"):
            if not wanted.get(name):
                raise missing(name)
        if wanted["mode"] != "payment":
            raise beyond(f"mode={wanted['mode']}")
        if wanted.get("ui_mode", "hosted_page") != "hosted_page":
            raise beyond(f"ui_mode={wanted['ui_mode']}")
        if "customer" in wanted:
            raise no_such("customer", wanted["customer"], "customer")
        items = [self._catalog.line(line, f"line_items[{n}]") for n, line in enumerate(wanted["line_items"])]
        currencies = {item["currency"] for item in items} | {wanted.get("currency", items[0]["currency"])}
        if len(currencies) > 1:
            raise invalid("All prices on a Checkout Session must have the same currency.", "line_items")
        total = sum(item["amount_total"] for item in items)
        check_amount(total, items[0]["currency"], "line_items", "The Checkout Session's total amount due")
        return items

    def _end(self, wanted: dict[str, Any]) -> int:
        now = self._clock.timestamp()
        end = int(wanted.get("expires_at", now + LONGEST))
        what = "The `expires_at` timestamp must be"
        if end < now + SHORTEST:
            raise invalid(f"{what} at least 30 minutes from Checkout Session creation.", "expires_at")
        if end > now + LONGEST:
            raise invalid(f"{what} less than 24 hours from Checkout Session creation.", "expires_at")
        return end


def _types(wanted: dict[str, Any], currency: str) -> list[str]:
    """By what can be paid: as asked, or as the dashboard has it."""
    if "payment_method_types" in wanted and "excluded_payment_method_types" in wanted:
        why = "You may only specify one of `payment_method_types` and `excluded_payment_method_types`."
        raise invalid(why, "excluded_payment_method_types")
    debits = {debit: money for money, debit in BANK_DEBIT.items()}
    for kind in wanted.get("payment_method_types", []):
        if debits.get(kind, currency) != currency:
            raise invalid(f"The payment method `{kind}` takes only {debits[kind]}.", "payment_method_types")
    dashboard = ["card", *([BANK_DEBIT[currency]] if currency in BANK_DEBIT else [])]
    allowed = wanted.get("allowed_payment_method_types") or dashboard
    excluded = wanted.get("excluded_payment_method_types", [])
    types = wanted.get("payment_method_types") or [t for t in dashboard if t in allowed and t not in excluded]
    if not types:
        why = "No valid payment method types for this Checkout Session."
        raise invalid(why, "payment_method_types")
    return list(types)


def _consent(found: Obj) -> Obj | None:
    asked = found["consent_collection"]
    if asked is None:
        return None
    accepted = "accepted" if asked["terms_of_service"] == "required" else None
    return {"promotions": None, "terms_of_service": accepted}
