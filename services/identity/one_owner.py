"""Everything of one customer becomes another's: owned by them, and sealed with their key.

Which rows and which columns those are is read from the registry of personal data, so that no table is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, UniqueConstraint, and_, delete, exists, insert, select, update

from services.customers import FIELDS
from services.privacy.facts.belongings import rows_of, tables
from services.privacy.facts.registry import about
from services.privacy.requests.pausing import OVER
from services.storage.app import APP, chats, consents, customers, items, orders
from services.storage.identity import codes
from services.storage.sealing import Broken, Sealer

#: Seen to by themselves: people, the ledger that nobody may change, codes that were made for one customer.
_BY_THEMSELVES = frozenset({customers, consents, codes})


def is_buying(connection: Connection, customer: str) -> bool:
    """Whether a line is just being bought for a customer: it will be sealed with the key they have now."""
    busy = (
        select(items.c.id)
        .join(orders, orders.c.id == items.c.order_id)
        .where(orders.c.customer_id == customer, items.c.state == "buying")
    )
    return connection.execute(busy.limit(1)).first() is not None


def hand_over(connection: Connection, was: str, now: str, old: Sealer, new: Sealer) -> bool:
    """All of it, in the caller's transaction; False when either of the two is gone."""
    both = connection.execute(
        select(customers).where(customers.c.id.in_((was, now))).order_by(customers.c.id).with_for_update()
    ).mappings()
    people = {row["id"]: row for row in both}
    if people.keys() != {was, now}:
        return False
    _merge_accounts(connection, people[was], people[now], old, new)
    _copy_ledger(connection, was, now)
    connection.execute(delete(codes).where(codes.c.customer_id == was))
    for table in APP.sorted_tables:
        if "customer_id" in table.c and table not in _BY_THEMSELVES:
            _give(connection, table, was, now)
    reseal(connection, was, now, old, new)
    connection.execute(delete(customers).where(customers.c.id == was))
    return True


def reseal(connection: Connection, was: str, now: str, old: Sealer, new: Sealer) -> int:
    """Seal again, with a customer's key, what of theirs another key of theirs still seals; how many values."""
    count = 0
    for table in tables():
        sealed = [entry for entry in about(table.name) if entry.place]
        for row in rows_of(connection, table, now) if sealed else ():
            values = {
                entry.column: fresh
                for entry in sealed
                if (fresh := _again(row, entry.column, entry.place, was, old, new)) is not None
            }
            if values:
                connection.execute(update(table).where(_key(table, row)).values(values))
            count += len(values)
    return count


def rename_chat(connection: Connection, was: str, now: str) -> None:
    """Whatever is still to be told in one chat is told in another."""
    for table in APP.sorted_tables:
        if "chat_id" in table.c:
            connection.execute(update(table).where(table.c.chat_id == was).values(chat_id=now))


def move_chat(
    connection: Connection, was: str, now: str, sealer: Sealer, change: Callable[[Any], Any]
) -> bool:
    """A chat gets another id, and its sealed state is changed; False when there is none, or one there already."""
    state = connection.execute(select(chats.c.state).where(chats.c.id == was)).scalar_one_or_none()
    there = connection.execute(select(chats.c.id).where(chats.c.id == now)).first()
    if state is None or there is not None:
        return False
    kept = change(sealer.open_json(state, f"chats:state:{was}"))
    connection.execute(
        update(chats)
        .where(chats.c.id == was)
        .values(id=now, state=sealer.seal_json(kept, f"chats:state:{now}"))
    )
    rename_chat(connection, was, now)
    return True


def _merge_accounts(
    connection: Connection, was: Mapping[Any, Any], now: Mapping[Any, Any], old: Sealer, new: Sealer
) -> None:
    """What the one never told, the other may have."""
    values: dict[str, Any] = {"active_at": max(was["active_at"], now["active_at"])}
    for field in FIELDS:
        told = old.words(was[field], f"customers:{field}:{was['id']}")
        if now[field] is None and told is not None:
            values[field] = new.seal(told, f"customers:{field}:{now['id']}")
    if now["paused_at"] is None:
        # Whoever asked as one of the two that their data rest has asked it of all that is theirs.
        values |= {column: was[column] for column in OVER}
    connection.execute(update(customers).where(customers.c.id == now["id"]).values(values))


def _copy_ledger(connection: Connection, was: str, now: str) -> None:
    """Rows of the ledger never change: they are written once more, and the old ones stay as proof for their time."""
    for row in rows_of(connection, consents, was):
        copy = {name: value for name, value in row.items() if name != "seq"} | {"customer_id": now}
        connection.execute(insert(consents).values(copy))


def _give(connection: Connection, table: Table, was: str, now: str) -> None:
    """Rows of which there may be one for each customer are given where the other has none yet."""
    twin = table.alias()
    taken = [
        exists().where(
            twin.c.customer_id == now,
            *(twin.c[one.name] == table.c[one.name] for one in key if one.name != "customer_id"),
        )
        for key in _keys(table)
    ]
    connection.execute(
        update(table)
        .where(table.c.customer_id == was, and_(True, *(~one for one in taken)))
        .values(customer_id=now)
    )
    if taken:
        connection.execute(delete(table).where(table.c.customer_id == was))


def _keys(table: Table) -> list[list[Any]]:
    """What may be there once only, and names the customer."""
    unique = [table.primary_key, *(one for one in table.constraints if isinstance(one, UniqueConstraint))]
    indexes = [index for index in table.indexes if index.unique]
    keys: tuple[Any, ...] = (*unique, *indexes)
    return [list(key.columns) for key in keys if "customer_id" in {column.name for column in key.columns}]


def _again(
    row: Mapping[Any, Any], column: str, place: str, was: str, old: Sealer, new: Sealer
) -> bytes | None:
    """The value sealed anew; None where that is not needed, or where it is under no key of theirs."""
    value = row[column]
    if value is None:
        return None
    here = place.format_map(row)
    try:
        new.open(value, here)
    except Broken:
        pass
    else:
        return None
    try:
        return new.seal(old.open(value, place.format_map(dict(row) | {"customer_id": was})), here)
    except Broken:
        return None


def _key(table: Table, row: Mapping[Any, Any]) -> Any:
    return and_(*(column == row[column.name] for column in table.primary_key))
