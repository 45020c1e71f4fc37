"""What a traveller carries away, as a test looks into it."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from zipfile import ZipFile

import jsonschema

from services.privacy.carrying.tables import from_csv


class Folder:
    """A copy, unpacked."""

    def __init__(self, content):
        self.content = content
        with ZipFile(io.BytesIO(content)) as folder:
            assert folder.testzip() is None
            self.files = {name: folder.read(name) for name in folder.namelist()}
        self.manifest = json.loads(self.files["manifest.json"])
        self.document = json.loads(self.files["data.json"])
        self.schema = json.loads(self.files["schema.json"])
        self.page = self.files["index.html"].decode()
        self.records = self.document["records"]

    @property
    def text(self):
        """Everything that can be read in it."""
        return "\n".join(content.decode(errors="replace") for content in self.files.values())

    def check(self):
        """It is whole: by its schema, its hashes, its tables."""
        jsonschema.validate(self.document, self.schema)
        listed = {one["name"]: (one["bytes"], one["sha256"]) for one in self.manifest["files"]}
        found = {
            name: (len(content), sha256(content).hexdigest())
            for name, content in self.files.items()
            if name != "manifest.json"
        }
        assert listed == found
        for name, rows in self.records.items():
            written = json.dumps(rows, ensure_ascii=False, indent=2).encode()
            told = self.document["manifest"]["records"][name]
            assert (told["count"], told["sha256"]) == (len(rows), sha256(written).hexdigest())
            fields = self.schema["properties"]["records"]["properties"][name]["items"]["properties"]
            table = self.files[f"csv/{name}.csv"].decode()
            assert from_csv(table, fields) == rows, name
            assert next(csv.reader(io.StringIO(table, newline=""))) == list(fields)


async def asked(house, ada, event="ask", locale="en"):
    """My data: what was answered, and everything that follows from it done."""
    answer = await house.privacy.copies.ask(ada.id, ada.chat, locale, f"{event}-{ada.tag}")
    await house.engine.run()
    return answer


async def carried(house, ada, event="ask", locale="en"):
    """One's copy, unpacked."""
    answer = await asked(house, ada, event, locale)
    return Folder((await house.privacy.copies.file(answer.copy)).content)
