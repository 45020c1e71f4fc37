"""The books as the outside world sees them: money in, lines bought, money back, and what reached a phone.

What counts as delivered is read from the pictures and texts on the phones, never from the bot.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, OrderedDict
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from bot.sandbox.qr_reader import read_qr

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: The oldest entries go when there are more.
MOST_DELIVERED = 200_000
MOST_READ = 4_096
#: Pictures that wait for their reading; one more is read on the spot, so none is ever skipped.
MOST_WAITING = 256
READERS = 2

_ACTIVATION_CODE = re.compile(r"LPA:1\$[^\s$]{1,255}\$[^\s\"'<>]{1,255}", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_CODE = re.compile(r"(?=[A-Za-z-]*[0-9])[A-Za-z0-9-]{6,255}")
#: A text names its address and its code near each other; a whole novel is not searched for pairs.
MOST_PAIRS = 2_000


class Ledger:
    """Watches the phones for activation codes, and asks the services for their books."""

    def __init__(self, world: World, most_waiting: int = MOST_WAITING) -> None:
        self._world = world
        self._most_waiting = most_waiting
        #: (channel, traveller, iccid) → how often it was shown.
        self.delivered: Counter[tuple[str, str, str]] = Counter()
        self._waiting: set[asyncio.Task[None]] = set()
        self._readers = asyncio.Semaphore(READERS)
        self._read: OrderedDict[bytes, list[str]] = OrderedDict()

    def reached(
        self, channel: str, traveller: str, text: str = "", image: bytes | None = None
    ) -> asyncio.Future[None]:
        """A message arrived on a phone. May be awaited until its picture is read, but need not be."""
        if image is None:
            return self._note(channel, traveller, [text])
        known = self._read.get(sha256(image).digest())
        if known is None and len(self._waiting) >= self._most_waiting:
            known = self._remember(image, read_qr(image))
        if known is not None:
            return self._note(channel, traveller, [text, *known])
        reading = asyncio.create_task(self._look(channel, traveller, text, image))
        self._waiting.add(reading)
        reading.add_done_callback(self._waiting.discard)
        return reading

    async def settled(self) -> None:
        """Returns when every picture that has arrived is read."""
        while self._waiting:
            await asyncio.wait(set(self._waiting))

    async def as_json(self) -> dict[str, Any]:
        """The shape of the control interface."""
        await self.settled()
        world = self._world
        return {
            "charges": world.stripe.charges(),
            "refunds": world.stripe.refunds(),
            "stars": world.telegram.stars(),
            "lines": [line for one in world.wholesalers for line in one.lines()],
            "refills": [refill for one in world.wholesalers for refill in one.refills()],
            "delivered": [
                {"channel": channel, "traveller": traveller, "iccid": iccid}
                for channel, traveller, iccid in self.delivered
            ],
            "repeated": self.delivered.total() - len(self.delivered),
            "calls": dict(world.calls),
            "late_commits": sum(one.late_commits for one in world.wholesalers),
            "held_back": world.held_back(),
            "metered": dict(world.whatsapp.metered),
            "metering": world.whatsapp.metering,
        }

    async def _look(self, channel: str, traveller: str, text: str, image: bytes) -> None:
        async with self._readers:
            codes = await asyncio.to_thread(read_qr, image)
        self._note(channel, traveller, [text, *self._remember(image, codes)])

    def _remember(self, image: bytes, codes: list[str]) -> list[str]:
        self._read[sha256(image).digest()] = codes
        if len(self._read) > MOST_READ:
            self._read.popitem(last=False)
        return codes

    def _note(self, channel: str, traveller: str, texts: list[str]) -> asyncio.Future[None]:
        codes = [code for text in texts for code in activation_codes(text)]
        for iccid in {one.by_lpa(code) for one in self._world.wholesalers for code in codes} - {None}:
            self.delivered[channel, traveller, str(iccid)] += 1
        while len(self.delivered) > MOST_DELIVERED:
            del self.delivered[next(iter(self.delivered))]
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        noted.set_result(None)
        return noted


def activation_codes(text: str) -> Iterator[str]:
    """Every activation code a reader of the text could type in: whole ones, and address with code."""
    plain = f"{text}\n{unquote(text)}" if "%" in text else text
    for whole in _ACTIVATION_CODE.findall(plain):
        yield whole.rstrip(".,;:!?)»]")
    addresses = list(dict.fromkeys(_ADDRESS.findall(plain)))
    if not addresses:
        return
    codes = list(dict.fromkeys(_CODE.findall(plain)))
    pairs = ((address, code) for code in codes for address in addresses if code != address)
    for (address, code), _ in zip(pairs, range(MOST_PAIRS), strict=False):
        yield f"LPA:1${address}${code}"
