"""The ZIP: a page for people, JSON with its schema and tables for programs, papers as they were, and the hash of each."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from services.page import Page, laid_out
from services.privacy.carrying.export import FORMAT, FORMAT_VERSION, Copy, as_bytes, exported, path_of
from services.privacy.carrying.schema import schema
from services.privacy.carrying.tables import to_csv

MANIFEST, PAGE, DATA, SCHEMA = "manifest.json", "index.html", "data.json", "schema.json"
#: Bytes of papers in one ZIP, the newest first; the chat gives any older one by its number.
MOST_PAPERS = 30_000_000


def bundle(copy: Copy, page: Page, locale: str) -> bytes:
    """The whole folder as a ZIP. `page` is what index.html says, in that language."""
    taken, left_out = _papers(copy)
    document = copy.document(lambda row, _file: path_of(row))
    files = {
        PAGE: laid_out(page),
        DATA: as_bytes(document),
        SCHEMA: as_bytes(schema()),
        **{
            f"csv/{name}.csv": to_csv(rows, [entry.column for entry in exported(name)]).encode()
            for name, rows in document["records"].items()
        },
        **taken,
    }
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "request": copy.request,
        "generated_at": document["manifest"]["generated_at"],
        "policy": copy.facts.version,
        "language": locale,
        "left_out": left_out,
        "files": [
            {"name": name, "bytes": len(content), "sha256": sha256(content).hexdigest()}
            for name, content in files.items()
        ],
    }
    return _zipped({MANIFEST: json.dumps(manifest, ensure_ascii=False, indent=2).encode(), **files}, copy)


def _papers(copy: Copy) -> tuple[Mapping[str, bytes], list[str]]:
    taken: dict[str, bytes] = {}
    left_out, room = [], MOST_PAPERS
    issued = {path_of(row): str(row["issued_at"]) for row in copy.records.get("papers", ())}
    for path, content in sorted(
        copy.files.items(), key=lambda one: (issued.get(one[0], ""), one[0]), reverse=True
    ):
        room -= len(content)
        if room >= 0:
            taken[path] = content
        else:
            left_out.append(path)
    return taken, left_out


def _zipped(files: Mapping[str, Any], copy: Copy) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as folder:
        for name, content in files.items():
            entry = ZipInfo(name, copy.at.timetuple()[:6])
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
            folder.writestr(entry, content)
    return out.getvalue()
