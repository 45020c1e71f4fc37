"""What an erasure would take away, what it would leave and by which law, in words."""

from __future__ import annotations

from bot.conversation.i18n import _, date, n_
from services.privacy import Preview, Stays


def goes(preview: Preview) -> list[str]:
    """A line for each kind of what is deleted, counted."""
    count = {one.what: one.count for one in preview.goes}
    lines = [_("– your name, email, phone, and by what you are known here")]
    if chats := count.get("chats", 0):
        lines.append(n_("– {n} chat, with its memory", "– {n} chats, with their memory", chats))
    if esims := count.get("esims", 0):
        lines.append(n_("– {n} eSIM: number, QR code, usage", "– {n} eSIMs: numbers, QR codes, usage", esims))
    if orders := count.get("orders", 0):
        lines.append(
            n_("– {n} order: it is no longer linked to you", "– {n} orders: no longer linked to you", orders)
        )
    if said := count.get("case_messages", 0):
        lines.append(
            n_(
                "– {n} message between you and our staff, their copy too",
                "– {n} messages between you and our staff, their copies too",
                said,
            )
        )
    return lines


def stays(preview: Preview) -> list[str]:
    """What the law keeps: until when, and which law."""
    return [_stays(one) for one in preview.stays]


def careful(preview: Preview) -> list[str]:
    """What to know before, each once."""
    return list(dict.fromkeys(words for fact in preview.facts if (words := _careful(fact.kind))))


def _stays(one: Stays) -> str:
    until = date(one.until) if one.until else ""
    words = {
        "sales": _(
            "Stays: {n} paid orders with their invoices, until {date} (commercial law, art. L123-22).",
            n=one.count,
            date=until,
        ),
        "statements": _(
            "Stays: what you declared before paying, as proof, until {date} (GDPR art. 17(3)(e)).", date=until
        ),
        "consents": _("Stays: your answers about offers, without your name, for 3 years (GDPR art. 7(1))."),
        "requests": _("Stays: that you asked, without your name, for 3 years (GDPR art. 5(2))."),
        "spent_lines": _(
            "Stays: that your eSIM was sold once, as a code that names nobody, so that nobody gets it again."
        ),
    }
    return words[one.what]


def _careful(kind: str) -> str | None:
    words = {
        "active_esim": _(
            "Careful: your eSIM goes on working, but nobody can show its QR or balance any more."
        ),
        "undelivered": _("Careful: an order of yours is paid and not delivered yet. Deletion waits for it."),
        "payment_pending": _("Careful: a payment of yours is on its way. Deletion waits for it."),
        "refund_pending": _("A refund is on its way; only its payment’s number is kept until it is done."),
        "refund_failed": _("A refund has failed; only its payment’s number is kept until it is done."),
        "disputed": _("A payment is disputed; what that needs is kept until it is closed."),
        "open_checkout": _("An open payment link is closed."),
    }
    return words.get(kind)
