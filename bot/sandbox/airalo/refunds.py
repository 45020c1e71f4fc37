"""Asking the provider for money back: people decide, so all that comes at once is that they were asked."""

from __future__ import annotations

from collections import deque
from typing import Any

from bot.sandbox.airalo.errors import RefusedError, invalid
from bot.sandbox.airalo.house import Answer, Asked, House

MOST_LINES = 5
LONGEST_NOTES = 255
#: The oldest request is forgotten when there are more.
MOST_REQUESTS = 10_000

_REASONS_SPELLED = """
INSTALLATION_FAILURE NO_COVERAGE APN_FAILURE TRIP_CANCELLATION INTERMITTENT_CONNECTION BLOCKED_NETWORK
CHANGE_OF_PLAN DELETED_ESIM EARLY_EXPIRY HOTSPOT_NOT_WORKING IMSI_CHANGE INCOMPATIBLE_DEVICE LOCKED_DEVICE
NO_VOICE_TEXT_SERVICES OVERCHARGED SLOW_SPEED TOP_UP_PACKAGE_FAILURE UNKNOWN_CHARGES WRONG_PURCHASE
UNABLE_TO_ACCESS_APPS SERVICE_DEGRADATION QR_ISSUE_PARTNERS OTHERS
"""
REASONS = _REASONS_SPELLED.split()


class Refunds:
    """Takes requests."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.asked: deque[dict[str, Any]] = deque(maxlen=MOST_REQUESTS)
        self._number = 12_345

    def ask(self, asked: Asked) -> Answer:
        """One request for up to five lines."""
        body = asked.body
        iccids = body.get("iccids")
        if not isinstance(iccids, list) or not iccids or len(iccids) > MOST_LINES:
            raise _wrong("The iccids field is required.")
        if body.get("reason") not in REASONS:
            sentence = (
                f"The selected reason is invalid. It must be one of the following: {', '.join(REASONS)}"
            )
            raise invalid(reason=sentence)
        notes = str(body.get("notes") or "")
        if len(notes) > LONGEST_NOTES or (body["reason"] == "OTHERS" and not notes):
            raise invalid(notes="The notes field is required when reason is OTHERS.")
        strange = [str(iccid) for iccid in iccids if self._house.stock.find(str(iccid)) is None]
        if strange:
            raise _wrong(f"The following ICCIDs do not belong to your company: {', '.join(strange)}")
        self._number += 1
        self.asked.append({"refund_id": str(self._number), "iccids": iccids, "reason": body["reason"]})
        when = f"{self._house.clock.now():%Y-%m-%d %H:%M}"
        return {"data": {"refund_id": str(self._number), "created_at": when}, "meta": {"message": "success"}}


def _wrong(message: str) -> RefusedError:
    return RefusedError({"data": [], "meta": {"message": message}})
