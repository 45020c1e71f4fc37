"""Reading what is asked and posted, and never more than it may be."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from bot.sandbox.whatsapp.errors import INVALID, UPLOAD, Refused
from bot.sandbox.whatsapp.media import LARGEST, LARGEST_UPLOAD, check_upload

LARGEST_JSON = 256 * 1024


async def json_body(request: Request) -> dict[str, Any]:
    """The object in a JSON body; Refused when there is none."""
    pieces = [piece async for piece in _up_to(request, LARGEST_JSON)]
    try:
        body = json.loads(b"".join(pieces) or b"{}")
        # Half a surrogate pair can be written in JSON, but never be shown.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refused(INVALID, "The body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(INVALID, "The body is not an object")
    return body


async def uploaded(request: Request) -> tuple[bytes, str, str]:
    """Content, mime type and name of the file in a multipart body; Refused when it may not be sent."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Refused(INVALID, "The parameter file is required")
    parser = MultiPartParser(request.headers, _up_to(request, LARGEST_UPLOAD), max_files=1, max_fields=8)
    try:
        form = await parser.parse()
    except MultiPartException as wrong:
        raise Refused(INVALID, wrong.message) from None
    try:
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, UploadFile):
            raise Refused(INVALID, "messaging_product and file are required")
        mime = str(form.get("type") or file.content_type or "").strip()
        content = await file.read(LARGEST + 1)
        check_upload(content, mime)
        return content, mime, file.filename or "file"
    finally:
        await form.close()


async def read_away(request: Request) -> None:
    """Take in a body that nobody will look at."""
    async for _ in _up_to(request, LARGEST_UPLOAD):
        continue


def chosen_fields(request: Request, found: dict[str, Any]) -> dict[str, Any]:
    """All that is known, or the fields asked for and the id."""
    wanted = request.query_params.get("fields")
    if not wanted:
        return found
    names = {name.strip().partition("{")[0] for name in wanted.split(",")} | {"id"}
    return {name: value for name, value in found.items() if name in names}


async def _up_to(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for piece in request.stream():
        seen += len(piece)
        if seen > most:
            raise Refused(UPLOAD if most > LARGEST_JSON else INVALID, f"The body has more than {most} bytes")
        yield piece
