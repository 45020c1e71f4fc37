"""Reading a form with names such as `line_items[0][price_data][currency]` into what they spell."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Union
from urllib.parse import parse_qsl

from bot.sandbox.stripe.errors import StripeError

#: A value, or more values by name; a list is spelled with numbers for names.
Raw = Union[str, "dict[str, Raw]"]

MOST_FIELDS = 2_000
MOST_DEPTH = 8

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def read_form(encoded: bytes) -> dict[str, Raw]:
    """The parameters of a form or a query; StripeError when it is neither."""
    try:
        pairs = parse_qsl(
            encoded.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as err:
        raise StripeError("Invalid request: the body is not a form.") from err
    tree: dict[str, Raw] = {}
    for name, value in pairs:
        _put(tree, _path(name), value)
    return tree


def in_order(listed: dict[str, Raw]) -> list[Raw] | None:
    """The values of a list that is spelled with numbers, or None when it is no list."""
    if not all(key.isdecimal() and len(key) <= 6 for key in listed):
        return None
    return [listed[key] for key in sorted(listed, key=int)]


def _path(name: str) -> list[str]:
    spelled = _NAME.fullmatch(name)
    if spelled is None:
        return [name]
    path = [spelled[1], *_PART.findall(spelled[2])]
    if len(path) > MOST_DEPTH:
        raise StripeError("Invalid request: the parameters are nested too deeply.")
    return path


def _put(tree: dict[str, Raw], path: list[str], value: str) -> None:
    node = tree
    for here, following in pairwise(path):
        key = _next_number(node, following) if here == "" else here
        inner = node.setdefault(key, {})
        if not isinstance(inner, dict):
            raise StripeError("Invalid request: a parameter is both a value and a group.", param=path[0])
        node = inner
    last = path[-1] or _next_number(node, None)
    if isinstance(node.get(last), dict):
        raise StripeError("Invalid request: a parameter is both a value and a group.", param=path[0])
    node[last] = value


def _next_number(node: dict[str, Raw], following: str | None) -> str:
    """For `a[]`: a new element; for `a[][b]` as well, once the last element has its b."""
    newest = node.get(str(len(node) - 1))
    goes_on = following is not None and isinstance(newest, dict) and following not in newest
    return str(len(node) - 1 if goes_on else len(node))
