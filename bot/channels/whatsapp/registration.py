"""The templates as Meta holds them: handed in once for each account, and looked at until they may be sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.whatsapp.fields import Fields, parts, word
from bot.channels.whatsapp.send import Graph, next_page
from bot.channels.whatsapp.templates import registrations

PAGE, MOST_PAGES = 100, 60
APPROVED, MISSING, DIFFERS = "APPROVED", "MISSING", "DIFFERS"


@dataclass(frozen=True)
class Held:
    """How a template of ours stands in one language: Meta's word, MISSING, or DIFFERS where it says something else."""

    name: str
    language: str
    status: str


async def register(graph: Graph, business_id: str, wanted: Sequence[Fields] | None = None) -> int:
    """How many were handed in; those known by name and language are left alone. Raises ChannelError."""
    path = f"{business_id}/message_templates"
    asked = registrations() if wanted is None else wanted
    known = await _known(graph, path)
    missing = [one for one in asked if (one["name"], one["language"]) not in known]
    for template in missing:
        await graph.post(path, template)
    return len(missing)


async def look(graph: Graph, business_id: str, wanted: Iterable[Fields] | None = None) -> list[Held]:
    """How each of ours stands. Changes nothing. Raises ChannelError."""
    known = await _known(graph, f"{business_id}/message_templates")
    return [
        Held(one["name"], one["language"], _status(one, known.get((one["name"], one["language"]))))
        for one in (registrations() if wanted is None else wanted)
    ]


def _status(wanted: Fields, held: Fields | None) -> str:
    if held is None:
        return MISSING
    same = held.get("category") == wanted["category"] and _said(held) == _said(wanted)
    return word(held, "status") or APPROVED if same else DIFFERS


def _said(template: Fields) -> list[Any]:
    """Its words and buttons. Examples are for the reviewers, and Meta does not always give them back."""
    return sorted(
        (word(one, "type").upper(), word(one, "text"), [word(b, "text") for b in parts(one, "buttons")])
        for one in parts(template, "components")
    )


async def _known(graph: Graph, path: str) -> dict[tuple[str, str], Fields]:
    known: dict[tuple[str, str], Fields] = {}
    after = ""
    for _ in range(MOST_PAGES):
        cursor = {"after": after} if after else {}
        page = await graph.get(
            path, fields="name,language,status,category,components", limit=str(PAGE), **cursor
        )
        known |= {(word(one, "name"), word(one, "language")): one for one in parts(page, "data")}
        after = next_page(page)
        if not after:
            break
    return known
