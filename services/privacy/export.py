"""A copy of everything about one customer: a JSON document whose form is told by export_schema.py beside this file."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, select

from services.clock import Clock
from services.privacy.belongings import held_tables, orders_of, rows_of, tables
from services.privacy.entries import Entry
from services.privacy.policy import Controller, facts
from services.privacy.registry import about
from services.privacy.requests import Requests
from services.storage import Stores
from services.storage.sealing import Sealer, Secrets, Vault

FORMAT, FORMAT_VERSION = "miio-personal-data", 1

#: A line in one of these states has never been installed.
_UNUSED = (None, "pending", "ready")

Record = dict[str, Any]


class Exports:
    """Makes the copy. Whoever asks must have been recognized before."""

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
        sealer = await self._vault.sealer(customer)
        number = await self._requests.export_asked(customer)
        records = await self._stores.app.read(lambda connection: _records(connection, customer, sealer))
        records |= await self._held(customer)
        now = self._clock.now()
        document = {"manifest": self._manifest(number, now, records), "records": records}
        await self._requests.move(number, "answered")
        return f"miio-data-{now:%Y-%m-%d}.json", _bytes(document), number

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

    def _manifest(self, number: str, now: datetime, records: dict[str, list[Record]]) -> Record:
        policy = asdict(facts(self._controller))
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "request": number,
            "generated_at": _text(now),
            "policy": policy["version"],
            "controller": {
                name: policy["controller"][name]
                for name in ("name", "address", "email", "authority", "authority_url")
            },
            "rights": policy["rights"],
            "categories": [
                {
                    "category": held["category"],
                    "purposes": [{"purpose": purpose, "basis": basis} for purpose, basis in held["purposes"]],
                    "recipients": held["recipients"],
                    "periods": held["periods"],
                }
                for held in policy["held"]
            ],
            "records": {
                name: {"count": len(rows), "sha256": sha256(_bytes(rows)).hexdigest()}
                for name, rows in records.items()
            },
        }


def exported(table: str) -> tuple[Entry, ...]:
    """The columns of a table that an export shows."""
    return tuple(entry for entry in about(table) if entry.export)


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
            return b64encode(sealer.open(value, place)).decode()
        case _:
            return sealer.words(value, place)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
