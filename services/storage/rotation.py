"""The secret behind the master key, and the change of the master key itself.

Everything that must stay when the key changes (look-ups, buttons, what the law keeps) follows from a random root in
the vault; the master key wraps the root and the customers' keys, and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Connection, select, update

from services.clock import machine_now
from services.storage.door import Storage
from services.storage.sealing import Broken, Secrets
from services.storage.upsert import insert_new
from services.storage.vault import keys, roots

_ROOT = "root"
#: Keys rewrapped between two looks at the list.
PAGE = 1_000


async def open_secrets(vault: Storage, master: bytes) -> Secrets:
    """What follows from the master key. Raises Broken when it is not the one that this vault knows."""
    root = await vault.transaction(_root(master))
    return Secrets(master, root)


async def rotate(vault: Storage, old: bytes, new: bytes) -> int:
    """Wrap everything by the new key, in one transaction: after it only the new key opens the vault.

    The bot must be stopped. Returns how many keys were wrapped anew; 0 when that was done before.
    Raises Broken when the old key is not the vault's.
    """
    return await vault.transaction(_rotating(old, new))


def _root(master: bytes) -> Callable[[Connection], bytes]:
    def work(connection: Connection) -> bytes:
        wrapped = _wrapped_root(connection)
        if wrapped is None:
            # A vault that has keys, and no root yet: everything so far follows from its master key.
            has_keys = connection.execute(select(keys.c.customer_id).limit(1)).first() is not None
            fresh = master if has_keys else os.urandom(32)
            row = {
                "id": _ROOT,
                "wrapped": aes_key_wrap(_wrapping(master), fresh),
                "created_at": machine_now(),
            }
            insert_new(connection, roots, **row)
            wrapped = _wrapped_root(connection)
        return _unwrap(master, wrapped)

    return work


def _rotating(old: bytes, new: bytes) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        wrapped = _wrapped_root(connection)
        if wrapped is not None and _opens(new, wrapped):
            return 0
        root = old if wrapped is None else _unwrap(old, wrapped)
        anew = {"wrapped": aes_key_wrap(_wrapping(new), root)}
        if not insert_new(connection, roots, id=_ROOT, created_at=machine_now(), **anew):
            connection.execute(update(roots).where(roots.c.id == _ROOT).values(anew))
        return _rewrap_keys(connection, Secrets(old).wrapping, Secrets(new).wrapping)

    return work


def _rewrap_keys(connection: Connection, old: bytes, new: bytes) -> int:
    count, after = 0, ""
    while page := _page(connection, after):
        for row in page:
            try:
                key = aes_key_unwrap(old, row.wrapped)
            except InvalidUnwrap as error:
                raise Broken("a customer's key was wrapped by neither key: nothing was changed") from error
            connection.execute(
                update(keys)
                .where(keys.c.customer_id == row.customer_id)
                .values(wrapped=aes_key_wrap(new, key))
            )
        count += len(page)
        after = page[-1].customer_id
    return count


def _page(connection: Connection, after: str) -> list[Any]:
    wanted = select(keys.c.customer_id, keys.c.wrapped).where(keys.c.customer_id > after)
    return list(connection.execute(wanted.order_by(keys.c.customer_id).limit(PAGE)).all())


def _wrapped_root(connection: Connection) -> Any:
    return connection.execute(select(roots.c.wrapped).where(roots.c.id == _ROOT)).scalar_one_or_none()


def _unwrap(master: bytes, wrapped: Any) -> bytes:
    try:
        return aes_key_unwrap(_wrapping(master), bytes(wrapped))
    except InvalidUnwrap as error:
        raise Broken("MASTER_KEY is not the one that this vault was made with") from error


def _opens(master: bytes, wrapped: Any) -> bool:
    try:
        _unwrap(master, wrapped)
    except Broken:
        return False
    return True


def _wrapping(master: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"miio-bot root").derive(master)
