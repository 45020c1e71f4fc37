"""The campaigns that there are: entered, started, stopped, counted. What sends them is a round of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from services.campaigns.plans import Draft, Standing, Words, in_language
from services.clock import Clock
from services.storage import Storage
from services.storage.campaigns import campaign_sends, campaigns
from services.storage.upsert import insert_new

#: A campaign is over so long after its first start. Whom it reached is remembered longer than that, so nobody can get
#: it twice by stopping and starting.
RUNS = timedelta(days=5)
#: Campaigns kept, and how long after their end.
MOST_CAMPAIGNS, KEPT = 200, timedelta(days=400)


class Campaigns:
    """What operators and handlers ask for."""

    def __init__(self, app: Storage, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def enter(self, draft: Draft) -> str:
        """Keep a new campaign: "new", "taken" (there is one of that name) or "full"."""
        now = self._clock.now()

        def work(connection: Connection) -> str:
            _forget(connection, now - KEPT)
            if connection.execute(select(func.count()).select_from(campaigns)).scalar_one() >= MOST_CAMPAIGNS:
                return "full"
            made = insert_new(
                connection, campaigns, name=draft.name, state="new", words=dict(draft.words), made_at=now
            )
            return "new" if made else "taken"

        return await self._app.transaction(work)

    async def start(self, name: str) -> str:
        """Begin, or go on: "running"; or the state that it stays in, "unknown" for a name that there is not."""
        now = self._clock.now()

        def work(connection: Connection) -> str:
            row = connection.execute(select(campaigns).where(campaigns.c.name == name)).one_or_none()
            if row is None:
                return "unknown"
            if row.state == "over" or (row.begun_at is not None and now - row.begun_at >= RUNS):
                return "over"
            connection.execute(
                update(campaigns)
                .where(campaigns.c.name == name, campaigns.c.state.in_(("new", "stopped")))
                .values(state="running", begun_at=row.begun_at or now)
            )
            return "running"

        return await self._app.transaction(work)

    async def stop(self, name: str) -> bool:
        """In the middle, if need be: nothing begins any more. False when it does not run."""
        stopped = (
            update(campaigns)
            .where(campaigns.c.name == name, campaigns.c.state == "running")
            .values(state="stopped")
        )
        return await self._app.transaction(lambda connection: connection.execute(stopped).rowcount == 1)

    async def standing(self) -> list[Standing]:
        """Every campaign with its counts, the newest first."""

        def work(connection: Connection) -> list[Standing]:
            found = counts(connection)
            return [
                Standing(row.name, row.state, row.counts or found.get(row.name, {}))
                for row in connection.execute(select(campaigns).order_by(campaigns.c.made_at.desc()))
            ]

        return await self._app.read(work)

    async def words(self, name: str) -> Words:
        """What it says on each channel. Raises LookupError."""
        found = await self._app.read(
            lambda connection: connection.execute(
                select(campaigns.c.words).where(campaigns.c.name == name)
            ).scalar_one_or_none()
        )
        if found is None:
            raise LookupError(name)
        words: Words = found
        return words

    async def said(self, name: str, channel: str, locale: str) -> tuple[str, str]:
        """(language, words) for a chat. Raises LookupError when it says nothing there."""
        found = in_language(await self.words(name), channel, locale)
        if found is None:
            raise LookupError(name)
        return found


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """Campaign → what came of its messages → how many."""
    sends = select(campaign_sends.c.campaign, campaign_sends.c.state, func.count())
    found: dict[str, dict[str, int]] = {}
    for campaign, state, count in connection.execute(
        sends.group_by(campaign_sends.c.campaign, campaign_sends.c.state)
    ):
        found.setdefault(campaign, {})[state] = count
    return found


def _forget(connection: Connection, before: datetime) -> None:
    old = select(campaigns.c.name).where(campaigns.c.ended_at < before)
    connection.execute(delete(campaign_sends).where(campaign_sends.c.campaign.in_(old)))
    connection.execute(delete(campaigns).where(campaigns.c.ended_at < before))
