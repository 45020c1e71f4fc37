"""What is done when a period is over: one rule for each period and each kind of row that it speaks of.

The dry run counts by the same condition, and whatever a rule does may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)

from services.orders.order import FINAL
from services.privacy.erasing.wiping import drop
from services.privacy.facts.belongings import mine
from services.privacy.facts.policy import Controller, began_before, books_kept_until
from services.privacy.requests.pausing import resting
from services.storage.after_sale import claims
from services.storage.app import (
    APP,
    checkouts,
    consents,
    declines,
    devices,
    dispatches,
    esims,
    failed_events,
    inbound,
    items,
    leases,
    orders,
    payment_events,
    privacy_requests,
    seen_events,
    statements,
    unreadable,
    wordings,
)
from services.storage.campaigns import campaign_sends, metered
from services.storage.copies import copies
from services.storage.identity import codes, suppressions
from services.storage.legal import LEGAL, last_words
from services.storage.rights import disclosures, request_contacts, request_history
from services.storage.vault import erasures, joins, keys

Store = Literal["app", "legal", "vault"]

#: The shortest period of what the legal store holds of an order.
SHORTEST_HELD = "proof"


@dataclass(frozen=True)
class Times:
    """Now, by the shop's clock, and by the machine's for what only processes wait for."""

    shop: datetime
    machine: datetime
    #: Orders whose papers in the legal store stay meanwhile: `resting_orders`.
    resting: Collection[str] = ()


@dataclass(frozen=True)
class Rule:
    """What goes, of which tables, when their period is over."""

    name: str
    #: A key of PERIODS.
    period: str
    store: Store
    tables: frozenset[str]
    #: The keys of what has outlived its period, at most so many.
    over: Callable[[Connection, Times, int], list[Any]]
    let_go: Callable[[Connection, Sequence[Any]], None]


def rules(controller: Controller) -> tuple[Rule, ...]:
    """Every rule that needs nobody outside; customers and cases have stories of their own."""
    return (
        *_events(),
        _rows(
            "unanswered messages",
            "unanswered",
            inbound,
            lambda t: _old(inbound.c.at, t.machine, "unanswered"),
        ),
        _rows("turns", "lease", leases, lambda t: _old(leases.c.until, t.machine, "lease")),
        _rows("one-time codes", "code", codes, lambda t: _old(codes.c.at, t.shop, "code")),
        _rows(
            "addresses without offers",
            "suppression",
            suppressions,
            lambda t: _old(suppressions.c.at, t.shop, "suppression"),
        ),
        _orders("orders that nobody paid", "unpaid", _never_paid),
        _orders(
            "orders out of the books", "L", lambda connection, t, most: _out(connection, t, most, controller)
        ),
        _rows("declarations", "proof", statements, lambda t: _old(statements.c.at, t.shop, "proof")),
        _rows("claims", "proof", claims, lambda t: _old(claims.c.at, t.shop, "proof")),
        _columns("activation codes", "installed", _installed, "activation"),
        _rows("devices", "device", devices, _told_long_ago),
        _columns(
            "measurements",
            "measured",
            _measured,
            "line_state total_bytes used_bytes measured_at look_at warned",
        ),
        _answered_requests(),
        _rows(
            "disclosures", "request", disclosures, lambda t: _old(disclosures.c.last_at, t.shop, "request")
        ),
        _rows(
            "done erasures",
            "request",
            erasures,
            lambda t: _old(erasures.c.done_at, t.shop, "request"),
            "vault",
        ),
        _rows("copies to carry away", "copy", copies, lambda t: _old(copies.c.at, t.shop, "copy")),
        Rule("keys of united customers", "backup", "vault", frozenset({"joins"}), _united, _forget_united),
        _rows("words that nobody answered to", "consent", wordings, _unspoken),
        _rows(
            "last words that nobody could be told",
            "told",
            last_words,
            lambda t: _old(last_words.c.at, t.shop, "told"),
            "legal",
        ),
        *(_held(table) for table in LEGAL.sorted_tables if "keep_until" in table.c),
    )


def _answered_requests() -> Rule:
    """Requests go with their history and whatever is left of who wrote."""
    attached = (request_history, request_contacts)

    def over(connection: Connection, times: Times, most: int) -> list[Any]:
        ended = _old(privacy_requests.c.closed_at, times.shop, "request")
        return list(
            connection.execute(
                select(privacy_requests.c.id).where(ended, in_use(privacy_requests)).limit(most)
            ).scalars()
        )

    def let_go(connection: Connection, numbers: Sequence[Any]) -> None:
        for table in attached:
            connection.execute(delete(table).where(table.c.request_id.in_(numbers)))
        connection.execute(delete(privacy_requests).where(privacy_requests.c.id.in_(numbers)))

    tables = frozenset({privacy_requests.name, *(table.name for table in attached)})
    return Rule("answered requests", "request", "app", tables, over, let_go)


def _events() -> Iterator[Rule]:
    for table in (
        seen_events,
        failed_events,
        payment_events,
        declines,
        dispatches,
        unreadable,
        campaign_sends,
        metered,
    ):
        yield _rows(f"ids in {table.name}", "event", table, _happened(table))


def _happened(table: Table) -> Callable[[Times], ColumnElement[bool]]:
    return lambda times: _old(table.c.at, times.shop, "event")


def _held(table: Table) -> Rule:
    """What the law made us keep carries its own last day."""
    period = {"held_statements": "proof", "processor_tasks": "request"}.get(table.name, "L")

    def over(times: Times) -> ColumnElement[bool]:
        # What processors are told after an erasure is of nobody who could ask for a pause.
        spared = table.c.order_id.in_(times.resting) if "order_id" in table.c else false()
        return and_(table.c.keep_until < times.shop, ~spared)

    return _rows(f"papers in {table.name}", period, table, over, "legal")


def _rows(
    name: str,
    period: str,
    table: Table,
    condition: Callable[[Times], ColumnElement[bool]],
    store: Store = "app",
) -> Rule:
    """Whole rows go."""
    key = tuple(table.primary_key.columns)

    def over(connection: Connection, times: Times, most: int) -> list[Any]:
        wanted = select(*key).where(condition(times), in_use(table)).limit(most)
        return [tuple(row) for row in connection.execute(wanted)]

    def let_go(connection: Connection, keys: Sequence[Any]) -> None:
        connection.execute(delete(table).where(tuple_(*key).in_(keys)))

    return Rule(name, period, store, frozenset({table.name}), over, let_go)


def _columns(name: str, period: str, condition: Callable[[Times], ColumnElement[bool]], columns: str) -> Rule:
    """The line stays, some of what is known of it goes."""
    nothing = dict.fromkeys(columns.split())

    def over(connection: Connection, times: Times, most: int) -> list[Any]:
        known = or_(*(esims.c[column].is_not(None) for column in nothing))
        return list(
            connection.execute(
                select(esims.c.id).where(condition(times), known, in_use(esims)).limit(most)
            ).scalars()
        )

    def let_go(connection: Connection, ids: Sequence[Any]) -> None:
        connection.execute(update(esims).where(esims.c.id.in_(ids)).values(nothing))

    return Rule(name, period, "app", frozenset({esims.name}), over, let_go)


def _orders(name: str, period: str, over: Callable[[Connection, Times, int], list[Any]]) -> Rule:
    """Orders go with everything that hangs on them."""
    tables = frozenset(
        [
            "orders",
            "items",
            "checkouts",
            "refunds",
            "disputes",
            "history",
            "statements",
            "mailings",
            "purchases",
            "claims",
            "devices",
        ]
    )
    return Rule(name, period, "app", tables, over, drop)


def _never_paid(connection: Connection, times: Times, most: int) -> list[Any]:
    payable = exists().where(checkouts.c.order_id == orders.c.id, checkouts.c.state.in_(("open", "pending")))
    wanted = select(orders.c.id).where(
        orders.c.captured == 0, _old(orders.c.placed_at, times.shop, "unpaid"), ~payable, in_use(orders)
    )
    return list(connection.execute(wanted.limit(most)).scalars())


def _out(connection: Connection, times: Times, most: int, controller: Controller) -> list[Any]:
    """Where the accounting year closes differs; so the day is worked out for each that may be over."""
    candidates = connection.execute(
        select(orders.c.id, orders.c.paid_at, orders.c.placed_at)
        .where(orders.c.captured > 0, _old(orders.c.placed_at, times.shop, "L"), in_use(orders))
        .order_by(orders.c.placed_at)
        .limit(most)
    )
    return [
        row.id
        for row in candidates
        if books_kept_until(row.paid_at or row.placed_at, controller) <= times.shop
    ]


def _installed(times: Times) -> ColumnElement[bool]:
    return and_(
        esims.c.customer_id.is_not(None),
        or_(_old(esims.c.active_since, times.shop, "installed"), esims.c.expires_at < times.shop),
    )


def _measured(times: Times) -> ColumnElement[bool]:
    return _old(esims.c.expires_at, times.shop, "measured")


def _told_long_ago(times: Times) -> ColumnElement[bool]:
    """The period begins when the item came to rest: delivered, or its money gone back."""
    at_rest = and_(items.c.id == devices.c.item_id, items.c.state.in_(FINAL))
    return exists().where(at_rest, _old(items.c.changed_at, times.shop, "device"))


def _unspoken(_times: Times) -> ColumnElement[bool]:
    return ~exists().where(consents.c.digest == wordings.c.digest)


def in_use(table: Table) -> ColumnElement[bool]:
    """Not a row of somebody who asked that their data be kept and not used: nothing of theirs is purged meanwhile."""
    theirs = mine(table, resting()) if table.metadata is APP else None
    return true() if theirs is None else ~func.coalesce(theirs, false())


def resting_orders(connection: Connection, now: datetime) -> list[str]:
    """By which the legal store knows whoever asked that their data be kept and not used. Read in `app`.

    Younger ones have nothing there that could be over.
    """
    wanted = select(orders.c.id).where(
        orders.c.customer_id.in_(resting()),
        orders.c.captured > 0,
        _old(orders.c.placed_at, now, SHORTEST_HELD),
    )
    return list(connection.execute(wanted).scalars())


def _united(connection: Connection, times: Times, most: int) -> list[Any]:
    """No backup holds anything any more that these keys seal."""
    over = joins.c.state == "done", _old(joins.c.done_at, times.shop, "backup")
    return list(connection.execute(select(joins.c.customer_id).where(*over).limit(most)).scalars())


def _forget_united(connection: Connection, customers: Sequence[Any]) -> None:
    connection.execute(delete(keys).where(keys.c.customer_id.in_(customers)))
    connection.execute(delete(joins).where(joins.c.customer_id.in_(customers)))


def _old(column: Any, now: datetime, period: str) -> ColumnElement[bool]:
    older: ColumnElement[bool] = column < began_before(now, period)
    return older
