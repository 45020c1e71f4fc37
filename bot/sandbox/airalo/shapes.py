"""Orders and lines as the API tells them; a list says as text what a purchase says as a number."""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic
from typing import Any

from bot.sandbox.airalo.house import Order
from bot.sandbox.airalo.listing import package
from bot.sandbox.airalo.sims import SMDP, Bought, Sim

_HELP = "https://www.airalo.example/help/getting-started"
_STATUS = {"name": "Completed", "slug": "completed"}


def stamp(at: datetime) -> str:
    """A time as most calls write it, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def submitted(order: Order) -> dict[str, Any]:
    """The `data` of the answer to a purchase; a top-up's has no lines."""
    said = {
        **_order(order),
        "validity": order.package.days,
        "price": order.package.retail_cents / 100,
        "pricing_model": "net_pricing",
        "text": None,
        "voice": None,
        "net_price": order.package.cents / 100,
        "brand_settings_name": None,
    }
    return said if order.topup else {**said, "sims": [_sim(sim) for sim in order.sims]}


def listed(order: Order, include: set[str]) -> dict[str, Any]:
    """One of the `data` of GET /orders."""
    said = {
        **_order(order),
        "validity": str(order.package.days),
        "price": f"{order.package.retail_cents / 100:.2f}",
    }
    if "sims" in include:
        said["sims"] = [_sim(sim) for sim in order.sims]
    if "status" in include:
        said["status"] = _STATUS
    return said


def sim(found: Sim, order: Order | None, now: datetime) -> dict[str, Any]:
    """The `data` of GET /sims/{iccid}, and one of GET /sims; with the order when that is asked for."""
    recycled = found.recycled(now)
    return {
        **_sim(found),
        "voucher_code": None,
        "order": None,
        "brand_settings_name": None,
        "recycled": recycled,
        "recycled_at": stamp(now) if recycled else None,
        "simable": None if order is None else listed(order, {"status"}),
    }


def bought(one: Bought, found: Sim, now: datetime) -> dict[str, Any]:
    """One of the `data` of a line's history."""
    shown = package(one.package, found.operator)
    names = (
        "id",
        "type",
        "price",
        "net_price",
        "amount",
        "day",
        "is_unlimited",
        "title",
        "data",
        "short_info",
    )
    return {
        "id": one.id,
        "status": one.status(now),
        "remaining": one.remaining(),
        "activated_at": _maybe(one.activated_at),
        "expired_at": _maybe(one.expires_at),
        "finished_at": _maybe(one.finished_at),
        "package": {name: shown[name] for name in names},
    }


def usage(found: Sim, now: datetime) -> dict[str, Any]:
    """The `data` of a line's usage, in megabytes; what is recycled or unlimited says nothing in numbers."""
    status, counted = found.status(now), [one for one in found.packages if one.over_since(now) is None]
    unlimited = any(one.package.mb is None for one in counted)
    if not counted:
        counted = found.packages[-1:]
    silent = unlimited or status == "RECYCLED"
    ends = [one.expires_at for one in counted if one.expires_at is not None]
    return {
        "remaining": 0 if silent or status == "EXPIRED" else sum(one.remaining() for one in counted),
        "total": 0 if silent else sum(one.package.mb or 0 for one in counted),
        "expired_at": stamp(max(ends)) if ends and status != "RECYCLED" else None,
        "is_unlimited": None if status == "RECYCLED" else unlimited,
        "status": status,
        "remaining_voice": 0,
        "remaining_text": 0,
        "total_voice": 0,
        "total_text": 0,
    }


def instructions(found: Sim, language: str) -> dict[str, Any]:
    """The `data` of a line's instructions."""
    shown = _sim(found)
    code = {"qr_code_data": shown["qrcode"], "qr_code_url": shown["qrcode_url"]}
    by_hand = {
        "smdp_address_and_activation_code": shown["qrcode"],
        "apn_type": "automatic",
        "apn_value": None,
    }

    def guide(model: str | None) -> dict[str, Any]:
        steps = {"1": "Settings", "2": "Add eSIM", "3": "Turn on data roaming"}
        return {
            "model": model,
            "version": None,
            "installation_via_qr_code": {"steps": steps, **code},
            "installation_manual": {"steps": steps, **by_hand},
            "network_setup": {"steps": steps, "apn_type": "automatic", "apn_value": None, "is_roaming": True},
        }

    apple = {**guide(None), "direct_apple_installation_url": shown["direct_apple_installation_url"]}
    return {"instructions": {"language": language.upper(), "ios": [apple], "android": [guide("Galaxy")]}}


def _order(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "code": order.code,
        "currency": "USD",
        "package_id": order.package.id,
        "quantity": order.quantity,
        "type": "topup" if order.topup else "sim",
        "description": order.description,
        "esim_type": "Prepaid",
        "package": f"{order.operator.title}-{order.package.title}",
        "data": order.package.data,
        "created_at": stamp(order.at),
        "manual_installation": "" if order.topup else f"<p><b>eSIM name:</b> {order.operator.title}</p>",
        "qrcode_installation": "" if order.topup else f"<p><b>eSIM name:</b> {order.operator.title}</p>",
        "installation_guides": {"en": _HELP},
    }


def _sim(found: Sim) -> dict[str, Any]:
    there = monotonic() >= found.code_from
    apple = f"https://esimsetup.apple.com/esim_qrcode_provisioning?carddata={found.lpa_code}"
    return {
        "id": found.id,
        "created_at": stamp(found.created_at),
        "iccid": found.iccid,
        "lpa": SMDP if there else None,
        "imsis": None,
        "matching_id": found.matching_id if there else None,
        "qrcode": found.lpa_code if there else None,
        "qrcode_url": f"https://www.airalo.example/qr?id={found.id}" if there else None,
        "direct_apple_installation_url": apple if there else None,
        "airalo_code": None,
        "apn_type": "automatic",
        "apn_value": "internet",
        "is_roaming": True,
        "confirmation_code": None,
        "apn": {
            "ios": {"apn_type": "automatic", "apn_value": "internet"},
            "android": {"apn_type": "manual", "apn_value": "internet"},
        },
        "msisdn": found.msisdn,
    }


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
