"""4: a column that the registry does not know fails the tests, with a word on what to write where."""

from __future__ import annotations

from sqlalchemy import Column, String

from services.privacy.facts.entries import gaps
from services.privacy.facts.registry import REGISTRY, STORES, unexplained


def test_every_column_has_its_entry():
    assert unexplained() == []


def test_a_new_column_of_any_table_of_any_store_is_missed():
    for store, metadata in STORES.items():
        for table in metadata.sorted_tables:
            copy = type(metadata)()
            changed = table.to_metadata(copy)
            changed.append_column(Column("shoe_size", String))
            (message,) = [one for one in gaps(REGISTRY, {store: copy}) if "shoe_size" in one]
            assert f"{table.name}.shoe_size of the store '{store}' has no entry" in message
            assert "services/privacy/facts/registry.py" in message
