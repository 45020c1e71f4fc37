"""What the Cloud API's refusals mean for whoever wanted to send.

Codes: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.whatsapp.fields import parsed, part
from bot.conversation.channel import ChannelError

TOKEN = 190
#: More than 24 hours since the traveller last wrote.
CLOSED = 131047
#: Too many messages to this one person.
PAIR = 131056
#: Too many calls: of the app, of the account, of the number.
_BUSY = frozenset({4, 80007, 130429})
#: Not on WhatsApp, blocked us, or wants to hear nothing more.
_GONE = frozenset({131026, 131050})
#: Something is wrong at Meta's side, and will pass.
_PASSING = frozenset({1, 2, 131000, 131016, 131057})

#: Meta's advice for the pair rate: 4, raised to the number of failures so far, in seconds.
PAIR_BASE = 4


def refusal(status: int, headers: Mapping[str, str], body: bytes, failures: int, unit: float) -> ChannelError:
    """The error for an answer that is not 2xx, after that many earlier failures.

    `unit` is the length of a second, in seconds: tests make it shorter.
    """
    error = part(parsed(body), "error")
    given = error.get("code")
    code = given if isinstance(given, int) else 0
    reason = str(code or status)
    if code == TOKEN or (status == 401 and not code):
        return ChannelError("token")
    if code == CLOSED:
        return ChannelError(reason, closed=True)
    if code in _GONE:
        return ChannelError(reason, gone=True)
    if code == PAIR:
        return ChannelError(reason, again=PAIR_BASE**failures * unit)
    if code in _BUSY or status == 429:
        return ChannelError(reason, again=_asked(headers) * unit)
    if code in _PASSING or status >= 500 or status == 408 or error.get("is_transient") is True:
        return ChannelError(reason, again=0)
    return ChannelError(reason)


def _asked(headers: Mapping[str, str]) -> float:
    """Seconds to wait, where the platform names them."""
    named = headers.get("Retry-After", "")
    return float(named[:6]) if named.isascii() and named.isdigit() else 0
