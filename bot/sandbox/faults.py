"""The faults that can be armed: which service fails, how, on which call, how often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

_PHONES = ("429", "error-500", "timeout", "blocked", "duplicate-updates", "updates-held")

_WHOLESALE = (
    "refuse",
    "error-500",
    "commit-then-timeout",
    "commit-then-500",
    "late-commit",
    "timeout",
    "html-200",
    "slow",
    "out-of-credit",
    "pending-profile",
)

#: What each service can do wrong. A name outside this table is refused.
KINDS: dict[str, tuple[str, ...]] = {
    "keepgo": _WHOLESALE,
    "airalo": (*_WHOLESALE, "duplicate-events", "events-held"),
    "stripe": ("error-500", "timeout", "duplicate-events", "events-out-of-order", "events-held"),
    "telegram": _PHONES,
    "whatsapp": (*_PHONES, "window-closed"),
}

#: Faults of the world's own deliveries to the bot; they never touch a call that the bot makes.
OF_DELIVERY = frozenset(
    {"duplicate-updates", "updates-held", "duplicate-events", "events-out-of-order", "events-held"}
)
#: Faults that a provider has when it sells: armed without a method they strike creates and refills only.
OF_WRITES = frozenset(
    {
        "refuse",
        "out-of-credit",
        "commit-then-timeout",
        "commit-then-500",
        "late-commit",
        "pending-profile",
    }
)
HOLDING = frozenset({"updates-held", "events-held"})


class UnknownFault(ValueError):
    """There is no such fault at that service."""


@dataclass
class Fault:
    """One armed fault. `times` None: until disarmed."""

    service: str
    name: str
    method: str | None
    times: int | None
    skip: int
    seconds: float


_Wanted = Callable[[Fault], bool]


class Faults:
    """What is armed now, and what is being held back until it is disarmed."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._released = asyncio.Event()

    def arm(
        self,
        service: str,
        name: str,
        method: str | None = None,
        times: int | None = None,
        skip: int = 0,
        seconds: float = 5.0,
    ) -> Fault:
        """Arm a fault. Without `times` it strikes once; a holding one holds everything until disarmed."""
        if name not in KINDS.get(service, ()):
            raise UnknownFault(f"no fault {name!r} at {service!r}")
        if times is None and name not in HOLDING:
            times = 1
        fault = Fault(service, name, method, times, skip, seconds)
        self._armed.append(fault)
        return fault

    def strike(self, service: str, method: str, *, writes: bool = False) -> Fault | None:
        """The fault that hits this call of the bot, used up by the asking; None when all is well."""

        def strikes(fault: Fault) -> bool:
            everywhere = fault.name not in OF_WRITES or fault.method is not None
            return fault.name not in OF_DELIVERY and (writes or everywhere)

        return self._take(service, method, strikes)

    def strike_delivery(self, service: str, name: str, method: str = "") -> Fault | None:
        """The named fault of a delivery to the bot, used up by the asking; None when all is well."""
        return self._take(service, method, lambda f: f.name == name)

    async def until_disarmed(self) -> None:
        """Held until somebody disarms everything."""
        await self._released.wait()

    def release(self) -> asyncio.Event:
        """What is set when all that is armed now is disarmed; for those who wait in a task of their own."""
        return self._released

    def disarm(self) -> None:
        """Disarm all, and let go what was held."""
        self._armed.clear()
        self._released.set()
        self._released = asyncio.Event()

    def listing(self) -> list[Fault]:
        """What is armed, in the order of arming."""
        return list(self._armed)

    def _take(self, service: str, method: str, wanted: _Wanted) -> Fault | None:
        for fault in self._armed:
            if fault.service != service or not wanted(fault):
                continue
            if not _is_on(fault.method, method):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._armed.remove(fault)
            return fault
        return None


def _is_on(wanted: str | None, method: str) -> bool:
    """Whether a fault armed on `wanted` means this method: no name, the whole, or a resource above it."""
    if wanted is None:
        return True
    wanted, method = wanted.lower(), method.lower()
    return method == wanted or method.startswith((f"{wanted}.", f"{wanted}/"))
