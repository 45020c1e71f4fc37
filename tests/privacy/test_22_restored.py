"""Acceptance test 22: a backup from before an erasure is refused until the journal was replayed; then test 1 holds.

tests/test_backup.py rehearses the same with `backup` and `restore` beside a bot that sells.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from services.privacy import Resurrected
from services.storage import open_stores
from services.storage.vault import erasures
from tests.privacy.erasing import check_erased, erased, left_on_disk
from tests.privacy.house import NAMES, House, files_of, traveller


async def restore(house, names, act):
    """Put copies of these stores back as they were before `act`."""
    urls = {name: getattr(house.stores, name).url for name in names}
    before = {}
    for name, url in urls.items():
        path = files_of(url)[0]
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before[name] = path.read_bytes()
    await act()
    await house.close()
    for name, url in urls.items():
        path = files_of(url)[0]
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        path.write_bytes(before[name])
    stores = await open_stores(*(getattr(house.stores, name).url for name in NAMES))
    return House(stores, {}, house.clock)


async def test_a_restored_store_is_refused_until_the_journal_was_replayed(house):
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")

    later = await restore(house, ["app"], lambda: erased(house, ada))
    with pytest.raises(Resurrected, match="python -m bot privacy replay"):
        await later.guard.check()
    assert await later.guard.replay() == 1

    await later.guard.check()
    (line,) = await later.all(select(erasures), "vault")
    await check_erased(later, ada, line.id)
    assert left_on_disk(later, ada) == []
    assert (await later.people.account(bob.id)).email == bob.email
    assert await later.guard.replay() == 0
    await later.close()


async def test_a_restored_vault_is_refused_until_its_keys_are_gone_again(house):
    ada = await traveller(house, "ada")

    later = await restore(house, ["vault"], lambda: erased(house, ada))
    with pytest.raises(Resurrected):
        await later.guard.check()
    assert await later.guard.replay() == 1

    await later.guard.check()
    (line,) = await later.all(select(erasures), "vault")
    await check_erased(later, ada, line.id)
    await later.close()
