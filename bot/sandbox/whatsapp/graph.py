"""The Graph: objects under a version and an id, read, written and deleted with a bearer token."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.credentials import (
    WHATSAPP_BUSINESS_ID,
    WHATSAPP_NUMBER,
    WHATSAPP_PHONE_ID,
    WHATSAPP_TOKEN,
)
from bot.sandbox.whatsapp.calls import Calls
from bot.sandbox.whatsapp.contact_book import ContactBook
from bot.sandbox.whatsapp.errors import INVALID, TOKEN, NoSuchObject, Refused
from bot.sandbox.whatsapp.files import Files
from bot.sandbox.whatsapp.template_calls import TemplateCalls
from bot.sandbox.whatsapp.templates import Templates
from bot.sandbox.whatsapp.uploads import chosen_fields, json_body

_VERSION = re.compile(r"v(1[7-9]|2[0-6])(\.0)?")
_Answer = Callable[[Request], Awaitable[Response]]


class Graph:
    """Everything under /whatsapp."""

    def __init__(
        self,
        calls: Calls,
        files: Files,
        about: TemplateCalls,
        templates: Templates,
        contacts: ContactBook,
        callback: str,
    ) -> None:
        """`callback`: where the shop has told the dashboard to send webhooks."""
        self._callback = callback
        self._calls = calls
        self._files = files
        self._templates = templates
        phone, business = WHATSAPP_PHONE_ID, WHATSAPP_BUSINESS_ID
        self._edges: dict[tuple[str, str, str], _Answer] = {
            ("POST", phone, "messages"): self._send,
            ("POST", phone, "media"): files.upload,
            ("POST", phone, "register"): _yes,
            ("DELETE", phone, "contact_book"): contacts.delete,
            ("POST", business, "subscribed_apps"): _yes,
            ("GET", business, "subscribed_apps"): _apps,
            ("GET", business, "phone_numbers"): _numbers,
            ("GET", business, "message_templates"): about.listing,
            ("POST", business, "message_templates"): about.create,
            ("DELETE", business, "message_templates"): about.delete,
        }

    def routes(self) -> list[BaseRoute]:
        """The address of the files first, as it has no version."""
        known = ["GET", "POST", "DELETE"]
        return [
            Route("/whatsapp/attachments", _guarded(self._files.fetch)),
            Route("/whatsapp/{version}/{node}", _guarded(self._object), methods=known),
            Route("/whatsapp/{version}/{node}/{edge}", _guarded(self._edge), methods=known),
        ]

    async def _edge(self, request: Request) -> Response:
        method, node, edge = request.method, request.path_params["node"], request.path_params["edge"]
        answer = self._edges.get((method, node, edge))
        if answer is None:
            raise NoSuchObject(method, node)
        return await answer(request)

    async def _object(self, request: Request) -> Response:
        node = request.path_params["node"]
        template = self._templates.by_id(node)
        match request.method:
            case "GET" if node == WHATSAPP_PHONE_ID:
                told = {"webhook_configuration": {"application": self._callback}}
                return JSONResponse(chosen_fields(request, _phone_number() | told))
            case "GET" if node == WHATSAPP_BUSINESS_ID:
                return JSONResponse(chosen_fields(request, {"id": node, "name": "Sandbox shop"}))
            case "GET" if template:
                return JSONResponse(chosen_fields(request, template.as_json()))
            case "GET":
                return await self._files.describe(request, node)
            case "DELETE":
                return await self._files.delete(request, node)
        raise NoSuchObject(request.method, node)

    async def _send(self, request: Request) -> Response:
        return await self._calls.post(await json_body(request))


def _guarded(answer: _Answer) -> _Answer:
    """Token and version are looked at first; a refusal becomes the answer."""

    async def guarded(request: Request) -> Response:
        try:
            _admit(request)
            return await answer(request)
        except Refused as no:
            return no.response()

    return guarded


def _admit(request: Request) -> None:
    version = request.path_params.get("version")
    if version is not None and not _VERSION.fullmatch(version):
        raise Refused(INVALID, f"Unknown version {version}")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    shown = token if scheme.lower() == "bearer" else request.query_params.get("access_token", "")
    if not hmac.compare_digest(shown.strip().encode(), WHATSAPP_TOKEN.encode()):
        raise Refused(TOKEN)


def _phone_number() -> dict[str, Any]:
    n = WHATSAPP_NUMBER
    return {
        "verified_name": "Sandbox shop",
        "code_verification_status": "VERIFIED",
        "display_phone_number": f"+{n[:2]} {n[2]} {n[3:5]} {n[5:7]} {n[7:9]} {n[9:]}",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "status": "CONNECTED",
        "account_mode": "LIVE",
        "id": WHATSAPP_PHONE_ID,
    }


async def _numbers(request: Request) -> Response:
    return JSONResponse({"data": [chosen_fields(request, _phone_number())]})


async def _apps(_request: Request) -> Response:
    app = {"id": "300000000000001", "name": "Sandbox", "link": "http://127.0.0.1"}
    return JSONResponse({"data": [{"whatsapp_business_api_data": app}]})


async def _yes(_request: Request) -> Response:
    return JSONResponse({"success": True})
