"""The pages behind routes: the privacy policy for everybody, and a copy of one's data for whoever holds its link."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.conversation.i18n import SOURCE, best
from services.page import Page, laid_out
from services.privacy import Copies, Facts

POLICY, COPY = "/privacy", "/export"
#: Copies on their way at once: each is whole in memory.
MOST_AT_ONCE = 8
#: Letters of a secret; longer ones are not looked for.
LONGEST = 64

#: Words something as a page, in a language.
Compose = Callable[[str, str, Any], Awaitable[Any]]

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}


class Pages:
    """Answers browsers. A copy is taken by POST alone: previews of links and crawlers only look."""

    def __init__(
        self, copies: Copies, facts: Callable[[], Facts], compose: Compose, language: str = SOURCE
    ) -> None:
        self._copies = copies
        self._facts = facts
        self._compose = compose
        self._language = language
        self._inside = 0

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(POLICY, self._policy, methods=["GET"]),
            Route(f"{POLICY}/{{language}}", self._policy, methods=["GET"]),
            Route(f"{COPY}/{{secret}}", self._look, methods=["GET"]),
            Route(f"{COPY}/{{secret}}", self._take, methods=["POST"]),
        ]

    async def _policy(self, request: Request) -> Response:
        asked = best(request.path_params.get("language"))
        return _html(200, await self._worded(asked or self._spoken(request), self._facts()))

    async def _look(self, request: Request) -> Response:
        offer = await self._copies.offer(_secret(request))
        if offer is None:
            return await self._gone(request)
        return _html(200, await self._worded(offer.locale, offer))

    async def _take(self, request: Request) -> Response:
        if self._inside >= MOST_AT_ONCE:
            return PlainTextResponse("busy", 503, {"Retry-After": "5"})
        self._inside += 1
        try:
            taken = await self._copies.take(_secret(request))
        finally:
            self._inside -= 1
        if taken is None:
            return await self._gone(request)
        named = {"Content-Disposition": f'attachment; filename="{taken.name}"'}
        return Response(taken.content, 200, {**_HEADERS, **named}, "application/zip")

    async def _gone(self, request: Request) -> Response:
        return _html(410, await self._worded(self._spoken(request), None))

    def _spoken(self, request: Request) -> str:
        """The language that the browser's owner reads best, if we speak it."""
        first = request.headers.get("accept-language", "")[:35].partition(",")[0].partition(";")[0]
        return best(first.strip()) or self._language

    async def _worded(self, language: str, item: Any) -> Page:
        page: Page = (await self._compose(language, "sheet", item))["page"]
        return page


def _secret(request: Request) -> str:
    return str(request.path_params["secret"])[: LONGEST + 1]


def _html(status: int, page: Page) -> Response:
    return Response(laid_out(page), status, _HEADERS, "text/html; charset=utf-8")
