"""Words that several handlers need: a plan in a label, in a line, in full."""

from __future__ import annotations

from bot.conversation.i18n import _, country_name, data_size, duration, listing, n_, p_
from services.orders.sold import SoldPlan

#: Countries that are named one by one; more are counted.
MOST_NAMED = 4


def size(plan: SoldPlan) -> str:
    """ "3 GB", or "Unlimited"."""
    return data_size(plan.data)


def short(plan: SoldPlan) -> str:
    """ "3 GB · 30 days" """
    return f"{size(plan)} · {duration(plan.days)}"


def where(plan: SoldPlan) -> str:
    """ "Japan", or "Japan, Korea and 12 more countries"."""
    names = [country_name(code) for code in plan.countries]
    if len(names) <= MOST_NAMED:
        return listing(names)
    rest = len(names) - MOST_NAMED + 1
    return n_(
        "{some} and {n} more country",
        "{some} and {n} more countries",
        rest,
        some=p_("between names", ", ").join(names[: MOST_NAMED - 1]),
    )


def title(plan: SoldPlan) -> str:
    """ "eSIM Japan · 3 GB · 30 days", or "More data Japan · 1 GB · 7 days"."""
    head = _("More data {where}", where=where(plan)) if plan.tops_up else _("eSIM {where}", where=where(plan))
    return f"{head} · {short(plan)}"


def validity(plan: SoldPlan) -> str:
    """When its time begins."""
    starts = {
        "purchase": _("The days count from the purchase."),
        "installation": _("The days count from the installation."),
        "first_use": _("The days count from the first use."),
    }
    if plan.days is None:
        return _("The data does not expire.")
    return starts.get(
        plan.starts or "",
        _("The provider does not say when the days begin; it may be at the purchase."),
    )


def full_speed(plan: SoldPlan) -> str | None:
    """What unlimited means."""
    if plan.full_speed is None:
        return None
    return _("Full speed for {data} a day, slower after that.", data=data_size(plan.full_speed))


def state(order: str, item: str) -> str:
    """How far an order is: by its own state until it is paid, then by what became of what was bought."""
    if order != "paid":
        return {
            "awaiting_payment": _("not paid yet"),
            "expired": _("not paid, expired"),
            "cancelled": _("not paid, cancelled"),
        }[order]
    return {
        "waiting": _("paid, being prepared"),
        "buying": _("paid, being prepared"),
        "delivered": _("delivered"),
        "refund_due": _("being refunded"),
        "refunded": _("refunded"),
        "needs_person": _("a person is looking after it"),
    }[item]
