"""The form of an export, for whoever reads one by program: export.schema.json, with each record's fields filled in.

The fields follow from the registry and the tables, so that a new column never makes an export that its own
schema refuses.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, Table

from services.privacy.facts.belongings import held_tables, tables
from services.privacy.facts.entries import Entry
from services.privacy.facts.registry import about

_FRAME = Path(__file__).with_name("export.schema.json")


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12. Raises KeyError for a table that has no description in the frame."""
    frame: dict[str, Any] = json.loads(_FRAME.read_text())
    records = frame["properties"]["records"]
    shown = {table.name: _fields(table) for table in (*tables(), *held_tables()) if _shown(table)}
    records["properties"] = {
        name: records["properties"][name] | {"items": fields} for name, fields in shown.items()
    }
    records["required"] = sorted(shown)
    return frame


def _fields(table: Table) -> dict[str, Any]:
    fields = {entry.column: _type(entry, table.c[entry.column]) for entry in _shown(table)}
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _shown(table: Table) -> list[Entry]:
    return [entry for entry in about(table.name) if entry.export]


def _type(entry: Entry, column: Column[Any]) -> dict[str, Any]:
    kind = "object" if entry.export == "json" or isinstance(column.type, JSON) else _plain(column)
    missing = column.nullable or entry.export == "unused"
    field: dict[str, Any] = {"type": [kind, "null"] if missing else kind}
    if _is_moment(column):
        field["format"] = "date-time"
    return field


def _plain(column: Column[Any]) -> str:
    if isinstance(column.type, Boolean):
        return "boolean"
    return "integer" if isinstance(column.type, Integer) else "string"


def _is_moment(column: Column[Any]) -> bool:
    return isinstance(getattr(column.type, "impl", column.type), DateTime)
