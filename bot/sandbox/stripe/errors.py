"""How Stripe says no: one body for all errors, with a type that programs can tell apart."""

from __future__ import annotations

from typing import Any

from bot.sandbox.stripe.ids import Obj


class StripeError(Exception):
    """The call is refused. `executed`: it had begun, so its answer is remembered with the idempotency key."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        executed: bool = False,
        more: Obj | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed
        self._said = {"code": code, "message": message, "param": param, "type": kind, **(more or {})}

    def body(self, request_id: str) -> Obj:
        """The answer's JSON. What has no value is left out."""
        said: dict[str, Any] = {name: value for name, value in self._said.items() if value is not None}
        if "code" in said:
            said["doc_url"] = f"https://stripe.com/docs/error-codes/{said['code'].replace('_', '-')}"
        said["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": said}


def invalid(message: str, param: str | None, code: str | None = None) -> StripeError:
    """A parameter is not what it has to be."""
    return StripeError(message, param=param, code=code)


def missing(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def unknown(param: str) -> StripeError:
    return invalid(f"Received unknown parameter: {param}", param, "parameter_unknown")


def no_such(kind: str, found: str, param: str, status: int = 400) -> StripeError:
    """The id names nothing; 404 when it stands in the address."""
    return StripeError(f"No such {kind}: '{found}'", status=status, code="resource_missing", param=param)


def beyond(param: str) -> StripeError:
    """Stripe knows it, this world does not."""
    return invalid(f"{param} is not available in this sandbox.", param)


def refused(message: str, code: str | None = None, param: str | None = None) -> StripeError:
    """All parameters are right, but things do not stand so that it could be done."""
    return StripeError(message, code=code, param=param, executed=True)


def declined(intent: Obj) -> StripeError:
    """The bank says no."""
    failure = dict(intent["last_payment_error"])
    message, code = failure.pop("message"), failure.pop("code")
    del failure["type"]
    failure["payment_intent"] = intent
    return StripeError(message, status=402, kind="card_error", code=code, executed=True, more=failure)


def broken() -> StripeError:
    """Something went wrong on Stripe's side."""
    said = "An unknown error occurred"
    return StripeError(said, status=500, kind="api_error", executed=True)


def no_route(verb: str, path: str) -> StripeError:
    return StripeError(f"Unrecognized request URL ({verb}: {path}).", status=404)
