"""How fast a business may write: to one user, and to all together."""

from __future__ import annotations

from bot.sandbox.rates import Bucket

#: To one user: one message in six seconds, and up to 45 at once on credit.
PAIR_BURST, PAIR_SECONDS = 45, 6.0
#: From one business phone number, all users together, per second.
THROUGHPUT = 80


def pair() -> Bucket:
    """For the messages to one user."""
    return Bucket(PAIR_BURST, 1 / PAIR_SECONDS)


def throughput() -> Bucket:
    """For all messages of the business phone number."""
    return Bucket(THROUGHPUT, THROUGHPUT)
