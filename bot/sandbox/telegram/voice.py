"""A voice message that a traveller might send: a second of silence in an Ogg Opus file."""

from __future__ import annotations

import struct

SECONDS = 1
_RATE = 48_000
_FRAME = 960  # samples in 20 ms
_SERIAL = 20_261_101
#: An Opus packet of 20 ms in which nobody speaks (RFC 6716, section 3.1).
_QUIET = b"\xf8\xff\xfe"
_BEGIN, _END = 2, 4


def silence() -> bytes:
    """The file (RFC 7845): an identification header, a comment header, and the packets."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, _RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 7) + b"sandbox" + struct.pack("<I", 0)
    packets = [_QUIET] * (_RATE * SECONDS // _FRAME)
    return _page(0, [head], _BEGIN, 0) + _page(1, [tags], 0, 0) + _page(2, packets, _END, _RATE * SECONDS)


def _page(number: int, packets: list[bytes], flags: int, position: int) -> bytes:
    """One Ogg page (RFC 3533); every packet here is shorter than 255 bytes."""
    header = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, _SERIAL, number, 0)
    lengths = bytes([len(packets), *map(len, packets)])
    page = header + lengths + b"".join(packets)
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _checksum(page: bytes) -> int:
    register = 0
    for byte in page:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1) ^ (0x04C11DB7 if register & 0x80000000 else 0)
        register &= 0xFFFFFFFF
    return register
