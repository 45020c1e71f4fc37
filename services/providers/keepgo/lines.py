"""KeepGo's lines: one in full, or all of them page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.providers import (
    AccountLine,
    EsimDetails,
    LineState,
    Oddities,
    Package,
    ProviderError,
    Usage,
    activation_of,
    iccid_of,
)
from services.providers.keepgo.client import Client
from services.providers.keepgo.words import kilobytes, line_state, package_state
from services.providers.values import flag_in, moment, text, whole

PER_PAGE = 100
#: An account of more lines than this many pages needs another way to be read.
MOST_PAGES = 2_000
#: Rows move between pages while others buy: the list is read again until it stands still.
MOST_PASSES = 3


@dataclass(frozen=True)
class Page:
    """One page of the list; `total` counts the lines of all pages."""

    lines: tuple[AccountLine, ...]
    total: int
    last: int


@dataclass(frozen=True)
class Seen:
    """One line in full: for the traveller, and what tells which thing it is."""

    details: EsimDetails
    bundle: str | None
    #: What the line as a whole may use and has left, in bytes.
    total_bytes: int | None
    remaining_bytes: int | None


async def page(client: Client, odd: Oddities, number: int, per_page: int = PER_PAGE) -> Page:
    """Raises ProviderError."""
    answer = await client.read("/lines", page=number, per_page=per_page)
    frame = answer.get("sim_cards")
    items = frame.get("items") if isinstance(frame, Mapping) else None
    total = whole(frame.get("total")) if isinstance(frame, Mapping) else None
    if not isinstance(frame, Mapping) or not isinstance(items, list) or total is None:
        raise ProviderError("garbled", again=60)
    lines = [_line(item, odd) for item in items]
    last = max(1, min(whole(frame.get("last_page")) or 1, MOST_PAGES))
    return Page(tuple(line for line in lines if line is not None), total, last)


async def every_page(client: Client, odd: Oddities, start: Page) -> AsyncIterator[Page]:
    """All pages from the first on, and again as long as the total changes meanwhile."""
    total = start.total
    for _ in range(MOST_PASSES):
        now = await page(client, odd, 1)
        yield now
        for number in range(2, now.last + 1):
            now = await page(client, odd, number)
            yield now
        if now.total == total:
            return
        total = now.total


async def one(client: Client, odd: Oddities, iccid: str) -> Seen:
    """Raises ProviderError."""
    answer = await client.read(f"/line/{iccid}/get_details")
    card = answer.get("sim_card")
    if not isinstance(card, Mapping):
        raise ProviderError("garbled", again=60)
    return seen(card, iccid, odd)


def seen(card: Mapping[str, Any], iccid: str, odd: Oddities) -> Seen:
    """The `sim_card` of get_details."""
    found = card.get("data_bundles")
    packages = (
        [_package(one, odd) for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    )
    packages.sort(key=lambda p: (p.assigned_at is None, p.assigned_at))
    code = activation_of(card.get("lpa_code"))
    if code is None and text(card.get("lpa_code")):
        odd.note("activation-code-malformed")
    details = EsimDetails(
        iccid=iccid,
        activation=code,
        line_state=_line_state(line_state(odd, card.get("status")), packages),
        label=text(card.get("bundle")),
        notes=text(card.get("notes")),
        packages=tuple(packages),
        auto_refill=flag_in(card.get("auto_refill_turned_on")),
    )
    bundle = text(card.get("bundle_id")) or None
    return Seen(
        details, bundle, kilobytes(card.get("allowed_usage_kb")), kilobytes(card.get("remaining_usage_kb"))
    )


def usage(line: Seen, unlimited: bool | None, now: datetime) -> Usage:
    """What a line has used."""
    total, remaining = line.total_bytes, line.remaining_bytes
    used = max(0, total - remaining) if total is not None and remaining is not None else None
    open_, every = _ends(line, LineState.READY, LineState.ACTIVE), _ends(line, *LineState)
    return Usage(
        total_bytes=total,
        used_bytes=used,
        remaining_bytes=remaining,
        unlimited=unlimited,
        expires_at=max(open_ or every, default=None),
        as_of=now,
        line_state=line.details.line_state,
        package=line.details.packages[-1].id if line.details.packages else "",
    )


def _ends(line: Seen, *states: LineState) -> list[datetime]:
    packages = [p for p in line.details.packages if p.state in states]
    # Data that never expires keeps the line from expiring.
    if any(p.expires_at is None for p in packages):
        return []
    return [p.expires_at for p in packages if p.expires_at is not None]


def _line_state(state: LineState, packages: list[Package]) -> LineState:
    """A line whose data is all gone still calls itself activated."""
    over = {package.state for package in packages}
    if state in {LineState.READY, LineState.ACTIVE} and over:
        if over == {LineState.EXHAUSTED}:
            return LineState.EXHAUSTED
        if over <= {LineState.EXHAUSTED, LineState.EXPIRED}:
            return LineState.EXPIRED
    return state


def _package(found: Mapping[str, Any], odd: Oddities) -> Package:
    return Package(
        id=text(found.get("id")),
        state=package_state(odd, found.get("status")),
        total_bytes=kilobytes(found.get("allowed_usage_kb")),
        remaining_bytes=kilobytes(found.get("remaining_usage_kb")),
        days=whole(found.get("validity")) or None,
        assigned_at=moment(found.get("assigned_at")),
        activated_at=moment(found.get("activated_at")),
        expires_at=moment(found.get("expire_at")),
    )


def _line(item: Any, odd: Oddities) -> AccountLine | None:
    iccid = iccid_of(item.get("iccid")) if isinstance(item, Mapping) else None
    if iccid is None:
        odd.note("line-unreadable")
        return None
    state = line_state(odd, item.get("status"))
    return AccountLine(iccid, text(item.get("notes")), text(item.get("bundle")), state)
