"""Reading a call off the wire: query string, urlencoded form, JSON or multipart, whichever a client prefers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from bot.sandbox.telegram.calls import Call, Upload, well_encoded
from bot.sandbox.telegram.errors import ApiError, bad

#: Bytes: the largest file a bot may send, and room for the words around it.
LARGEST_BODY = 50 * 1024 * 1024 + 256 * 1024
MOST_FIELDS = 1_000


async def read_call(
    query: Mapping[str, Any], content_type: str, pieces: AsyncIterator[bytes], largest: int = LARGEST_BODY
) -> Call:
    """The parameters of one call; those in the body win. ApiError when they cannot be read."""
    raw = await _whole(pieces, largest)
    kind = content_type.partition(";")[0].strip().lower()
    values, uploads = dict(query), dict[str, Upload]()
    if kind == "multipart/form-data":
        fields, uploads = await _multipart(content_type, raw)
        values |= fields
    elif kind == "application/json" and raw:
        values |= _json(raw)
    elif kind == "application/x-www-form-urlencoded":
        values |= _urlencoded(raw)
    return Call(well_encoded(values), uploads)


async def _whole(pieces: AsyncIterator[bytes], largest: int) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > largest:
            raise ApiError(413, "Request Entity Too Large")
    return bytes(body)


def _urlencoded(raw: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise bad("strings must be encoded in UTF-8") from None
    except ValueError:
        raise bad("too many parameters") from None
    return dict(pairs)


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise bad("can't parse request: expected a JSON object") from None
    if not isinstance(found, dict):
        raise bad("can't parse request: expected a JSON object")
    return found


async def _multipart(content_type: str, raw: bytes) -> tuple[dict[str, Any], dict[str, Upload]]:
    async def stream() -> AsyncIterator[bytes]:
        yield raw

    parser = MultiPartParser(
        Headers({"content-type": content_type}),
        stream(),  # type: ignore[arg-type]  # any async iterator of bytes will do
        max_files=MOST_FIELDS,
        max_fields=MOST_FIELDS,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError):
        raise bad("can't parse request: the multipart body is malformed") from None
    fields: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            uploads[name] = Upload(value.filename or name, value.content_type or "", await value.read())
        else:
            fields[name] = value
    await form.close()
    return fields, uploads
