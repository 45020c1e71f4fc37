"""Airalo's lines: one in full, its packages, what was used of it, or all of them page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
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
from services.providers.airalo.client import Client
from services.providers.airalo.words import megabytes, ref_in, state
from services.providers.values import flag_in, listed, moment, text, whole

PER_PAGE = 100
#: An account of more lines than this many pages needs another way to be read.
MOST_PAGES = 2_000

#: A line is as good as the best of its packages.
_BEST_FIRST = (LineState.ACTIVE, LineState.READY, LineState.EXHAUSTED, LineState.EXPIRED)


async def every(
    client: Client, path: str, query: Mapping[str, str | int], most: int = MOST_PAGES
) -> AsyncIterator[Mapping[str, Any]]:
    """Everything on all pages of a list. Raises ProviderError."""
    for number in range(1, most + 1):
        answer = await client.read(path, {**query, "limit": PER_PAGE, "page": number})
        for one in rows(answer):
            yield one
        meta = answer.get("meta")
        last = whole(meta.get("last_page")) if isinstance(meta, Mapping) else None
        if number >= (last or 1):
            return


def rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The `data` of a list: a list, or from the second page on an object of places and rows."""
    data = answer.get("data")
    found = list(data.values()) if isinstance(data, Mapping) else listed(data)
    return [one for one in found if isinstance(one, Mapping)]


async def one(client: Client, odd: Oddities, iccid: str) -> EsimDetails:
    """A line with its packages; without them while it has no code. Raises ProviderError."""
    sim = await _sim(client, iccid)
    code = activation(sim, odd)
    packages = () if code is None else await _packages(client, odd, iccid)
    order = sim.get("simable")
    return EsimDetails(
        iccid=iccid,
        activation=code,
        line_state=_line_state(sim, packages),
        label=text(order.get("package")) if isinstance(order, Mapping) else "",
        notes=text(order.get("description")) if isinstance(order, Mapping) else "",
        packages=packages,
    )


async def bought_as(client: Client, iccid: str) -> str | None:
    """The package that a line was bought with. Raises ProviderError."""
    order = (await _sim(client, iccid)).get("simable")
    return (text(order.get("package_id")) or None) if isinstance(order, Mapping) else None


async def history(client: Client, iccid: str) -> list[Mapping[str, Any]]:
    """What was bought for a line, as Airalo tells it, newest first. Raises ProviderError."""
    client.ask("history of", iccid)
    return rows(await client.read(f"/sims/{iccid}/packages"))


async def usage(client: Client, odd: Oddities, iccid: str, now: datetime) -> Usage:
    """What was used of a line. Airalo's answer may be twenty minutes old. Raises ProviderError."""
    newest = next(iter(await history(client, iccid)), {})
    client.ask("usage of", iccid)
    client.ask("usage")
    data = (await client.read(f"/sims/{iccid}/usage")).get("data")
    if not isinstance(data, Mapping):
        raise ProviderError("garbled", again=60)
    return used(data, odd, now, text(newest.get("id")))


def used(data: Mapping[str, Any], odd: Oddities, now: datetime, newest: str) -> Usage:
    """The `data` of a usage answer; `newest` is the id of the latest package. Of what is unlimited or recycled the amounts say nothing."""
    line, unlimited = state(odd, data.get("status")), flag_in(data.get("is_unlimited"))
    silent = unlimited or line is LineState.RECYCLED
    total = None if silent else megabytes(data.get("total"))
    remaining = None if silent else megabytes(data.get("remaining"))
    known = total is not None and remaining is not None
    return Usage(
        total_bytes=total,
        used_bytes=max(0, (total or 0) - (remaining or 0)) if known else None,
        remaining_bytes=remaining,
        unlimited=None if data.get("is_unlimited") is None else unlimited,
        expires_at=moment(data.get("expired_at")),
        as_of=now,
        line_state=line,
        package=newest,
    )


def activation(sim: Mapping[str, Any], odd: Oddities) -> str | None:
    """A line's activation code: as it stands in the QR, or put together of its parts."""
    address, matching = text(sim.get("lpa")), text(sim.get("matching_id"))
    code = activation_of(sim.get("qrcode")) or (activation_of(f"1${address}${matching}") if address else None)
    if code is None and (text(sim.get("qrcode")) or address):
        odd.note("activation-code-malformed")
    if text(sim.get("confirmation_code")):
        # The phone will ask for it, and it is in no QR: a person has to pass it on.
        odd.note("confirmation-code-needed")
    return code


async def everything(client: Client, odd: Oddities) -> AsyncIterator[AccountLine]:
    """Every line of the account. What the bot wrote into its order is no note of a person. Raises ProviderError."""
    async for sim in every(client, "/sims", {"include": "order"}):
        iccid = iccid_of(sim.get("iccid"))
        if iccid is None:
            odd.note("line-unreadable")
            continue
        order = sim.get("simable")
        order = order if isinstance(order, Mapping) else {}
        said = text(order.get("description"))
        ref = ref_in(said)
        notes = said if ref is None else ""
        yield AccountLine(iccid, notes, text(order.get("package")), _line_state(sim, ()), ref)


def package(found: Mapping[str, Any], odd: Oddities) -> Package:
    """One of the `data` of a line's history."""
    about = found.get("package")
    about = about if isinstance(about, Mapping) else {}
    unlimited = flag_in(about.get("is_unlimited"))
    return Package(
        id=text(found.get("id")),
        state=state(odd, found.get("status")),
        total_bytes=None if unlimited else megabytes(about.get("amount")),
        remaining_bytes=None if unlimited else megabytes(found.get("remaining")),
        days=whole(about.get("day")) or None,
        assigned_at=None,
        activated_at=moment(found.get("activated_at")),
        expires_at=moment(found.get("expired_at")),
    )


async def _packages(client: Client, odd: Oddities, iccid: str) -> tuple[Package, ...]:
    """Oldest first; none when Airalo was asked too often."""
    try:
        return tuple(package(found, odd) for found in reversed(await history(client, iccid)))
    except ProviderError as error:
        if error.reason != "rate-limited":
            raise
        return ()


async def _sim(client: Client, iccid: str) -> Mapping[str, Any]:
    data = (await client.read(f"/sims/{iccid}", {"include": "order"})).get("data")
    if not isinstance(data, Mapping):
        raise ProviderError("garbled", again=60)
    return data


def _line_state(sim: Mapping[str, Any], packages: tuple[Package, ...]) -> LineState:
    if flag_in(sim.get("recycled")):
        return LineState.RECYCLED
    states = {package.state for package in packages}
    return next((one for one in _BEST_FIRST if one in states), LineState.UNKNOWN)
