"""Handing in the templates: once for each business account, and again after a text is new."""

from __future__ import annotations

from bot.channels.whatsapp.fields import parts, word
from bot.channels.whatsapp.send import Graph, next_page
from bot.channels.whatsapp.templates import registrations

PAGE, MOST_PAGES = 100, 60


async def register(graph: Graph, business_id: str) -> int:
    """How many were handed in; those known by name and language are left alone. Raises ChannelError."""
    path = f"{business_id}/message_templates"
    known = await _known(graph, path)
    missing = [one for one in registrations() if (one["name"], one["language"]) not in known]
    for template in missing:
        await graph.post(path, template)
    return len(missing)


async def _known(graph: Graph, path: str) -> set[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    after = ""
    for _ in range(MOST_PAGES):
        cursor = {"after": after} if after else {}
        page = await graph.get(path, fields="name,language", limit=str(PAGE), **cursor)
        known |= {(word(one, "name"), word(one, "language")) for one in parts(page, "data")}
        after = next_page(page)
        if not after:
            break
    return known
