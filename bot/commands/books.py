"""Prints the books, or a month of them for the accountant; not zero when they do not close."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime

from bot.settings import BadSettings, Settings, read
from services.accounts import Month, Row, as_csv, gaps, rows_of
from services.books import Books, Line, read_books
from services.money import Money
from services.storage import open_stores
from services.storage.rotation import open_secrets


def main(arguments: list[str]) -> int:
    """0: the books close. 1: they do not. 2: they could not be read."""
    parser = argparse.ArgumentParser(prog="python -m bot books", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--since", type=_day, help="orders placed since this day, YYYY-MM-DD")
    parser.add_argument("--month", type=_month, help="with --csv: the month's papers and money, YYYY-MM")
    parser.add_argument("--csv", action="store_true", help="for the accountant")
    asked = parser.parse_args(arguments)
    if asked.csv != (asked.month is not None):
        parser.error("--month and --csv belong together")
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    month = Month(asked.month.year, asked.month.month, settings.seller.zone) if asked.csv else None
    books, missing, rows = asyncio.run(_read(settings, asked.since, month))
    if asked.csv:
        print(as_csv(rows), end="")
        if not (books.close and not missing):
            print(_words(books, missing).splitlines()[-1], file=sys.stderr)
    else:
        told = {**books.as_json(), "gaps": missing}
        print(json.dumps(told, indent=2) if asked.json else _words(books, missing))
    return 0 if books.close and not missing else 1


async def _read(
    settings: Settings, since: datetime | None, month: Month | None
) -> tuple[Books, list[str], list[Row]]:
    """The books, gaps in the numbers of papers, and a month's rows where they are asked for."""
    stores = await open_stores(*settings.databases)
    try:
        secrets = await open_secrets(stores.vault, settings.key)
        rows = await rows_of(stores, secrets, month) if month else []
        return await read_books(stores.app, since), await gaps(stores.legal), rows
    finally:
        await stores.close()


def _words(books: Books, missing: list[str]) -> str:
    rows = [
        f"{line.order:<10} {line.state:<17} {','.join((*line.items, *line.replacements)):<24} "
        f"{_amount(line.captured, line):>9} = {_amount(line.kept, line):>8} + {_amount(line.refunded, line):>8} + {_amount(line.held, line):>8} "
        f"{line.currency} {line.exception or ''}{'' if line.closes else '  DOES NOT CLOSE'}"
        for line in books.orders
    ]
    head = f"{'order':<10} {'payment':<17} {'items':<24} {'captured':>9} = {'kept':>8} + {'refunded':>8} + {'held':>8}"
    tail = (
        f"{len(rows)} orders, {books.open} open. Lines: {books.delivered_lines} delivered, "
        f"{books.replacement_lines} replacements, "
        f"{books.stock_lines} in stock, {books.held_lines} held. "
        f"Top-ups: {books.refills} bought, {books.surplus_refills} surplus. "
        + ("The books close." if books.close else "THE BOOKS DO NOT CLOSE.")
    )
    gone = [f"A NUMBER IS MISSING AMONG THE PAPERS: {one}" for one in missing]
    return "\n".join((head, *rows, *_campaigns(books), *gone, tail))


def _campaigns(books: Books) -> list[str]:
    return [
        f"Campaign {name}: {found['orders']} orders, "
        + ", ".join(
            f"{Money(sums['kept'], currency).decimal} {currency} kept"
            for currency, sums in found["totals"].items()
        )
        for name, found in books.campaigns().items()
    ]


def _amount(minor: int, line: Line) -> str:
    return str(Money(minor, line.currency).decimal)


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def _month(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
