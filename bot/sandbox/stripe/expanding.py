"""Objects as they are shown: without what is the world's own, and with ids replaced where asked."""

from __future__ import annotations

from typing import Any

from bot.sandbox.stripe.books import Books, page
from bot.sandbox.stripe.errors import StripeError, invalid
from bot.sandbox.stripe.ids import Obj

MOST_LEVELS = 4


def shown(obj: Obj) -> Obj:
    """A copy for others' eyes; what is inside is shared."""
    return {name: value for name, value in obj.items() if not name.startswith("_")}


def expanded(obj: Obj, paths: list[str], books: Books) -> Obj:
    """The object with the named parts in full; StripeError where nothing can be expanded."""
    for path in paths:
        if path.count(".") >= MOST_LEVELS:
            raise invalid(f"You cannot expand more than {MOST_LEVELS} levels of a property.", "expand")
    if obj.get("object") == "list":
        inner = [_of_elements(path) for path in paths]
        return {**obj, "data": [_expand(one, inner, books) for one in obj["data"]]}
    return _expand(obj, paths, books)


def _expand(obj: Obj, paths: list[str], books: Books) -> Obj:
    seen = shown(obj)
    below: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition(".")
        below.setdefault(name, []).extend([rest] if rest else [])
    for name, inner in below.items():
        seen[name] = _part(obj, name, inner, books)
    return seen


def _part(obj: Obj, name: str, inner: list[str], books: Books) -> Any:
    if name == "line_items" and obj["object"] == "checkout.session":
        url = f"/v1/checkout/sessions/{obj['id']}/line_items"
        return page(obj["_items"], url, {"limit": 100}, lambda _: True)
    if name == "refunds" and obj["object"] == "charge":
        url = f"/v1/charges/{obj['id']}/refunds"
        mine = books.refunds.page(url, {}, lambda refund: refund["charge"] == obj["id"])
        return {**mine, "data": [_expand(one, [], books) for one in mine["data"]]}
    value = obj.get(name)
    if value is None and name in obj:
        return None
    if isinstance(value, dict) and "object" in value:
        return _expand(value, inner, books)
    found = books.find(value) if isinstance(value, str) else None
    if found is None:
        raise _cannot(name)
    return _expand(found, inner, books)


def _of_elements(path: str) -> str:
    first, _, rest = path.partition(".")
    if first != "data" or not rest:
        raise _cannot(path)
    return rest


def _cannot(name: str) -> StripeError:
    return invalid(f"This property cannot be expanded ({name}).", "expand")
