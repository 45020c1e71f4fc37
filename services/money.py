"""An amount of one currency, in whole minor units, as the shop, the tax office and the card network count it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision

#: Telegram's Stars have no smaller part: https://core.telegram.org/bots/payments-stars
STARS = "XTR"

# Stripe counts some currencies otherwise than the world does: https://docs.stripe.com/currencies
_STRIPE_WHOLE = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_STRIPE_THREE = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])


class MixedCurrencies(TypeError):
    """Amounts of two currencies cannot be added, subtracted or compared."""


@dataclass(frozen=True)
class Money:
    """`minor` units (cents) of `currency`, three capital letters of ISO 4217, or XTR for Stars."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole, not {type(self.minor).__name__}")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise ValueError("a currency is three capital letters")

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """An amount in main units ("4.50"), rounded half up to the currency's minor units."""
        scaled = amount.scaleb(exponent(currency))
        return cls(int(scaled.quantize(Decimal(1), ROUND_HALF_UP)), currency)

    @classmethod
    def from_stripe(cls, amount: int, currency: str) -> Money:
        """What Stripe calls `amount`, of a currency in either case. ValueError for a part we cannot hold."""
        code = currency.upper()
        return cls(_shift(amount, exponent(code) - stripe_exponent(code), code), code)

    @property
    def exponent(self) -> int:
        """How many digits of `minor` stand after the point."""
        return exponent(self.currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in main units, exactly."""
        return Decimal(self.minor).scaleb(-self.exponent)

    def to_stripe(self) -> int:
        """The amount as Stripe wants it. ValueError for one that Stripe cannot charge, or for Stars."""
        amount = _shift(self.minor, stripe_exponent(self.currency) - self.exponent, self.currency)
        if self.currency in _STRIPE_THREE and amount % 10:
            raise ValueError(f"in {self.currency} the last of the three digits must be 0")
        return amount

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency}")
        return other.minor


def exponent(currency: str) -> int:
    """Digits after the point, as CLDR writes the currency: what is shown is what is charged."""
    return 0 if currency == STARS else get_currency_precision(currency)


def stripe_exponent(currency: str) -> int:
    """Digits that Stripe counts in. ISK and UGX have none in the world and two at Stripe."""
    if currency == STARS:
        raise ValueError("Stars are not paid through Stripe")
    return 0 if currency in _STRIPE_WHOLE else 3 if currency in _STRIPE_THREE else 2


def net_and_tax(gross: Money, rate: Decimal) -> tuple[Money, Money]:
    """Split a price that includes tax. `rate` is a share (0.20). The net is rounded half up, tax is the rest."""
    net = (Decimal(gross.minor) / (1 + rate)).quantize(Decimal(1), ROUND_HALF_UP)
    return Money(int(net), gross.currency), Money(gross.minor - int(net), gross.currency)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount in whole parts that stand to each other as the weights do, and add up to it."""
    parts, left, weight = [], amount, sum(weights)
    for one in weights:
        part = left * one // weight if weight else 0
        parts.append(part)
        left, weight = left - part, weight - one
    return parts


def _shift(amount: int, digits: int, currency: str) -> int:
    scale: int = 10 ** abs(digits)
    if digits >= 0:
        return amount * scale
    whole, rest = divmod(amount, scale)
    if rest:
        raise ValueError(f"{currency} has no such small part")
    return whole
