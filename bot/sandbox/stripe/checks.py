"""What a parameter may be: each check turns the text of a form into a value, or says why it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.stripe.currencies import KNOWN
from bot.sandbox.stripe.errors import beyond, invalid, missing, unknown
from bot.sandbox.stripe.forms import Raw, in_order

#: (what was sent, its name as the errors spell it) → the value.
Check = Callable[[Raw, str], Any]
Fields = dict[str, Check]

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def text(most: int = 5_000) -> Check:
    """A text that says something."""

    def check(raw: Raw, name: str) -> str:
        if not isinstance(raw, str):
            raise invalid("Invalid string", name)
        if raw == "":
            raise _empty(name)
        if len(raw) > most:
            said = f"Invalid string: {raw[:8]}...{raw[-4:]}; must be at most {most} characters"
            raise invalid(said, name)
        return raw

    return check


def integer(least: int | None = None, most: int | None = None) -> Check:
    """A whole number within its bounds."""

    def check(raw: Raw, name: str) -> int:
        if not isinstance(raw, str) or not re.fullmatch(r"-?\d{1,18}", raw):
            raise invalid(f"Invalid integer: {_spelled(raw)}", name, "parameter_invalid_integer")
        value = int(raw)
        if least is not None and value < least:
            said = f"This value must be greater than or equal to {least}."
            raise invalid(said, name, "parameter_invalid_integer")
        if most is not None and value > most:
            said = f"This value must be less than or equal to {most} (it currently is '{value}')."
            raise invalid(said, name, "parameter_invalid_integer")
        return value

    return check


def flag(raw: Raw, name: str) -> bool:
    """True or false."""
    if raw not in ("true", "false", "1", "0"):
        raise invalid(f"Invalid boolean: {_spelled(raw)}", name)
    return raw in ("true", "1")


def never(raw: Raw, name: str) -> bool:
    """False; what it would switch on is not part of this world."""
    if flag(raw, name):
        raise beyond(name)
    return False


def choice(*among: str) -> Check:
    """One of these words."""

    def check(raw: Raw, name: str) -> str:
        if raw == "" and "" not in among:
            raise _empty(name)
        if not isinstance(raw, str) or raw not in among:
            words = [*among[:-1], f"or {among[-1]}"] if len(among) > 1 else list(among)
            raise invalid(f"Invalid {name}: must be one of {', '.join(words)}", name)
        return raw

    return check


def currency(raw: Raw, name: str) -> str:
    """A currency that Stripe takes, in lower case."""
    if not isinstance(raw, str) or raw.lower() not in KNOWN:
        raise invalid(f"Invalid currency: {_spelled(raw)}.", name)
    return raw.lower()


def email(raw: Raw, name: str) -> str:
    said = str(text(800)(raw, name))
    if not _EMAIL.fullmatch(said):
        raise invalid(f"Invalid email address: {said}", name, "email_invalid")
    return said


def url(raw: Raw, name: str) -> str:
    """A web address, with its scheme."""
    said = str(text()(raw, name))
    try:
        parts = urlsplit(said)
    except ValueError as err:
        raise invalid("Not a valid URL", name, "url_invalid") from err
    if not parts.scheme:
        why = "Invalid URL: An explicit scheme (such as https) must be provided."
        raise invalid(why, name, "url_invalid")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid("Not a valid URL", name, "url_invalid")
    return said


def metadata(raw: Raw, name: str) -> dict[str, str]:
    """At most 50 short notes; an empty one is none."""
    if raw == "":
        return {}
    if not isinstance(raw, dict):
        raise invalid("Invalid metadata: metadata must be a set of key-value pairs", name)
    notes = {key: text(500)(value, f"{name}[{key}]") for key, value in raw.items() if value != ""}
    if len(notes) > 50:
        raise invalid("You can only have up to 50 metadata keys.", name)
    if any(len(key) > 40 for key in notes):
        raise invalid("Metadata keys can have up to 40 characters.", name)
    return notes


def many(check: Check, most: int = 100) -> Check:
    """A list."""

    def checked(raw: Raw, name: str) -> list[Any]:
        if raw == "":
            return []
        listed = in_order(raw) if isinstance(raw, dict) else None
        if listed is None:
            raise invalid("Invalid array", name)
        if len(listed) > most:
            raise invalid(f"Array too long: at most {most} elements", name)
        return [check(value, f"{name}[{number}]") for number, value in enumerate(listed)]

    return checked


def shape(fields: Fields, *needed: str) -> Check:
    """A group of parameters; one that is not among them is refused."""

    def check(raw: Raw, name: str) -> dict[str, Any]:
        if raw == "":
            return {}
        if not isinstance(raw, dict):
            raise invalid("Invalid object", name)
        return read(raw, fields, needed, name)

    return check


def either(first: Check, group: Check) -> Check:
    """A value, or a group of them."""
    return lambda raw, name: group(raw, name) if isinstance(raw, dict) else first(raw, name)


def anything(raw: Raw, _name: str) -> Raw:
    """Taken as it is, because nothing here depends on it."""
    return raw


def unavailable(_raw: Raw, name: str) -> Any:
    """Stripe knows it, this world does not."""
    raise beyond(name)


def read(raw: dict[str, Raw], fields: Fields, needed: tuple[str, ...] = (), name: str = "") -> dict[str, Any]:
    """Check a whole group. Names that are not known are refused before anything else."""
    for key in raw:
        if key not in fields:
            raise unknown(_inside(name, key))
    for key in needed:
        if key not in raw:
            raise missing(_inside(name, key))
    return {key: fields[key](value, _inside(name, key)) for key, value in raw.items()}


def _inside(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key


def _empty(name: str) -> Exception:
    said = f"You passed an empty string for '{name}'. Leave it out, or give it a value."
    return invalid(said, name, "parameter_invalid_empty")


def _spelled(raw: Raw) -> str:
    return raw[:60] if isinstance(raw, str) else "a group"
