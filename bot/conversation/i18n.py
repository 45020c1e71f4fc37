"""The shop's words in the traveller's language, and numbers, dates, sizes, countries as that language writes them.

A language is one file, `locales/<lang>/LC_MESSAGES/bot.po`, read at start; English is the source.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache, wraps
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Literal, ParamSpec, Protocol

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision
from babel.units import format_unit

FOLDER = Path(__file__).resolve().parents[2] / "locales"
SOURCE = "en"
#: Numbers, prices, places as they were once written, of each kind; a catalogue repeats itself.
MOST_REMEMBERED = 4_096

_locale: ContextVar[str] = ContextVar("locale", default=SOURCE)

#: Isolates a value from the direction of the sentence around it (Unicode FSI … PDI).
_FSI, _PDI = "\u2068", "\u2069"
_COMMAND = re.compile(r"(?<![\w/:.])(/[a-z]{2,})")


P = ParamSpec("P")


def _remembered(say: Callable[P, str]) -> Callable[P, str]:
    """Write the same in the same language only once: Babel takes its time."""
    known: Callable[..., str] = lru_cache(MOST_REMEMBERED)(
        lambda _spoken, *args, **kwargs: say(*args, **kwargs)
    )

    @wraps(say)
    def remembering(*args: P.args, **kwargs: P.kwargs) -> str:
        return known(_locale.get(), *args, **kwargs)

    return remembering


class Amount(Protocol):
    """Money, whoever defines it: minor units and a currency of ISO 4217 (or XTR)."""

    @property
    def minor(self) -> int: ...
    @property
    def currency(self) -> str: ...


@cache
def languages() -> tuple[str, ...]:
    """The languages we speak, English first."""
    found = sorted(path.parents[1].name for path in FOLDER.glob("*/LC_MESSAGES/bot.po"))
    return (SOURCE, *(name for name in found if name != SOURCE))


def best(asked: str | None) -> str | None:
    """Our language for a tag such as "pt-BR", or None when we do not speak it."""
    if not asked:
        return None
    tag = asked.replace("_", "-")
    known = {name.lower(): name for name in languages()}
    return known.get(tag.lower()) or known.get(tag.split("-")[0].lower())


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Everything inside is said in that language. Tasks do not disturb one another."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def spoken() -> str:
    """The language being spoken now."""
    return _locale.get()


def right_to_left() -> bool:
    """Whether the language being spoken is written from right to left."""
    return _right_to_left(_locale.get())


def _(message: str, **values: object) -> str:
    """The message in the language being spoken, with its {values} put in."""
    return _fill(_catalog(_locale.get()).gettext(message), values)


def n_(one: str, many: str, n: int, **values: object) -> str:
    """The message in the plural form that `n` needs; {n} is put in as that language writes it."""
    text = _catalog(_locale.get()).ngettext(one, many, n)
    return _fill(text, {"n": number(n), **values})


def p_(context: str, message: str, **values: object) -> str:
    """Like `_`, for words that mean different things in different places."""
    return _fill(_catalog(_locale.get()).pgettext(context, message), values)


def N_(message: str) -> str:  # noqa: N802  (gettext's own name)
    """Mark a message for translation where it is written; it is translated where it is said."""
    return message


def in_language(locale: str, context: str, message: str) -> str:
    """One message of one language, whoever is being spoken to. The source text when it is not translated."""
    return _catalog(locale).pgettext(context, message)


@_remembered
def money(amount: Amount) -> str:
    """ "€4.50", "4,50 €"."""
    digits = get_currency_precision(amount.currency)
    value = Decimal(amount.minor).scaleb(-digits)
    if amount.currency == "XTR":
        return f"⭐ {number(amount.minor)}"
    return format_currency(value, amount.currency, locale=_babel())


@_remembered
def number(n: int) -> str:
    """ "1,500" """
    return format_decimal(n, locale=_babel())


def percent(share: float) -> str:
    """ "42%" """
    return (
        format_percent(share, format="#,##0%", locale=_babel())
        if spoken() == SOURCE
        else format_percent(round(share, 2), locale=_babel())
    )


def exact_percent(share: Decimal) -> str:
    """ "5.5%": with as many digits as there are, as a tax office wants it."""
    pattern = _babel().percent_formats[None].pattern.replace("#,##0", "#,##0.##")
    return format_percent(share, format=pattern, locale=_babel())


@_remembered
def data_size(size: int | None) -> str:
    """Bytes in the traveller's units, 1,024 each: "3 GB", "3,2 Go", "100 MB". None: unlimited."""
    if size is None:
        return _("Unlimited")
    giga = Decimal(size) / 1024**3
    if giga >= 1:
        return format_unit(_rounded(giga), "digital-gigabyte", "short", locale=_babel())
    return format_unit(_rounded(Decimal(size) / 1024**2), "digital-megabyte", "short", locale=_babel())


@_remembered
def duration(days: int | None) -> str:
    """ "10 days"; None: without end."""
    if days is None:
        return _("no expiry")
    # format_unit leaves "duration-day" untranslated in half of the languages (Babel 2.18).
    return format_timedelta(timedelta(days=days), granularity="day", threshold=1000, locale=_babel())


#: Babel's names of the units.
_UNITS: dict[str, Literal["year", "day", "hour", "minute"]] = {
    "years": "year",
    "days": "day",
    "hours": "hour",
    "minutes": "minute",
}


@_remembered
def span(count: int, unit: str) -> str:
    """ "3 years", "72 hours"; `unit` is "years", "days", "hours" or "minutes"."""
    length = timedelta(days=365 * count) if unit == "years" else timedelta(**{unit: count})
    return format_timedelta(length, granularity=_UNITS[unit], threshold=100_000, locale=_babel())


def waiting(seconds: float) -> str:
    """A wait in words: "30 minutes", "2 hours"."""
    return format_timedelta(timedelta(seconds=seconds), threshold=1.2, locale=_babel())


def date(moment: datetime) -> str:
    """ "November 22, 2026" as that language writes it, UTC. In words: "23/12/2026" reads as a command in Telegram."""
    return _day(moment.replace(hour=0, minute=0, second=0, microsecond=0))


def moment(when: datetime) -> str:
    """Date and time with its zone, UTC."""
    return _("{when} UTC", when=f"{date(when)} {_minute(when.replace(second=0, microsecond=0))}")


@_remembered
def clock_time(when: datetime) -> str:
    """ "2:32 PM UTC": for what happens within the hour."""
    return _("{when} UTC", when=_minute(when.replace(second=0, microsecond=0)))


def country_name(code: str) -> str:
    """The country (ISO 3166 alpha-2) in the language being spoken; the code when it has no name there."""
    return str(_babel().territories.get(code, code))


def language_name(locale: str) -> str:
    """A language in itself: "Français"."""
    name = Locale.parse(locale, sep="-").get_display_name(locale.replace("-", "_")) or locale
    return name[0].upper() + name[1:]


def listing(names: list[str]) -> str:
    """ "Japan, Korea and Taiwan" """
    return _listing(tuple(names))


def choose() -> str:
    """What opens a list, where a platform hides its rows."""
    return _("Choose")


def _fill(text: str, values: dict[str, object]) -> str:
    if not right_to_left():
        return text.format(**values) if values else text
    # A command's slash would stand at its wrong end.
    text = _COMMAND.sub("\u200e\\1", text)
    return text.format(**{name: _isolated(str(value)) for name, value in values.items()}) if values else text


def _isolated(value: str) -> str:
    """ "12 rue de la Paix" inside an Arabic sentence would put its 12 at the wrong end; Arabic values are at home."""
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in value):
        return value
    return f"{_FSI}{value}{_PDI}"


@_remembered
def _day(midnight: datetime) -> str:
    return format_date(midnight, "long", locale=_babel())


@_remembered
def _minute(when: datetime) -> str:
    return format_time(when, "short", locale=_babel())


@_remembered
def _listing(names: tuple[str, ...]) -> str:
    isolated = [_isolated(name) for name in names] if right_to_left() else list(names)
    return format_list(isolated, locale=_babel())


def _rounded(value: Decimal) -> Decimal:
    return (
        value.quantize(Decimal(1))
        if value == value.to_integral() or value >= 100
        else value.quantize(Decimal("0.1"))
    )


def _babel() -> Locale:
    return _parsed(_locale.get())


@cache
def _right_to_left(locale: str) -> bool:
    return bool(_parsed(locale).text_direction == "rtl")


@cache
def _parsed(locale: str) -> Locale:
    return Locale.parse(locale, sep="-" if "-" in locale else "_")


@cache
def _catalog(locale: str) -> NullTranslations:
    path = FOLDER / locale / "LC_MESSAGES" / "bot.po"
    if locale == SOURCE and not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale.replace("-", "_")))
    compiled.seek(0)
    return GNUTranslations(compiled)
