"""7: a copy shows what an erasure takes, and what is held: neither knows of a row that the other does not."""

from __future__ import annotations

from sqlalchemy import select

from services.privacy.carrying.export import exported
from services.privacy.facts.belongings import held_tables, rows_of, tables
from services.privacy.facts.registry import about
from services.storage.app import APP, orders
from tests.privacy.carried import carried
from tests.privacy.house import traveller


async def everything_of(house, metadata, store):
    """(table, key) → row."""
    found = {}
    for table in metadata.sorted_tables:
        for row in await house.all(select(table), store):
            key = tuple(row._mapping[column.name] for column in table.primary_key)
            found[table.name, key] = dict(row._mapping)
    return found


async def test_what_is_erased_was_shown_and_what_was_shown_is_erased_or_held(each):
    house = each
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    folder = await carried(house, ada)
    before = await everything_of(house, APP, "app")

    def owned(connection):
        return {
            (table.name, tuple(row[column.name] for column in table.primary_key))
            for table in tables()
            for row in rows_of(connection, table, ada.id)
        }

    hers = await house.stores.app.read(owned)
    await house.privacy.erase(ada.id, ada.chat)
    assert "erased" in await house.engine.run()
    after = await everything_of(house, APP, "app")

    touched = {place for place, row in before.items() if after.get(place) != row}
    # What goes by itself within its period belongs to the shop, not to anybody's copy.
    assert touched <= hers, touched - hers
    unlinked = {
        row["id"]
        for (table, _), row in before.items()
        if table == "orders" and ("orders", (row["id"],)) in touched
    }
    left = {
        (table, key)
        for table, key in hers - touched
        if before[table, key].get("order_id") not in unlinked
        and not _of_an_item(before[table, key], unlinked)
    }
    for table in {table for table, _ in left}:
        assert all(entry.erasure in ("keep", "hold") for entry in about(table) if entry.export), table
    # Every table with rows of hers that a copy can show was in her copy, row by row.
    shown = {(name, len(rows)) for name, rows in folder.records.items() if rows}
    for name in {table for table, _ in hers if exported(table)}:
        count = sum(table == name for table, _ in hers)
        assert (name, count) in shown or name in ("privacy_requests", "request_history"), name
    assert await house.all(select(orders).where(orders.c.customer_id == bob.id))


async def test_what_the_law_holds_is_in_the_copy_while_the_person_is_there(each):
    ada = await traveller(each, "ada")
    await each.privacy.erase(ada.id, ada.chat)
    await each.engine.run()
    held = {table.name for table in held_tables() for _ in await each.all(select(table), "legal")}

    assert held == {"sales", "held_statements"}
    assert all(exported(table) for table in held)


def _of_an_item(row, unlinked):
    return str(row.get("item_id") or "").rpartition("-")[0] in unlinked
