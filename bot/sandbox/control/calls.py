"""Reading a call to the control interface: every field is checked once, here, and a wrong one is told why."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

#: Bytes of a call's body.
LARGEST_BODY = 1_000_000
#: Characters of one text field; more than any phone sends in one message.
LONGEST_TEXT = 65_536
LONGEST_NAME = 64
MOST_NAMES = 100
#: Beyond it a JSON number is no longer exact.
LARGEST_NUMBER = 2**53

Word = TypeVar("Word", bound=str)
Endpoint = Callable[[Request], Awaitable[Any]]


class WrongCallError(Exception):
    """The caller asked for something that is not there or makes no sense; says what, with a 4xx status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def wrong(why: str, status: int = 400) -> NoReturn:
    """Refuse the call."""
    raise WrongCallError(status, why)


@contextmanager
def refusals(missing: str = "there is no such thing", status: int = 400) -> Iterator[None]:
    """What the services refuse becomes a refusal of the call: not there is 404, no sense is `status`."""
    try:
        yield
    except LookupError:
        wrong(missing, 404)
    except ValueError as refusal:
        wrong(str(refusal), status)


def route(method: str, path: str, endpoint: Endpoint) -> Route:
    """A route whose endpoint returns what becomes JSON; None becomes {"ok": true}."""

    async def answer(request: Request) -> Response:
        try:
            found = await endpoint(request)
        except WrongCallError as refusal:
            return JSONResponse({"error": refusal.why}, refusal.status)
        if isinstance(found, Response):
            return found
        return JSONResponse({"ok": True} if found is None else found)

    return Route(path, answer, methods=[method])


async def read_body(request: Request) -> Fields:
    """The call's JSON object; an empty body is an empty object."""
    raw = bytearray()
    try:
        async for piece in request.stream():
            raw += piece
            if len(raw) > LARGEST_BODY:
                wrong(f"the body is larger than {LARGEST_BODY} bytes", 413)
    except ClientDisconnect:
        wrong("the body ended early")
    if not raw:
        return Fields({})
    try:
        found = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        wrong("the body is not JSON")
    if not isinstance(found, dict):
        wrong("the body is not a JSON object")
    return Fields(found)


def read_query(request: Request) -> Fields:
    """The call's query parameters; numbers are still text."""
    return Fields(request.query_params, spelled=True)


def name_in(request: Request, part: str) -> str:
    """A short name out of the path, such as a traveller's."""
    name = str(request.path_params[part])
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        wrong(f"{part} is a short name of 1 to {LONGEST_NAME} printable characters")
    return name


class Fields:
    """The named values of a call, read as what they must be. `spelled`: numbers come as text."""

    def __init__(self, values: Mapping[str, Any], *, spelled: bool = False) -> None:
        self._values = values
        self._spelled = spelled

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """A text that must be there and say something."""
        value = self.maybe_text(name, longest)
        if value is None or not value.strip():
            wrong(f"{name} must be a text that is not empty")
        return value

    def maybe_text(self, name: str, longest: int = LONGEST_TEXT) -> str | None:
        """A text, or None when it is absent or null."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            wrong(f"{name} must be a text")
        if len(value) > longest:
            wrong(f"{name} is longer than {longest} characters")
        try:
            value.encode()
        except UnicodeEncodeError:
            wrong(f"{name} holds half a character")
        return value

    def maybe_id(self, name: str) -> str | None:
        """An id as a screen shows it; a number is as good as its digits. None when absent or null."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER:
            return str(value)
        return self.maybe_text(name, 200)

    def choice(self, name: str, among: tuple[Word, ...]) -> Word:
        """One of the named words."""
        value = self.maybe_text(name)
        for word in among:
            if word == value:
                return word
        wrong(f"{name} must be one of: {', '.join(among)}")

    def names(self, name: str) -> tuple[str, ...]:
        """A list of short names; empty when it is absent or null."""
        value = self._values.get(name) or []
        short = isinstance(value, list) and all(isinstance(one, str) and one for one in value)
        if not short or len(value) > MOST_NAMES or any(len(one) > LONGEST_NAME for one in value):
            wrong(f"{name} must be a list of at most {MOST_NAMES} short names")
        return tuple(value)

    def whole(self, name: str, default: int | None, least: int, most: int) -> int:
        """A whole number; with `default` None it must be there."""
        value = self._number(name, default)
        if not isinstance(value, int) or not least <= value <= most:
            wrong(f"{name} must be a whole number from {least} to {most}")
        return value

    def maybe_whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number, or None when it is absent or null."""
        return None if self._values.get(name) is None else self.whole(name, None, least, most)

    def seconds(self, name: str, default: float, most: float) -> float:
        """A duration in seconds, from 0 to `most`."""
        value = self._number(name, default)
        if value is None or not math.isfinite(value) or not 0 <= value <= most:
            wrong(f"{name} must be a number of seconds from 0 to {most:g}")
        return float(value)

    def number(self, name: str, default: float) -> float:
        """A finite number of either sign."""
        value = self._number(name, default)
        if value is None or not math.isfinite(value):
            wrong(f"{name} must be a number")
        return float(value)

    def _number(self, name: str, default: float | None) -> float | None:
        value = self._values.get(name)
        if value is None:
            return default
        if self._spelled and isinstance(value, str):
            return _spelled_number(name, value)
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST_NUMBER:
            wrong(f"{name} must be a number")
        return value


def _spelled_number(name: str, value: str) -> float:
    try:
        return int(value) if value.lstrip("+-").isdecimal() else float(value)
    except ValueError:
        wrong(f"{name} must be a number")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
