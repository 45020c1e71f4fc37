"""What every call at the provider works with: clock, packages, credit, lines, orders; and what a call asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox.airalo.account import Account
from bot.sandbox.airalo.errors import business, invalid, not_found
from bot.sandbox.airalo.packages import Operator, Package, Packages
from bot.sandbox.airalo.sims import MOST_SIMS, Sim, Stock

if TYPE_CHECKING:
    from bot.sandbox.clock import WorldClock

Answer = dict[str, Any]

#: Packages that exist to be refused, and the code of the refusal.
REFUSED_BY_NAME = {
    "test-insufficient-balance-7days-1gb": (11, "test"),
    "test-maintenance-mode-7days-1gb": (13, ""),
    "test-disabled-top-up-7days-1gb": (23, ""),
    "test-not-enough-7days-1gb": (33, "0"),
    "test-out-of-stock-7days-1gb": (34, ""),
}


@dataclass(frozen=True)
class Asked:
    """What came with a call. `code_after`: seconds for which a new profile has no code yet."""

    target: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    code_after: float = 0.0


@dataclass(frozen=True)
class Order:
    """What was bought at once: lines, or data for a line."""

    id: int
    at: datetime
    package: Package
    operator: Operator
    description: str | None
    quantity: int
    sims: tuple[Sim, ...]
    topup: bool = False

    @property
    def code(self) -> str:
        return f"{self.at:%Y%m%d}-{self.id:06}"


class House:
    """What the calls share. Nothing here waits, so each call is one piece."""

    def __init__(self, clock: WorldClock) -> None:
        self.clock = clock
        self.packages = Packages()
        self.account = Account()
        self.stock = Stock()
        #: Oldest first; as bounded as the lines are.
        self.orders: list[Order] = []
        self._number = 580_000
        self._stand_in_the_shop()

    def sim(self, iccid: str) -> Sim:
        sim = self.stock.find(iccid)
        if sim is None:
            raise not_found()
        return sim

    def sells(self, package_id: str) -> bool:
        """Whether there are lines of that name, if only to be refused."""
        found = self.packages.by_id.get(package_id)
        return package_id in REFUSED_BY_NAME or (found is not None and not found[0].topup)

    def package(self, package_id: object, *, topup: bool) -> tuple[Package, Operator]:
        """The package of that id. Raises the refusal."""
        refused = REFUSED_BY_NAME.get(str(package_id))
        if refused is not None:
            raise business(*refused)
        found = self.packages.by_id.get(str(package_id))
        if found is None or found[0].topup != topup:
            raise invalid(package_id="invalid topup package" if topup else "The selected package is invalid.")
        return found

    def sell(self, package: Package, operator: Operator, quantity: int, description: str | None) -> Order:
        """New lines, paid for. Raises the refusal."""
        left = MOST_SIMS - len(self.stock)
        if quantity > left:
            raise invalid(quantity=f"SIM quantity is not available. Available quantity: {left}.")
        self.account.need(package.cents * quantity)
        self.account.pay(package.cents * quantity)
        now = self.clock.now()
        sims = tuple(self.stock.make(package, operator, now) for _ in range(quantity))
        return self._keep(Order(self._next(), now, package, operator, description, quantity, sims))

    def top_up(self, sim: Sim, package: Package, operator: Operator) -> Order:
        """More data for a line, paid for. Raises the refusal."""
        self.account.need(package.cents)
        self.account.pay(package.cents)
        now = self.clock.now()
        self.stock.add(sim, package, now)
        # The shop's own description does not survive.
        said = f"Topup ({sim.iccid})"
        return self._keep(Order(self._next(), now, package, operator, said, 1, (sim,), topup=True))

    def _keep(self, order: Order) -> Order:
        self.orders.append(order)
        return order

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _stand_in_the_shop(self) -> None:
        """Two lines that were bought before: by hand, with a note and without."""
        now = self.clock.now()
        for name, days, said in (("france", 60, "Test phone, office"), ("japan", 20, None)):
            where = next(d for d in self.packages.destinations if d.slug == name)
            package, operator, at = where.operators[0].sims[0], where.operators[0], now - timedelta(days=days)
            sim = self.stock.make(package, operator, at)
            sim.foreign = True
            self._keep(Order(self._next(), at, package, operator, said, 1, (sim,)))
