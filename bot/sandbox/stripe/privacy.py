"""Redaction jobs: objects named, checked, and then made to forget who paid, for good.

A public preview: https://docs.stripe.com/privacy/redaction. What takes Stripe minutes or days is over here when the
job is looked at next.
"""

from __future__ import annotations

from bot.sandbox.clock import WorldClock
from bot.sandbox.stripe.asked import Asked
from bot.sandbox.stripe.books import Books, equal, page
from bot.sandbox.stripe.checks import Fields, choice, many, shape, text
from bot.sandbox.stripe.disputes import Disputes
from bot.sandbox.stripe.errors import invalid, missing, refused
from bot.sandbox.stripe.ids import Obj, draw
from bot.sandbox.stripe.parameters import EXPAND, PAGE

#: A payment has to be so old, in seconds.
OLD_ENOUGH = 90 * 86_400
MOST_OBJECTS = 10
REDACTED = "[redacted]"
#: The lists of a job → the kind of each object.
_KINDS = {
    "charges": "charge",
    "checkout_sessions": "checkout.session",
    "payment_intents": "payment_intent",
}
_ELSEWHERE = (
    "customers",
    "identity_verification_sessions",
    "invoices",
    "issuing_cardholders",
    "radar_value_list_items",
    "setup_intents",
)
_VALIDATION = choice("error", "fix")
JOB_CREATE: Fields = {
    **EXPAND,
    "objects": shape({name: many(text(), 100) for name in (*_KINDS, *_ELSEWHERE)}),
    "validation_behavior": _VALIDATION,
}
JOB_LIST: Fields = {
    **PAGE,
    "status": choice(
        "canceled", "canceling", "created", "failed", "ready", "redacting", "succeeded", "validating"
    ),
}
JOB_UPDATE: Fields = {**EXPAND, "validation_behavior": _VALIDATION}


class Redactions:
    """Makes jobs, and carries them on whenever somebody looks."""

    def __init__(self, books: Books, disputes: Disputes, clock: WorldClock) -> None:
        self._books = books
        self._disputes = disputes
        self._clock = clock

    def create(self, asked: Asked) -> Obj:
        objects = asked.params.get("objects")
        if not objects:
            raise missing("objects")
        named = [(kind, name) for kind, names in objects.items() for name in names]
        if len(named) > MOST_OBJECTS:
            raise invalid(
                f"A redaction job takes at most {MOST_OBJECTS} objects.", "objects", "too_many_objects"
            )
        for kind, name in named:
            if kind in _ELSEWHERE or self._books.find(name) is None:
                raise invalid(f"No such {_KINDS.get(kind, kind)}: '{name}'", "objects", "resource_missing")
        return self._books.redactions.put(
            {
                "id": draw("prj_"),
                "object": "privacy.redaction_job",
                "created": self._clock.timestamp(),
                "livemode": False,
                "objects": {kind: objects.get(kind) for kind in (*_KINDS, *_ELSEWHERE)},
                "status": "validating",
                "validation_behavior": asked.params.get("validation_behavior", "error"),
                "_errors": [],
            }
        )

    def retrieve(self, asked: Asked) -> Obj:
        return self._carried_on(self._books.redactions.need(asked.target))

    def update(self, asked: Asked) -> Obj:
        job = self._books.redactions.need(asked.target)
        job["validation_behavior"] = asked.params.get("validation_behavior", job["validation_behavior"])
        return job

    def validate(self, asked: Asked) -> Obj:
        """Check once more what was refused."""
        job = self._in(asked.target, ("failed",), "validate")
        job["status"] = "validating"
        return job

    def run(self, asked: Asked) -> Obj:
        """From here on there is no way back."""
        job = self._in(asked.target, ("ready",), "run")
        job["status"] = "redacting"
        return job

    def cancel(self, asked: Asked) -> Obj:
        job = self._in(asked.target, ("ready", "failed"), "cancel")
        job["status"] = "canceled"
        return job

    def listing(self, asked: Asked) -> Obj:
        wanted = asked.params
        return self._books.redactions.page("/v1/privacy/redaction_jobs", wanted, equal(wanted, "status"))

    def errors(self, asked: Asked) -> Obj:
        """Why a job cannot run."""
        job = self._carried_on(self._books.redactions.need(asked.target))
        url = f"/v1/privacy/redaction_jobs/{job['id']}/validation_errors"
        return page(job["_errors"], url, asked.params, lambda _error: True)

    def _in(self, name: str, states: tuple[str, ...], verb: str) -> Obj:
        job = self._carried_on(self._books.redactions.need(name))
        if job["status"] not in states:
            raise refused(f"You cannot {verb} this redaction job because it has a status of {job['status']}.")
        return job

    def _carried_on(self, job: Obj) -> Obj:
        if job["status"] == "validating":
            job["_errors"] = [_error(*why) for why in self._against(job)]
            job["status"] = "failed" if job["_errors"] else "ready"
        elif job["status"] == "redacting":
            for about in (*self._charges(job), *self._sessions(job)):
                _redact(about)
            job["status"] = "succeeded"
        return job

    def _against(self, job: Obj) -> list[tuple[str, Obj]]:
        """What speaks against redacting these objects."""
        found: list[tuple[str, Obj]] = []
        for charge in self._charges(job):
            if charge["created"] > self._clock.timestamp() - OLD_ENOUGH:
                found.append(("Charge was created within the last 90 days.", charge))
            if self._disputes.of(charge) is not None:
                found.append(("Charge has a dispute that is not closed.", charge))
        for name in job["objects"]["payment_intents"] or ():
            intent = self._books.intents.need(name)
            if intent["status"] not in ("succeeded", "canceled"):
                found.append(
                    ("PaymentIntent is not finalized. Confirm or cancel the payment intent.", intent)
                )
        return found

    def _charges(self, job: Obj) -> list[Obj]:
        """Every charge behind what the job names."""
        named, intents = set(job["objects"]["charges"] or ()), self._intents(job)
        return [
            charge
            for charge in self._books.charges.oldest_first()
            if charge["id"] in named or charge["payment_intent"] in intents
        ]

    def _sessions(self, job: Obj) -> list[Obj]:
        """Every checkout behind what the job names: what is related is redacted with it."""
        named, intents = set(job["objects"]["checkout_sessions"] or ()), self._intents(job)
        return [
            session
            for session in self._books.sessions.oldest_first()
            if session["id"] in named or session.get("payment_intent") in intents
        ]

    def _intents(self, job: Obj) -> set[str]:
        named = set(job["objects"]["payment_intents"] or ())
        sessions = map(self._books.sessions.need, job["objects"]["checkout_sessions"] or ())
        return named | {session["payment_intent"] for session in sessions if session.get("payment_intent")}


def _error(message: str, about: Obj) -> Obj:
    return {
        "id": draw("prjve_"),
        "object": "privacy.redaction_job_validation_error",
        "code": "invalid_state",
        "erroring_object": {"id": about["id"], "object_type": about["object"]},
        "message": message,
    }


def _redact(about: Obj) -> None:
    """Who it was is gone; how much it was stays."""
    for name in ("billing_details", "customer_details"):
        if isinstance(about.get(name), dict):
            about[name] = {field: value and REDACTED for field, value in about[name].items()} | {
                "address": None
            }
    for name in ("receipt_email", "customer_email"):
        if about.get(name):
            about[name] = REDACTED
    about["_redacted"] = True
    about["metadata"] = dict.fromkeys(about.get("metadata", {}), REDACTED)
