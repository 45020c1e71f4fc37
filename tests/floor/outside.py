"""What is outside of the shop, as scripts: a wholesaler, a payment service, phones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from services.clock import Clock
from services.news import Told
from services.payments import GivenBack, Payment, PaymentError
from services.providers import (
    Accepted,
    AccountLine,
    Cost,
    EsimDetails,
    Found,
    Fulfilled,
    LineState,
    NotFound,
    Pending,
    PriceChanged,
    PriceOk,
    ProviderError,
    Rejected,
    Snapshot,
    Unknown,
)

COST = Decimal("4.00")


class Noon(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self):
        return self.at


@dataclass
class Line:
    iccid: str
    sku: str
    code: str | None
    note: str = ""


class Wholesaler:
    """An account without references, as KeepGo's. `script`: what the next purchases do; then all is well."""

    name = "keepgo"

    def __init__(self):
        self.lines_made = []
        self.script = []
        self.away = False
        self.price = COST
        self.cents = Decimal(1_000_000)
        #: Purchases that will be carried out although they looked lost.
        self.late = []
        self.late_commits = 0
        self.settled = False
        self.purchases = 0

    async def check(self, _sku, max_cost):
        cost = Cost(self.price, "USD")
        return PriceOk(cost) if self.price <= max_cost else PriceChanged(cost)

    async def balance(self):
        self._answer()
        return Cost(self.cents, "USD")

    async def snapshot(self, _intent):
        self._answer()
        return Snapshot(len(self.lines_made), self.cents, None)

    async def purchase(self, intent):
        self.purchases += 1
        if self.cents < self.price:
            return Rejected("out-of-credit", out_of_credit=True)
        match self.script.pop(0) if self.script else "sold":
            case "sold":
                line = self._make(intent.sku, "LPA:1$smdp.example$CODE")
                return Fulfilled(line.iccid, line.code)
            case "without-code":
                return Accepted(self._make(intent.sku, None).iccid)
            case "lost-answer":
                self._make(intent.sku, "LPA:1$smdp.example$CODE")
                return Unknown("timeout")
            case "lost-request":
                return Unknown("timeout")
            case "late":
                self.late.append(intent.sku)
                return Unknown("timeout")
            case "busy":
                return Rejected("rate-limited", retryable=True)
            case _:
                return Rejected("refused")

    async def resolve(self, intent, _snapshot, known, _elapsed, wanted):
        self._answer()
        free = [one.iccid for one in self.lines_made if not one.note and one.sku == intent.sku]
        taken = await known.lines(free)
        mine = tuple(iccid for iccid in free if iccid not in taken)
        if mine:
            return Found(mine)
        return NotFound() if self.settled else Pending()

    async def esim(self, iccid):
        self._answer()
        line = self._line(iccid)
        return EsimDetails(iccid, line.code, LineState.READY, "", line.note)

    async def usage(self, _iccid):
        raise ProviderError("not-told")

    async def tag(self, iccid, ref):
        self._answer()
        self._line(iccid).note = ref

    async def lines(self):
        self._answer()
        return tuple(AccountLine(one.iccid, one.note, "", LineState.READY) for one in self.lines_made)

    async def sku_of(self, iccid):
        return self._line(iccid).sku

    def time_passes(self):
        """Codes come, and so do purchases that nobody expects any more."""
        for line in self.lines_made:
            line.code = line.code or "LPA:1$smdp.example$LATER"
        for sku in self.late:
            self.late_commits += 1
            self._make(sku, "LPA:1$smdp.example$CODE")
        self.late.clear()

    def _make(self, sku, code):
        self.cents -= self.price
        assert self.cents >= 0, "the account was overspent"
        line = Line(f"89{len(self.lines_made):017d}", sku, code)
        self.lines_made.append(line)
        return line

    def _line(self, iccid):
        return next(one for one in self.lines_made if one.iccid == iccid)

    def _answer(self):
        if self.away:
            raise ProviderError("away", again=1)


class Bank:
    """Gives money back. `script`: what the next refunds do; then they succeed."""

    def __init__(self):
        self.script = []
        self.given = {}

    async def give_back(self, payment, amount, key, order):
        if key in self.given:
            return self.given[key]
        match self.script.pop(0) if self.script else "succeeded":
            case "away":
                raise PaymentError("connection", again=True)
            case "refused":
                raise PaymentError("refused", again=False)
            case state:
                self.given[key] = GivenBack(f"re_{len(self.given)}", state, amount, payment, key)
                return self.given[key]

    async def refunds_of(self, payment):
        return [given for given in self.given.values() if given.payment == payment]

    async def look_at_refund(self, reference):
        return next(given for given in self.given.values() if given.reference == reference)

    async def look_at_payment(self, payment):
        return Payment(payment, paid=True, order=payment.split("_")[1])

    def fails_later(self, reference):
        """The bank of the traveller sends the money back to us."""
        for key, given in self.given.items():
            if given.reference == reference:
                self.given[key] = replace(given, state="failed")


class Phones:
    """Hears everything. `mood`: what becomes of the next words; then they arrive."""

    def __init__(self, show):
        self._show = show
        self.mood = []
        self.told = []
        self.alarms = Counter()
        self._seen = set()

    async def tell(self, chat, item, key, also=None):
        if key in self._seen:
            return Told("told")
        state = self.mood.pop(0) if self.mood else "told"
        if state in ("told", "announced"):
            self._seen.add(key)
            self.told.append(item)
            await self._show(item)
        return Told(state)

    async def write(self, _locale, _item):
        raise AssertionError("nobody gave an address")

    async def alarm(self, alarm):
        self.alarms[alarm.cause] += 1

    async def tell_staff(self, _item):
        return None
