"""9: the JSON of a copy is what its schema says, the manifest's hashes are true, and its tables come back without loss."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.privacy.carrying.tables import from_csv, to_csv
from tests.privacy.canaries import seed
from tests.privacy.carried import carried
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
