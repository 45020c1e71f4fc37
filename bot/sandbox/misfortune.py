"""What goes wrong between a shop and its wholesaler, whichever that is: refusals, silence, and both at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.responses import HTMLResponse, Response

from bot.sandbox.faults import Fault
from bot.sandbox.hanging_up import hang_up
from bot.sandbox.later import Later

#: Seconds until a caller whose call is carried out later is cut off.
CUT_OFF_AFTER = 0.2

_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class Call(Protocol):
    """A call that came through the door."""

    async def answer(self) -> Response:
        """Carry it out, and answer as if all were well."""

    def book(self) -> bool:
        """Carry it out, and answer nobody; whether the provider did it."""


@dataclass(frozen=True)
class Misfortune:
    """`refusals`: what the provider answers when it refuses, by the fault's name."""

    refusals: Mapping[str, Callable[[], Response]]
    later: Later

    async def strike(self, fault: Fault, call: Call) -> Response:
        """The answer, if there is one, to a call that this fault has hit."""
        match fault.name:
            case name if name in self.refusals:
                return self.refusals[name]()
            case "error-500":
                return _broken()
            case "html-200":
                return HTMLResponse(_PAGE.format("We are back shortly"))
            case "timeout":
                return await hang_up(fault.seconds)
            case "slow":
                await asyncio.sleep(fault.seconds)
            case "commit-then-timeout":
                call.book()
                return await hang_up(fault.seconds)
            case "commit-then-500":
                call.book()
                return _broken()
            case "late-commit":
                self.later.run(fault.seconds, call.book)
                return await hang_up(CUT_OFF_AFTER)
        return await call.answer()


def _broken() -> Response:
    return HTMLResponse(_PAGE.format("500 Internal Server Error"), 500)
