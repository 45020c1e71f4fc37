"""The calls about templates: create, list, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.whatsapp.errors import INVALID, Refused
from bot.sandbox.whatsapp.reviews import Reviews
from bot.sandbox.whatsapp.templates import MOST_TEMPLATES, Template, Templates
from bot.sandbox.whatsapp.uploads import chosen_fields, json_body

if TYPE_CHECKING:
    from bot.sandbox.world import World

_PAGE = 100


class TemplateCalls:
    """What the shop does with its templates."""

    def __init__(self, world: World, templates: Templates, reviews: Reviews) -> None:
        self._world = world
        self._templates = templates
        self._reviews = reviews

    async def create(self, request: Request) -> Response:
        """It is looked at before it may be sent."""
        self._count()
        template = self._templates.create(await json_body(request))
        self._reviews.submitted(template)
        return JSONResponse({"id": template.id, "status": template.status, "category": template.category})

    async def listing(self, request: Request) -> Response:
        """A page of them."""
        self._count()
        query = request.query_params
        limit, after = query.get("limit", str(_PAGE)), query.get("after", "0")
        if not all(number.isdecimal() and len(number) < 9 for number in (limit, after)):
            raise Refused(INVALID, "limit and after must be numbers")
        found, start = [one for one in self._templates.listing() if _wanted(one, query)], int(after)
        page = found[start : start + int(limit)]
        end = start + len(page)
        paging: dict[str, object] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(found):
            paging["next"] = str(request.url.include_query_params(after=end))
        data = [chosen_fields(request, template.as_json()) for template in page]
        answer: dict[str, object] = {"data": data, "paging": paging}
        if wanted := query.get("summary"):
            answer["summary"] = self._summary(len(found), wanted.split(","))
        return JSONResponse(answer)

    async def delete(self, request: Request) -> Response:
        """All languages of a name, or one by its id and name."""
        self._count()
        query = request.query_params
        self._templates.delete(query.get("name", ""), query.get("hsm_id"))
        return JSONResponse({"success": True})

    def _summary(self, found: int, wanted: list[str]) -> dict[str, object]:
        known = {
            "total_count": found,
            "message_template_count": len(self._templates.listing()),
            "message_template_limit": MOST_TEMPLATES,
            "are_translations_complete": True,
        }
        return {name: value for name, value in known.items() if name in wanted}

    def _count(self) -> None:
        self._world.calls["whatsapp message_templates"] += 1


def _wanted(template: Template, query: Mapping[str, str]) -> bool:
    """Whether it passes the filters; those that name several take any of them."""
    told = template.as_json()
    several = (query.get(name, told[name]).split(",") for name in ("language", "status", "category"))
    chosen = zip(("language", "status", "category"), several, strict=True)
    return query.get("name", "") in template.name and all(told[name] in some for name, some in chosen)
