"""Records as tables that any program reads: CSV (RFC 4180), and the way back without loss by the schema beside them.

An empty field is a null. Text stands as it is; only an empty one, or one that begins with a quotation mark, is
written as JSON, like everything that is no text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]


def to_csv(rows: Sequence[Record], columns: Sequence[str]) -> str:
    """A line of columns, then one for each row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_field(row[column]) for column in columns])
    return out.getvalue()


def from_csv(text: str, fields: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows that `to_csv` wrote; `fields` are the properties of such a record in the schema.

    Raises KeyError and ValueError for what it never writes.
    """
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    return [
        {column: _value(field, fields[column]) for column, field in zip(header, line, strict=True)}
        for line in lines
    ]


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value and not value.startswith('"'):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _value(field: str, kind: Mapping[str, Any]) -> Any:
    if not field:
        return None
    is_text = "string" in ((kind["type"],) if isinstance(kind["type"], str) else kind["type"])
    return field if is_text and not field.startswith('"') else json.loads(field)
