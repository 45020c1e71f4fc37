"""Strange words of providers reach whoever watches: each is counted, and a new one is an alarm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from services.metrics import Metrics
from services.providers import EsimProvider
from services.providers.keepgo import AUTO_REFILL

#: Told (cause, facts); facts hold no more than the provider's name and its word.
Alert = Callable[[str, str], None]


def listen(providers: Iterable[EsimProvider], metrics: Metrics, alert: Alert) -> None:
    """Hear every provider from now on. To be called on the loop that alerts are sent from."""
    for provider in providers:
        provider.oddities.heard = _ear(provider.name, metrics, alert, asyncio.get_running_loop())


def _ear(
    provider: str, metrics: Metrics, alert: Alert, loop: asyncio.AbstractEventLoop
) -> Callable[[str, bool], None]:
    def heard(word: str, new: bool) -> None:
        # A long list is read beside the loop, so this may be any thread.
        metrics.word(provider, word)
        if word == AUTO_REFILL:
            loop.call_soon_threadsafe(alert, "auto_refill", provider)
        elif new:
            loop.call_soon_threadsafe(alert, "strange_word", f"{provider} {word}")

    return heard
