"""How Meta says no: one table of codes, and the two shapes in which a refusal is told."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from starlette.responses import JSONResponse

_MANUAL = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

INVALID = 100
TOKEN = 190
RATE = 130429
WRONG = 131000
MISSING = 131008
VALUE = 131009
UNDELIVERABLE = 131026
WINDOW = 131047
SPENT = 131048
ECOSYSTEM = 131049
STOPPED = 131050
UNSUPPORTED = 131051
UPLOAD = 131053
PAIR = 131056
PARAMETERS = 132000
NO_TEMPLATE = 132001
TOO_LONG = 132005
FORMAT = 132012
PAUSED = 132015
DISABLED = 132016
WHITESPACE = 132018

#: Code → HTTP status, title, what is usually meant.
_TABLE: dict[int, tuple[int, str, str]] = {
    INVALID: (400, "Invalid parameter", ""),
    TOKEN: (401, "Invalid OAuth access token - Cannot parse access token", ""),
    RATE: (429, "Rate limit hit", "Message throughput of this business phone number has been reached."),
    WRONG: (500, "Something went wrong", "The message could not be sent because of an unknown error."),
    MISSING: (400, "Required parameter is missing", ""),
    VALUE: (400, "Parameter value is not valid", ""),
    UNDELIVERABLE: (400, "Message undeliverable", "Message Undeliverable."),
    WINDOW: (
        400,
        "Re-engagement message",
        "More than 24 hours have passed since the recipient last wrote to this number.",
    ),
    SPENT: (
        400,
        "Spam rate limit hit",
        "Message failed to send: there are restrictions on how many messages this phone number can send.",
    ),
    ECOSYSTEM: (
        400,
        "This message was not delivered to maintain healthy ecosystem engagement.",
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    STOPPED: (
        400,
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages.",
        "",
    ),
    UNSUPPORTED: (400, "Unsupported message type", "This type of message is not supported."),
    UPLOAD: (400, "Media upload error", ""),
    PAIR: (
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages to this recipient in a short time; wait and try again.",
    ),
    PARAMETERS: (400, "Number of parameters does not match the expected number of params", ""),
    NO_TEMPLATE: (400, "Template name does not exist in the translation", ""),
    TOO_LONG: (400, "Translated text too long", ""),
    FORMAT: (400, "Parameter format does not match format in the created template", ""),
    PAUSED: (400, "Template is Paused", "It is paused because of low quality, and cannot be sent."),
    DISABLED: (400, "Template is Disabled", "It was paused too many times, and cannot be sent any more."),
    WHITESPACE: (400, "There was an issue with the parameters in your template", ""),
}


@dataclass
class Refused(Exception):
    """The call is refused; `response` is the answer to give."""

    code: int
    details: str = ""
    subcode: int | None = None

    def response(self) -> JSONResponse:
        """The error body of the Graph API, with its HTTP status."""
        status, title, usual = _TABLE[self.code]
        message = title if self.code in {INVALID, TOKEN} else f"(#{self.code}) {title}"
        error: dict[str, Any] = {"message": message, "type": "OAuthException", "code": self.code}
        details = self.details or usual
        if self.subcode is not None:
            error |= {"error_subcode": self.subcode, "is_transient": False, "error_user_msg": details}
        elif details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": details}
        return JSONResponse({"error": error | {"fbtrace_id": _trace()}}, status)


class NoSuchObject(Refused):
    """The Graph has nothing under that id, or nothing that can be used so."""

    def __init__(self, method: str, node: str) -> None:
        super().__init__(
            INVALID,
            f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded "
            "due to missing permissions, or does not support this operation.",
        )

    def response(self) -> JSONResponse:
        """This one has a type of its own, and its text where others have a title."""
        error = {"message": self.details, "type": "GraphMethodException", "code": INVALID}
        return JSONResponse({"error": error | {"error_subcode": 33, "fbtrace_id": _trace()}}, 400)


def in_status(code: int) -> dict[str, Any]:
    """The same refusal as it stands in the webhook of a message that failed later."""
    _, title, usual = _TABLE[code]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": usual or title},
        "href": _MANUAL,
    }


def _trace() -> str:
    return f"A{token_urlsafe(16)}"
