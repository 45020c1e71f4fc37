"""One door to every kind of message."""

from __future__ import annotations

from bot.sandbox.whatsapp.content import Content, Reaction, plain
from bot.sandbox.whatsapp.fields import Fields, part
from bot.sandbox.whatsapp.interactive import interactive
from bot.sandbox.whatsapp.template_form import filled
from bot.sandbox.whatsapp.templates import Templates


def checked(kind: str, body: Fields, templates: Templates) -> Content | Reaction:
    """The message as a phone will show it; Refused when a limit is broken."""
    match kind:
        case "interactive":
            return interactive(part(body, "interactive"))
        case "template":
            return filled(templates, part(body, "template"))
        case _:
            return plain(kind, body)
