"""How it stands with what goes out: counted, shared among processes, and an alarm where our account must be mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.conversation.channel import Cause, Channel, ChannelError, Urgency
from services.metrics import Metrics


class Outgoing:
    """Hears of every message; its job keeps each process to its part of a platform's rates."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        metrics: Metrics,
        alert: Callable[[str, str], None],
        alive: Callable[[], Awaitable[int]],
    ) -> None:
        """`alive`: how many processes send over these accounts."""
        self._channels = channels
        self._metrics = metrics
        self._alert = alert
        self._alive = alive

    def heard(self, channel: str, urgency: Urgency, failure: ChannelError | None) -> None:
        """A message went out, or did not."""
        result = failure.cause.value if failure else "sent"
        self._metrics.message(channel, urgency.name.lower(), result)
        if failure is not None and failure.cause is Cause.ACCOUNT:
            self._alert("channel_account", f"{channel} {failure.reason}")

    async def share(self) -> None:
        """Each process sends its equal part."""
        processes = await self._alive()
        for channel in self._channels.values():
            channel.pace.share(processes)
