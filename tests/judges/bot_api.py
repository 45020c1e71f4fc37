"""The Bot API as aiogram's authors have read it off Telegram's pages, as a check of calls, answers and updates.

Every field must be known and of its type, every required one there; a text keeps within the length that its
description tells, where that can be counted without knowing the markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_PLAIN: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Int": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
    "False": (bool,),
}
_VARIANT = re.compile(r"^ ?-? ?([A-Z]\w+)$", re.MULTILINE)
_FIXED = re.compile(r"(?:always|must be) '?([a-z0-9_]+)'?$")
_SPAN = re.compile(r"\b(\d+)-(\d+) (characters|bytes)(?! (?:with|after))")
_LINK = re.compile(r"<a href=\"#\w+\">(\w+)</a>")


class BotApi:
    """`folder`: the source distribution of aiogram."""

    def __init__(self, folder: Path) -> None:
        read = json.loads((folder / ".butcher" / "schema" / "schema.json").read_text())
        self.version = str(read["api"]["version"])
        self._known = {one["name"]: one for group in read["items"] for one in group["children"]}

    def of_call(self, method: str, fields: dict[str, Any], files: list[str]) -> Iterator[str]:
        """What is wrong with a call. Fields may be spelled as JSON text, as in a form."""
        described = self._known.get(method)
        if described is None:
            yield f"{method}: no such method"
            return
        parameters = {one["name"]: one for one in described["annotations"]}
        for name in fields:
            if name not in parameters and not any(name == f"{file}" for file in files):
                yield f"{method}.{name}: no such parameter"
        for name, parameter in parameters.items():
            if name in files:
                if "InputFile" not in parameter["type"]:
                    yield f"{method}.{name}: takes no file"
            elif fields.get(name) is not None:
                yield from self._of(f"{method}.{name}", _spelled(fields[name], parameter["type"]), parameter)
            elif parameter["required"]:
                yield f"{method}.{name}: missing"

    def of_answer(self, method: str, answer: dict[str, Any]) -> Iterator[str]:
        """What is wrong with an answer to a call of that method."""
        if answer.get("ok") is not True:
            yield from self._of_refusal(method, answer)
        elif method not in self._known:
            yield f"{method}: answered, and there is no such method"
        elif not any(
            not list(self._matching(method, answer["result"], kind)) for kind in self._results(method)
        ):
            kinds = self._results(method)
            yield from (
                self._matching(f"{method} →", answer["result"], kinds[0])
                if len(kinds) == 1
                else [f"{method} → none of {', '.join(kinds)}"]
            )

    def of_update(self, update: Any) -> Iterator[str]:
        """What is wrong with an update."""
        yield from self._matching("update", update, "Update")

    def _of_refusal(self, method: str, answer: dict[str, Any]) -> Iterator[str]:
        if answer.get("ok") is not False or not isinstance(answer.get("error_code"), int):
            yield f"{method}: neither a success nor a refusal"
        if not isinstance(answer.get("description"), str):
            yield f"{method}: a refusal without a description"
        if "parameters" in answer:
            yield from self._matching(f"{method} parameters", answer["parameters"], "ResponseParameters")

    @cache  # noqa: B019, one for each run
    def _results(self, method: str) -> tuple[str, ...]:
        """The types that a method may return, read off the sentences about what it returns."""
        told = self._known[method]["html_description"]
        sentences = [one for one in re.split(r"(?<=\.)\s", told) if "eturn" in one and "error" not in one]
        kinds: list[str] = []
        for sentence in sentences[:2]:
            array = "Array of " if re.search(r"\b(?:A|a)n? ?[Aa]rray of|\bArray of", sentence) else ""
            kinds += [
                array + link for link in _LINK.findall(sentence) if link in self._known and link[0].isupper()
            ]
            kinds += [plain for plain in re.findall(r"<em>(\w+)</em>", sentence) if plain in _PLAIN]
        return tuple(dict.fromkeys(kinds))

    def _of(self, where: str, value: Any, described: dict[str, Any]) -> Iterator[str]:
        """What is wrong with the value of a described field."""
        yield from self._matching(where, value, described["type"])
        if not isinstance(value, str):
            return
        fixed, span = _FIXED.search(described["description"]), _SPAN.search(described["description"])
        if fixed and value != fixed[1]:
            yield f"{where}: must be {fixed[1]}"
        if span:
            length = len(value.encode()) if span[3] == "bytes" else len(value)
            if not int(span[1]) <= length <= int(span[2]):
                yield f"{where}: {length} {span[3]}, not {span[1]} to {span[2]}"

    def _matching(self, where: str, value: Any, kind: str) -> Iterator[str]:
        """What is wrong with a value of that type, in the words of Telegram's pages."""
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                yield f"{where}: not an array"
                return
            for number, one in enumerate(value):
                yield from self._matching(f"{where}[{number}]", one, kind.removeprefix("Array of "))
            return
        kinds = re.split(r", | and | or ", kind)
        kinds = [variant for one in kinds for variant in self._variants(one)]
        found = [list(self._one(where, value, one)) for one in kinds]
        if all(found):
            closest = min(found, key=len)
            yield from closest if len(kinds) == 1 or isinstance(value, dict) else [f"{where}: not {kind}"]

    @cache  # noqa: B019
    def _variants(self, kind: str) -> tuple[str, ...]:
        """The types that one stands for; itself when it has fields."""
        described = self._known.get(kind)
        if kind in _PLAIN or kind == "InputFile" or described is None or described["annotations"]:
            return (kind,)
        named = [one for one in _VARIANT.findall(described["description"]) if one in self._known]
        return tuple(variant for one in named for variant in self._variants(one)) or (kind,)

    def _one(self, where: str, value: Any, kind: str) -> Iterator[str]:
        if kind in _PLAIN:
            if (
                not isinstance(value, _PLAIN[kind])
                or (isinstance(value, bool) and bool not in _PLAIN[kind])
                or (kind in ("True", "False") and value is not (kind == "True"))
            ):
                yield f"{where}: not {kind}"
            return
        if kind == "InputFile":
            yield f"{where}: not a file"
            return
        described = self._known.get(kind)
        if described is None or not isinstance(value, dict):
            yield f"{where}: not {kind}"
            return
        fields = {one["name"]: one for one in described["annotations"]}
        yield from (f"{where}.{name}: {kind} has no such field" for name in value if name not in fields)
        for name, field in fields.items():
            if name in value:
                yield from self._of(f"{where}.{name}", value[name], field)
            elif field["required"]:
                yield f"{where}.{name}: missing"


def _spelled(value: Any, kind: str) -> Any:
    """A value that was sent as text and is none."""
    if isinstance(value, str) and "String" not in kind:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
