"""5: every column that the registry calls exportable, seeded with a canary, is in the copy: as JSON, as a table, on the page."""

from __future__ import annotations

import json
from html import unescape

from tests.privacy.canaries import seed
from tests.privacy.carried import carried
from tests.privacy.house import traveller


async def test_every_exportable_column_is_in_the_copy(each):
    ada = await traveller(each, "ada")
    planted = await seed(each, ada)
    assert len(planted) >= 25

    folder = await carried(each, ada)

    folder.check()
    page = unescape(folder.page)
    for table, columns in planted.items():
        rows = folder.records[table]
        assert rows, f"{table}: nothing was seeded"
        for column, value in columns.items():
            assert column in rows[0], f"{table}.{column}"
            if value is None or isinstance(value, bool):
                continue
            looked = _plain(value)
            assert any(looked in _plain(row[column]) for row in rows) or column == "pdf", f"{table}.{column}"
            if isinstance(value, str):
                assert looked in page or column in ("pdf", "at"), f"{table}.{column} on the page"


async def test_papers_are_there_as_they_were_handed_out(each):
    ada = await traveller(each, "ada")
    planted = await seed(each, ada)

    folder = await carried(each, ada)

    (paper,) = folder.records["papers"]
    assert paper["pdf"] == f"invoices/{paper['number']}.pdf"
    assert folder.files[paper["pdf"]].decode() == planted["papers"]["pdf"]
    assert f'href="invoices/{paper["number"]}.pdf"' in folder.page


def _plain(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
