"""Currencies as Stripe counts them: its own decimals, its least amounts, and who debits bank accounts in which."""

from __future__ import annotations

from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency

_KNOWN_SPELLED = """
aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf
chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg
huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk
mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub
rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd
vuv wst xaf xcd xcg xof xpf yer zar zmw
"""
KNOWN = frozenset(_KNOWN_SPELLED.split())
#: Counted in whole units.
_ZERO_DECIMAL_SPELLED = """
bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf
"""
ZERO_DECIMAL = frozenset(_ZERO_DECIMAL_SPELLED.split())
#: Counted in thousandths, of which the last digit must be 0.
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
#: Counted in hundredths although there are none: the last two digits must be 0.
WHOLE_ONLY = frozenset(["isk", "ugx"])

#: The least that can be charged, in the currency's smallest unit. https://docs.stripe.com/currencies
LEAST = {
    "aed": 200,
    "aud": 50,
    "bgn": 100,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
MOST = 99_999_999

#: The bank debit of each currency that has one: money that comes days later, or not at all.
BANK_DEBIT = {"eur": "sepa_debit", "usd": "us_bank_account", "gbp": "bacs_debit", "aud": "au_becs_debit"}


def exponent(currency: str) -> int:
    """How many decimals Stripe's smallest unit has."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """What an amount must be a multiple of."""
    if currency in THREE_DECIMAL:
        return 10
    return 100 if currency in WHOLE_ONLY else 1


def worded(amount: int, currency: str, locale: str = "en") -> str:
    """An amount as a person reads it."""
    value = Decimal(amount).scaleb(-exponent(currency))
    return format_currency(value, currency.upper(), locale=Locale.parse(locale, sep="-"))
