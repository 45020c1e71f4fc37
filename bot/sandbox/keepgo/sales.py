"""What the provider does: selling lines and refills, and changing what is kept about a line."""

from __future__ import annotations

from collections import deque
from datetime import date, datetime
from time import monotonic

from bot.sandbox.keepgo.catalogue import Size
from bot.sandbox.keepgo.house import Answer, Asked, House, RefusedError, asked_size, sku_of
from bot.sandbox.keepgo.line import MOST_PACKAGES, AutoRefill, Entry, Line, Package

#: Seconds until a bundle that issues later has issued its profile.
ISSUED_AFTER = 5.0
LONGEST_NOTE = 1_000
#: The oldest refill leaves the ledger when there are more.
MOST_REFILLS = 100_000


class Sales:
    """Carries out the POST and PUT calls."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.refills: deque[Answer] = deque(maxlen=MOST_REFILLS)

    def create(self, asked: Asked) -> Answer:
        """Buy a line. As long as its profile has no code, the answer has none either."""
        body, house = asked.body, self._house
        bundle = house.bundle(body.get("bundle_id"))
        size = asked_size(bundle, body.get("refill_mb"), body.get("refill_days"))
        if body.get("count", 1) not in (1, "1"):
            raise RefusedError("Only one line can be created at a time.")
        if house.stock.full():
            raise RefusedError("No SIM cards are available at the moment.")
        cents = self._affordable(size)
        line = house.stock.make(bundle, size, house.clock.now())
        paid = house.account.pay(line.iccid, line.created_at, cents, size.mb, "New line")
        card = {"iccid": line.iccid, "lpa_code": line.lpa_code}
        code_after = max(asked.code_after, ISSUED_AFTER if bundle.issued_later else 0.0)
        if code_after:
            line.code_from = monotonic() + code_after
            del card["lpa_code"]
        return {"sim_card": card, "transaction_id": paid}

    def refill(self, asked: Asked) -> Answer:
        line, now = self._house.line(asked.target), self._house.clock.now()
        size = asked_size(line.bundle, asked.body.get("amount_mb"), asked.body.get("amount_days"))
        if line.status(now) == "Deactivated":
            raise RefusedError("The line is deactivated and cannot be refilled.")
        package, paid = self._add(line, size, now)
        return {"data_bundle_id": package.id, "transaction_id": paid}

    def update_notes(self, asked: Asked) -> Answer:
        line, notes = self._house.line(asked.target), asked.body.get("notes")
        if notes is not None and not isinstance(notes, str):
            raise RefusedError("The notes must be a string.", 422)
        notes = notes or ""
        if len(notes) > LONGEST_NOTE:
            raise RefusedError(f"The notes may not be greater than {LONGEST_NOTE} characters.", 422)
        line.log.append(Entry(self._house.clock.now(), "Notes", line.notes, notes, "API"))
        line.notes = notes
        return {"message": "Notes were updated"}

    def deactivation_date(self, asked: Asked) -> Answer:
        """Set, or with nothing clear, the day on which the line ends; a past day ends it now."""
        line, now = self._house.line(asked.target), self._house.clock.now()
        before, wanted = line.status(now), asked.body.get("deactivation_date")
        try:
            line.deactivation_date = date.fromisoformat(str(wanted)) if wanted else None
        except ValueError as err:
            raise RefusedError("The deactivation date is not a valid date.", 422) from err
        line.log.append(Entry(now, "Deactivation date", "", str(wanted or ""), "API"))
        line.note_status(before, now)
        return {"message": "Deactivation date was updated"}

    def turn_on_auto_refill(self, asked: Asked) -> Answer:
        line, protect = self._house.line(asked.target), asked.body.get("bill_protect_amount")
        size = asked_size(line.bundle, asked.body.get("amount_mb"), asked.body.get("amount_days"))
        if protect is not None and (isinstance(protect, bool) or not isinstance(protect, int | float)):
            raise RefusedError("The bill protect amount must be a number.", 422)
        line.auto_refill = AutoRefill(size, None if protect is None else float(protect))
        line.log.append(Entry(self._house.clock.now(), "Auto-refill", "Off", "On", "API"))
        return {"message": "Auto-refill was turned ON"}

    def turn_off_auto_refill(self, asked: Asked) -> Answer:
        line = self._house.line(asked.target)
        line.auto_refill = None
        line.log.append(Entry(self._house.clock.now(), "Auto-refill", "On", "Off", "API"))
        return {"message": "Auto-refill was turned OFF"}

    def use(self, iccid: str, used_bytes: int) -> None:
        """What the line has used in all; a line that refills itself buys more when all is gone."""
        line, now = self._house.line(iccid), self._house.clock.now()
        line.use(-(-used_bytes // 1024), now)
        auto = line.auto_refill
        if auto is None or any(package.remaining_kb(now) for package in line.packages):
            return
        price = (auto.size.cents or 0) / 100
        if auto.bill_protect is None or auto.spent + price <= auto.bill_protect:
            auto.spent += price
            self._add(line, auto.size, now)

    def _add(self, line: Line, size: Size, now: datetime) -> tuple[Package, str]:
        if len(line.packages) >= MOST_PACKAGES:
            raise RefusedError("The line has too many refills.")
        cents = self._affordable(size)
        package = self._house.stock.add(line, size, now)
        paid = self._house.account.pay(line.iccid, now, cents, size.mb, "Refill")
        sku = sku_of(line.bundle, size)
        self.refills.append({"iccid": line.iccid, "sku": sku, "created_at": now.isoformat()})
        return package, paid

    def _affordable(self, size: Size) -> int:
        cents = size.cents or 0
        if cents > self._house.account.cents:
            raise RefusedError("Insufficient balance.")
        return cents
