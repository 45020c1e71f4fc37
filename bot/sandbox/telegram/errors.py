"""How the Bot API says no: a status, a sentence for the developer, and sometimes how long to wait."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """The call is refused. `code` is the HTTP status; `retry_after` is in whole seconds."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def as_json(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad(why: str) -> ApiError:
    """What the caller sent is wrong."""
    return ApiError(400, f"Bad Request: {why}")


def forbidden(why: str) -> ApiError:
    """The other side does not want it."""
    return ApiError(403, f"Forbidden: {why}")


def conflict(why: str) -> ApiError:
    """Another reader of the same updates is in the way."""
    return ApiError(409, f"Conflict: {why}")


BLOCKED = "bot was blocked by the user"
STALE_QUERY = "query is too old and response timeout expired or query ID is invalid"
