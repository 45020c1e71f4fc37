"""Ids in the shapes that Meta gives them."""

from __future__ import annotations

from base64 import b64encode
from secrets import choice, randbelow, token_hex

_DIGITS = "0123456789"


def inbound_message_id(address: str) -> str:
    """Of a message that a user wrote."""
    return _message_id(address, 0x12, token_hex(10))


def outbound_message_id(address: str) -> str:
    """Of a message that the business sent."""
    return _message_id(address, 0x11, token_hex(9))


def object_id() -> str:
    """Of a file or a template."""
    return f"{1 + randbelow(9)}{_digits(14)}"


def user_id(country: str) -> str:
    """Business-scoped: country, dot, up to 128 alphanumerics; all that have been seen were digits."""
    return f"{country}.{1 + randbelow(9)}{_digits(19)}"


def _message_id(address: str, direction: int, token: str) -> str:
    # A serialized record in base64: the other side's address and a random token, plain to read.
    words = address.encode(), token.upper().encode()
    head, tail = (bytes((0x18, len(word))) + word for word in words)
    return "wamid." + b64encode(b"\x1c" + head + bytes((0x15, 2, 0, direction)) + tail + b"\0").decode()


def _digits(count: int) -> str:
    return "".join(choice(_DIGITS) for _ in range(count))
