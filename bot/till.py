"""Payments within a chat: the platform's question is answered at once, and what was paid is booked.

Nothing here waits for a chat: neither for its lock, nor for what is being said there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog

from bot.conversation.channel import ChannelError
from bot.conversation.engine import Engine, TryAgain
from bot.conversation.events import Address, MayPay, PaidInChat, ReturnedInChat
from bot.conversation.i18n import best
from services.customers import Customers
from services.money import Money
from services.payments import PaymentError
from services.stars import Came, StarSales

log = structlog.get_logger()


class Decides(Protocol):
    """A channel that takes payments."""

    async def decide(self, query: str, refusal: str | None) -> None:
        """Let a payment go through, or say why not. Raises ChannelError."""


class Till:
    """Stands between a channel that takes payments and the services."""

    def __init__(
        self,
        sales: StarSales,
        people: Customers,
        engine: Engine,
        chat_id: Callable[[Address], str],
        default_locale: str,
    ) -> None:
        self._sales = sales
        self._people = people
        self._engine = engine
        self._chat_id = chat_id
        self._default = default_locale

    async def may_pay(self, channel: Decides, asked: MayPay) -> None:
        """Answer before the platform gives up waiting; whoever gets no answer is not charged."""
        customer = await self._people.find(asked.address.channel, asked.address.id)
        amount = _money(asked.amount, asked.currency)
        objection = await self._sales.objection(asked.invoice, customer, amount)
        words = None
        if objection is not None:
            locale = objection.locale or best(asked.language) or self._default
            words = await self._engine.compose(locale, "toast", objection)
            log.info("payment refused", order=objection.order, why=objection.why)
        try:
            await channel.decide(asked.query, words)
        except ChannelError as error:
            # Too late, or a repeat of what was answered: the traveller has read it, and was not charged.
            log.warning("no answer before a payment", reason=error.reason)

    async def paid(self, paid: PaidInChat) -> None:
        """Book it. Raises TryAgain where the platform shall tell again."""
        came = Came(
            paid.invoice,
            paid.charge,
            _money(paid.amount, paid.currency),
            int(paid.address.id),
            self._chat_id(paid.address),
        )
        try:
            await self._sales.came(came)
        except PaymentError as error:
            raise TryAgain(error.reason) from error

    async def returned(self, returned: ReturnedInChat) -> None:
        """A payment is back with its traveller."""
        await self._sales.went_back(returned.charge, _money(returned.amount, returned.currency))


def _money(amount: int, currency: str) -> Money:
    """As the platform says it; a currency that is none fits no order."""
    try:
        return Money(amount, currency)
    except ValueError:
        return Money(amount, "XXX")
