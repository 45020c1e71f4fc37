"""Everything that exists in the account, by id, and lists of it as Stripe pages them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.sandbox.stripe.errors import no_such
from bot.sandbox.stripe.ids import Obj

#: Of each kind; the oldest goes when there are more.
MOST = 20_000
PER_PAGE = 10


class Table:
    """The objects of one kind, in the order of their making."""

    def __init__(self, kind: str, param: str = "id") -> None:
        self.kind = kind
        #: What the errors call an id of this kind that stands in the address.
        self.param = param
        self._rows: dict[str, Obj] = {}

    def put(self, obj: Obj) -> Obj:
        """Keep a new object; returns it."""
        self._rows[obj["id"]] = obj
        if len(self._rows) > MOST:
            del self._rows[next(iter(self._rows))]
        return obj

    def get(self, name: str) -> Obj | None:
        return self._rows.get(name)

    def need(self, name: str, param: str | None = None) -> Obj:
        """The object; StripeError when it is not there. `param`: the id came as this parameter."""
        found = self._rows.get(name)
        if found is None:
            raise no_such(self.kind, name, param or self.param, 400 if param else 404)
        return found

    def drop(self, name: str) -> None:
        """It is no more."""
        self._rows.pop(name, None)

    def newest_first(self) -> Iterator[Obj]:
        return reversed(self._rows.values())

    def oldest_first(self) -> Iterable[Obj]:
        return self._rows.values()

    def page(self, url: str, asked: dict[str, Any], wanted: Callable[[Obj], bool]) -> Obj:
        """The part of the list that was asked for, newest first."""
        for cursor in ("starting_after", "ending_before"):
            if cursor in asked:
                self.need(asked[cursor], cursor)
        return page(self.newest_first(), url, asked, wanted)


class Books:
    """All tables."""

    def __init__(self) -> None:
        self.sessions = Table("checkout.session", "session")
        self.intents = Table("payment_intent", "intent")
        self.charges = Table("charge", "charge")
        self.refunds = Table("refund", "refund")
        self.disputes = Table("dispute", "dispute")
        self.warnings = Table("early_fraud_warning", "early_fraud_warning")
        self.methods = Table("PaymentMethod", "payment_method")
        self.products = Table("product")
        self.prices = Table("price", "price")
        self.movements = Table("balance_transaction")
        self.redactions = Table("redaction_job", "job")

    def find(self, name: str) -> Obj | None:
        """Whatever has this id."""
        tables = {
            "cs": self.sessions,
            "pi": self.intents,
            "ch": self.charges,
            "py": self.charges,
            "re": self.refunds,
            "du": self.disputes,
            "issfr": self.warnings,
            "pm": self.methods,
            "prod": self.products,
            "price": self.prices,
            "txn": self.movements,
            "prj": self.redactions,
        }
        table = tables.get(name.partition("_")[0])
        return table.get(name) if table else None


def page(rows: Iterable[Obj], url: str, asked: dict[str, Any], wanted: Callable[[Obj], bool]) -> Obj:
    """A list object: `limit` rows after or before the cursor, newest first, and whether there are more."""
    limit = asked.get("limit", PER_PAGE)
    found: list[Obj] = []
    more, after, before = False, asked.get("starting_after"), asked.get("ending_before")
    for row in rows:
        if row["id"] == before:
            break
        if after is not None:
            after = None if row["id"] == after else after
            continue
        if not (wanted(row) and within(row.get("created", 0), asked.get("created"))):
            continue
        if before is None and len(found) == limit:
            more = True
            break
        found.append(row)
    if before is not None:
        found, more = found[-limit:], len(found) > limit
    return {"object": "list", "data": found, "has_more": more, "url": url}


def within(created: int, span: int | dict[str, int] | None) -> bool:
    """Whether a time lies in the span that a list was asked for."""
    if span is None:
        return True
    if isinstance(span, int):
        return created == span
    tests: dict[str, Callable[[int], bool]] = {
        "gt": lambda bound: created > bound,
        "gte": lambda bound: created >= bound,
        "lt": lambda bound: created < bound,
        "lte": lambda bound: created <= bound,
    }
    return all(tests[name](bound) for name, bound in span.items())


def equal(asked: dict[str, Any], *names: str) -> Callable[[Obj], bool]:
    """Keeps what has the asked value under each of these names."""
    wanted = {name: asked[name] for name in names if name in asked}
    return lambda obj: all(obj.get(name) == value for name, value in wanted.items())
