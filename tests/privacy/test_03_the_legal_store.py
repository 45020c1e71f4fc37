"""Acceptance test 3: the legal store keeps a buyer's name, sealed: no file of it shows it, in any form."""

from __future__ import annotations

from living import Living
from sqlalchemy import select

from services.storage.legal import papers
from tests.privacy.erasing import forms
from tests.privacy.searching import opened

NAME, STREET = "Adaline Canaryson", "adaline@canary.example"


async def test_the_legal_stores_files_name_nobody_and_its_papers_do():
    living = await Living().start()
    try:
        ada = living.traveller("telegram", "ada", "en")
        await ada.buys(name=NAME, email=STREET)
        await living.at_rest()
        await ada.to_erasure()
        await ada.mark()
        await ada.says("DELETE")
        await ada.sees("Deleted on", seconds=60)

        files = [path for path in living.data.iterdir() if path.name.startswith("legal")]
        assert files
        shown = [
            path.name
            for path in files
            for value in (NAME, STREET)
            for form in forms(value)
            if form in path.read_bytes()
        ]
        assert shown == []
        async with opened(living) as (stores, sealers):
            rows = await stores.legal.read(lambda c: c.execute(select(papers)).all())
            data = [sealers["archive"].open(row.data, f"papers:data:{row.key}").decode() for row in rows]
        assert len(data) == 1
        assert NAME in data[0]
    finally:
        await living.stop()
