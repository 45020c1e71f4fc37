"""The faults that strike the shop's calls to WhatsApp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.sandbox.hanging_up import hang_up
from bot.sandbox.whatsapp.errors import RATE, WRONG, Refused

if TYPE_CHECKING:
    from bot.sandbox.faults import Fault
    from bot.sandbox.world import World

#: What happens to a message after it was accepted; an upload knows no such thing.
AFTERWARDS = frozenset({"blocked", "window-closed"})


class Faulty:
    """Asks what is armed, and gives back what cannot happen to the call at hand."""

    def __init__(self, world: World) -> None:
        self._faults = world.faults

    def at_message(self, *, template: bool) -> Fault | None:
        """The fault that hits this message; a template needs no open window."""
        return self._strike("messages", frozenset({"window-closed"}) if template else frozenset())

    def at_media(self) -> Fault | None:
        """The fault that hits this call about a file."""
        return self._strike("media", AFTERWARDS)

    def at_contact_book(self) -> Fault | None:
        """The fault that hits this call about an entry of the contact book."""
        return self._strike("contact_book", AFTERWARDS)

    async def answer(self, fault: Fault) -> Response | None:
        """In place of the right answer, to a call that was read; None for a fault that shows only later."""
        match fault.name:
            case "429":
                return Refused(RATE).response()
            case "error-500":
                return Refused(WRONG).response()
            case "timeout":
                return await hang_up(fault.seconds)
        return None

    def _strike(self, method: str, impossible: frozenset[str]) -> Fault | None:
        fault = self._faults.strike("whatsapp", method)
        if fault is None or fault.name not in impossible:
            return fault
        if any(armed is fault for armed in self._faults.listing()):
            fault.times = None if fault.times is None else fault.times + 1
        else:
            self._faults.arm("whatsapp", fault.name, fault.method, times=1, seconds=fault.seconds)
        return None
