"""Whose turn it is to be sent: within a platform's rates, replies before news, and news before a campaign.

What is in nobody's way goes at once and costs two subtractions. Everything else waits in a line for each urgency, and
no longer than its urgency allows, because whoever waits in here holds a chat.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.channels.rates import Measure, Rate
from bot.conversation.channel import Cause, ChannelError, Urgency, Way

T = TypeVar("T")

#: Seconds that a message may wait in here. A campaign's does not: it waits outside, where it holds no chat.
LONGEST = {Urgency.REPLY: 8.0, Urgency.NEWS: 3.0, Urgency.CAMPAIGN: 0.0}
#: The share of a burst that stays for those who are more urgent.
KEPT = {Urgency.REPLY: 0.0, Urgency.NEWS: 0.2, Urgency.CAMPAIGN: 0.6}
#: No wait is shorter, in seconds: a clock's last digit could be waited for without end.
FINEST = 0.005
#: Messages that may wait at once, and chats whose measure is remembered.
MOST_WAITING, MOST_CHATS = 1_000, 10_000


class Pace:
    """One platform's rates as one process keeps them, by the machine's clock: a rate is about real time."""

    def __init__(
        self, overall: Rate | None, of_chat: Callable[[str], Rate], most_waiting: int = MOST_WAITING
    ) -> None:
        """`overall` None: nothing is paced, and only refusals slow us down. `of_chat`: an address' own rate."""
        self._rate = overall
        self._of_chat = of_chat
        self._most_waiting = most_waiting
        self._processes = 1
        self._overall: Measure | None = None
        #: Until when only replies go: the platform found us too fast.
        self._calm_until = 0.0
        self._chats: OrderedDict[str, Measure] = OrderedDict()
        self._lines: dict[Urgency, deque[asyncio.Future[None]]] = {one: deque() for one in Urgency}
        self._next: asyncio.TimerHandle | None = None

    def share(self, processes: int) -> None:
        """So many processes send over this account: each has its equal part."""
        if processes != self._processes:
            self._processes, self._overall = max(1, processes), None

    async def in_turn(self, way: Way, attempt: Callable[[], Awaitable[T]]) -> T:
        """Send when it is this message's turn, and heed what the platform says about haste. Raises ChannelError."""
        await self._turn(way.address.id, way.urgency)
        try:
            return await attempt()
        except ChannelError as refusal:
            if refusal.cause is Cause.TOO_FAST:
                self._slow_down(way.address.id, refusal.again or 0.0)
            raise

    async def quiet(self) -> None:
        """Wait, holding nothing, until a campaign's message would go at once."""
        while (wait := self._wait(Urgency.CAMPAIGN)) > 0:  # noqa: ASYNC110  (it is a time that is waited for)
            await asyncio.sleep(max(wait, FINEST))

    async def _turn(self, chat: str, urgency: Urgency) -> None:
        if self._rate is None:
            return
        longest = LONGEST[urgency]
        mine = self._measure_of(chat)
        wait = mine.wait(_now())
        if wait > longest:
            raise too_fast(wait)
        mine.take()
        try:
            if wait > 0:
                await asyncio.sleep(wait)
            if (wait := self._wait(urgency)) <= 0:
                self._whole().take()
            else:
                await self._stand_in_line(urgency, wait)
        except BaseException:
            mine.hand_back()
            raise

    async def _stand_in_line(self, urgency: Urgency, wait: float) -> None:
        longest = LONGEST[urgency]
        if longest <= 0 or sum(map(len, self._lines.values())) >= self._most_waiting:
            raise too_fast(wait)
        place = asyncio.get_running_loop().create_future()
        self._lines[urgency].append(place)
        self._serve()
        try:
            async with asyncio.timeout(longest):
                await place
        except TimeoutError:
            raise too_fast(longest) from None

    def _serve(self) -> None:
        """Let everybody go whose turn it is, and come back when the next one's is."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        for urgency, line in self._lines.items():
            while line:
                if line[0].done():  # gave up waiting
                    line.popleft()
                    continue
                if (wait := self._wait(urgency, of_the_first=True)) > 0:
                    self._next = asyncio.get_running_loop().call_later(max(wait, FINEST), self._serve)
                    return
                self._whole().take()
                line.popleft().set_result(None)

    def _wait(self, urgency: Urgency, *, of_the_first: bool = False) -> float:
        """Seconds until a message of this urgency may go; of whoever comes now, unless it is the first in line."""
        now = _now()
        calm = 0.0 if urgency is Urgency.REPLY else max(0.0, self._calm_until - now)
        if self._rate is None:
            return calm
        whole = self._whole()
        before = sum(len(line) for other, line in self._lines.items() if other <= urgency)
        kept = KEPT[urgency] * (whole.rate.burst - 1)
        return max(calm, whole.wait(now, kept + (0 if of_the_first else before)))

    def _whole(self) -> Measure:
        if self._overall is None:
            assert self._rate is not None
            part = Rate(max(1.0, self._rate.burst / self._processes), self._rate.per_second / self._processes)
            self._overall = Measure(part, _now())
        return self._overall

    def _measure_of(self, chat: str) -> Measure:
        measure = self._chats.get(chat)
        if measure is None:
            self._forget()
            measure = self._chats[chat] = Measure(self._of_chat(chat), _now())
        self._chats.move_to_end(chat)
        return measure

    def _forget(self) -> None:
        """Those that were quiet longest: their credit is whole again, or nearly."""
        while len(self._chats) >= MOST_CHATS:
            self._chats.popitem(last=False)

    def _slow_down(self, chat: str, seconds: float) -> None:
        """That chat is left alone, and whatever nobody waits for as well; replies elsewhere go on."""
        until = _now() + seconds
        self._calm_until = max(self._calm_until, until)
        if self._rate is not None:
            self._measure_of(chat).close(until)


def too_fast(seconds: float) -> ChannelError:
    """It is not this message's turn for so long."""
    return ChannelError("paced", again=max(seconds, FINEST), cause=Cause.TOO_FAST)


def _now() -> float:
    return asyncio.get_running_loop().time()
