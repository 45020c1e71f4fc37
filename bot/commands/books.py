"""Prints the books; not zero when they do not close."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime

from bot.settings import BadSettings, read
from services.books import Books, Line, read_books
from services.money import Money
from services.storage import open_stores


def main(arguments: list[str]) -> int:
    """0: the books close. 1: they do not. 2: they could not be read."""
    parser = argparse.ArgumentParser(prog="python -m bot books", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--since", type=_day, help="orders placed since this day, YYYY-MM-DD")
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    books = asyncio.run(_read(settings.databases, asked.since))
    print(json.dumps(books.as_json(), indent=2) if asked.json else _words(books))
    return 0 if books.close else 1


async def _read(databases: tuple[str, str, str], since: datetime | None) -> Books:
    stores = await open_stores(*databases)
    try:
        return await read_books(stores.app, since)
    finally:
        await stores.close()


def _words(books: Books) -> str:
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
    return "\n".join((head, *rows, *_campaigns(books), tail))


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
