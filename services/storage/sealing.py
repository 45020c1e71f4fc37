"""Encryption at rest: a data key for each customer, wrapped by the master key, and keyed hashes to look things up.

Destroying a customer's key turns everything that it sealed into noise, in every backup too.
"""

from __future__ import annotations

import hmac
import json
import os
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Connection, delete, insert, select

from services.clock import Clock
from services.storage.door import Storage
from services.storage.upsert import insert_new
from services.storage.vault import erasures, joins, keys

#: The first byte of everything sealed: by which method.
_VERSION = b"\x01"
_NONCE = 12
#: A destroyed key may live on in a process for this long, in seconds.
KEY_LIVES = 5.0
#: Keys kept in memory at once.
MOST_KEYS = 2_000


class Erased(LookupError):
    """The customer's key is gone, and with it everything that it sealed."""


class Broken(ValueError):
    """Sealed data that does not open: another key, another place, or damage."""


class Sealer:
    """Seals values with one key. `place` says where a value stands, so that it cannot be moved elsewhere."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, value: bytes | str, place: str) -> bytes:
        """Text or bytes → bytes to store."""
        nonce = os.urandom(_NONCE)
        data = value.encode() if isinstance(value, str) else value
        return _VERSION + nonce + self._cipher.encrypt(nonce, data, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed at that place. Raises Broken."""
        if sealed[:1] != _VERSION:
            raise Broken("sealed by an unknown method")
        nonce, data = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._cipher.decrypt(nonce, data, place.encode())
        except InvalidTag as error:
            raise Broken("does not open") from error

    def words(self, sealed: bytes | None, place: str) -> str | None:
        """Sealed text, or None where nothing was stored."""
        return None if sealed is None else self.open(sealed, place).decode()

    def seal_json(self, value: Any, place: str) -> bytes:
        """A JSON value → bytes to store."""
        return self.seal(json.dumps(value, separators=(",", ":")), place)

    def open_json(self, sealed: bytes, place: str) -> Any:
        """The JSON value that was sealed at that place."""
        return json.loads(self.open(sealed, place))


class Secrets:
    """What follows from the master key, which wraps, and from the root, which stays when the master key changes:
    the keyed hash of look-ups, the house's own sealer, the buttons' seal.
    """

    def __init__(self, master: bytes, root: bytes | None = None) -> None:
        root = master if root is None else root
        self.wrapping = _derive(master, b"customer keys")
        self.buttons = _derive(root, b"buttons")
        self._lookup = _derive(root, b"look-ups")
        #: For what belongs to no customer yet: unanswered messages, lines in stock.
        self.house = Sealer(_derive(root, b"house"))
        #: For what the law keeps after a customer was erased.
        self.archive = Sealer(_derive(root, b"archive"))

    def hash(self, kind: str, value: str) -> str:
        """A keyed hash: equal values are found by it, and nobody without the key can go back."""
        return hmac.digest(self._lookup, f"{kind}\n{value}".encode(), "sha256").hex()[:40]


class Vault:
    """The customers' keys. The journal of erasures stands beside them, in the same store."""

    def __init__(self, store: Storage, secrets: Secrets, clock: Clock) -> None:
        self._store = store
        self._secrets = secrets
        self._clock = clock
        self._cached: OrderedDict[str, tuple[float, Sealer]] = OrderedDict()

    async def create(self, customer: str) -> Sealer:
        """A new key for a new customer. It is stored before anything that it seals."""
        key = os.urandom(32)
        row = {
            "customer_id": customer,
            "wrapped": aes_key_wrap(self._secrets.wrapping, key),
            "created_at": self._clock.now(),
        }
        await self._store.together(_inserting(row))
        return self._keep(customer, Sealer(key))

    async def sealer(self, customer: str) -> Sealer:
        """The customer's sealer. Raises Erased."""
        cached = self._cached.get(customer)
        if cached is not None and monotonic() - cached[0] < KEY_LIVES:
            return cached[1]
        wrapped = await self._store.read(
            lambda connection: connection.execute(
                select(keys.c.wrapped).where(keys.c.customer_id == customer)
            ).scalar_one_or_none()
        )
        if wrapped is None:
            self._cached.pop(customer, None)
            raise Erased(customer)
        try:
            return self._keep(customer, Sealer(aes_key_unwrap(self._secrets.wrapping, wrapped)))
        except InvalidUnwrap as error:
            raise Broken("the master key is not the one that wrapped this store's keys") from error

    async def destroy(self, customer: str) -> None:
        """Make everything that this customer's key sealed unreadable, for ever; and of whoever became part of them."""
        now = self._clock.now()

        def work(connection: Connection) -> list[str]:
            parts = list(
                connection.execute(select(joins.c.customer_id).where(joins.c.into == customer)).scalars()
            )
            for part in parts:
                # A backup may hold them still: it must not bring them back.
                insert_new(
                    connection,
                    erasures,
                    id=part,
                    customer_id=part,
                    state="done",
                    why="asked",
                    asked_at=now,
                    done_at=now,
                )
            connection.execute(delete(joins).where(joins.c.into == customer))
            connection.execute(delete(keys).where(keys.c.customer_id.in_([customer, *parts])))
            return parts

        for part in (customer, *await self._store.transaction(work)):
            self._cached.pop(part, None)

    async def being_erased(self, customer: str) -> bool:
        """Whether the journal names the customer."""
        return await self._store.read(
            lambda connection: (
                connection.execute(select(erasures.c.id).where(erasures.c.customer_id == customer)).first()
                is not None
            )
        )

    def _keep(self, customer: str, sealer: Sealer) -> Sealer:
        self._cached[customer] = (monotonic(), sealer)
        self._cached.move_to_end(customer)
        while len(self._cached) > MOST_KEYS:
            self._cached.popitem(last=False)
        return sealer


def _inserting(row: dict[str, Any]) -> Callable[[Connection], Any]:
    return lambda connection: connection.execute(insert(keys).values(row))


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"miio-bot " + purpose).derive(master)
