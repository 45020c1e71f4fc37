"""What the Cloud API's refusals mean for whoever wanted to send.

Codes: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.whatsapp.fields import parsed, part
from bot.conversation.channel import Cause, ChannelError

TOKEN = 190
#: Too many messages to this one person.
PAIR = 131056

_MEANING = {
    Cause.ACCOUNT: (
        # A token that is not ours, a permission that was taken, a lock, a bill, a number that is not registered.
        (0, 3, 10, 190, *range(200, 300), 368, 131005, 131031, 131042, 131045, 133010, 134011)
    ),
    #: More than 24 hours since the traveller last wrote.
    Cause.CLOSED: (131047,),
    #: Not on WhatsApp, an app too old, a country that we may not write to; or they blocked us.
    Cause.GONE: (131026, 130497),
    #: They stopped our advertising in WhatsApp's own settings.
    Cause.UNWANTED: (131050,),
    #: Meta keeps advertising from this person just now; another try makes sense after a day, at the earliest.
    Cause.HELD_BACK: (131049, 130472),
    #: More people than the account may write to unasked in a day; Meta calls it spam, whether it was or not.
    Cause.REACH_SPENT: (131048,),
    #: Calls of the app, of the account, of the number.
    Cause.TOO_FAST: (4, 80007, 130429, PAIR),
    #: Something is wrong at Meta's side, and will pass.
    Cause.PASSING: (1, 2, 131000, 131016, 131057, 133004),
}
_CAUSES = {code: cause for cause, codes in _MEANING.items() for code in codes}
#: Error 0 is "could not authenticate"; an answer without any code is read by its HTTP status.
_UNTOLD = -1

#: Meta's advice for the pair rate: 4, raised to the number of failures so far, in seconds.
PAIR_BASE = 4
#: And for what it holds back: at least a day.
A_DAY = 86_400.0
#: Seconds until the account may reach somebody again: each person stops counting after a day, one by one.
AN_HOUR = 3_600.0


def refusal(status: int, headers: Mapping[str, str], body: bytes, failures: int, unit: float) -> ChannelError:
    """The error for an answer that is not 2xx, after that many earlier failures.

    `unit` is the length of a second, in seconds: tests make it shorter.
    """
    error = part(parsed(body), "error")
    given = error.get("code")
    code = given if isinstance(given, int) else _UNTOLD
    cause = cause_of(code) or _by_status(
        status, told=code != _UNTOLD, passing=error.get("is_transient") is True
    )
    reason = (
        "token"
        if code == TOKEN or (code == _UNTOLD and status == 401)
        else str(status if code == _UNTOLD else code)
    )
    match cause:
        case Cause.TOO_FAST if code == PAIR:
            again: float | None = PAIR_BASE**failures * unit
        case Cause.TOO_FAST:
            again = _asked(headers) * unit
        case Cause.REACH_SPENT:
            again = (_asked(headers) or AN_HOUR) * unit
        case Cause.HELD_BACK:
            again = A_DAY * unit
        case Cause.PASSING:
            again = 0
        case _:
            again = None
    return ChannelError(reason, again=again, cause=cause)


def cause_of(code: int) -> Cause | None:
    """What one of Meta's codes means, in an answer or in a status; None: what we said was refused."""
    return _CAUSES.get(code)


def _by_status(status: int, *, told: bool, passing: bool) -> Cause:
    if status == 401 and not told:
        return Cause.ACCOUNT
    if status == 429:
        return Cause.TOO_FAST
    return Cause.PASSING if status >= 500 or status == 408 or passing else Cause.REFUSED


def _asked(headers: Mapping[str, str]) -> float:
    """Seconds to wait, where the platform names them."""
    named = headers.get("Retry-After", "")
    return float(named[:6]) if named.isascii() and named.isdigit() else 0
