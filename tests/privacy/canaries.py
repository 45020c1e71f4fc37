"""A value of its own in every column that an export shows, so that each can be looked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import JSON, Boolean, Integer, delete, insert, select, update

from services.privacy.carrying.export import exported
from services.privacy.facts.belongings import held_tables, mine, tables
from services.privacy.facts.registry import about
from services.storage.app import consents, wordings
from services.storage.append_only import letting_go

#: What rows are found by, and what other code reads to find its way: it stays as it is.
LEFT_ALONE = {
    "plan",
    "rules",
    "kind",
    "state",
    "currency",
    "listed_currency",
    "fee_currency",
    "channel",
    "who",
    "number",
    "digest",
    "line_state",
    "country",
    "keep_until",
    "customer_id",
    "order_id",
    "case_id",
    "request_id",
    "used_bytes",
}
_numbers = count(7_000_001)


async def seed(house, ada):
    """Canaries in all rows of a traveller; table → column → what must be readable in a copy."""
    await _missing_rows(house, ada)
    sealer = await house.vault.sealer(ada.id)
    planted = {}
    for table in tables():
        planted[table.name] = await _plant(house, table, "app", mine(table, ada.id), sealer, ada.tag)
    for table in held_tables():
        where = table.c.order_id == ada.paid.id
        planted[table.name] = await _plant(house, table, "legal", where, house.secrets.archive, ada.tag)
    return {name: columns for name, columns in planted.items() if exported(name)}


async def _plant(house, table, store, where, sealer, tag):
    rows = [row._mapping for row in await house.all(select(table).where(where), store)]
    planted = {}
    for number, row in enumerate(rows):
        values, shown = {}, {}
        for entry in exported(table.name):
            column = table.c[entry.column]
            value, text = _canary(column, entry, row, sealer, f"{tag}-{table.name}-{column.name}-{number}")
            shown[column.name] = text
            if value is not None:
                values[column] = value
        key = [column == row[column.name] for column in table.primary_key]
        if values:
            if table in (consents, wordings):
                await house.stores.app.transaction(_written_anew(table, key, row, values))
            else:
                await house.do(update(table).where(*key).values(values), store)
        planted = planted or shown
    return planted


def _written_anew(table, key, row, values):
    """The ledger is never changed: its row goes as the retention lets it go, and another one comes."""

    def work(connection):
        with letting_go(connection):
            connection.execute(delete(table).where(*key))
        connection.execute(
            insert(table).values(dict(row) | {column.name: value for column, value in values.items()})
        )

    return work


def _canary(column, entry, row, sealer, text):
    """(what to store, what a copy must show); None: what is there stays, and is looked for."""
    kept = row[column.name]
    told = _iso(kept) if isinstance(kept, datetime) else kept
    if entry.place:
        place = entry.place.format_map(row)
        if entry.export == "json":
            opened = sealer.open_json(kept, place) if kept is not None else {}
            return sealer.seal_json({**opened, "canary": text}, place), text
        return sealer.seal(text, place), text
    if column.primary_key or column.foreign_keys or column.name in LEFT_ALONE or column.unique:
        return None, told
    if isinstance(column.type, Boolean):
        return None, told
    if isinstance(column.type, JSON):
        return {"canary": text}, text
    if isinstance(column.type, Integer) or column.type.python_type is int:
        number = next(_numbers)
        return number, number
    if column.type.python_type is str:
        short = text[-(column.type.length or 200) :]
        return short, short
    moment = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=next(_numbers) % 1_000_000)
    return moment, _iso(moment)


def _iso(moment):
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


async def _missing_rows(house, ada):
    """A row in every table in which a traveller can have one."""
    request = await house.privacy._requests.export_asked(ada.id)
    own = await house.vault.sealer(ada.id)
    for store, sealer, found in (("app", own, tables()), ("legal", house.secrets.archive, held_tables())):
        for table in found:
            where = mine(table, ada.id) if store == "app" else table.c.order_id == ada.paid.id
            if exported(table.name) and not await house.all(select(table).where(where), store):
                await house.do(insert(table).values(_row(table, ada, request, sealer)), store)


def _row(table, ada, request, sealer):
    links = {
        "customer_id": ada.id,
        "order_id": ada.paid.id,
        "item_id": ada.item,
        "case_id": ada.case,
        "request_id": request,
        "chat_id": ada.chat,
        "chat": ada.chat,
    }
    row = {}
    for column in table.c:
        if column.name in links:
            row[column.name] = links[column.name]
        elif column.name == "seq" and column.primary_key:
            continue
        elif not column.nullable:
            row[column.name] = _plain(column, f"{ada.tag}-{table.name}-{column.name}")
    for entry in about(table.name):
        if entry.place and entry.column in row:
            place = entry.place.format_map(row)
            row[entry.column] = (
                sealer.seal_json({}, place) if entry.export == "json" else sealer.seal("", place)
            )
    return row


def _plain(column, text):
    kind = column.type.python_type
    if "currency" in column.name:
        return "EUR"
    if isinstance(column.type, JSON):
        return {}
    if kind is bool:
        return False
    if kind is int:
        return next(_numbers)
    if kind is bytes:
        return b""
    if kind is str:
        return text[-(column.type.length or 200) :]
    return datetime(2026, 11, 23, tzinfo=UTC)
