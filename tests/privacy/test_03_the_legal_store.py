"""Acceptance test 3: the legal store keeps a buyer's name, sealed: no file of it shows it, in any form."""

from __future__ import annotations

import pytest
from living import Living
from postgres import databases
from sqlalchemy import select

from services.storage.legal import LEGAL, papers
from tests.privacy.erasing import forms
from tests.privacy.searching import opened

NAME, STREET = "Adaline Canaryson", "adaline@canary.example"


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_the_legal_stores_files_name_nobody_and_its_papers_do(store):
    living = await Living(databases() if store == "postgres" else None).start()
    try:
        ada = living.traveller("telegram", "ada", "en")
        await ada.buys(name=NAME, email=STREET)
        await living.at_rest()
        await ada.to_erasure()
        await ada.mark()
        await ada.says("DELETE")
        await ada.sees("Deleted on", seconds=60)

        kept = await _rows(living) if store == "postgres" else _files(living)
        assert kept
        shown = [
            where
            for where, content in kept.items()
            for value in (NAME, STREET)
            for form in forms(value)
            if form in content
        ]
        assert shown == []
        async with opened(living) as (stores, sealers):
            rows = await stores.legal.read(lambda c: c.execute(select(papers)).all())
            data = [sealers["archive"].open(row.data, f"papers:data:{row.key}").decode() for row in rows]
        assert len(data) == 1
        assert NAME in data[0]
    finally:
        await living.stop()


def _files(living):
    """The legal store's files, byte by byte."""
    return {path.name: path.read_bytes() for path in living.data.iterdir() if path.name.startswith("legal")}


async def _rows(living):
    """What a PostgreSQL server's files are made of: every value as it is kept."""
    async with opened(living) as (stores, _sealers):
        return {
            table.name: b"\n".join(
                value if isinstance(value, bytes) else str(value).encode()
                for row in await stores.legal.read(lambda c, table=table: c.execute(select(table)).all())
                for value in row
            )
            for table in LEGAL.sorted_tables
        }
