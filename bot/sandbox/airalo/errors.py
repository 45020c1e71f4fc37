"""How the provider says no: fields that are wrong, a business code with its reason, or a bare message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, Response

#: Code → the sentence that comes with it, all with status 422.
REASONS = {
    11: "Insufficient Airalo Credit: {more}",
    13: "The requested operator is currently undergoing maintenance. Please try again later.",
    14: "Invalid checksum: {more}",
    23: "The requested top-up has been disabled by the operator. {more}",
    33: "Insufficient stock of eSIMs remaining: {more}. Please try your request again later.",
    34: "The requested eSIM package is invalid or it is currently out of stock. Please try again later.",
    43: "Bad request. {more} Please check your input and try again.",
    53: "Something unexpected happened. We're working to resolve the issue. Please try again later.",
    73: "The eSIM with iccid {more} has been recycled. It can no longer be used or topped up.",
}


@dataclass
class RefusedError(Exception):
    """The provider will not do it; `body` is what it answers."""

    body: Mapping[str, Any]
    status: int = 422
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Response:
        return JSONResponse(dict(self.body), self.status, dict(self.headers))


def invalid(**fields: str) -> RefusedError:
    """Fields that are wrong, each with its sentence."""
    return RefusedError({"data": fields, "meta": {"message": "the parameter is invalid"}})


def business(code: int, more: object = "") -> RefusedError:
    """A refusal with one of the codes."""
    return RefusedError({"code": code, "reason": REASONS[code].format(more=more)})


def unauthorized(message: str = "Authentication failed") -> RefusedError:
    """Without a good token."""
    return RefusedError({"data": [], "meta": {"message": message}}, 401)


def not_found() -> RefusedError:
    """For an ICCID, or an address, that is none."""
    return RefusedError({"data": [], "meta": {"message": "messages.resource_not_found"}}, 404)


def too_many(limit: int, seconds: int) -> RefusedError:
    """More calls than the endpoint takes; may be tried again after so many seconds."""
    limits = {"Retry-After": str(seconds), "X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0"}
    return RefusedError({"message": "Too Many Attempts."}, 429, limits)
