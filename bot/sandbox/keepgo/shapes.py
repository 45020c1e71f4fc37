"""A line as the API tells it, with its mixture of null and "" for what is not set."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.keepgo.line import Entry, Line, Package


def stamp(at: datetime) -> str:
    """A time as the API writes it, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def details(line: Line, now: datetime, *, code_shown: bool) -> dict[str, Any]:
    """The `sim_card` of get_details."""
    auto = line.auto_refill
    return {
        "iccid": line.iccid,
        "msisdn": line.msisdn,
        "lpa_code": line.lpa_code if code_shown else "",
        "deactivation_date": "" if line.deactivation_date is None else line.deactivation_date.isoformat(),
        **_figures(line, now),
        "status": line.status(now),
        "bundle_id": line.bundle.id,
        "bundle": line.bundle.name,
        "auto_refill_turned_on": auto is not None,
        "auto_refill_amount_mb": auto.size.mb if auto else 0,
        "auto_refill_price": (auto.size.cents or 0) / 100 if auto else 0,
        "auto_refill_currency": "usd",
        "auto_refill_list": refills(line),
        "notes": line.notes,
        "data_bundles": [_package(package, now) for package in line.packages],
    }


def item(line: Line, now: datetime) -> dict[str, Any]:
    """One of the `items` of GET /lines."""
    ends = [package.expire_at for package in line.packages]
    last = None if None in ends else max((end for end in ends if end), default=None)
    return {
        "iccid": line.iccid,
        "status": line.status(now),
        "notes": line.notes,
        "deactivation_date": None if line.deactivation_date is None else line.deactivation_date.isoformat(),
        "expired_at": stamp(last) if last is not None and last <= now else None,
        **_figures(line, now),
        "bundle": line.bundle.name,
        "data_bundles": [_package(package, now) for package in line.packages],
    }


def refills(line: Line) -> list[dict[str, Any]]:
    """What can be bought for the line: the sizes of its bundle that have a price."""
    return [size.as_json() for size in line.bundle.sizes if size.cents is not None]


def entry(logged: Entry) -> dict[str, Any]:
    """One of the `data` of the audit log."""
    return {
        "date": stamp(logged.at),
        "field": logged.field,
        "prior_value": logged.before,
        "value": logged.after,
        "user_name": logged.by,
        "description": "",
    }


def _figures(line: Line, now: datetime) -> dict[str, Any]:
    return {
        "allowed_usage_kb": sum(package.allowed_kb for package in line.packages),
        "remaining_usage_kb": sum(package.remaining_kb(now) for package in line.packages),
        "remaining_days": _remaining_days(line, now),
    }


def _remaining_days(line: Line, now: datetime) -> int | None:
    """Days until the last data ends, begun ones counted; None when some never does."""
    ends = [package.expire_at for package in line.packages]
    if None in ends:
        return None
    left = max((end - now for end in ends if end), default=timedelta())
    return max(0, math.ceil(left / timedelta(days=1)))


def _package(package: Package, now: datetime) -> dict[str, Any]:
    terminated = package.expire_at if package.expired(now) else package.finished_at
    return {
        "id": package.id,
        "status": _status(package, now),
        "allowed_usage_kb": package.allowed_kb,
        "active_kb": package.remaining_kb(now) if package.activated_at else 0,
        "remaining_usage_kb": package.remaining_kb(now),
        "validity": package.size.days,
        "assigned_at": stamp(package.assigned_at),
        "activated_at": _maybe(package.activated_at),
        "terminated_at": _maybe(terminated),
        "expire_at": "" if package.expire_at is None else stamp(package.expire_at),
    }


def _status(package: Package, now: datetime) -> str:
    if package.expired(now):
        return "Expired"
    if package.finished_at is not None:
        return "Finished"
    return "Active" if package.activated_at is not None else "Not active"


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
