"""The provider's house: its catalogue, the shop's account and lines, and what a call asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.keepgo.account import Account
from bot.sandbox.keepgo.catalogue import Bundle, Catalogue, Size
from bot.sandbox.keepgo.line import Line
from bot.sandbox.keepgo.stock import Stock

if TYPE_CHECKING:
    from bot.sandbox.clock import WorldClock

Answer = dict[str, Any]


class RefusedError(Exception):
    """The provider will not do it; its sentence is for the shop."""

    def __init__(self, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Asked:
    """What came with a call. `code_after`: seconds for which a new profile has no code yet."""

    target: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    code_after: float = 0.0


class House:
    """What the calls share. Nothing here waits, so each call is one piece."""

    def __init__(self, clock: WorldClock) -> None:
        self.clock = clock
        self.catalogue = Catalogue()
        self.account = Account()
        self.stock = Stock()
        self._stand_in_the_shop()

    def line(self, iccid: str) -> Line:
        line = self.stock.find(iccid)
        if line is None:
            raise RefusedError("Line not found.", 404)
        return line

    def bundle(self, bundle_id: object) -> Bundle:
        bundle = None if isinstance(bundle_id, bool) else self.catalogue.bundle(bundle_id)
        if bundle is None:
            raise RefusedError("Bundle not found.", 404)
        return bundle

    def _stand_in_the_shop(self) -> None:
        bundles = (self.bundle(3), self.bundle(25), self.bundle(1))
        for line in self.stock.stock_up(bundles, self.clock.now()):
            size = line.packages[0].size
            self.account.remember(line.iccid, line.created_at, size.cents or 0, size.mb, "New line")


def sku_of(bundle: Bundle, size: Size) -> str:
    """How the ledger names what was bought."""
    return f"{bundle.id}-{size.mb}-{size.days or 0}"


def asked_size(bundle: Bundle, mb: object, days: object) -> Size:
    """The size that a call names; no days means no expiry."""
    size = bundle.size(_figure(mb, "amount"), None if days in (None, "") else _figure(days, "days"))
    if size is None:
        raise RefusedError("This refill is not available for the bundle.")
    return size


def _figure(value: object, name: str) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) <= 9:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise RefusedError(f"The {name} must be an integer.", 422)
    return value
