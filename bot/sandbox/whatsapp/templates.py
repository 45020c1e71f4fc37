"""Templates of the business: created, reviewed, listed, deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from bot.sandbox.whatsapp import ids
from bot.sandbox.whatsapp.errors import DISABLED, INVALID, NO_TEMPLATE, PAUSED, Refused
from bot.sandbox.whatsapp.fields import Fields, text

MOST_TEMPLATES = 250
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
HEADER_FORMATS = ("TEXT", "IMAGE", "DOCUMENT", "VIDEO")
BODY, HEADER, FOOTER = 1024, 60, 60
MOST_BUTTONS, BUTTON = 10, 25
#: Meta's own numbers for what can be wrong with a new template.
TAKEN, UNKNOWN, BAD_PARAMETERS = 2388024, 2593002, 2388299

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")
_VARIABLE = re.compile(r"{{\s*([A-Za-z0-9_]+)\s*}}")


Status = Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"]
#: What a template that may not be sent now is refused with; one that is not approved does not exist.
_NOT_NOW = {"PAUSED": PAUSED, "DISABLED": DISABLED}


@dataclass
class Template:
    """One template in one language; only its status ever changes."""

    id: str
    name: str
    language: str
    category: str
    components: tuple[dict[str, Any], ...]
    named: bool = False
    status: Status = "PENDING"

    def component(self, kind: str) -> dict[str, Any]:
        """HEADER, BODY, FOOTER or BUTTONS; empty when it has none."""
        return next((one for one in self.components if one["type"] == kind), {})

    def as_json(self) -> dict[str, Any]:
        """The shape of the Graph."""
        return {
            "name": self.name,
            "parameter_format": "NAMED" if self.named else "POSITIONAL",
            "components": list(self.components),
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "id": self.id,
        }


class Templates:
    """All of them, by name and language. A new account has one to say hello with."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Template] = {}
        hello = {"type": "BODY", "text": "Welcome! This is a message from a test account."}
        wanted = {"name": "hello_world", "language": "en_US", "category": "UTILITY", "components": [hello]}
        self.create(wanted).status = "APPROVED"

    def create(self, wanted: Fields) -> Template:
        """A new template, which is still to be approved; Refused when it is badly made or there already."""
        if len(self._known) >= MOST_TEMPLATES:
            raise Refused(INVALID, f"This account has {MOST_TEMPLATES} templates already")
        name, language = str(wanted.get("name", "")), str(wanted.get("language", ""))
        category = str(wanted.get("category", "")).upper()
        if not _NAME.fullmatch(name):
            raise Refused(INVALID, "name must be lower-case letters, digits and underscores")
        if not _LANGUAGE.fullmatch(language) or category not in CATEGORIES:
            raise Refused(INVALID, "language must be a locale such as en_US, category one of Meta's three")
        if (name, language) in self._known:
            raise Refused(INVALID, "There is content in this language already", TAKEN)
        named = str(wanted.get("parameter_format", "")).upper() == "NAMED"
        components = _checked(wanted.get("components"), named=named)
        template = Template(ids.object_id(), name, language, category, components, named)
        self._known[name, language] = template
        return template

    def find(self, name: str, language: str) -> Template:
        """The one to be sent; Refused when there is none in that language that may be."""
        template = self._known.get((name, language))
        if template is not None and template.status in _NOT_NOW:
            raise Refused(_NOT_NOW[template.status])
        if template is None or template.status != "APPROVED":
            raise Refused(NO_TEMPLATE, f"template name ({name}) does not exist in {language}")
        return template

    def named(self, name: str, language: str | None) -> list[Template]:
        """All languages of a name, or that one."""
        return [one for (own, code), one in self._known.items() if own == name and language in (None, code)]

    def by_id(self, template_id: str) -> Template | None:
        """Or None."""
        return next((one for one in self._known.values() if one.id == template_id), None)

    def listing(self) -> list[Template]:
        """All of them, oldest first."""
        return list(self._known.values())

    def delete(self, name: str, template_id: str | None = None) -> None:
        """All languages of a name, or the one with that id; Refused when there is none."""
        gone = [
            key
            for key, one in self._known.items()
            if one.name == name and (template_id is None or one.id == template_id)
        ]
        if not gone:
            raise Refused(INVALID, "The template was not found", UNKNOWN)
        for key in gone:
            del self._known[key]


def variables(body: str) -> list[str]:
    """The names or numbers in double braces, each once, in order."""
    return list(dict.fromkeys(_VARIABLE.findall(body)))


def put_in(body: str, values: dict[str, str]) -> str:
    """The text with its variables replaced."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), body)


def _checked(given: Any, *, named: bool) -> tuple[dict[str, Any], ...]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Refused(INVALID, "components must be a list of objects")
    components = [{**one, "type": str(one.get("type", "")).upper()} for one in given]
    kinds = [one["type"] for one in components]
    if len(set(kinds)) != len(kinds) or "BODY" not in kinds:
        raise Refused(INVALID, "components must be one BODY and at most one of each other type")
    for one in components:
        _check(one, named=named)
    return tuple(components)


def _check(component: dict[str, Any], *, named: bool) -> None:
    match component["type"]:
        case "BODY":
            _check_variables(text(component, "text", BODY, "Template body"), named=named)
        case "FOOTER":
            text(component, "text", FOOTER, "Template footer")
        case "HEADER":
            component["format"] = str(component.get("format", "TEXT")).upper()
            if component["format"] not in HEADER_FORMATS:
                raise Refused(INVALID, f"header format must be one of {HEADER_FORMATS}")
            if component["format"] == "TEXT":
                _check_variables(text(component, "text", HEADER, "Template header"), named=named)
        case "BUTTONS":
            _check_buttons(component.get("buttons"))
        case other:
            raise Refused(INVALID, f"component type {other!r} is not known")


def _check_variables(body: str, *, named: bool) -> None:
    found = variables(body)
    if not named and found != [str(n) for n in range(1, len(found) + 1)]:
        raise Refused(INVALID, "variables must be {{1}}, {{2}} … in this order", BAD_PARAMETERS)


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
        raise Refused(INVALID, f"between 1 and {MOST_BUTTONS} buttons")
    for button in buttons:
        kind = str(button.get("type", "")).upper() if isinstance(button, dict) else ""
        needs = {"QUICK_REPLY": (), "URL": ("url",), "PHONE_NUMBER": ("phone_number",)}.get(kind)
        if needs is None:
            raise Refused(INVALID, "button type must be QUICK_REPLY, URL or PHONE_NUMBER")
        button["type"] = kind
        text(button, "text", BUTTON, "Template button")
        for name in needs:
            text(button, name, 2_000, f"Template button {name}")
