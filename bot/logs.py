"""What goes into the log: one JSON line for each event, ids only, never an address, a name, a token or a word."""

from __future__ import annotations

import logging
import sys
import warnings

import structlog


def configure() -> None:
    """Our own lines at INFO; libraries only when something is wrong, and never with their request paths."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # These name URLs, and with them tokens and ICCIDs, even in warnings.
    for noisy in ("httpx", "httpcore", "aiohttp", "stripe", "aiogram", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore", DeprecationWarning)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
