"""Telegram Stars on their way back: whole payments only, each by the id that Telegram gave it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from services.money import STARS, Money
from services.orders import Order
from services.payments import GivenBack, PaymentError

#: Telegram's word for Stars that are back already.
ALREADY = "charge_already_refunded"


class Transfer(Protocol):
    """One line of the bot's account at Telegram."""

    @property
    def charge(self) -> str:
        """Telegram's id of the payment; its refund has the same."""

    @property
    def stars(self) -> int: ...

    @property
    def payer(self) -> int:
        """The traveller's Telegram id; 0 for anybody else."""

    @property
    def invoice(self) -> str:
        """What the invoice carried: our order's number."""

    @property
    def back(self) -> bool:
        """Whether they left the account."""


class StarBank(Protocol):
    """Telegram, as far as it keeps our Stars."""

    async def give_back(self, payer: int, charge: str) -> None:
        """All Stars of a payment. Raises PaymentError, with the reason `ALREADY` when they are back."""

    async def transfers(self, skip: int) -> Sequence[Transfer]:
        """At most 100 lines of the account, the oldest first, without the first `skip`. Raises PaymentError."""

    async def transfer(self, charge: str, *, back: bool) -> Transfer | None:
        """The line of a payment, or of its refund; None when there is none. Raises PaymentError."""


class Stars:
    """Gives Stars back. Telegram takes each refund once, so a repeat after a lost answer is harmless."""

    def __init__(
        self,
        bank: StarBank,
        order: Callable[[str], Awaitable[Order | None]],
        telegram_id: Callable[[str], Awaitable[str | None]],
    ) -> None:
        """`telegram_id`: by what id Telegram knows a customer."""
        self._bank = bank
        self._order = order
        self._telegram_id = telegram_id

    async def give_back(self, payment: str, amount: Money, key: str, order: str) -> GivenBack:
        """A payment, whole. Raises PaymentError, also for a part of one: Telegram gives back no parts."""
        bought = await self._order(order)
        if bought is not None and bought.reference == payment and bought.refunded < bought.total:
            raise PaymentError("stars_go_back_whole", again=False)
        payer = await self._payer(bought, payment)
        try:
            await self._bank.give_back(payer, payment)
        except PaymentError as error:
            # A refusal too: a call before it may have been carried out, and its caller killed before it knew.
            if error.reason != ALREADY and not await self._is_back(payment):
                raise
        return GivenBack(key, "succeeded", amount, payment, key)

    async def refunds_of(self, payment: str) -> list[GivenBack]:
        """A payment's refund, if it was made, also elsewhere. Raises PaymentError."""
        found = await self._bank.transfer(payment, back=True)
        if found is None:
            return []
        return [GivenBack(payment, "succeeded", Money(found.stars, STARS), payment)]

    async def _payer(self, order: Order | None, payment: str) -> int:
        """By our own book; where its owner is erased, by Telegram's."""
        known = await self._telegram_id(order.customer) if order and order.customer else None
        if known is not None:
            return int(known)
        found = await self._bank.transfer(payment, back=False)
        if found is None or not found.payer:
            raise PaymentError("unknown_payer", again=False)
        return found.payer

    async def _is_back(self, payment: str) -> bool:
        return await self._bank.transfer(payment, back=True) is not None
