"""Asked before money goes to a provider: still sold at that price, the account can pay, today's cap is not reached.

Whatever writes to a provider asks `may` while it holds that account's turn, so that two purchases never count the
same balance; a provider that does not agree refuses anyway. What cannot be bought stops being sold (`SalesPause`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import structlog
from sqlalchemy import select

from services.attempts import Attempts
from services.clock import Clock, Waits
from services.news import Alarm, Voice
from services.orders.order import TOPUP
from services.prices import Book
from services.providers import (
    Cost,
    EsimProvider,
    Gone,
    NoStock,
    PriceChanged,
    PriceCheck,
    PriceOk,
    ProviderError,
    Rejected,
    Unchecked,
)
from services.sales_pause import SalesPause, plan_of
from services.storage import Storage
from services.storage.app import orders, purchases

log = structlog.get_logger()

#: So many refusals of one plan, with no sale in between, and it is not sold until a look says otherwise.
MOST_REFUSALS, WITHIN = 3, timedelta(hours=1)
#: Refusals that are not about the plan: nothing of that account sells.
OF_THE_ACCOUNT = frozenset({"unauthorized"})
#: Attempts that cost money, or may have.
SPENT = ("sending", "unknown", "bought")
#: Days whose spend tells how long the balance lasts.
LOOKED_BACK = 7


@dataclass(frozen=True)
class Go:
    """It may be bought, at this cost."""

    cost: Cost


@dataclass(frozen=True)
class NotNow:
    """Nothing was sent, and another try makes sense. "unsure": the provider did not answer our questions."""

    why: Literal["no_credit", "capped", "unsure"]


@dataclass(frozen=True)
class No:
    """It cannot be bought there for what the traveller paid: somebody else may sell it, or the money goes back."""

    why: Literal["dearer", "gone", "no_stock"]


Verdict = Go | NotNow | No


@dataclass(frozen=True)
class Limits:
    """`daily_caps`: what may be spent at each account on one day (UTC), in the currency of its prices."""

    daily_caps: Mapping[str, Decimal]
    #: Minutes that a paid order waits for credit before the money goes back.
    credit_wait: int = 10
    #: The operator is told when the balance lasts for fewer days than this.
    days_ahead: int = 3


class SpendGuard:
    """Watches what is spent at the providers' accounts. `elsewhere`: whether another one sells an item too."""

    def __init__(
        self,
        app: Storage,
        providers: Mapping[str, EsimProvider],
        attempts: Attempts,
        sales: SalesPause,
        limits: Limits,
        book: Callable[[], Book],
        clock: Clock,
        waits: Waits,
        voice: Voice,
        elsewhere: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._app = app
        self._providers = providers
        self._attempts = attempts
        self._sales = sales
        self._limits = limits
        self._book = book
        self._clock = clock
        self._waits = waits
        self._voice = voice
        self._elsewhere = elsewhere

    async def may(
        self, provider: str, sku: str, most_cost: Decimal, price: PriceCheck | None = None
    ) -> Verdict:
        """Whether something may be bought now.

        `price`: what the provider said a moment ago about something that is no plan, such as a top-up; a plan
        that turns out not to be for sale at that price is not offered any more.
        """
        match price or await self._providers[provider].check(sku, most_cost):
            case PriceOk(cost):
                return await self._affordable(provider, cost)
            case PriceChanged(cost):
                facts = f"{provider} {sku} {cost.amount} {cost.currency}"
                await self._voice.alarm(Alarm("price_risen", facts))
                verdict = No("dearer")
            case Gone():
                verdict = No("gone")
            case NoStock():
                verdict = No("no_stock")
            case Unchecked(cause):
                log.info("price not checked", provider=provider, reason=cause)
                return NotNow("unsure")
        if price is None:
            await self._stop(provider, sku, verdict.why, most_cost)
        return verdict

    async def held_back(self, item: Any, attempt: int, verdict: NotNow | No) -> str:
        """The word for an attempt at an item's row that was not let through: "busy", "no_credit" or "rejected"."""
        if verdict.why == "unsure":
            return "busy"
        if isinstance(verdict, NotNow) and await self._waits_for_credit(item):
            return "no_credit"
        log.warning("not bought", item=item.id, reason=verdict.why)
        await self._attempts.refuse(item, attempt, verdict.why, self._clock.now())
        return "rejected"

    async def refused(self, item: Any, attempt: int, asked: Cost, rejected: Rejected) -> str:
        """The word for an attempt that the provider refused: "later" or "rejected".

        Pauses the sale of what it will not sell again soon.
        """
        log.warning("refused", item=item.id, reason=rejected.reason)
        waits = rejected.retryable or (rejected.out_of_credit and await self._waits_for_credit(item))
        state = "later" if waits else "rejected"
        await self._attempts.note(item.id, attempt, state, reason=rejected.reason[:32])
        if rejected.out_of_credit:
            facts = f"{item.provider}, {asked.amount} {asked.currency} needed"
            await self._voice.alarm(Alarm("out_of_credit", facts))
            # Pauses what the account cannot pay for; one that could pay and would not is asked again.
            await self._affordable(item.provider, asked)
        elif not rejected.retryable:
            await self._voice.alarm(
                Alarm("provider_refuses", f"{item.provider} {item.kind} {rejected.reason}")
            )
            await self._pause_refused(item, asked, rejected)
        return state

    async def forecast(self) -> None:
        """Tell the operator before an account runs out, from what the last days cost."""
        for name, account in self._providers.items():
            try:
                balance = await account.balance()
            except ProviderError:
                continue
            if balance is None:
                continue
            since = self._clock.now() - timedelta(days=LOOKED_BACK)
            needed = await self.spent(name, since, balance.currency) / LOOKED_BACK
            if balance.amount < needed * self._limits.days_ahead:
                days = balance.amount / needed
                facts = f"{name} {balance.amount} {balance.currency}, {days:.1f} days at {needed:.2f} a day"
                await self._voice.alarm(Alarm("balance_low", facts))

    async def spent(self, provider: str, since: datetime, currency: str) -> Decimal:
        """What purchases since then cost, or may have."""
        rows = await self._app.read(
            lambda connection: connection.execute(
                select(purchases.c.cost, purchases.c.currency).where(
                    purchases.c.provider == provider,
                    purchases.c.begun_at >= since,
                    purchases.c.state.in_(SPENT),
                    purchases.c.cost.is_not(None),
                )
            ).all()
        )
        book = self._book()
        return sum(
            (book.worth(Cost(Decimal(r.cost), r.currency), currency) or Decimal() for r in rows), Decimal()
        )

    async def _affordable(self, provider: str, cost: Cost) -> Verdict:
        midnight = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        cap = self._limits.daily_caps.get(provider)
        if cap:
            room = max(cap - await self.spent(provider, midnight, cost.currency), Decimal())
            if cost.amount > room:
                until = midnight + timedelta(days=1)
                if await self._sales.pause(provider, "capped", until, over=room, wanted=cost.amount):
                    await self._voice.alarm(Alarm("cap_reached", f"{provider} {cap} {cost.currency}"))
                return NotNow("capped")
        try:
            balance = await self._providers[provider].balance()
        except ProviderError as error:
            log.info("balance not told", provider=provider, reason=error.reason)
            return NotNow("unsure")
        left = None if balance is None else self._book().worth(balance, cost.currency)
        if left is not None and left < cost.amount:
            # What the account still pays for goes on selling.
            if await self._sales.pause(provider, "no_credit", over=left, wanted=cost.amount):
                facts = f"{provider}, {left:.2f} {cost.currency} left, {cost.amount} needed"
                await self._voice.alarm(Alarm("out_of_credit", facts))
            return NotNow("no_credit")
        return Go(cost)

    async def _pause_refused(self, item: Any, asked: Cost, rejected: Rejected) -> None:
        provider, sku = item.provider, item.sku
        if rejected.reason in OF_THE_ACCOUNT:
            await self._sales.pause(provider, "refused", wanted=asked.amount)
        elif item.kind != TOPUP and await self._refusals(provider, sku) >= MOST_REFUSALS:
            await self._stop(provider, sku, "refused", asked.amount)

    async def _waits_for_credit(self, item: Any) -> bool:
        """Whether a paid order still waits for the account to be topped up, or for the cap's next day.

        What somebody else sells too need not wait.
        """
        if await self._elsewhere(item.id):
            return False
        paid_at = await self._app.read(
            lambda connection: connection.execute(
                select(orders.c.paid_at).where(orders.c.id == item.order_id)
            ).scalar()
        )
        wait = timedelta(seconds=self._waits(self._limits.credit_wait * 60, floor=2))
        return paid_at is not None and self._clock.now() < paid_at + wait

    async def _stop(self, provider: str, sku: str, why: str, cost: Decimal) -> None:
        if await self._sales.pause(plan_of(provider, sku), why, wanted=cost):
            await self._voice.alarm(Alarm("plan_paused", f"{provider} {sku} {why}"))

    async def _refusals(self, provider: str, sku: str) -> int:
        """Refusals of the last hour since the last sale of that plan."""
        latest = (
            select(purchases.c.state)
            .where(
                purchases.c.provider == provider,
                purchases.c.sku == sku,
                purchases.c.begun_at > self._clock.now() - WITHIN,
                purchases.c.state.in_(("rejected", "bought")),
            )
            .order_by(purchases.c.begun_at.desc())
            .limit(MOST_REFUSALS)
        )
        states = await self._app.read(lambda connection: list(connection.execute(latest).scalars()))
        return states.index("bought") if "bought" in states else len(states)
