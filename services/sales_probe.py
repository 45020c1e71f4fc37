"""Looks whether what paused by itself can be bought again, and then lets it be sold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal

import structlog

from services.clock import Clock
from services.prices import Book
from services.providers import Cost, EsimProvider, PriceChanged, PriceOk, ProviderError
from services.sales_pause import STAFF, Pause, SalesPause

log = structlog.get_logger()


class SalesProbe:
    """One look at every pause that is due for it.

    `refresh` asks the providers for today's prices; `currency_of` tells what a provider's prices are in.
    """

    def __init__(
        self,
        sales: SalesPause,
        providers: Mapping[str, EsimProvider],
        refresh: Callable[[], Awaitable[bool]],
        currency_of: Callable[[str], str | None],
        book: Callable[[], Book],
        clock: Clock,
    ) -> None:
        self._sales = sales
        self._providers = providers
        self._refresh = refresh
        self._currency_of = currency_of
        self._book = book
        self._clock = clock

    async def look(self) -> None:
        """End the pauses whose reason is gone. A person's pause is a person's to end."""
        now = self._clock.now()
        for pause in (await self._sales.reload()).pauses:
            if pause.why == STAFF or pause.provider not in self._providers:
                continue
            if pause.look_at is not None and pause.look_at <= now:
                await self._look_at(pause)

    async def _look_at(self, pause: Pause) -> None:
        over = None
        try:
            ends, over = await self._over(pause)
        except ProviderError as error:
            log.info("no look at a pause", what=pause.what, reason=error.reason)
            ends = False
        if ends:
            log.info("sold again", what=pause.what, why=pause.why)
            await self._sales.resume(pause.what, pause.why)
        else:
            await self._sales.look_later(pause, over)

    async def _over(self, pause: Pause) -> tuple[bool, Decimal | None]:
        """Whether the reason is gone; of a missing balance also what it pays for now."""
        account = self._providers[pause.provider]
        match pause.why:
            case "no_credit":
                left = self._left(pause.provider, await account.balance())
                return left is None or left >= (pause.wanted or 0), left
            case "dearer":
                return await self._refresh(), None
            case "capped":
                return False, None
        if pause.sku is None:
            return (await account.probe()).ok, None
        # A refusal cannot be looked up: that it is in the list at all must do, and the looks become rarer.
        listed = await account.check(pause.sku, pause.wanted or Decimal())
        return isinstance(listed, PriceOk | PriceChanged), None

    def _left(self, provider: str, balance: Cost | None) -> Decimal | None:
        """A balance in the currency of that provider's prices; None, which stops nobody, when that is unknown."""
        if balance is None:
            return None
        return self._book().worth(balance, self._currency_of(provider) or balance.currency)
