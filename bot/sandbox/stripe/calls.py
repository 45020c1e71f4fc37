"""Which calls the API has, and who carries each out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.sandbox.stripe import parameters as p
from bot.sandbox.stripe.account import account
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Table
from bot.sandbox.stripe.checks import Fields
from bot.sandbox.stripe.door import Call
from bot.sandbox.stripe.evidence import DISPUTE_UPDATE
from bot.sandbox.stripe.ids import Obj
from bot.sandbox.stripe.privacy import JOB_CREATE, JOB_LIST, JOB_UPDATE
from bot.sandbox.stripe.session_parameters import SESSION_CREATE, SESSION_LIST

if TYPE_CHECKING:
    from bot.sandbox.stripe.office import Office


def calls(office: Office) -> list[Call]:
    """All calls; `{target}` in an address is an id."""
    books, checkout, payments = office.books, office.checkout, office.payments
    refunds, disputes, endpoints = office.refunds, office.disputes, office.endpoints
    session, intent, dispute = "/checkout/sessions", "/payment_intents", "/disputes"
    warning = "/radar/early_fraud_warnings"
    return [
        Call("POST", session, "checkout.sessions.create", SESSION_CREATE, checkout.create),
        Call("GET", session, "checkout.sessions.list", SESSION_LIST, checkout.listing),
        _retrieve(session, "checkout.sessions", books.sessions),
        Call("POST", f"{session}/{{target}}/expire", "checkout.sessions.expire", p.EXPAND, checkout.expire),
        Call(
            "GET",
            f"{session}/{{target}}/line_items",
            "checkout.sessions.line_items",
            p.PAGE,
            checkout.line_items,
        ),
        Call("POST", intent, "payment_intents.create", p.INTENT_CREATE, payments.create),
        Call("GET", intent, "payment_intents.list", p.INTENT_LIST, payments.listing),
        _retrieve(intent, "payment_intents", books.intents, {"client_secret": p.EXPAND["expand"]}),
        Call(
            "POST",
            f"{intent}/{{target}}/confirm",
            "payment_intents.confirm",
            p.INTENT_CONFIRM,
            payments.confirm,
        ),
        Call(
            "POST", f"{intent}/{{target}}/cancel", "payment_intents.cancel", p.INTENT_CANCEL, payments.cancel
        ),
        Call(
            "POST",
            f"{intent}/{{target}}/capture",
            "payment_intents.capture",
            p.INTENT_CAPTURE,
            payments.capture,
        ),
        Call("GET", "/charges", "charges.list", p.CHARGE_LIST, payments.listing_of_charges),
        _retrieve("/charges", "charges", books.charges),
        Call("POST", "/refunds", "refunds.create", p.REFUND_CREATE, refunds.create),
        Call("GET", "/refunds", "refunds.list", p.REFUND_LIST, refunds.listing),
        _retrieve("/refunds", "refunds", books.refunds),
        Call("POST", "/refunds/{target}", "refunds.update", p.NOTES, refunds.update),
        Call("GET", dispute, "disputes.list", p.DISPUTE_LIST, disputes.listing),
        _retrieve(dispute, "disputes", books.disputes),
        Call("POST", f"{dispute}/{{target}}", "disputes.update", DISPUTE_UPDATE, disputes.update),
        Call("POST", f"{dispute}/{{target}}/close", "disputes.close", p.EXPAND, disputes.close),
        Call("GET", warning, "radar.early_fraud_warnings.list", p.WARNING_LIST, office.warnings.listing),
        _retrieve(warning, "radar.early_fraud_warnings", books.warnings),
        Call("GET", "/events", "events.list", p.EVENT_LIST, office.events.listing),
        Call("GET", "/events/{target}", "events.retrieve", p.EXPAND, office.events.retrieve),
        Call("GET", "/balance", "balance.retrieve", p.EXPAND, office.movements.balance),
        _retrieve("/balance_transactions", "balance_transactions", books.movements),
        Call("GET", "/account", "account.retrieve", p.EXPAND, account),
        Call("POST", "/webhook_endpoints", "webhook_endpoints.create", p.ENDPOINT_CREATE, endpoints.create),
        Call("GET", "/webhook_endpoints", "webhook_endpoints.list", p.PAGE, endpoints.listing),
        Call(
            "GET", "/webhook_endpoints/{target}", "webhook_endpoints.retrieve", p.EXPAND, endpoints.retrieve
        ),
        Call("DELETE", "/webhook_endpoints/{target}", "webhook_endpoints.delete", p.EXPAND, endpoints.delete),
        Call("POST", "/products", "products.create", p.PRODUCT_CREATE, office.catalog.create_product),
        _retrieve("/products", "products", books.products),
        Call("POST", "/prices", "prices.create", p.PRICE_CREATE, office.catalog.create_price),
        _retrieve("/prices", "prices", books.prices),
        Call("POST", "/payment_methods", "payment_methods.create", p.METHOD_CREATE, office.methods.create),
        _retrieve("/payment_methods", "payment_methods", books.methods),
        Call("GET", "/payment_pages/{target}", "payment_pages.retrieve", p.EXPAND, office.payer.page),
        Call(
            "POST",
            "/payment_pages/{target}/confirm",
            "payment_pages.confirm",
            p.PAGE_CONFIRM,
            office.payer.confirm,
        ),
        *_redactions(office),
    ]


def _redactions(office: Office) -> list[Call]:
    jobs, job, do = "/privacy/redaction_jobs", "/privacy/redaction_jobs/{target}", office.redactions
    told: list[tuple[str, str, str, Fields, Callable[[Asked], Obj]]] = [
        ("POST", jobs, "create", JOB_CREATE, do.create),
        ("GET", jobs, "list", JOB_LIST, do.listing),
        ("GET", job, "retrieve", p.EXPAND, do.retrieve),
        ("POST", job, "update", JOB_UPDATE, do.update),
        ("POST", f"{job}/validate", "validate", p.EXPAND, do.validate),
        ("POST", f"{job}/run", "run", p.EXPAND, do.run),
        ("POST", f"{job}/cancel", "cancel", p.EXPAND, do.cancel),
        ("GET", f"{job}/validation_errors", "validation_errors.list", p.PAGE, do.errors),
    ]
    return [
        Call(verb, path, f"redaction_jobs.{name}", fields, act, preview=True)
        for verb, path, name, fields, act in told
    ]


def _retrieve(path: str, name: str, table: Table, more: Fields | None = None) -> Call:
    def act(asked: Asked) -> Obj:
        return table.need(asked.target)

    return Call("GET", f"{path}/{{target}}", f"{name}.retrieve", {**p.EXPAND, **(more or {})}, act)
