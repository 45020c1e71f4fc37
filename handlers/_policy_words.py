"""The policy's facts in words: a sentence for every key, so that the text says what the registry says and no more."""

from __future__ import annotations

from bot.conversation.i18n import _, p_, span
from services.privacy import Held, Period


def category(key: str) -> str:
    """What a category is called."""
    return {
        "identification": _("Identification"),
        "transaction": _("Transactions"),
        "esim": _("eSIM, technical"),
        "navigation": _("Traces"),
        "addendum": _("What goes with it"),
    }.get(key, key)


def examples(key: str) -> str:
    """What a category holds."""
    return {
        "identification": _(
            "name, email, phone, the ids by which the messengers know you, what you write to our staff"
        ),
        "transaction": _(
            "orders, prices, payments, invoices, what you declared and claimed; never your card or account: the payment service keeps those"
        ),
        "esim": _(
            "the number of your eSIM, its code until it is installed, data used, state, and your device’s IMEI where a plan asks for it"
        ),
        "navigation": _(
            "numbers of messages, so that none is answered twice; no cookies, no pages viewed, no audience measurement, no targeted advertising in this chat"
        ),
        "addendum": _(
            "the chat’s language and memory, your answers about offers, your requests about your data"
        ),
    }.get(key, key)


def purpose(key: str) -> str:
    """What something is for."""
    return {
        "account": _("to manage your account and send you your eSIM"),
        "channel": _("to reach you in this chat"),
        "service": _("to serve you"),
        "conversation": _("to follow the conversation"),
        "orders": _("to process your orders and follow up the warranty"),
        "payment": _("to take payments and pay back"),
        "safety": _("to keep the service safe"),
        "accounting": _("to invoice and keep the accounts"),
        "taxes": _("to tax a sale in the right country"),
        "proof": _("to prove what was declared"),
        "provisioning": _("to provide and activate the eSIM"),
        "delivery": _("to hand over the eSIM"),
        "diagnostics": _("to show your data use and find what is wrong"),
        "never_sold_twice": _("so that a line is never sold twice"),
        "support": _("to help you"),
        "deduplication": _("to answer once"),
        "consent_proof": _("to prove your consent"),
        "rights": _("to answer your requests about your data"),
    }.get(key, key)


def basis(key: str) -> str:
    """Why the law allows it: GDPR art. 6(1)."""
    return {
        "contract": _("performance of the contract"),
        "law": _("legal obligation"),
        "interest": _("legitimate interest"),
        "consent": _("consent"),
    }.get(key, key)


def recipient(key: str) -> str:
    """Who receives something, and for what."""
    return {
        "provider": _("the eSIM provider, KeepGo (or Esimba) or Airalo: to provide and activate the plan"),
        "payments": _("the payment service, under its own policy: to take payments"),
        "authorities": _("authorities, where the law requires it"),
        "telegram": _("Telegram: carries this chat, if it is there"),
        "meta": _("Meta (WhatsApp): carries this chat, if it is there"),
        "mail": _("the mail service: carries what goes to your email address"),
    }.get(key, key)


def period(one: Period, *, later: bool) -> str:
    """How long something stays."""
    if one.count is None:
        return _("as a code that names nobody: without end")
    length = span(one.count, one.unit)
    return {
        "last_activity_or_last_package": _(
            "{length} after your last business with us or the end of your last plan, whichever is later",
            length=length,
        )
        if later
        else _("{length} after your last business with us or the end of your last plan", length=length),
        "accounting_year": _("{length} after the accounting year: accounting papers", length=length),
        "order": _("{length} after the order", length=length),
        "end_of_relation": _("{length} after we parted: proof of consent", length=length),
        "request_closed": _("{length} after a request about your data was closed", length=length),
        "case_closed": _("{length} after a conversation with our staff was closed", length=length),
        "package_expiry": _("{length} after the plan’s end: measurements", length=length),
        "delivery": _("{length} after the delivery: the device’s IMEI", length=length),
        "installation": _("{length} after the installation: the eSIM’s code", length=length),
        "event": _("{length} after a message", length=length),
        "erasure": _("{length} after an erasure: what our partners still have to delete", length=length),
        "linking": _(
            "{length} after two of your chats became one: so that a backup can be set right", length=length
        ),
        "copy": _("{length}: a copy of your data that you asked for", length=length),
    }.get(one.after, f"{length}: {one.after}")


def right(key: str) -> str:
    """A right, and how it is used here."""
    return {
        "access": _("Access: ask for a copy of what we hold (My data)."),
        "portability": _(
            "Portability: get your data back in a form that people and programs read (My data)."
        ),
        "complaint": _("Complaint: contact the authority if your rights are not respected."),
        "rectification": _("Rectification: have what is wrong or missing put right (Correct)."),
        "erasure": _("Erasure: have it deleted, but for what the law makes us keep (Delete)."),
        "objection": _("Objection: no advertising (Marketing, or the word STOP)."),
        "restriction": _("Restriction: have us keep your data and not use it (Pause use)."),
        "withdrawal": _("Withdrawal of consent: at any time, as easily as it was given (Marketing)."),
    }.get(key, key)


def why(held: Held) -> tuple[str, ...]:
    """The purposes of a category, a line for each basis."""
    found: dict[str, list[str]] = {}
    for what, on in held.purposes:
        found.setdefault(on, []).append(purpose(what))
    comma = p_("between names", ", ")
    return tuple(f"{comma.join(some)} ({basis(on)})" for on, some in found.items())
