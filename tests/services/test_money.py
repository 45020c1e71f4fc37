"""Amounts: exact, of one currency, and the same at Stripe as on the screen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from services.money import MixedCurrencies, Money, net_and_tax, stripe_exponent

CURRENCIES = [
    "EUR",
    "USD",
    "GBP",
    "JPY",
    "KRW",
    "VND",
    "ISK",
    "UGX",
    "HUF",
    "TWD",
    "KWD",
    "BHD",
    "JOD",
    "OMR",
    "TND",
    "CLP",
    "XAF",
    "XOF",
    "MGA",
    "AED",
    "SAR",
    "MAD",
    "TRY",
    "CHF",
]


def test_amounts_of_one_currency_add_up():
    assert Money(450, "EUR") + Money(50, "EUR") - Money(100, "EUR") == Money(400, "EUR")
    assert Money(1, "EUR") < Money(2, "EUR") <= Money(2, "EUR")
    assert max(Money(5, "EUR"), Money(7, "EUR")) == Money(7, "EUR")
    assert -Money(5, "EUR") == Money(-5, "EUR")
    assert not Money(0, "EUR")
    assert str(Money(450, "EUR")) == "4.50 EUR"


@pytest.mark.parametrize("act", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_amounts_of_two_currencies_do_not(act):
    with pytest.raises(MixedCurrencies):
        getattr(Money(1, "EUR"), act)(Money(1, "USD"))


@pytest.mark.parametrize("minor", [1.0, "1", True, Decimal(1)])
def test_minor_units_are_whole(minor):
    with pytest.raises(TypeError):
        Money(minor, "EUR")


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "E1", "€"])
def test_a_currency_is_three_capitals(currency):
    with pytest.raises(ValueError):
        Money(1, currency)


@pytest.mark.parametrize(
    ("money", "stripe"),
    [
        (Money(450, "EUR"), 450),
        (Money(1000, "JPY"), 1000),
        (Money(5, "ISK"), 500),  # two digits at Stripe, none in the world
        (Money(5, "UGX"), 500),
        (Money(1230, "KWD"), 1230),
        (Money(7, "XAF"), 7),
    ],
)
def test_stripe_counts_in_its_own_way(money, stripe):
    assert money.to_stripe() == stripe
    assert Money.from_stripe(stripe, money.currency.lower()) == money


def test_what_stripe_cannot_charge_is_refused():
    with pytest.raises(ValueError):
        Money(1231, "KWD").to_stripe()
    with pytest.raises(ValueError):
        Money(1, "XTR").to_stripe()
    with pytest.raises(ValueError):
        Money.from_stripe(150, "isk")


@given(st.integers(-(10**12), 10**12), st.sampled_from(CURRENCIES))
def test_there_and_back_is_the_same(amount, currency):
    amount = amount * 10 if stripe_exponent(currency) == 3 else amount
    money = Money(amount, currency)
    assert Money.from_stripe(money.to_stripe(), currency) == money
    assert Money.of(money.decimal, currency) == money


@pytest.mark.parametrize("currency", CURRENCIES)
def test_what_is_charged_is_what_is_shown(currency):
    assert Money(1, currency).exponent == get_currency_precision(currency)


def test_stars_have_no_parts():
    assert Money(50, "XTR").decimal == 50


@given(st.integers(0, 10**9), st.sampled_from(["0", "0.055", "0.2", "0.21", "0.25"]))
def test_net_and_tax_make_the_price(minor, rate):
    net, tax = net_and_tax(Money(minor, "EUR"), Decimal(rate))
    assert net + tax == Money(minor, "EUR")
    assert abs(Decimal(net.minor) * (1 + Decimal(rate)) - minor) <= Decimal("0.5") * (1 + Decimal(rate))


def test_the_net_is_rounded_half_up():
    assert net_and_tax(Money(999, "EUR"), Decimal("0.20")) == (Money(833, "EUR"), Money(166, "EUR"))
    assert net_and_tax(Money(3, "EUR"), Decimal("0.20"))[0] == Money(3, "EUR")  # 2.5
