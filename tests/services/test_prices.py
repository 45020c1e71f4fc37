"""What travellers pay, and what a shopkeeper reads about a slip in the list."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import prices as command
from services.catalogue import Shelf, write_copy
from services.money import Money, net_and_tax
from services.prices import DEFAULT, NoRate, Prices, PricesError, RateWarning, parse_book, read_book
from services.providers import Cost, Listing, Offer

LIST = """
currency = "EUR"
hidden = ["k9-*"]
[exchange]
usd = 0.90
dated = 2026-11-01
valid_until = 2026-12-31
warn_after_days = 30
[vat]
included_percent = 20
[margin]
default = 50
[margin.regions]
asia = 40
europe = 30
world = 20
[margin.countries]
JP = 25
[margin.plans]
"k2-1024-7" = 10
[least]
profit = 0.60
[rounding]
endings = [0.10, 0.50, 0.90]
charm_from = 15
charm_endings = [0.90]
"""


def offer(sku="1-1024-7", cost="2.00", countries=("US",), kind="country", currency="USD", provider="keepgo"):
    money = Cost(Decimal(cost), currency)
    return Offer(provider, sku, countries, 1024**3, False, 7, money, kind, "Orion", {}, True, None)


def book(change=("", "")):
    assert change[0] in LIST
    return parse_book(LIST.replace(*change), "prices.toml")


def test_the_list_that_comes_with_the_shop_can_be_read():
    assert read_book(DEFAULT).currency == "EUR"


def test_a_price_is_worked_out_as_the_list_says():
    priced = book().price(offer(cost="2.00"))

    # 1.80 € to the supplier, half of the net: 3.60, with tax 4.32, up to the next ending.
    assert priced.price == Money(450, "EUR")
    assert (priced.net, priced.tax) == (Money(375, "EUR"), Money(75, "EUR"))
    assert priced.cost == Decimal("1.80")
    assert priced.profit == Decimal("1.95")
    assert priced.margin == Decimal("0.52")
    # 3.75 less 0.60 in dollars.
    assert priced.most_cost == Decimal("3.50")


@pytest.mark.parametrize(
    ("what", "margin"),
    [
        (offer(), "0.50"),
        (offer(countries=("TH",)), "0.40"),
        (offer(countries=("JP",)), "0.25"),
        (offer(sku="2-1024-7", countries=("JP",)), "0.10"),
        (offer(countries=("FR", "DE", "IT", "ES", "PT"), kind="regional"), "0.30"),
        (offer(countries=("FR", "JP", "US"), kind="global"), "0.20"),
        (offer(countries=("US", "CA"), kind="regional"), "0.50"),
    ],
)
def test_the_most_specific_margin_wins(what, margin):
    assert book().margin_of(what) == Decimal(margin)


def test_the_least_profit_stays_whatever_the_margin():
    priced = book(("default = 50", "default = 0")).price(offer(cost="0.10"))
    assert priced.profit >= Decimal("0.60")


@given(
    cost=st.decimals("0.01", "400", places=2),
    margin=st.integers(0, 95),
    least=st.decimals("0.01", "9", places=2),
    vat=st.sampled_from(["0", "5.5", "19", "20", "25.5"]),
)
def test_no_sale_brings_less_than_the_least_profit(cost, margin, least, vat):
    text = LIST.replace("default = 50", f"default = {margin}").replace("profit = 0.60", f"profit = {least}")
    priced = parse_book(text.replace("included_percent = 20", f"included_percent = {vat}"), "x").price(
        offer(cost=str(cost))
    )

    assert priced.profit >= least
    assert priced.net + priced.tax == priced.price
    assert net_and_tax(priced.price, Decimal(vat) / 100) == (priced.net, priced.tax)
    assert priced.price.minor % 100 in {10, 50, 90}
    assert priced.price < Money(1500, "EUR") or priced.price.minor % 100 == 90
    # Even at the most that it may cost, the least profit stays; and it may cost what it costs.
    assert priced.most_cost >= cost
    assert priced.net.decimal - priced.most_cost * Decimal("0.90") >= least
    # Nor is it dearer than asked for, by more than rounding.
    assert priced.margin >= Decimal(margin) / 100 - Decimal("0.01")


def test_a_currency_without_cents_rounds_to_its_own_endings():
    text = (
        LIST.replace('"EUR"', '"JPY"')
        .replace("usd = 0.90", "usd = 150")
        .replace("profit = 0.60", "profit = 90")
        .replace("endings = [0.10, 0.50, 0.90]", "unit = 100\nendings = [0, 50, 80]")
        .replace("charm_from = 15\ncharm_endings = [0.90]", "")
    )
    assert parse_book(text, "x").price(offer()).price == Money(750, "JPY")


def test_a_supplier_in_our_own_currency_needs_no_rate():
    assert book().price(offer(cost="2.00", currency="EUR")).cost == Decimal("2.00")
    with pytest.raises(NoRate):
        book().price(offer(currency="GBP"))


def test_hidden_plans_are_named_by_pattern():
    assert book().hides("k9-1024-7")
    assert not book().hides("k91-1024-7")


@pytest.mark.parametrize(
    ("day", "causes"),
    [
        ((2026, 11, 2), []),
        ((2026, 12, 15), ["rate-old"]),
        ((2027, 1, 1), ["rate-expired"]),
        ((2026, 10, 1), ["rate-of-tomorrow"]),
    ],
)
def test_an_old_rate_warns(day, causes):
    warnings = book().warnings(datetime(*day, 12, tzinfo=UTC))
    assert [warning.cause for warning in warnings] == causes
    assert all(isinstance(warning, RateWarning) for warning in warnings)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (('currency = "EUR"', 'currency = "eur"'), "currency"),
        (('currency = "EUR"', "currency = 5"), "currency"),
        (('currency = "EUR"', ""), "currency"),
        (("usd = 0.90", "usd = 0"), "exchange.usd"),
        (("usd = 0.90", 'usd = "0.90"'), "exchange.usd"),
        (("usd = 0.90", "usd = nan"), "exchange.usd"),
        (("usd = 0.90", "dollar = 0.90"), "exchange.dollar"),
        (("dated = 2026-11-01", 'dated = "yesterday"'), "exchange.dated"),
        (("dated = 2026-11-01", "dated = 2026-11-01T10:00:00"), "exchange.dated"),
        (("valid_until = 2026-12-31", "valid_until = 2026-10-31"), "exchange.valid_until"),
        (("warn_after_days = 30", "warn_after_days = true"), "exchange.warn_after_days"),
        (("included_percent = 20", "included_percent = 120"), "vat.included_percent"),
        (("default = 50", "default = 100"), "margin.default"),
        (("default = 50", "defualt = 50"), "margin.default"),
        (("asia = 40", "atlantis = 40"), "margin.regions.atlantis"),
        (("JP = 25", "Japan = 25"), "margin.countries.Japan"),
        (("JP = 25", "JP = -1"), "margin.countries.JP"),
        (('"k2-1024-7" = 10', '"k2-1024-7" = "ten"'), "margin.plans.k2-1024-7"),
        (("profit = 0.60", "profit = 0"), "least.profit"),
        (("profit = 0.60", "profit = 0.60\nloss = 1"), "least.loss"),
        (("endings = [0.10, 0.50, 0.90]", "endings = []"), "rounding.endings"),
        (("endings = [0.10, 0.50, 0.90]", "endings = [1.90]"), "rounding.endings"),
        (("endings = [0.10, 0.50, 0.90]", "endings = [0.999]"), "rounding.endings"),
        (('hidden = ["k9-*"]', 'hidden = "k9-*"'), "hidden"),
        (("[vat]", "[tax]"), "vat"),
        (("[least]", "[least"), "line"),
    ],
)
def test_a_slip_in_the_list_is_named_in_one_line(change, named):
    with pytest.raises(PricesError) as error:
        book(change)
    assert "prices.toml" in str(error.value)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


class Shop:
    """A price list on disk, a clock to move, and what was alerted."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "prices.toml"
        self.seconds = 100.0
        self.alerts: list[str] = []
        self.write(LIST)
        self.prices = Prices(self.path, lambda cause, facts: self.alerts.append(f"{cause} {facts}"), self.now)

    def now(self) -> float:
        return self.seconds

    def write(self, text: str) -> None:
        self.path.write_text(text)
        state = self.path.stat()
        os.utime(self.path, ns=(state.st_atime_ns, state.st_mtime_ns + int(self.seconds)))

    @property
    def price(self):
        return self.prices.price(offer()).price.minor


def test_a_change_is_on_sale_a_second_later(tmp_path):
    shop = Shop(tmp_path)
    before, version = shop.price, shop.prices.version

    shop.write(LIST.replace("default = 50", "default = 70"))
    shop.seconds += 0.5
    assert shop.price == before  # looked at less than a second ago
    shop.seconds += 0.6

    assert shop.price > before
    assert shop.prices.version == version + 1


def test_a_malformed_change_keeps_the_last_good_list(tmp_path):
    shop = Shop(tmp_path)
    before = shop.price

    shop.write(LIST.replace("default = 50", "default = much"))
    for _ in range(5):
        shop.seconds += 2
        assert shop.price == before
    assert len(shop.alerts) == 1
    assert shop.alerts[0].startswith("prices-malformed prices.toml")

    shop.path.unlink()
    shop.seconds += 2
    assert shop.price == before
    assert len(shop.alerts) == 2

    shop.write(LIST.replace("default = 50", "default = 70"))
    shop.seconds += 2
    assert shop.price > before


def test_without_a_good_list_the_shop_does_not_open(tmp_path):
    with pytest.raises(PricesError):
        Prices(tmp_path / "prices.toml")


@pytest.fixture
def sold(tmp_path):
    """A catalogue's copy and a price list, for the command."""
    offers = (offer(), offer(sku="2-1024-7", countries=("JP",)), offer(sku="9-1-1", countries=("FR",)))
    write_copy(
        tmp_path / "catalogue.json", {"keepgo": Shelf(Listing(offers), datetime(2026, 11, 23, tzinfo=UTC))}
    )
    (tmp_path / "prices.toml").write_text(LIST)
    (tmp_path / "dearer.toml").write_text(LIST.replace("default = 50", "default = 70"))
    (tmp_path / "wrong.toml").write_text(LIST.replace("default = 50", "default = much"))
    return tmp_path


def run(folder, *more):
    copy = ["--provider-copy", str(folder / "catalogue.json"), "--prices", str(folder / "prices.toml")]
    return command.main([*copy, *more])


def test_the_command_shows_what_a_plan_costs_and_leaves(sold, capsys):
    assert run(sold) == 0
    said = capsys.readouterr().out
    assert "k1-1024-7" in said
    assert "4.50" in said
    assert "52%" in said
    assert "hidden" in said
    assert "3 plans" in said


def test_the_command_can_show_one_country(sold, capsys):
    assert run(sold, "--country", "jp") == 0
    said = capsys.readouterr().out
    assert "k2-1024-7" in said
    assert "1 plans" in said


def test_the_command_shows_what_another_list_would_change(sold, capsys):
    assert run(sold, "--with", str(sold / "dearer.toml")) == 0
    said = capsys.readouterr().out
    assert "1 of 3 plans change" in said
    assert "4.50 EUR" in said
    assert "smallest change +3.00, largest +3.00 EUR" in said


def test_the_command_names_what_is_malformed(sold, capsys, tmp_path):
    assert run(sold, "--with", str(sold / "wrong.toml")) == 2
    assert "wrong.toml" in capsys.readouterr().err
    (sold / "catalogue.json").unlink()
    assert run(sold) == 1
    assert "missing" in capsys.readouterr().err
