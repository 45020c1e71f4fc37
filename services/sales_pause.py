"""Sales that pause: all of them, a provider's, one plan's; by a person's word, or because it cannot be bought now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from services.clock import Clock, Waits
from services.storage import Storage
from services.storage.app import pauses
from services.storage.upsert import insert_new

#: What stands for everything that the shop sells.
ALL = "all"
#: Why a person paused sales; everything else is the shop's own doing, and ends by itself.
STAFF = "staff"
#: Single plans that pause at a provider; with one more, the provider pauses in whole.
MOST_PLANS = 100
#: Seconds until the shop looks whether it can sell again, and to the next looks: twice as long each time.
LOOK_AGAIN, LONGEST = 300.0, 6 * 3_600.0


def plan_of(provider: str, sku: str) -> str:
    """What names one plan of a provider."""
    return f"{provider} {sku}"[:100]


@dataclass(frozen=True)
class Pause:
    """`what`: "all", a provider, or a provider and its SKU. `over`: only what costs more pauses."""

    what: str
    #: "staff", "no_credit", "capped", "refused", "gone", "dearer".
    why: str
    at: datetime
    #: None: until somebody, or the shop itself, resumes.
    until: datetime | None = None
    over: Decimal | None = None
    #: What could not be afforded, or the most that it may cost; in the provider's currency.
    wanted: Decimal | None = None
    looks: int = 0
    look_at: datetime | None = None

    @property
    def provider(self) -> str:
        return self.what.partition(" ")[0]

    @property
    def sku(self) -> str | None:
        return self.what.partition(" ")[2] or None


@dataclass(frozen=True)
class Paused:
    """Everything that pauses at one moment."""

    pauses: tuple[Pause, ...] = ()

    def stops(self, provider: str, sku: str, cost: Decimal) -> Pause | None:
        """Why something of that cost (provider's currency) is not for sale now, or None."""
        names = (ALL, provider, plan_of(provider, sku))
        return next(
            (one for one in self.pauses if one.what in names and (one.over is None or cost > one.over)), None
        )

    @property
    def everything(self) -> Pause | None:
        """The pause of the whole shop, or None."""
        return next((one for one in self.pauses if one.what == ALL), None)


class SalesPause:
    """Keeps the pauses. `now` is held in memory for the catalogue; what costs money asks the table."""

    def __init__(self, app: Storage, clock: Clock, waits: Waits) -> None:
        self._app = app
        self._clock = clock
        self._waits = waits
        #: What paused when this process last looked.
        self.now = NOTHING

    async def pause(
        self,
        what: str,
        why: str = STAFF,
        until: datetime | None = None,
        *,
        over: Decimal | None = None,
        wanted: Decimal | None = None,
    ) -> bool:
        """Pause sales; False when that pauses already, for that reason."""
        now = self._clock.now()

        def work(connection: Connection) -> bool:
            name = _wider(connection, what, why)
            values = {
                "until": until,
                "over": None if over is None else str(over),
                "look_at": now + self._wait(0),
            }
            if insert_new(
                connection,
                pauses,
                what=name,
                why=why,
                at=now,
                looks=0,
                wanted=None if wanted is None else str(wanted),
                **values,
            ):
                return True
            dearest = max((one for one in (_one(connection, name, why).wanted, wanted) if one), default=None)
            connection.execute(
                update(pauses).where(*_is(name, why)).values(wanted=dearest and str(dearest), **values)
            )
            return False

        news = await self._app.transaction(work)
        await self.reload()
        return news

    async def resume(self, what: str, why: str | None = None) -> bool:
        """Sell again; False when nothing paused. Without `why`, whatever the reason was."""
        wanted = _is(what, why) if why else (pauses.c.what == what,)
        ended = await self._app.transaction(
            lambda connection: connection.execute(delete(pauses).where(*wanted)).rowcount
        )
        await self.reload()
        return bool(ended)

    async def look_later(self, pause: Pause, over: Decimal | None = None) -> None:
        """It cannot be sold yet: look again after twice the time. `over`: what can be afforded meanwhile."""
        values = {"looks": pause.looks + 1, "look_at": self._clock.now() + self._wait(pause.looks + 1)}
        if over is not None:
            # Money that moves is looked at again soon.
            values |= {"over": str(over), "look_at": self._clock.now() + self._wait(0)}
        await self._app.transaction(
            lambda connection: connection.execute(
                update(pauses).where(*_is(pause.what, pause.why)).values(values)
            )
        )
        await self.reload()

    async def reload(self) -> Paused:
        """What pauses now, from the table: other processes pause too, and some pauses end by their time."""
        now = self._clock.now()
        found = await self._app.read(lambda connection: _read(connection, now))
        if found != self.now:
            self.now = found
        return self.now

    async def stops(self, provider: str, sku: str, cost: Decimal) -> Pause | None:
        """Like `Paused.stops`, asked of the table."""
        return (await self.reload()).stops(provider, sku, cost)

    async def forget(self) -> None:
        """Delete pauses whose time is over."""
        now = self._clock.now()
        await self._app.transaction(
            lambda connection: connection.execute(delete(pauses).where(pauses.c.until <= now))
        )
        await self.reload()

    def _wait(self, looks: int) -> timedelta:
        return timedelta(seconds=self._waits(min(LOOK_AGAIN * 2 ** min(looks, 10), LONGEST), floor=2))


#: How the catalogue asks what pauses: the same object as long as nothing has changed.
AskPaused = Callable[[], Paused]
NOTHING = Paused()


def nothing_pauses() -> Paused:
    """For a shop that never pauses."""
    return NOTHING


def _wider(connection: Connection, what: str, why: str) -> str:
    """The provider instead of one more plan, when too many of its plans pause."""
    provider, _, sku = what.partition(" ")
    if not sku:
        return what
    many = connection.execute(
        select(func.count()).where(pauses.c.what.startswith(f"{provider} "), pauses.c.why == why)
    ).scalar_one()
    return provider if many >= MOST_PLANS else what


def _read(connection: Connection, now: datetime) -> Paused:
    rows = connection.execute(
        select(pauses)
        .where(or_(pauses.c.until.is_(None), pauses.c.until > now))
        .order_by(pauses.c.what, pauses.c.why)
    ).all()
    return Paused(tuple(map(_pause, rows)))


def _one(connection: Connection, what: str, why: str) -> Pause:
    return _pause(connection.execute(select(pauses).where(*_is(what, why))).one())


def _is(what: str, why: str) -> tuple[Any, ...]:
    return pauses.c.what == what, pauses.c.why == why


def _pause(row: Any) -> Pause:
    return Pause(
        what=row.what,
        why=row.why,
        at=row.at,
        until=row.until,
        over=None if row.over is None else Decimal(row.over),
        wanted=None if row.wanted is None else Decimal(row.wanted),
        looks=row.looks,
        look_at=row.look_at,
    )
