"""Everything about one customer, collected for a copy; the form of its JSON is told by export_schema.py beside this file."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, select

from services.clock import Clock
from services.privacy.facts.belongings import held_tables, orders_of, rows_of, tables
from services.privacy.facts.entries import CONSENT, CONTRACT, Entry
from services.privacy.facts.policy import Controller, Facts, facts
from services.privacy.facts.registry import about
from services.privacy.requests.register import Requests
from services.storage import Stores
from services.storage.sealing import Sealer, Secrets, Vault

FORMAT, FORMAT_VERSION = "miio-personal-data", 1

#: A line in one of these states has never been installed.
_UNUSED = (None, "pending", "ready")

Record = dict[str, Any]


@dataclass(frozen=True)
class Copy:
    """Everything held about one customer at a moment. Values are JSON's own; files are bytes."""

    #: The number of the request for it.
    request: str
    at: datetime
    facts: Facts
    #: Table → its rows.
    records: Mapping[str, Sequence[Record]]

    @property
    def files(self) -> dict[str, bytes]:
        """Papers as they were handed out, by the path that they get in a folder."""
        return {
            path_of(row): value
            for rows in self.records.values()
            for row in rows
            for value in row.values()
            if isinstance(value, bytes)
        }

    def document(self, file: Callable[[Record, bytes], str]) -> Record:
        """The JSON document; `file` says what stands in it for a file of a record."""
        records = {
            name: [
                {
                    column: file(row, value) if isinstance(value, bytes) else value
                    for column, value in row.items()
                }
                for row in rows
            ]
            for name, rows in self.records.items()
        }
        return {"manifest": self._manifest(records), "records": records}

    def _manifest(self, records: Mapping[str, Sequence[Record]]) -> Record:
        said = asdict(self.facts)
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "request": self.request,
            "generated_at": _text(self.at),
            "policy": said["version"],
            "controller": {
                name: said["controller"][name]
                for name in ("name", "address", "email", "authority", "authority_url")
            },
            "rights": said["rights"],
            "categories": [
                {
                    "category": held["category"],
                    "purposes": [{"purpose": purpose, "basis": basis} for purpose, basis in held["purposes"]],
                    "recipients": held["recipients"],
                    "periods": held["periods"],
                }
                for held in said["held"]
            ],
            "records": {
                name: {
                    "count": len(rows),
                    "sha256": sha256(as_bytes(rows)).hexdigest(),
                    "portable": is_portable(name),
                }
                for name, rows in records.items()
            },
        }


class Exports:
    """Collects. Whoever asks must have been recognized before."""

    def __init__(
        self,
        stores: Stores,
        vault: Vault,
        secrets: Secrets,
        clock: Clock,
        requests: Requests,
        controller: Controller,
    ) -> None:
        self._stores = stores
        self._vault = vault
        self._secrets = secrets
        self._clock = clock
        self._requests = requests
        self._controller = controller

    async def export(self, customer: str) -> tuple[str, bytes, str]:
        """(a file's name, UTF-8 JSON, the request's number). Raises Erased when the customer is gone."""
        await self._vault.sealer(customer)  # nobody asks in the name of somebody who is gone
        number = await self._requests.export_asked(customer)
        content = await self.document(customer, number)
        await self._requests.move(number, "answered")
        return f"miio-data-{self._clock.now():%Y-%m-%d}.json", content, number

    async def document(self, customer: str, number: str = "") -> bytes:
        """Everything in one document, papers within it. Raises Erased when the customer is gone."""
        copy = await self.collect(customer, number)
        return as_bytes(copy.document(lambda _row, value: b64encode(value).decode()))

    async def collect(self, customer: str, number: str) -> Copy:
        """Everything as it stands now. Raises Erased when the customer is gone."""
        sealer = await self._vault.sealer(customer)
        records = await self._stores.app.read(lambda connection: _records(connection, customer, sealer))
        records |= await self._held(customer)
        return Copy(number, self._clock.now(), facts(self._controller), records)

    async def _held(self, customer: str) -> dict[str, list[Record]]:
        """What the legal archive holds of this customer's orders."""
        mine = await self._stores.app.read(lambda connection: orders_of(connection, customer))

        def work(connection: Connection) -> dict[str, list[Record]]:
            return {
                table.name: [
                    _record(table, row, self._secrets.archive)
                    for row in connection.execute(
                        select(table).where(table.c.order_id.in_(mine)).order_by(*table.primary_key)
                    ).mappings()
                ]
                for table in held_tables()
            }

        return await self._stores.legal.read(work)


def exported(table: str) -> tuple[Entry, ...]:
    """The columns of a table that an export shows."""
    return tuple(entry for entry in about(table) if entry.export)


def is_portable(table: str) -> bool:
    """Whether its rows are theirs to take elsewhere: GDPR art. 20, data under a contract or consent."""
    return any(entry.basis in (CONTRACT, CONSENT) for entry in exported(table))


def path_of(paper: Record) -> str:
    """Where a paper stands in a folder."""
    return f"invoices/{paper['number']}.pdf"


def as_bytes(value: Any) -> bytes:
    """JSON as it is hashed: UTF-8, indented by two spaces."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _records(connection: Connection, customer: str, sealer: Sealer) -> dict[str, list[Record]]:
    return {
        table.name: [_record(table, row, sealer) for row in rows_of(connection, table, customer)]
        for table in tables()
        if exported(table.name)
    }


def _record(table: Table, row: Mapping[Any, Any], sealer: Sealer) -> Record:
    return {entry.column: _value(entry, row, sealer) for entry in exported(table.name)}


def _value(entry: Entry, row: Mapping[Any, Any], sealer: Sealer) -> Any:
    value = row[entry.column]
    if value is None or entry.export == "plain":
        return _text(value) if isinstance(value, datetime) else value
    if entry.export == "unused" and not (row["line_state"] in _UNUSED and not row["used_bytes"]):
        return None
    place = entry.place.format_map(row)
    match entry.export:
        case "json":
            return sealer.open_json(value, place)
        case "file":
            return sealer.open(value, place)
        case _:
            return sealer.words(value, place)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
