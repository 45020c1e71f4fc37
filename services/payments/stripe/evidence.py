"""What was gathered about an order, in the fields that Stripe sends to a bank. In English: banks' staff read it."""

from __future__ import annotations

from typing import Any

#: Characters of one field. https://docs.stripe.com/api/disputes/update
LONGEST = 20_000


def fields(gathered: dict[str, Any]) -> dict[str, str]:
    """Stripe's names → texts; what is not known is left out."""
    order, buyer = gathered["order"], gathered["buyer"]
    told = {
        "product_description": _product(order),
        "customer_name": buyer["name"],
        "customer_email_address": buyer["email"],
        "service_date": (order["paid_at"] or "")[:10],
        "refund_policy_disclosure": _statements(gathered, ("shown", "terms")),
        "cancellation_policy_disclosure": _statements(gathered, ("start_now", "right_ends")),
        "access_activity_log": _log(gathered),
        "uncategorized_text": _statements(gathered, None),
    }
    return {name: text[:LONGEST] for name, text in told.items() if text}


def _product(order: dict[str, Any]) -> str:
    plan, total = order["plan"], order["total"]
    data = f"{plan['data'] / 1024**3:g} GB" if plan.get("data") else "unlimited data"
    days = f"{plan['days']} days" if plan.get("days") else "no expiry"
    countries = ", ".join(plan.get("countries", ())[:20])
    return (
        f"Travel eSIM (mobile data): {data}, {days}, countries {countries}. "
        f"Order {order['number']}, {total['minor']} minor units of {total['currency']}. "
        "A digital service, delivered in the chat in which it was bought."
    )


def _statements(gathered: dict[str, Any], kinds: tuple[str, ...] | None) -> str:
    """What the buyer was shown and agreed to before paying, word for word."""
    lines = [
        f"[{said['at']}] shown and accepted ({said['kind']}): {said['text']}"
        for said in gathered["statements"]
        if kinds is None or said["kind"] in kinds
    ]
    return "\n\n".join(lines)


def _log(gathered: dict[str, Any]) -> str:
    """What happened when, and what was used of the line."""
    order = gathered["order"]
    lines = [f"[{order['placed_at']}] order placed", f"[{order['paid_at']}] paid"]
    lines += [f"[{one['at']}] {one['was']} -> {one['now']} ({one['why']})" for one in gathered["history"]]
    lines += [f"[{one['at']}] message with the eSIM: {one['state']}" for one in gathered["messages"]]
    lines += [f"[{one['at']}] mail ({one['kind']}): {one['state']}" for one in gathered["mails"]]
    for line in gathered["lines"]:
        if line is None:
            continue
        lines.append(f"[{line['given_at']}] eSIM {line['iccid']} handed over")
        usage = line["usage"]
        if usage is not None:
            lines.append(
                f"[{usage['measured_at']}] line state {usage['state']}, "
                f"{usage['used_bytes']} of {usage['total_bytes']} bytes used"
            )
    return "\n".join(lines)
