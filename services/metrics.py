"""Counts for whoever watches the shop from outside: by provider or channel and result, and never about a person.

The only place that knows prometheus_client. Every label is a word of ours, or of a provider within a bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

log = structlog.get_logger()


class Metrics:
    """One for each process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._attempts = Counter(
            "shop_attempts",
            "Purchases and top-ups tried at a provider, by what came of them",
            ["provider", "result"],
            registry=self.registry,
        )
        self._words = Counter(
            "shop_provider_words",
            "What a provider said that nobody here knows, by kind and word",
            ["provider", "result"],
            registry=self.registry,
        )
        self._events = Counter(
            "shop_events", "What came in from a channel", ["channel", "result"], registry=self.registry
        )
        self._messages = Counter(
            "shop_messages",
            "Messages by how urgent they were, and what became of them: sent, or why not",
            ["channel", "urgency", "result"],
            registry=self.registry,
        )
        self._watched = Gauge(
            "shop_lines_measured",
            "Lines asked about in the latest round of the watch, by outcome",
            ["result"],
            registry=self.registry,
        )

    def attempt(self, provider: str, result: str) -> None:
        """An attempt to buy came to something."""
        self._attempts.labels(provider, result).inc()

    def word(self, provider: str, word: str) -> None:
        """A provider said something strange. From any thread."""
        self._words.labels(provider, word).inc()

    def event(self, channel: str, result: str) -> None:
        """Something came in: "incoming", "receipt", "blocked"."""
        self._events.labels(channel, result).inc()

    def message(self, channel: str, urgency: str, result: str) -> None:
        """A message was sent, or not: "sent", "too_fast", "gone"."""
        self._messages.labels(channel, urgency, result).inc()

    def measured(self, well: int, not_told: int) -> None:
        """The latest round of measuring lines."""
        self._watched.labels("measured").set(well)
        self._watched.labels("unmeasured").set(not_told)

    @contextmanager
    def served(self, listen: str) -> Iterator[None]:
        """Answer on "host:port" while the block lasts; without an address, nowhere.

        A port that another process holds is no reason not to open the shop.
        """
        if not listen:
            yield
            return
        host, _, port = listen.rpartition(":")
        try:
            server, thread = start_http_server(int(port), host or "127.0.0.1", self.registry)
        except OSError as error:
            log.error("metrics not served", listen=listen, reason=error.strerror)
            yield
            return
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
