"""Where papers are kept: in the legal store, under the house's own key, each with the number that it took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.papers.paper import Facts, Kind, Paper
from services.seller import Seller
from services.storage import Storage
from services.storage.legal import papers, series
from services.storage.sealing import Secrets
from services.storage.upsert import insert_new

#: How a series begins its numbers: F-2026-000001 for a facture, A- for an avoir.
PREFIX: dict[Kind, str] = {"invoice": "F", "credit_note": "A"}


@dataclass(frozen=True)
class Place:
    """The next free place of a series: not taken until a paper is put there."""

    kind: Kind
    year: int
    seq: int
    at: datetime

    @property
    def number(self) -> str:
        return f"{PREFIX[self.kind]}-{self.year}-{self.seq:06d}"


@dataclass(frozen=True)
class Printed:
    """A paper as it is about to be kept."""

    key: str
    facts: Facts
    place: Place
    pdf: bytes
    keep_until: datetime


class Overtaken(Exception):
    """Somebody else took that number, or wrote that paper, first: nothing was written."""


class Shelf:
    """Reads and writes papers. Nothing here ever changes one."""

    def __init__(self, legal: Storage, secrets: Secrets, seller: Seller) -> None:
        self._legal = legal
        self._secrets = secrets
        self._zone = seller.zone

    async def of_order(self, order: str) -> list[Paper]:
        """An order's papers, in the order in which they were written."""
        return (await self.of_orders([order])).get(order, [])

    async def of_orders(self, orders: Sequence[str]) -> dict[str, list[Paper]]:
        """The papers of several orders, by order."""
        rows = await self._legal.read(
            lambda connection: connection.execute(
                select(papers.c.key, papers.c.order_id, papers.c.data)
                .where(papers.c.order_id.in_(orders))
                .order_by(papers.c.issued_at, papers.c.kind, papers.c.seq)
            ).all()
        )
        found: dict[str, list[Paper]] = {}
        for row in rows:
            found.setdefault(row.order_id, []).append(self._paper(row))
        return found

    async def find(self, number: str) -> Paper | None:
        """The paper of that number, or None."""
        row = await self._legal.read(
            lambda connection: connection.execute(
                select(papers.c.key, papers.c.data).where(papers.c.number == number)
            ).one_or_none()
        )
        return self._paper(row) if row is not None else None

    async def pdf(self, paper: Paper) -> bytes:
        """The paper as it was handed out."""
        sealed = await self._legal.read(
            lambda connection: connection.execute(
                select(papers.c.pdf).where(papers.c.key == paper.key)
            ).scalar_one()
        )
        return self._secrets.archive.open(sealed, f"papers:pdf:{paper.key}")

    async def next_places(self, kinds: Sequence[Kind], now: datetime) -> list[Place]:
        """Where papers of these kinds would stand if they were written now, never before the last of their series."""
        rows = await self._legal.read(lambda connection: connection.execute(select(series)).all())
        last = {(row.kind, row.year): row for row in rows}
        places: list[Place] = []
        for kind in kinds:
            at = max([now, *(row.at for (of, _), row in last.items() if of == kind)])
            year = at.astimezone(self._zone).year
            taken = last[kind, year].last if (kind, year) in last else 0
            before = sum((one.kind, one.year) == (kind, year) for one in places)
            places.append(Place(kind, year, taken + 1 + before, at))
        return places

    async def put(self, printed: Sequence[Printed], also: Callable[[Connection], None]) -> None:
        """Keep papers with their numbers, all or none. Raises Overtaken."""

        def work(connection: Connection) -> None:
            for one in printed:
                self._take(connection, one.place)
                connection.execute(insert(papers).values(self._row(one)))
            also(connection)

        try:
            await self._legal.transaction(work)
        except IntegrityError as error:
            raise Overtaken from error

    def _take(self, connection: Connection, place: Place) -> None:
        if place.seq == 1:
            insert_new(connection, series, kind=place.kind, year=place.year, last=0, at=place.at)
        taken = connection.execute(
            update(series)
            .where(series.c.kind == place.kind, series.c.year == place.year, series.c.last == place.seq - 1)
            .values(last=place.seq, at=place.at)
        ).rowcount
        if taken != 1:
            raise Overtaken(place.number)

    def _row(self, one: Printed) -> dict[str, Any]:
        facts, place, archive = one.facts, one.place, self._secrets.archive
        return {
            "key": one.key,
            "order_id": facts.order,
            "kind": place.kind,
            "year": place.year,
            "seq": place.seq,
            "number": place.number,
            "about": facts.about,
            "issued_at": place.at,
            "country": facts.taxed.country,
            "currency": facts.gross.currency,
            "net": facts.net.minor,
            "tax": facts.tax.minor,
            "gross": facts.gross.minor,
            "data": archive.seal_json(facts.as_json(), f"papers:data:{one.key}"),
            "pdf": archive.seal(one.pdf, f"papers:pdf:{one.key}"),
            "keep_until": one.keep_until,
        }

    def _paper(self, row: Any) -> Paper:
        kept = self._secrets.archive.open_json(row.data, f"papers:data:{row.key}")
        return Paper(row.key, Facts.from_json(kept))


def numbered(facts: Facts, place: Place) -> Facts:
    """The facts as they stand on the paper of that place."""
    return replace(facts, number=place.number, issued_at=place.at)
