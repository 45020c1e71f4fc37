"""Acceptance test 2: while somebody reads, the write-ahead log cannot be emptied, and nothing is called done."""

import sqlite3
from contextlib import closing

from services.privacy.erasing.scrub import Scrubber
from tests.privacy.erasing import check_erased, left_on_disk
from tests.privacy.house import files_of, traveller


async def test_an_open_reader_is_waited_for(house):
    ada = await traveller(house, "ada")
    path = files_of(house.stores.app.url)[0]
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM customers").fetchall()
        receipt = await house.privacy.erase(ada.id, ada.chat)
        original, busy = Scrubber.scrub, []

        class Impatient(Scrubber):
            async def scrub(self, traces):
                outcome = await original(self, traces)
                busy.append(outcome)
                if len(busy) == 2:
                    reader.rollback()
                return outcome

        house.privacy.forgetting.erasures._erasing._scrubber = Impatient(house.stores, patience=50)
        assert await house.engine.run() == ["erased"]

    assert busy == ["again", "again", "clean", "clean"]
    await check_erased(house, ada, receipt)
    assert left_on_disk(house, ada) == []


async def test_a_reader_who_stays_leaves_it_undone_and_says_so(house):
    ada = await traveller(house, "ada")
    house.privacy.forgetting.erasures._erasing._scrubber = Scrubber(house.stores, patience=20)
    with closing(sqlite3.connect(files_of(house.stores.app.url)[0])) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM customers").fetchall()
        receipt = await house.privacy.erase(ada.id, ada.chat)
        assert "waiting" in await house.engine.run()
        assert ("erasure_not_proven", receipt) in house.voice.alarms
        assert house.last.said == []
        assert await house.privacy.request_state(receipt) == "in_progress"
        reader.rollback()

    assert await house.privacy.resume() == 1
    assert "erased" in await house.engine.run()
    await check_erased(house, ada, receipt)
    assert left_on_disk(house, ada) == []
