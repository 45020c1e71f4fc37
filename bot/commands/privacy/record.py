"""Prints the record of processing (GDPR art. 30): what is done with whose data, why, until when, who receives it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from bot.commands.privacy._desk import Desk
from services.privacy.facts.policy import Period
from services.privacy.facts.record import Record, named, record


def add(parser: argparse.ArgumentParser) -> None:
    """For people or for programs."""
    parser.add_argument("--json", action="store_true", help="for programs")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: printed. 1: a recipient that the registry names has no country or no safeguard."""
    found = record(desk.settings.controller, desk.settings.recipients)
    print(json.dumps(found.as_json(), indent=2, default=dict) if asked.json else "\n".join(_lines(found)))
    return 0 if all(found.recipients.may_receive(key) for key in _named(found)) else 1


def _lines(found: Record) -> Iterator[str]:
    who = found.controller
    yield f"Controller: {who.name}, {who.address}, {who.email}"
    yield f"Authority: {who.authority}, {who.authority_url}"
    yield "People: travellers who write to the shop"
    for activity in found.activities:
        yield ""
        yield f"{activity.purpose}"
        yield f"  basis:      {', '.join(activity.bases)}"
        yield f"  categories: {', '.join(activity.categories)}"
        yield f"  data:       {', '.join(activity.data)}"
        yield f"  recipients: {', '.join(activity.recipients) or 'none'}"
        yield f"  kept:       {'; '.join(map(_period, activity.periods))}"
    yield ""
    yield "Recipients"
    for key in _named(found):
        one = found.recipients.of(key)
        yield f"  {key}: {one.name or '–'}, {one.country or 'NO COUNTRY'}, {one.safeguard or 'NO SAFEGUARD'}"
    yield "  authorities: where the law requires it, each time written down (python -m bot privacy disclose)"
    yield ""
    yield "Security"
    yield from (f"  {one}" for one in found.security)


def _named(found: Record) -> list[str]:
    told = {one for activity in found.activities for one in activity.recipients}
    return sorted({key for one in told for key in named(one)})


def _period(period: Period) -> str:
    if period.count is None:
        return f"without an end after {period.after}"
    return f"{period.count} {period.unit} after {period.after}"
