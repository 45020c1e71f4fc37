"""The bot's account of Stars at Telegram, as the services see it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.telegram import Telegram
from bot.channels.telegram.payments import Transfer
from bot.channels.telegram.refused import Refused
from bot.conversation.channel import Channel, ChannelError
from services.payments import PaymentError
from services.payments.stars import ALREADY

#: Lines near the end that are looked at first for one payment, and pages in all.
RECENT, MOST_PAGES, PAGE = 300, 200, 100


class TelegramStars:
    """The StarBank of a bot with Telegram; without it there are no Stars."""

    def __init__(self, channel: Channel | None) -> None:
        self._channel = channel if isinstance(channel, Telegram) else None
        #: How long the account was when it was last read to its end.
        self._length = 0

    async def give_back(self, payer: int, charge: str) -> None:
        try:
            await self._telegram().give_back_stars(payer, charge)
        except ChannelError as error:
            raise _ours(error) from error

    async def transfers(self, skip: int) -> Sequence[Transfer]:
        try:
            found = await self._telegram().star_transfers(skip)
        except ChannelError as error:
            raise _ours(error) from error
        self._length = max(self._length, skip + len(found))
        return found

    async def balance(self) -> int:
        """Whole Stars in the account. Raises PaymentError."""
        try:
            return await self._telegram().star_balance()
        except ChannelError as error:
            raise _ours(error) from error

    async def transfer(self, charge: str, *, back: bool) -> Transfer | None:
        for begin in dict.fromkeys((max(0, self._length - RECENT), 0)):
            for page in range(MOST_PAGES):
                found = await self.transfers(begin + page * PAGE)
                mine = (one for one in found if one.charge == charge and one.back == back)
                if (line := next(mine, None)) is not None:
                    return line
                if len(found) < PAGE:
                    break
        return None

    def _telegram(self) -> Telegram:
        if self._channel is None:
            raise PaymentError("no_telegram", again=False)
        return self._channel


def _ours(error: ChannelError) -> PaymentError:
    """Whether the same call may be made again: a refusal stays one."""
    if isinstance(error, Refused):
        already = "charge_already_refunded" in error.description
        return PaymentError(ALREADY if already else "stars_refused", again=False)
    return PaymentError(error.reason, again=error.again is not None)
