"""python -m bot prices: what every plan costs, sells for and leaves, and what another price list would change."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from services.catalogue import NAME, CopyError, read_copy
from services.prices import DEFAULT, Book, NoRate, Priced, PricesError, read_book
from services.providers import Offer

_MALFORMED, _NO_COPY = 2, 1


def main(arguments: list[str]) -> int:
    """0: done. 1: there is no copy of the catalogue to price. 2: a price list cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m bot prices", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options. The bot's own DATA and PRICES_FILE are the defaults; no credential is needed."""
    copy = Path(os.environ.get("DATA") or "var/bot") / NAME
    prices = Path(os.environ.get("PRICES_FILE") or DEFAULT)
    parser.add_argument("--country", metavar="JP", type=str.upper, help="only plans that work there")
    parser.add_argument("--prices", type=Path, default=prices, help="the price list (default: the shop's)")
    parser.add_argument("--with", dest="other", type=Path, metavar="FILE", help="show what this list changes")
    parser.add_argument("--provider-copy", type=Path, default=copy, help="the catalogue's copy on disk")


def run(args: argparse.Namespace) -> int:
    """Print the table; the exit status is that of `main`."""
    try:
        book = read_book(args.prices)
        other = read_book(args.other) if args.other is not None else None
    except PricesError as error:
        print(error, file=sys.stderr)
        return _MALFORMED
    try:
        offers = list(_offers(args.provider_copy, args.country))
    except CopyError as error:
        print(f"{args.provider_copy}: the catalogue's copy is {error.reason}", file=sys.stderr)
        return _NO_COPY
    if other is None:
        _print_prices(offers, book)
        _print_warnings(book)
    else:
        _print_changes(offers, book, other)
        _print_warnings(other)
    return 0


def _offers(copy: Path, country: str | None) -> Iterator[Offer]:
    every = (offer for shelf in read_copy(copy).values() for offer in shelf.listing.offers)
    wanted = (offer for offer in every if country is None or country in offer.countries)
    return iter(sorted(wanted, key=lambda o: (len(o.countries), o.countries, o.data_bytes or 0, o.days or 0)))


def _print_prices(offers: Iterable[Offer], book: Book) -> None:
    stars = book.stars is not None
    rows = [
        (
            "plan",
            "where",
            "data",
            "days",
            "cost",
            "price",
            *(["stars"] * stars),
            "net",
            "profit",
            "margin",
            "",
        )
    ]
    for offer in offers:
        what = (offer.id, _where(offer), _data(offer), str(offer.days or "-"))
        priced = _priced(offer, book)
        if priced is None:
            empty = ("",) * (4 + stars)
            rows.append((*what, f"{offer.cost.amount} {offer.cost.currency}", *empty, "no rate"))
            continue
        share = f"{priced.margin * 100:.0f}%"
        money = (
            f"{priced.cost:.2f}",
            str(priced.price.decimal),
            *([str(book.stars.of(priced.price) or "-")] if book.stars else []),
            str(priced.net.decimal),
            f"{priced.profit:.2f}",
        )
        rows.append((*what, *money, share, "hidden" if book.hides(offer.id) else ""))
    _print_table(rows)
    print(f"{len(rows) - 1} plans, amounts in {book.currency}")
    if book.stars is not None:
        rate = book.stars
        print(
            f"{rate.per_unit} Stars to 1 {book.currency}, at least {rate.least}, of {rate.dated}, until {rate.until}"
        )


def _print_changes(offers: Iterable[Offer], old: Book, new: Book) -> None:
    rows = [("plan", "where", "data", "days", "old", "new", "change")]
    moved: list[Decimal] = []
    total = 0
    for offer in offers:
        total += 1
        before, after = _shown(offer, old), _shown(offer, new)
        if before == after:
            continue
        change = ""
        both = _priced(offer, old), _priced(offer, new)
        if old.currency == new.currency and both[0] and both[1]:
            moved.append((both[1].price - both[0].price).decimal)
            change = f"{moved[-1]:+}"
        what = (offer.id, _where(offer), _data(offer), str(offer.days or "-"))
        rows.append((*what, before, after, change))
    _print_table(rows)
    print(f"{len(rows) - 1} of {total} plans change")
    if moved:
        print(f"smallest change {min(moved):+}, largest {max(moved):+} {new.currency}")


def _shown(offer: Offer, book: Book) -> str:
    """What a traveller would see under this list."""
    priced = _priced(offer, book)
    return "not sold" if priced is None or book.hides(offer.id) else str(priced.price)


def _priced(offer: Offer, book: Book) -> Priced | None:
    try:
        return book.price(offer)
    except NoRate:
        return None


def _print_warnings(book: Book) -> None:
    now = datetime.now(UTC)
    for warning in (*book.warnings(now), *(book.star_warnings(now) if book.stars else ())):
        print(f"warning: {warning.cause}, {warning.since}", file=sys.stderr)


def _where(offer: Offer) -> str:
    return offer.countries[0] if len(offer.countries) == 1 else f"{offer.kind} {len(offer.countries)}"


def _data(offer: Offer) -> str:
    if offer.data_bytes is None:
        return "unlimited"
    mega = offer.data_bytes // 1024**2
    return f"{mega // 1024} GB" if mega % 1024 == 0 else f"{mega} MB"


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
