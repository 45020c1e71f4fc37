"""How each processor is told of an erasure: what to call, and what its answer proves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from services.payments import PaymentError, Redacting
from services.privacy.erasing.others import ForgetContact, Tagging
from services.privacy.processors.tasks import Task, Way
from services.providers import CLOSED, ProviderError

#: While a bank may still take the money, the payment is looked at so often.
DISPUTED = timedelta(days=7)


@dataclass(frozen=True)
class Done:
    """They were told; `proof` says how we know."""

    proof: str


@dataclass(frozen=True)
class Later:
    """Not now: after so long. Nothing is wrong."""

    after: timedelta


@dataclass(frozen=True)
class Again:
    """They are away, or have begun and not ended."""


@dataclass(frozen=True)
class Refused:
    """They do not do it for us; a person has to write to them."""

    why: str


Said = Done | Later | Again | Refused
#: Keeps the processor's number of what it has begun.
Keep = Callable[[str], Awaitable[None]]


class Processor(Protocol):
    """One way to tell. Telling twice does what telling once does."""

    async def tell(self, task: Task, keep: Keep) -> Said: ...


class Notes:
    """The provider's own list says that a line is nobody's: "closed", for a blank note looks like stock."""

    def __init__(self, providers: Mapping[str, Tagging]) -> None:
        self._providers = providers

    async def tell(self, task: Task, keep: Keep) -> Said:  # noqa: ARG002
        provider = self._providers.get(task.recipient)
        if provider is None:
            return Refused("not_connected")
        for iccid in task.subjects:
            try:
                await provider.tag(iccid, CLOSED)
            except ProviderError as error:
                return Refused(error.reason) if error.again is None else Again()
        return Done(f"note: {CLOSED}")


class ContactBook:
    """Meta's pairs of a person's number and scoped id."""

    def __init__(self, forget: ForgetContact) -> None:
        self._forget = forget

    async def tell(self, task: Task, keep: Keep) -> Said:  # noqa: ARG002
        for scoped in task.subjects:
            outcome = await self._forget(scoped)
            if outcome == "again":
                return Again()
            if outcome == "refused":
                return Refused(outcome)
        return Done("contact book: deleted")


class Redactions:
    """Stripe's redaction jobs: made, checked by Stripe, run. What is redacted is lost in a dispute, so none may be open."""

    def __init__(self, payments: Redacting) -> None:
        self._payments = payments

    async def tell(self, task: Task, keep: Keep) -> Said:
        try:
            if task.job is None:
                return await self._begin(task, keep)
            return await self._go_on(task, task.job)
        except PaymentError as error:
            # After a 500 the same key would be answered the same: the next round has a key of its own.
            return Again() if error.again or error.reason == "answered_500" else Refused(error.reason)

    async def _begin(self, task: Task, keep: Keep) -> Said:
        if await self._payments.is_disputed(task.subjects):
            return Later(DISPUTED)
        job = await self._payments.redact(task.subjects, f"redact-{task.id}-{task.rounds}")
        await keep(job.id)
        return await self._go_on(task, job.id)

    async def _go_on(self, task: Task, name: str) -> Said:
        job = await self._payments.look_at_redaction(name)
        if job.state == "ready":
            job = await self._payments.run_redaction(name, f"run-{task.id}-{task.rounds}")
        match job.state:
            case "succeeded":
                return Done(f"redaction job {name}")
            case "failed":
                return Refused("not_redactable")
        return Again()


def processors(
    providers: Mapping[str, Tagging], payments: Redacting | None, forget: ForgetContact
) -> Mapping[Way, Processor]:
    """Every way that needs no person."""
    ways: dict[Way, Processor] = {"note": Notes(providers), "contact_book": ContactBook(forget)}
    return ways | ({"redaction": Redactions(payments)} if payments else {})
