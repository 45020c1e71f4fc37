"""What a price is in Telegram Stars: never too few, whatever the currency's small parts are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_prices import LIST

from services.money import Money, split
from services.prices import PricesError, RateWarning, parse_book
from services.prices.stars import MOST_STARS, StarRate

STARS = "[stars]\nper_unit = 84.5\ndated = 2026-11-01\nvalid_days = 30\nleast = 50\n"
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3, "CLP": 0}


def rate(per_unit="84.5", least=50):
    return StarRate(Decimal(per_unit), date(2026, 11, 1), timedelta(days=30), least)


def noon(day):
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)


@given(
    minor=st.integers(1, 10**9),
    currency=st.sampled_from(sorted(DIGITS)),
    per_unit=st.decimals("0.000001", "100000", allow_nan=False, places=9).filter(bool),
    least=st.integers(1, MOST_STARS),
)
def test_stars_are_never_worth_less_than_the_price_and_at_most_one_more_than_needed(
    minor, currency, per_unit, least
):
    exact = Fraction(minor, 10 ** DIGITS[currency]) * Fraction(per_unit)

    stars = rate(str(per_unit), least).of(Money(minor, currency))

    if stars is None:
        assert max(exact, least) > MOST_STARS
    else:
        assert least <= stars <= MOST_STARS
        assert exact <= stars
        assert stars == least or stars - 1 < exact


@pytest.mark.parametrize(
    ("price", "stars"),
    [
        (Money(1310, "EUR"), 1107),
        (Money(1000, "EUR"), 845),
        (Money(1001, "EUR"), 846),
        (Money(1, "EUR"), 50),
        (Money(10, "JPY"), 845),
        (Money(1310, "JPY"), None),
        (Money(10_000, "KWD"), 845),
    ],
)
def test_the_small_parts_of_a_currency_are_counted_as_it_counts_them(price, stars):
    assert rate().of(price) == stars


def test_a_rate_with_more_digits_than_any_context_still_rounds_up():
    long = "84." + "0" * 80 + "1"

    assert rate(long, 1).of(Money(100, "EUR")) == 85


def test_a_rate_holds_on_its_days_and_warns_in_its_last_week():
    book = parse_book(LIST + STARS, "prices.toml")
    price = Money(1310, "EUR")

    days = [(10, 31), (11, 1), (11, 24), (11, 25), (12, 1), (12, 2)]
    moments = [noon(date(2026, *day)) for day in days]
    asked = [(book.in_stars(price, now), [one.cause for one in book.star_warnings(now)]) for now in moments]

    assert asked == [
        (None, ["stars-rate-of-tomorrow"]),
        (1107, []),
        (1107, []),
        (1107, ["stars-rate-ends"]),
        (1107, ["stars-rate-ends"]),
        (None, ["stars-rate-expired"]),
    ]
    assert book.star_warnings(noon(date(2026, 12, 2))) == (
        RateWarning("stars-rate-expired", date(2026, 12, 1)),
    )


def test_a_list_without_a_rate_asks_for_no_stars():
    book = parse_book(LIST, "prices.toml")

    assert book.in_stars(Money(1310, "EUR"), noon(date(2026, 11, 5))) is None
    assert [one.cause for one in book.star_warnings(noon(date(2026, 11, 5)))] == ["stars-no-rate"]


@pytest.mark.parametrize(
    ("was", "slip", "named"),
    [
        ("84.5", "0", "stars.per_unit"),
        ("84.5", '"84"', "stars.per_unit"),
        ("valid_days = 30", "valid_days = 0", "stars.valid_days"),
        ("least = 50", "least = 2.5", "stars.least"),
        ("least = 50", "lest = 50", "stars.lest"),
        ("dated = 2026-11-01", "", "stars.dated"),
    ],
)
def test_a_slip_is_named(was, slip, named):
    with pytest.raises(PricesError, match=named):
        parse_book(LIST + STARS.replace(was, slip), "prices.toml")


@given(amount=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_a_split_amount_adds_up_and_no_part_is_off_by_more_than_the_number_of_parts(amount, weights):
    parts = split(amount, weights)

    total = sum(weights)
    assert sum(parts) == (amount if total else 0)
    assert all(
        abs(Fraction(part) - Fraction(amount * weight, total or 1)) <= len(weights)
        for part, weight in zip(parts, weights, strict=True)
    )
