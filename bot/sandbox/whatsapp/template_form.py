"""Filling in a template: the parameters must fit it exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.sandbox.phones import Button
from bot.sandbox.whatsapp.content import Content, FileWanted, file_wanted
from bot.sandbox.whatsapp.errors import FORMAT, MISSING, PARAMETERS, TOO_LONG, VALUE, WHITESPACE, Refused
from bot.sandbox.whatsapp.fields import Fields, part, text
from bot.sandbox.whatsapp.templates import BODY, Template, Templates, put_in, variables

_NO_LAYOUT = re.compile(r"[\n\r\t]| {5,}")
#: Parameters that come with a text to fall back on, which is what this world shows.
_LOCALIZED = ("currency", "date_time")


def filled(templates: Templates, holder: Fields) -> Content:
    """The message that a phone will show; Refused when the parameters do not fit."""
    code = text(part(holder, "language", "template."), "code", 15, "template.language.code")
    template = templates.find(text(holder, "name", 512, "template.name"), code)
    given = _components(holder)
    header, file = _header(template, given)
    body = _worded(template, "body", template.component("BODY")["text"], _parameters(given, "body"))
    if len(body) > BODY:
        raise Refused(TOO_LONG, f"body: text is longer than {BODY} characters when filled in")
    footer = template.component("FOOTER").get("text", "")
    buttons = tuple(
        _button(index, made, _button_parameters(given, index))
        for index, made in enumerate(template.component("BUTTONS").get("buttons", ()))
    )
    mark = {"template": template.name}
    return Content(body, header, footer, buttons, file, category=template.category.lower(), extra=mark)


def _components(holder: Fields) -> Sequence[Fields]:
    given = holder.get("components") or ()
    if not isinstance(given, list | tuple) or not all(isinstance(one, dict) for one in given):
        raise Refused(VALUE, "template.components must be a list of objects")
    return given


def _parameters(given: Sequence[Fields], kind: str) -> Sequence[Fields]:
    lists = [one.get("parameters") or [] for one in given if str(one.get("type", "")).lower() == kind]
    if not all(isinstance(one, list) and all(isinstance(p, dict) for p in one) for one in lists):
        raise Refused(VALUE, f"{kind}: parameters must be a list of objects")
    return [parameter for one in lists for parameter in one]


def _button_parameters(given: Sequence[Fields], index: int) -> Sequence[Fields]:
    return _parameters([one for one in given if str(one.get("index")) == str(index)], "button")


def _header(template: Template, given: Sequence[Fields]) -> tuple[str, FileWanted | None]:
    made, parameters = template.component("HEADER"), _parameters(given, "header")
    if not made:
        return _worded(template, "header", "", parameters), None
    if made["format"] == "TEXT":
        return _worded(template, "header", made["text"], parameters), None
    wanted = made["format"].lower()
    if len(parameters) != 1 or parameters[0].get("type") != wanted:
        raise Refused(FORMAT, f"header: format mismatch, expected {made['format']}")
    return "", file_wanted(wanted, part(parameters[0], wanted, "header."))


def _worded(template: Template, where: str, made: str, parameters: Sequence[Fields]) -> str:
    wanted = variables(made)
    if len(wanted) != len(parameters):
        raise Refused(
            PARAMETERS,
            f"{where}: number of localizable_params ({len(parameters)}) does not match the expected number "
            f"of params ({len(wanted)})",
        )
    names = [str(p.get("parameter_name")) for p in parameters] if template.named else wanted
    if set(names) != set(wanted):
        raise Refused(PARAMETERS, f"{where}: parameter names do not match those of the template")
    return put_in(made, {name: _said(where, p) for name, p in zip(names, parameters, strict=True)})


def _said(where: str, parameter: Fields) -> str:
    kind = parameter.get("type")
    holder: Fields = part(parameter, kind, f"{where}.") if kind in _LOCALIZED else parameter
    value: Any = holder.get("fallback_value" if kind in _LOCALIZED else "text")
    if kind != "text" and kind not in _LOCALIZED:
        raise Refused(FORMAT, f"{where}: expected text parameters")
    if not isinstance(value, str) or not value.strip():
        raise Refused(MISSING, f"{where}: a parameter is empty")
    if _NO_LAYOUT.search(value):
        raise Refused(WHITESPACE, f"{where}: no new lines, tabs or more than four spaces in a parameter")
    return value


def _button(index: int, made: dict[str, Any], parameters: Sequence[Fields]) -> Button:
    label = made["text"]
    match made["type"]:
        case "URL":
            return Button(label, url=_address(index, made["url"], parameters), kind="link")
        case "PHONE_NUMBER":
            return Button(label, url=f"tel:{made['phone_number']}", kind="link")
    payloads = [str(p["payload"]) for p in parameters if p.get("payload")]
    return Button(label, data=payloads[0] if payloads else label, kind="quick")


def _address(index: int, made: str, parameters: Sequence[Fields]) -> str:
    wanted = variables(made)
    if not wanted:
        return made
    if len(parameters) != 1:
        raise Refused(MISSING, f"buttons: Button at index {index} of type Url requires a parameter")
    return put_in(made, {wanted[0]: _said("buttons", parameters[0])})
