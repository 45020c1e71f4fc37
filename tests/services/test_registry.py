"""The registry of personal data: complete, honest, and the source of everything that is said about data."""

from sqlalchemy import Column, MetaData, String, Table

from services.privacy.carrying.export import exported
from services.privacy.carrying.schema import schema
from services.privacy.facts.belongings import held_tables, tables
from services.privacy.facts.entries import CATEGORIES, NOT_PERSONAL, Entry, Use, gaps
from services.privacy.facts.policy import MORE_RIGHTS, PERIODS, RIGHTS, Controller, facts
from services.privacy.facts.registry import REGISTRY, STORES, personal, unexplained


def test_every_column_of_the_three_stores_has_its_entry():
    assert unexplained() == []


def test_a_new_column_is_refused_with_a_word_on_what_to_write_where():
    there = MetaData()
    table = Table("customers", there, Column("id", String), Column("shoe_size", String))
    use = Use("identification", "account", "contract", "A", "delete")

    (message,) = gaps(use.of(table, "id"), {"app": there})

    assert "customers.shoe_size of the store 'app' has no entry" in message
    assert "services/privacy/facts/registry.py" in message
    assert "not_personal(app.customers" in message


def test_an_entry_for_a_missing_column_is_refused():
    there = MetaData()
    Table("customers", there, Column("id", String))

    messages = gaps(
        [Entry("customers", "id", NOT_PERSONAL), Entry("customers", "fax", NOT_PERSONAL)], {"app": there}
    )

    assert messages == [
        "customers.fax has an entry in services/privacy/facts/registry.py, but no such column: take the entry out"
    ]


def test_a_column_with_two_entries_is_refused():
    there = MetaData()
    Table("customers", there, Column("id", String))

    (message,) = gaps([Entry("customers", "id", NOT_PERSONAL)] * 2, {"app": there})

    assert message.startswith("customers.id has more than one entry")


def test_what_is_not_personal_not_exported_or_kept_says_why():
    silent = [
        f"{entry.table}.{entry.column}"
        for entry in REGISTRY
        if not entry.reason
        and (entry.category == NOT_PERSONAL or not entry.export or entry.erasure in ("keep", "hold"))
    ]

    assert silent == []


def test_every_personal_entry_is_whole():
    for entry in personal():
        assert entry.category in CATEGORIES, entry
        assert entry.keep in PERIODS, entry
        assert entry.purpose, entry
        assert entry.basis in ("contract", "law", "interest", "consent"), entry


def test_sealed_columns_say_where_they_were_sealed():
    sealed = {
        (table.name, column.name)
        for metadata in STORES.values()
        for table in metadata.tables.values()
        for column in table.columns
        if column.type.python_type is bytes
    }
    opened = {(entry.table, entry.column) for entry in REGISTRY if entry.place}

    # Sealed with the house's key: what is in flight, which is shown where it arrives, who of our staff did something,
    # and where a letter is answered. A customer's key is never shown, nor the house's secret.
    assert sealed - opened == {
        ("inbound", "body"),
        ("payment_events", "body"),
        ("keys", "wrapped"),
        ("roots", "wrapped"),
        ("staff_acts", "member"),
        ("request_contacts", "body"),
    }


def test_whatever_is_personal_and_shown_belongs_to_somebody():
    owned = {table.name for table in (*tables(), *held_tables())}

    assert {entry.table for entry in personal() if entry.export} <= owned


def test_whatever_erasing_takes_is_shown_before_or_says_why():
    """An export covers what an erasure covers, and what is held."""
    hidden = [entry for entry in personal() if entry.erasure != "keep" and not entry.export]

    assert all(entry.reason for entry in hidden)


def test_every_kind_of_record_in_an_export_has_a_description_and_its_fields():
    """A KeyError names the table: describe it in services/privacy/carrying/export.schema.json."""
    records = schema()["properties"]["records"]["properties"]

    assert {name: list(what["items"]["properties"]) for name, what in records.items()} == {
        table.name: [entry.column for entry in exported(table.name)]
        for table in (*tables(), *held_tables())
        if exported(table.name)
    }


def test_the_policy_follows_from_the_registry():
    said = facts(Controller())

    assert said.rights == (*RIGHTS, *MORE_RIGHTS)
    assert [held.category for held in said.held] == list(CATEGORIES)
    assert said.controller.email == "contact@esim-miio.com"
    transaction = next(held for held in said.held if held.category == "transaction")
    assert ("orders", "contract") in transaction.purposes
    assert ("accounting", "law") in transaction.purposes
    assert "payments" in transaction.recipients
    assert PERIODS["L"] in transaction.periods
