"""What a traveller sends besides words: real files, so that whoever opens them finds something."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

#: One Ogg packet of 20 ms of Opus silence.
_SILENCE = b"\xf8\xff\xfe"
_SERIAL = 1
_SAMPLES = 960
_BEGIN, _MIDDLE, _END = 2, 0, 4
_CHECK = 0x04C11DB7


@cache
def photo() -> bytes:
    """A PNG: a screen with a question on it."""
    picture = Image.new("RGB", (480, 320), "#20343a")
    ImageDraw.Draw(picture).text((40, 150), "No service?", fill="#ffffff")
    return _saved(picture, "PNG")


@cache
def sticker() -> bytes:
    """A WebP of the size that stickers have."""
    picture = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((56, 56, 456, 456), fill="#f5c518")
    draw.arc((150, 150, 362, 362), 20, 160, fill="#20343a", width=16)
    return _saved(picture, "WEBP")


@cache
def voice() -> bytes:
    """An Ogg file with a fifth of a second of silence in Opus."""
    head = b"OpusHead\x01\x01" + (0).to_bytes(2, "little") + (48_000).to_bytes(4, "little") + b"\0\0\0"
    tags = b"OpusTags" + (7).to_bytes(4, "little") + b"sandbox" + (0).to_bytes(4, "little")
    frames = 10
    return (
        _page([head], 0, 0, _BEGIN)
        + _page([tags], 0, 1, _MIDDLE)
        + _page([_SILENCE] * frames, frames * _SAMPLES, 2, _END)
    )


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def _page(packets: list[bytes], position: int, number: int, flags: int) -> bytes:
    head = b"OggS\0" + bytes((flags,)) + position.to_bytes(8, "little") + _SERIAL.to_bytes(4, "little")
    head += number.to_bytes(4, "little")
    body = bytes((len(packets), *(len(packet) for packet in packets))) + b"".join(packets)
    return head + _checksum(head + bytes(4) + body).to_bytes(4, "little") + body


def _checksum(page: bytes) -> int:
    """Ogg's CRC, most significant bit first: https://www.rfc-editor.org/rfc/rfc3533#section-6."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ (_CHECK if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc
