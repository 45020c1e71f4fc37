"""A sealed file: a head that anybody may read, and blocks that only the key opens, in their order and to the last.

Magic, length of the head (4 bytes), the head as JSON, then blocks: length (4 bytes), sealed bytes. Each block is
bound to the head, to its number and to whether it is the last one, so that nothing can be cut, moved or joined.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"MIIO-BACKUP-1\n"
#: Bytes of a block before it is sealed, and the most that one may have afterwards.
BLOCK, LARGEST = 1 << 20, (1 << 20) + 64
LONGEST_HEAD = 4_096
_LENGTH = struct.Struct(">I")


class Damaged(ValueError):
    """No backup of ours, or not a whole one."""


class WrongKey(ValueError):
    """The first block does not open: sealed under another master key (or its head was changed)."""


@dataclass(frozen=True)
class Head:
    """What a backup says of itself without a key. `at`: ISO 8601, UTC. `revision`: of the store's tables."""

    store: str
    at: str
    revision: str
    #: Random: a key of its own for each file.
    salt: str


def write(path: Path, head: Head, master: bytes, parts: Iterable[bytes]) -> int:
    """Seal `parts` into a file that is there whole or not at all; its size in bytes."""
    half = path.with_name(path.name + ".part")
    described = json.dumps(asdict(head)).encode()
    seal = _Blocks(master, head.salt, described)
    with half.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(MAGIC + _LENGTH.pack(len(described)) + described)
        for block, is_last in _marking_the_last(_in_blocks(parts)):
            sealed = seal.close(block, is_last)
            out.write(_LENGTH.pack(len(sealed)) + sealed)
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)
    return path.stat().st_size


def head_of(path: Path) -> Head:
    """What the file says of itself. Raises Damaged."""
    with path.open("rb") as file:
        return _head(file)[0]


def read(path: Path, master: bytes) -> Iterator[bytes]:
    """The opened blocks. Raises Damaged, WrongKey; only when it ends without either was the file whole."""
    with path.open("rb") as file:
        head, described = _head(file)
        seal = _Blocks(master, head.salt, described)
        sealed = _block(file)
        while sealed is not None:
            following = _block(file)
            yield seal.open(sealed, following is None)
            sealed = following
        if seal.number == 0:
            raise Damaged("there is nothing in it")


class _Blocks:
    """Seals or opens one block after the other."""

    def __init__(self, master: bytes, salt: str, head: bytes) -> None:
        key = HKDF(SHA256(), 32, salt=bytes.fromhex(salt), info=b"miio-bot backup").derive(master)
        self._cipher = AESGCM(key)
        self._head = sha256(head).digest()
        self.number = 0

    def close(self, block: bytes, is_last: bool) -> bytes:
        return self._cipher.encrypt(*self._next(block, is_last))

    def open(self, sealed: bytes, is_last: bool) -> bytes:
        first = self.number == 0
        try:
            return self._cipher.decrypt(*self._next(sealed, is_last))
        except InvalidTag as error:
            if first:
                raise WrongKey("sealed under another master key, or damaged at its beginning") from error
            raise Damaged("cut off or changed") from error

    def _next(self, block: bytes, is_last: bool) -> tuple[bytes, bytes, bytes]:
        # A key is used for one file: counting is the safe way to a nonce.
        nonce = self.number.to_bytes(12, "big")
        self.number += 1
        return nonce, block, self._head + (b"last" if is_last else b"more")


def _head(file: IO[bytes]) -> tuple[Head, bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise Damaged("this is no backup of ours")
    described = _sized(file, LONGEST_HEAD)
    if described is None:
        raise Damaged("cut off in its head")
    try:
        return Head(**json.loads(described)), described
    except (ValueError, TypeError) as error:
        raise Damaged("its head cannot be read") from error


def _block(file: IO[bytes]) -> bytes | None:
    return _sized(file, LARGEST)


def _sized(file: IO[bytes], most: int) -> bytes | None:
    """The next piece; None at the end of the file."""
    told = file.read(_LENGTH.size)
    if not told:
        return None
    if len(told) < _LENGTH.size or (size := _LENGTH.unpack(told)[0]) > most:
        raise Damaged("cut off or changed")
    piece = file.read(size)
    if len(piece) < size:
        raise Damaged("cut off")
    return piece


def _in_blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for part in parts:
        waiting += part
        while len(waiting) >= BLOCK:
            yield bytes(waiting[:BLOCK])
            del waiting[:BLOCK]
    yield bytes(waiting)


def _marking_the_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    held = next(blocks)
    for block in blocks:
        yield held, False
        held = block
    yield held, True
