"""ISO 8601 durations, such as P90D or PT1H30M, as far as they say exactly how long they are."""

from __future__ import annotations

import re
from datetime import timedelta

_NUMBER = r"[0-9]{1,9}(?:[.,][0-9]{1,9})?"
_DURATION = re.compile(
    rf"P(?=.)(?:(?P<weeks>{_NUMBER})W"
    rf"|(?:(?P<days>{_NUMBER})D)?"
    rf"(?:T(?=.)(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:(?P<seconds>{_NUMBER})S)?)?)",
    re.ASCII,
)
_CALENDAR = re.compile(r"P[^T]*[YM]")


def read_duration(text: str) -> timedelta:
    """How long it is. ValueError for anything else, and for months and years, whose length varies."""
    if _CALENDAR.match(text):
        raise ValueError("months and years have no fixed length: say it in days")
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("not an ISO 8601 duration such as P90D or PT1H30M")
    parts = {unit: said.replace(",", ".") for unit, said in found.groupdict().items() if said is not None}
    if any("." in said for said in list(parts.values())[:-1]):
        raise ValueError("only the last number of a duration may have a fraction")
    return timedelta(**{unit: float(said) for unit, said in parts.items()})
