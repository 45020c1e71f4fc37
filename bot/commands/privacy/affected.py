"""Lists whom a leak would touch: who was in a store since a day, what it held of them, where they can be told.

For the notice to the authority within 72 hours, and to the people themselves (GDPR art. 33 and 34).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import get_args

from bot.commands.privacy._desk import Desk
from services.privacy.erasing.journal import Journal
from services.privacy.requests.affected import Affected, Leaked, Report


def add(parser: argparse.ArgumentParser) -> None:
    """Since when, and what leaked."""
    parser.add_argument("--since", required=True, type=_day, help="YYYY-MM-DD: since when it was open")
    parser.add_argument("--store", choices=get_args(Leaked), default="app", help="what leaked")
    parser.add_argument("--json", action="store_true", help="for programs, with every customer's id")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: listed."""
    affected = Affected(desk.stores, Journal(desk.stores.vault, desk.clock))
    report = await affected.since(asked.since, asked.store)
    print(json.dumps(asdict(report), indent=2, default=str) if asked.json else _words(report))
    return 0


def _words(report: Report) -> str:
    there = [one for one in report.touched if one.erased is None]
    categories = Counter(category for one in there for category in one.categories)
    lines = [
        f"{len(there)} people, {len(report.touched) - len(there)} more who were erased since",
        *(f"  {count:>7}  {category}" for category, count in categories.most_common()),
    ]
    if report.nobodys_orders:
        lines.append(f"{report.nobodys_orders} orders of people who were erased")
    for one in report.touched:
        told = f"erased {one.erased:%Y-%m-%d}" if one.erased else ", ".join(one.channels) or "by letter only"
        lines.append(f"{one.customer}  {told}")
    return "\n".join(lines)


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError("is no day such as 2026-11-23") from None
