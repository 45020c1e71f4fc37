"""How fast a bot may send before Telegram asks it to wait: to one person, to one group, to all together.

One message a second to a person, with bursts; twenty a minute in a group; thirty a second in all; an edit counts like
a message. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this, tdlib/telegram-bot-api#648
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from bot.sandbox.rates import Bucket
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.errors import ApiError

#: At once to one person, before it is one a second. Telegram names no number.
PRIVATE_BURST, PRIVATE_SECONDS = 25, 1.0
GROUP_A_MINUTE = 20
#: All chats together, per second.
OVERALL = 30
#: What counts: whatever shows up in a chat, or changes there.
_VERBS = ("send", "edit", "copy", "forward", "stopPoll")
_FREE = frozenset({"sendChatAction", "editUserStarSubscription"})


class Rates:
    """What one bot has left. `kept` False: nobody is told to be slower."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` tells seconds of the machine's time."""
        self.kept = True
        self._clock = clock
        self._overall = Bucket(OVERALL, OVERALL, clock)

    @contextmanager
    def admitted(self, method: str, chat: Chat | None) -> Iterator[None]:
        """Carry out one call within; what is refused for itself does not count. ApiError 429 when it is too soon."""
        if not self.kept or not method.startswith(_VERBS) or method in _FREE:
            yield
            return
        # Where nobody may be written to, that is said first.
        reached = chat is not None and chat.started and not chat.blocked and not chat.gone
        taken = [self._overall, *([self._bucket(chat)] if chat is not None and reached else [])]
        wait = max(bucket.wait() for bucket in taken)
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
        for bucket in taken:
            bucket.take()
        try:
            yield
        except ApiError:
            for bucket in taken:
                bucket.put_back()
            raise

    def _bucket(self, chat: Chat) -> Bucket:
        if chat.pace is None:
            private = chat.person is not None
            size, per_second = (
                (PRIVATE_BURST, 1 / PRIVATE_SECONDS) if private else (GROUP_A_MINUTE, GROUP_A_MINUTE / 60)
            )
            chat.pace = Bucket(size, per_second, self._clock)
        return chat.pace
