"""Reading prices.toml: every line is checked, and a wrong one is named."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from babel.numbers import is_currency

from services.money import exponent
from services.places.regions import is_country, regions
from services.prices.book import Book, Rounding
from services.prices.stars import MOST_STARS, StarRate
from services.taxes import ByCountry, OneRate, TaxPolicy

T = TypeVar("T")

#: A price list is a few kilobytes.
LARGEST_FILE = 1_000_000
#: A rate beyond this is a slip of the pen.
HIGHEST_RATE = Decimal(100_000)


class PricesError(Exception):
    """The price list cannot be used; the message is one line that names the key."""


def read_book(path: Path) -> Book:
    """The price list in a file. Raises PricesError."""
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_FILE:
            raise PricesError(f"{path.name}: the file is too large")
        return parse_book(raw.decode(), path.name)
    except OSError as error:
        raise PricesError(f"{path.name}: {error.strerror or 'cannot be read'}") from error
    except UnicodeDecodeError as error:
        raise PricesError(f"{path.name}: the file is not UTF-8") from error


def parse_book(text: str, name: str) -> Book:
    """The price list in a text; `name` stands in the message of a PricesError."""
    try:
        everything = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PricesError(f"{name}: {error}") from error
    top = _Table(everything, name, "")
    currency = top.take("currency", _currency)
    exchange, vat, margin = top.table("exchange"), top.table("vat"), top.table("margin")
    least, rounding = top.table("least"), top.table("rounding")
    book = Book(
        currency=currency,
        dated=exchange.take("dated", _day),
        valid_until=exchange.take("valid_until", _day),
        warn_after=timedelta(days=exchange.take("warn_after_days", _days)),
        rates=exchange.others(_currency_key, _rate),
        vat=vat.take("included_percent", _percent) / 100,
        taxes=_taxes(vat),
        margin=margin.take("default", _margin),
        by_region=margin.table("regions", {}).others(_region, _margin),
        by_country=margin.table("countries", {}).others(_country, _margin),
        by_plan=margin.table("plans", {}).others(str, _margin),
        least_profit=least.take("profit", _positive),
        rounding=_rounding(rounding, currency),
        hidden=top.take("hidden", _patterns, []),
        stars=_stars(top.table("stars")) if top.has("stars") else None,
    )
    for table in (top, exchange, vat, margin, least, rounding):
        table.nothing_more()
    if book.valid_until < book.dated:
        raise PricesError(f"{name}: exchange.valid_until is before exchange.dated")
    return book


class _Table:
    """A table of the file, emptied as it is read: what is left over was misspelled."""

    def __init__(self, content: Any, file: str, path: str) -> None:
        self._file = file
        self._path = path
        if not isinstance(content, dict):
            raise PricesError(f"{file}: {path} must be a table")
        self._left = dict(content)

    def table(self, key: str, default: dict[str, Any] | None = None) -> _Table:
        """A table within this one."""
        if key not in self._left and default is None:
            raise PricesError(f"{self._file}: {self._named(key)} is missing")
        return _Table(self._left.pop(key, default), self._file, self._named(key))

    def has(self, key: str) -> bool:
        """Whether the file says anything of it."""
        return key in self._left

    def take(self, key: str, check: Callable[[Any], T], default: Any = None) -> T:
        """A value, checked; with a default it may be missing."""
        value = self._left.pop(key, default)
        if value is None:
            raise PricesError(f"{self._file}: {self._named(key)} is missing")
        return self._checked(key, value, check)

    def maybe(self, key: str, check: Callable[[Any], T]) -> T | None:
        """A value that may be missing."""
        return self.take(key, check) if key in self._left else None

    def others(self, name: Callable[[str], str], check: Callable[[Any], T]) -> Mapping[str, T]:
        """Everything else in the table, its keys and values checked."""
        found = {
            self._checked(key, key, name): self._checked(key, value, check)
            for key, value in self._left.items()
        }
        self._left.clear()
        return found

    def nothing_more(self) -> None:
        for key in self._left:
            raise PricesError(f"{self._file}: {self._named(key)} is not known")

    def _checked(self, key: str, value: Any, check: Callable[[Any], T]) -> T:
        try:
            return check(value)
        except (ValueError, TypeError) as error:
            raise PricesError(f"{self._file}: {self._named(key)} {error}") from error

    def _named(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _taxes(vat: _Table) -> TaxPolicy:
    """One rate for everybody, unless the list asks for that of the buyer's country."""
    by_country = vat.take("by_country", _yes_or_no, False)
    home = vat.take("home", _country, "FR")
    rates = vat.table("rates", {}).others(_country, _dated_rates)
    return ByCountry(home, rates) if by_country else OneRate()


def _rounding(table: _Table, currency: str) -> Rounding:
    def whole_part(value: Any) -> Decimal:
        number = _positive(value)
        if number != round(number, exponent(currency)):
            raise ValueError(f"has a part that {currency} does not have")
        return number

    unit = table.take("unit", whole_part, 1)

    def endings(value: Any) -> tuple[Decimal, ...]:
        if not isinstance(value, list) or not value:
            raise ValueError("must be a list of endings such as [0.50, 0.90]")
        found = tuple(sorted(_number(one) for one in value))
        if found[0] < 0 or found[-1] >= unit:
            raise ValueError(f"must lie between 0 and the unit of {unit}")
        if any(one != round(one, exponent(currency)) for one in found):
            raise ValueError(f"has a part that {currency} does not have")
        return found

    plain = table.take("endings", endings)
    charm_from = table.maybe("charm_from", _positive)
    return Rounding(unit, plain, charm_from, table.take("charm_endings", endings, list(plain)))


def _stars(table: _Table) -> StarRate:
    rate = StarRate(
        per_unit=table.take("per_unit", _rate),
        dated=table.take("dated", _day),
        valid=timedelta(days=table.take("valid_days", _days)),
        least=table.take("least", _whole_stars, 1),
    )
    table.nothing_more()
    return rate


def _whole_stars(value: Any) -> int:
    number = _positive(value)
    if number != int(number) or number > MOST_STARS:
        raise ValueError(f"must be a whole number of Stars, at most {MOST_STARS}")
    return int(number)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise ValueError("must be a number")
    return Decimal(value)


def _positive(value: Any) -> Decimal:
    number = _number(value)
    if number <= 0:
        raise ValueError("must be more than 0")
    return number


def _rate(value: Any) -> Decimal:
    number = _positive(value)
    if number > HIGHEST_RATE:
        raise ValueError("is no exchange rate")
    return number


def _percent(value: Any) -> Decimal:
    number = _number(value)
    if not 0 <= number < 100:
        raise ValueError("must be a percentage from 0 to less than 100")
    return number


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _dated_rates(value: Any) -> Mapping[date, Decimal]:
    if not isinstance(value, dict) or not value:
        raise ValueError("must be rates by their first day, such as { 2016-01-01 = 20 }")
    return {date.fromisoformat(day): _percent(rate) / 100 for day, rate in value.items()}


def _margin(value: Any) -> Decimal:
    number = _percent(value)
    if number > 95:
        raise ValueError("must be a percentage up to 95")
    return number / 100


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 3650:
        raise ValueError("must be a number of days")
    return value


def _day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError("must be a day such as 2026-11-01")
    return value


def _currency(value: Any) -> str:
    if not isinstance(value, str) or value.upper() != value or not is_currency(value):
        raise ValueError("must be a currency such as EUR")
    return value


def _currency_key(key: str) -> str:
    return _currency(key.upper())


def _region(key: str) -> str:
    if key not in regions():
        raise ValueError(f"is no region; there are {', '.join(regions())}")
    return key


def _country(key: str) -> str:
    if not (key.isupper() and is_country(key)):
        raise ValueError("is no country; write two capital letters such as JP")
    return key


def _patterns(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError('must be a list of plans such as ["k17-*"]')
    return tuple(value)
