"""9: the JSON of a copy is what its schema says, the manifest's hashes are true, and its tables come back without loss."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.page import Page
from services.privacy.carrying.bundle import bundle
from services.privacy.carrying.export import Copy, exported
from services.privacy.carrying.tables import from_csv, to_csv
from services.privacy.facts.policy import Controller, facts
from tests.privacy.canaries import seed
from tests.privacy.carried import Folder, carried
from tests.privacy.house import traveller

FIELDS = {
    "text": {"type": ["string", "null"]},
    "number": {"type": ["integer", "null"]},
    "yes": {"type": ["boolean", "null"]},
    "more": {"type": ["object", "null"]},
}


async def test_a_copy_is_whole(each):
    ada = await traveller(each, "ada")
    await seed(each, ada)
    await each.people.tell(ada.id, "name", 'Ada, "Countess"\n=1+1; آدا')

    folder = await carried(each, ada, locale="fr")

    folder.check()
    assert folder.records["customers"][0]["name"] == 'Ada, "Countess"\n=1+1; آدا'
    assert {"manifest.json", "index.html", "data.json", "schema.json"} <= set(folder.files)
    assert (folder.manifest["language"], folder.manifest["left_out"]) == ("fr", [])
    portable = {name for name, told in folder.document["manifest"]["records"].items() if told["portable"]}
    assert {"customers", "orders", "esims", "case_messages"} <= portable
    assert not portable & {"papers", "tax_evidence", "privacy_requests"}


def test_papers_beyond_the_bound_are_named_and_the_newest_are_there():
    nothing = {entry.column: None for entry in exported("papers")}
    papers = [
        {
            **nothing,
            "number": f"F-2026-00000{day}",
            "issued_at": f"2026-11-0{day}T12:00:00Z",
            "pdf": bytes(12_000_000),
        }
        for day in (1, 2, 3)
    ]
    copy = Copy("R-222222", datetime(2026, 11, 23, tzinfo=UTC), facts(Controller()), {"papers": papers})

    folder = Folder(bundle(copy, Page("en", "ltr", "Your data", ()), "en"))

    assert [name for name in folder.files if name.startswith("invoices/")] == [
        "invoices/F-2026-000003.pdf",
        "invoices/F-2026-000002.pdf",
    ]
    assert folder.manifest["left_out"] == ["invoices/F-2026-000001.pdf"]
    assert len(folder.records["papers"]) == 3


_words = st.text(st.characters(blacklist_categories=["Cs"]))
_values = {
    "text": st.none() | _words,
    "number": st.none() | st.integers(),
    "yes": st.none() | st.booleans(),
    "more": st.none() | st.dictionaries(_words, _words | st.integers()),
}


@given(st.lists(st.fixed_dictionaries(_values)))
def test_whatever_stands_in_a_table_comes_back(rows):
    assert from_csv(to_csv(rows, list(FIELDS)), FIELDS) == rows
