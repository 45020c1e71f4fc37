"""What was last said to a platform that does not show it, remembered as a keyed hash."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from services.clock import Clock
from services.storage import Storage
from services.storage.app import marks
from services.storage.sealing import Secrets
from services.storage.upsert import insert_new


class LastSaid:
    """One thing that is said, such as "webhook"; equal words are known again, and nobody can read them."""

    def __init__(self, app: Storage, secrets: Secrets, clock: Clock, what: str) -> None:
        self._app = app
        self._secrets = secrets
        self._clock = clock
        self._name = f"last said: {what}"

    async def was(self, words: str) -> bool:
        """Whether these words were the last."""
        kept = await self._app.read(
            lambda connection: connection.execute(
                select(marks.c.value).where(marks.c.name == self._name)
            ).scalar()
        )
        return kept == self._secrets.hash(self._name, words)

    async def note(self, words: str) -> None:
        """From now on these are."""
        value, now = self._secrets.hash(self._name, words), self._clock.now()

        def work(connection: Connection) -> None:
            if not insert_new(connection, marks, name=self._name, value=value, at=now):
                connection.execute(
                    update(marks).where(marks.c.name == self._name).values(value=value, at=now)
                )

        await self._app.transaction(work)
