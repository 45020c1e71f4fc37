"""What the shop sells: always there, never empty by mistake, and a few good choices out of two thousand."""

from __future__ import annotations

import asyncio
import time
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from services.catalogue import (
    MOST,
    NAME,
    Catalogue,
    CopyError,
    Shelf,
    countries,
    country_of,
    read_copy,
    write_copy,
)
from services.catalogue.choosing import ENOUGH_A_DAY, choose, worth_having
from services.money import Money
from services.places import regions
from services.prices import DEFAULT, Prices
from services.providers import LONGEST_ID, Cost, Listing, Offer, ProviderError

GB = 1024**3
SIZES = (
    (0.1, None, 40),
    (1, 7, 100),
    (3, 30, 260),
    (5, 30, 400),
    (10, 30, 730),
    (20, 30, 1340),
    (50, 90, 3000),
)


def offer(
    sku, where, size=1.0, days=7, cents=200, kind=None, provider="keepgo", unlimited=False, networks=None
):
    places = tuple(where.split())
    kind = kind or ("country" if len(places) == 1 else "regional")
    data = None if unlimited else int(size * GB)
    cost = Cost(Decimal(cents) / 100, "USD")
    nets = networks or dict.fromkeys(places, ("One", "Two"))
    return Offer(provider, sku, places, data, unlimited, days, cost, kind, "Orion", nets, not unlimited, None)


def everything():
    """A catalogue of the real size: every country in seven sizes, and regions."""
    found = []
    for n, code in enumerate(sorted(countries())):
        nets = {code: ("One", "Two", "Three")}
        found += [offer(f"{n}-{int(g * 1024)}-{d or 0}", code, g, d, c, networks=nets) for g, d, c in SIZES]
    for n, region in enumerate(regions().values(), start=900):
        where = " ".join(sorted(region.countries)) or " ".join(sorted(countries()))
        nets = dict.fromkeys(where.split(), ("One", "Two", "Three"))
        kind = "global" if region.key == "world" else "regional"
        found += [
            offer(f"{n}-{int(g * 1024)}-{d or 0}", where, g, d, c * 2, kind, networks=nets)
            for g, d, c in SIZES
        ]
    return Listing(tuple(found), ("Zanzibar",))


class Provider:
    """A provider that says what it is told to."""

    def __init__(self, listing, name="keepgo"):
        self.name = name
        self.listing = listing
        self.failing = None
        self.asked = 0

    async def catalogue(self):
        self.asked += 1
        await asyncio.sleep(0)
        if self.failing:
            raise ProviderError(self.failing, again=5)
        return self.listing


class Clock:
    def __init__(self):
        self.at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self):
        return self.at


class Shop:
    """A catalogue with its world."""

    def __init__(self, folder, *providers, prices=DEFAULT):
        self.providers = providers or (Provider(everything()),)
        self.clock = Clock()
        self.alerts = []
        self.path = Path(folder) / NAME
        self.seconds = 0.0
        self.prices = Prices(prices, clock=lambda: self.seconds)
        self.open()

    def open(self):
        self.catalogue = Catalogue(
            self.providers,
            self.prices,
            self.path,
            self.clock,
            lambda cause, facts: self.alerts.append((cause, facts)),
        )
        return self.catalogue


@pytest.fixture
async def shop(tmp_path):
    shop = Shop(tmp_path)
    await shop.catalogue.load()
    return shop


async def test_the_first_start_asks_the_provider_and_keeps_a_copy(shop):
    assert len(shop.catalogue) > 1_500
    assert shop.catalogue.fresh == shop.clock.at
    assert shop.catalogue.unmapped == ("Zanzibar",)
    assert shop.alerts == [("catalogue-unmapped", "Zanzibar")]
    assert read_copy(shop.path)["keepgo"].listing == shop.providers[0].listing


async def test_the_next_start_needs_no_provider(shop):
    shop.providers[0].failing = "unreachable"
    asked = shop.providers[0].asked

    catalogue = shop.open()
    await catalogue.load()

    assert shop.providers[0].asked == asked
    assert [p.id for p in catalogue.plans("JP")] == [p.id for p in catalogue.plans("JP")] != []
    assert catalogue.fresh == shop.clock.at


@pytest.mark.parametrize(
    "spoil", ["", "{}", '{"version":1,"sha256":"x"}\n{}', "\x00" * 50, '{"version":9}\n{}', "[1]\n"]
)
async def test_a_damaged_copy_is_not_believed(shop, spoil):
    shop.path.write_text(spoil)
    catalogue = shop.open()
    await catalogue.load()
    assert shop.providers[0].asked == 2
    assert len(catalogue) > 1_500
    assert shop.alerts[1][0] == "catalogue-copy"


async def test_one_changed_byte_is_noticed(shop):
    raw = bytearray(shop.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    shop.path.write_bytes(bytes(raw))
    with pytest.raises(CopyError):
        read_copy(shop.path)


async def test_an_answer_that_fails_keeps_the_good_list(shop):
    shop.providers[0].failing = "http-500"
    before, fetched = len(shop.catalogue), shop.catalogue.fresh
    shop.clock.at += timedelta(hours=1)

    assert await shop.catalogue.refresh() is False

    assert (len(shop.catalogue), shop.catalogue.fresh) == (before, fetched)
    assert shop.alerts[-1] == ("catalogue-unavailable", "keepgo http-500")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.49])
async def test_an_absurdly_short_answer_keeps_the_good_list(shop, share):
    whole = shop.providers[0].listing.offers
    shop.providers[0].listing = Listing(whole[: int(len(whole) * share)])

    assert await shop.catalogue.refresh() is False

    assert len(shop.catalogue) == len(whole)
    assert shop.alerts[-1][0] == "catalogue-shrunk"


async def test_a_new_list_takes_the_place_of_the_old(shop):
    whole = shop.providers[0].listing.offers
    shop.providers[0].listing = Listing(whole[: int(len(whole) * 0.6)])
    shop.clock.at += timedelta(hours=1)

    assert await shop.catalogue.refresh() is True

    assert len(shop.catalogue) == len(read_copy(shop.path)["keepgo"].listing.offers) < len(whole)
    assert shop.catalogue.fresh == shop.clock.at
    assert shop.catalogue.unmapped == ()


async def test_a_disk_that_is_full_does_not_stop_the_shop(tmp_path):
    (tmp_path / NAME).mkdir()
    shop = Shop(tmp_path)
    await shop.catalogue.load()
    assert len(shop.catalogue) > 1_500
    assert ("catalogue-copy", "not-written") in shop.alerts


async def test_one_provider_down_leaves_the_other_on_sale(tmp_path):
    one, two = (
        Provider(Listing((offer("1-1-7", "JP"),))),
        Provider(Listing((offer("x", "JP", provider="airalo"),)), "airalo"),
    )
    two.failing = "timeout"
    shop = Shop(tmp_path, one, two)
    await shop.catalogue.load()
    assert [p.provider for p in shop.catalogue.plans("JP")] == ["keepgo"]
    two.failing = None
    assert await shop.catalogue.refresh() is True
    assert {p.provider for p in shop.catalogue.plans("JP")} <= {"keepgo", "airalo"}
    assert shop.catalogue.plan(offer("x", "JP", provider="airalo").id) is not None


def test_two_providers_need_two_letters(tmp_path):
    with pytest.raises(ValueError):
        Shop(tmp_path, Provider(Listing(())), Provider(Listing(()), "kite"))


async def test_a_few_good_choices_for_every_country(shop):
    for code in shop.catalogue.countries():
        plans = shop.catalogue.plans(code)
        assert 1 <= len(plans) <= MOST
        assert len({p.id for p in plans}) == len(plans)
        assert all(code in p.countries for p in plans)
        assert plans[0].kind == "country"
        kinds = [p.kind != "country" for p in plans[1:]]
        assert kinds == sorted(kinds)


@pytest.mark.parametrize(("days", "best"), [(None, 5), (3, 3), (7, 5), (10, 5), (14, 10), (21, 20), (30, 20)])
async def test_the_first_choice_is_enough_for_the_trip(shop, days, best):
    plans = shop.catalogue.plans("JP", days)
    assert plans[0].data_bytes == best * GB
    assert days is None or all(plan.lasts(days) for plan in plans)
    assert days is None or plans[0].data_bytes >= days * ENOUGH_A_DAY


async def test_a_trip_longer_than_any_plan_still_gets_choices(tmp_path):
    shop = Shop(tmp_path, Provider(Listing((offer("1-1-7", "JP"), offer("1-3-30", "JP", 3, 30, 500)))))
    await shop.catalogue.load()
    assert shop.catalogue.plans("JP", 90)[0].days == 30


async def test_a_country_that_nobody_sells_has_no_plans(shop):
    assert shop.catalogue.plans("ZZ") == []
    assert shop.catalogue.plans("") == []
    assert shop.catalogue.covering([]) == []
    assert shop.catalogue.of_region("atlantis") == []
    assert shop.catalogue.plan("k0") is None


async def test_a_trip_through_several_countries_finds_what_covers_all(shop):
    plans = shop.catalogue.covering(["JP", "KR"], 10)
    assert plans
    assert all({"JP", "KR"} <= set(p.countries) for p in plans)
    assert shop.catalogue.covering(["JP", "FR", "BR"])[0].region == "world"


async def test_regions_have_plans_of_their_own(shop):
    keys = [region.key for region in shop.catalogue.regions()]
    assert {"europe", "asia", "world"} <= set(keys)
    for key in keys:
        plans = shop.catalogue.of_region(key)
        assert plans
        assert all(p.region == key for p in plans)


def plans_of(*offers):
    from services.catalogue import plan_of
    from services.prices import read_book

    return [plan_of(o, read_book(DEFAULT)) for o in offers]


def test_what_another_plan_beats_is_left_out():
    good = offer("1-5-30", "JP", 5, 30, 400)
    smaller_and_dearer = offer("1-3-30", "JP", 3, 30, 500)
    shorter = offer("1-5-7", "JP", 5, 7, 400)
    twin = offer("2-5-30", "JP", 5, 30, 400)
    cheaper = offer("1-1-30", "JP", 1, 30, 100)
    endless = offer("1-9-9", "JP", days=9, cents=300, unlimited=True)
    wider = offer("3-5-30", "JP KR", 5, 30, 400)
    cheap_and_wide = offer("4-20-30", "JP KR", 20, 30, 350)

    kept = worth_having(
        plans_of(good, smaller_and_dearer, shorter, twin, cheaper, endless, wider, cheap_and_wide)
    )

    # The wide one is better than all, but a plan of the country is never hidden by it.
    assert {p.sku for p in kept} == {"1-5-30", "1-1-30", "1-9-9", "4-20-30"}


def test_a_region_keeps_a_dearer_plan_that_covers_more():
    narrow, wide = offer("1-5-30", "FR DE", 5, 30, 400), offer("2-5-30", "FR DE TR", 5, 30, 500)
    assert len(worth_having(plans_of(narrow, wide), everywhere=True)) == 2
    assert len(worth_having(plans_of(narrow, wide))) == 1


def test_long_lists_are_thinned_from_small_to_large():
    plans = plans_of(*(offer(f"1-{g}-30", "JP", g, 30, 100 * g) for g in range(1, 40)))
    shown = choose(worth_having(plans), 7)
    sizes = [p.data_bytes // GB for p in shown]
    assert len(shown) == MOST
    assert sizes[0] == 4  # 7 days of half a gigabyte
    assert sizes[1:] == sorted(sizes[1:])
    assert (sizes[1], sizes[-1]) == (1, 39)


async def test_plan_ids_fit_into_buttons_and_stay(shop):
    for shelf in read_copy(shop.path).values():
        for each in shelf.listing.offers:
            assert each.id.isascii()
            assert len(each.id) <= LONGEST_ID
            assert ":" not in each.id
            assert shop.catalogue.plan(each.id).sku == each.sku


def test_a_long_sku_gets_a_short_id_that_does_not_change():
    long = offer("uki-mobile-in-7days-1gb", "GB", provider="airalo")
    assert long.id == offer("uki-mobile-in-7days-1gb", "GB", provider="airalo").id
    assert len(long.id) <= LONGEST_ID
    assert long.id[0] == "a"
    assert offer("2-1024-7", "GB").id == "k2-1024-7"


async def test_a_plan_does_not_change_once_shown(shop):
    plan = shop.catalogue.plans("JP")[0]
    with pytest.raises(FrozenInstanceError):
        plan.price = Money(1, "EUR")
    assert plan.net + plan.tax == plan.price
    assert plan.tax_rate == Decimal("0.2")
    assert plan.most_cost >= plan.offer.cost.amount
    assert (plan.can_top_up, plan.starts) == (True, None)


async def test_a_new_price_list_is_on_sale_without_a_restart(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(DEFAULT.read_text())
    shop = Shop(tmp_path, prices=path)
    await shop.catalogue.load()
    first = shop.catalogue.plans("JP")[0]

    path.write_text(
        DEFAULT.read_text()
        .replace("default = 45", "default = 70")
        .replace("hidden = []", f'hidden = ["{first.id}"]')
    )
    shop.seconds += 2

    assert shop.catalogue.plan(first.id) is None
    assert first.id not in [p.id for p in shop.catalogue.plans("JP")]
    second = shop.catalogue.plans("FR")[0]
    assert second.price > first.price


async def test_a_currency_without_a_rate_is_not_sold_and_told_once(tmp_path):
    pounds = tuple(replace(offer(f"1-{n}-7", "JP", n), cost=Cost(Decimal(n), "GBP")) for n in range(1, 9))
    shop = Shop(tmp_path, Provider(Listing((*pounds, offer("2-1-7", "JP")))))
    await shop.catalogue.load()
    assert [p.sku for p in shop.catalogue.plans("JP")] == ["2-1-7"]
    assert shop.alerts == [("no-exchange-rate", "GBP")]


def test_writing_leaves_no_scraps(tmp_path):
    write_copy(tmp_path / "deep" / NAME, {"keepgo": Shelf(Listing((offer("1-1-7", "JP"),)), Clock().now())})
    assert [p.name for p in (tmp_path / "deep").iterdir()] == [NAME]


@pytest.mark.parametrize(
    ("name", "flag", "code"),
    [
        ("Korea, Republic of", None, "KR"),
        ("Turkey", None, "TR"),
        ("Cote d'Ivoire", None, "CI"),
        ("CÔTE D’IVOIRE", None, "CI"),
        ("Czech Republic", None, "CZ"),
        ("Macedonia", None, "MK"),
        ("Swaziland", None, "SZ"),
        ("Congo, Democratic Republic of the", None, "CD"),
        ("Congo", None, "CG"),
        ("Saint Vincent and the Grenadines", None, "VC"),
        ("Bosnia & Herzegovina", None, "BA"),
        ("Tanzania, United Republic of", None, "TZ"),
        ("Palestinian Territory, Occupied", None, "PS"),
        ("Lao People's Democratic Republic", None, "LA"),
        ("US Virgin Islands", None, "VI"),
        ("Kosovo", None, "XK"),
        ("The Land Down South", "https://x.example/img/flags/3x2/nz.svg", "NZ"),
        ("The Land Down South", "https://x.example/img/flags/1x1/unknown.svg", None),
        ("The Land Down South", "https://x.example/img/flags/1x1/eu.svg", None),
        ("Turkey", "https://x.example/img/flags/1x1/gr.svg", "TR"),
        ("Zanzibar", None, None),
        ("Northern Cyprus", None, None),
        ("", None, None),
    ],
)
def test_a_supplier_name_becomes_a_country(name, flag, code):
    assert country_of(name, flag) == code


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1024**2


async def test_two_thousand_plans_load_at_once_and_are_light(shop):
    catalogue = shop.open()
    before, begun = rss_mb(), time.perf_counter()
    await catalogue.load()
    loaded = time.perf_counter() - begun
    begun = time.perf_counter()
    for code in catalogue.countries():
        catalogue.plans(code)
    first = time.perf_counter() - begun
    begun = time.perf_counter()
    for code in catalogue.countries():
        catalogue.plans(code, 10)
    again = (time.perf_counter() - begun) / len(catalogue.countries())
    print(
        f"\n{len(catalogue)} plans, {len(catalogue.countries())} countries: loaded in {loaded * 1000:.0f} ms, "
        f"all priced in {first * 1000:.0f} ms, then {again * 1e6:.0f} µs a list, {rss_mb() - before:.1f} MB, "
        f"copy {shop.path.stat().st_size / 1024:.0f} KB"
    )
    assert loaded < 2
    assert again < 0.01
