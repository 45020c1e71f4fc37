"""Where to and for how long, out of travellers' own words."""

from __future__ import annotations

import time

import pytest

from services.catalogue import countries
from services.places import Trip, find, region_of, regions, warm
from services.places.regions import closest

TRIPS = [
    # English
    ("I'm going to Japan for 2 weeks", "JP", 14),
    ("Spain and Portugal for 10 days", "ES PT", 10),
    ("10-day trip to Italy", "IT", 10),
    ("a fortnight in Crete", "GR", 14),
    ("3 nights in Vienna", "AT", 4),
    ("two months in Mexico please", "MX", 60),
    ("CAN I GET AN ESIM FOR JAPAN", "JP", None),
    ("the UK please", "GB", None),
    ("US and Canada", "CA US", None),
    ("Korea, Republic of", "KR", None),
    ("Papua New Guinea", "PG", None),
    ("Guinea-Bissau", "GW", None),
    ("DR Congo", "CD", None),
    ("South Africa", "ZA", None),
    ("Turkey", "TR", None),
    ("Chad", "TD", None),
    ("Bali", "ID", None),
    ("Zanzibar next month", "TZ", None),
    ("Ibiza weekend", "ES", 3),
    ("Dubai 5d", "AE", 5),
    ("Canary Islands", "ES", None),
    ("landing at NRT on friday", "JP", None),
    ("LHR to JFK", "GB US", None),
    ("🇯🇵🇰🇷", "JP KR", None),
    # French
    ("Japon 10 jours puis Corée", "JP KR", 10),
    ("aux États-Unis pendant deux semaines", "US", 14),
    ("îles Canaries, 15 jours", "ES", 15),
    ("un mois au Canada", "CA", 30),
    ("une semaine à Rome puis 3 jours à Athènes", "IT GR", 10),
    ("10 à 12 jours au Pérou", "PE", 12),
    ("je pars à Nice", "FR", None),
    ("Côte d'Ivoire", "CI", None),
    ("l'Angleterre", "GB", None),
    # Arabic
    ("أحتاج انترنت في اليابان لمدة أسبوعين", "JP", 14),
    ("للإمارات 10 أيام", "AE", 10),
    ("رايح دبي ٥ ايام", "AE", 5),
    ("سأسافر إلى فرنسا وإيطاليا", "FR IT", None),
    ("بالسعودية", "SA", None),
    ("تركيا أسبوع", "TR", 7),
    ("شريحة لمصر", "EG", None),
    ("عمرة", "SA", None),
    # Spanish, Portuguese, Italian, German, Dutch
    ("Quiero internet para Estados Unidos 15 días", "US", 15),
    ("viaje a México una semana", "MX", 7),
    ("voy a Egipto y Marruecos", "EG MA", None),
    ("Vou ao Japão por 10 dias", "JP", 10),
    ("vado a Londra per 4 giorni", "GB", 4),
    ("viaggio in Giappone di due settimane", "JP", 14),
    ("Thailand für 3 Wochen", "TH", 21),
    ("Nach Österreich und in die Schweiz", "AT CH", None),
    ("naar Spanje voor een week", "ES", 7),
    # Slavic languages decline their countries
    ("еду в Турцию на неделю", "TR", 7),
    ("2 недели в Таиланде и Вьетнаме", "TH VN", 14),
    ("едем во Францию и Италию", "FR IT", None),
    ("лечу в ОАЭ", "AE", None),
    ("у Туреччину на тиждень", "TR", 7),
    ("podróż do Japonii na dwa tygodnie", "JP", 14),
    ("lecę do Hiszpanii na tydzień", "ES", 7),
    ("Cesta do Chorvatska na týden", "HR", 7),
    # Turkish, Greek, Hebrew, Persian, Hindi
    ("Fransa'da 1 hafta", "FR", 7),
    ("Japonyaya gidiyorum 10 gün", "JP", 10),
    ("Πάω στην Ιαπωνία για 10 μέρες", "JP", 10),
    ("ליפן לשבועיים", "JP", 14),
    ("אני בצרפת", "FR", None),
    ("سفر به ترکیه ۱۰ روز", "TR", 10),
    ("थाईलैंड 7 दिन", "TH", 7),
    # Scripts without spaces, and Korean with its endings
    ("日本10日間", "JP", 10),
    ("アメリカに2週間", "US", 14),
    ("韓国旅行 3泊4日", "KR", 4),
    ("我要去日本和韩国", "JP KR", None),
    ("去泰国五天", "TH", 5),
    ("去美国两个星期", "US", 14),
    ("방콕에서 일주일", "TH", 7),
    ("일본에서 쓸 eSIM", "JP", None),
    ("태국 여행 3박 4일", "TH", 4),
    ("ไปญี่ปุ่น 5 วัน", "JP", 5),
    # Vietnamese, Indonesian
    ("tôi đi Thái Lan 5 ngày", "TH", 5),
    ("đi Mỹ hai tuần", "US", 14),
    ("Liburan ke Bali seminggu", "ID", 7),
]

NO_PLACE = [
    "how much data do I have left",
    "I want a person",
    "it doesn't work",
    "my esim is not working, please help",
    "I WANT MY MONEY BACK FOR THE PLAN",
    "I use 1 GB a day",
    "split the bill",
    "nice plan thanks",
    "is it for us",
    "open it in Safari",
    "my phone is an iPhone 15 Pro",
    "I was in the mountains",
    "delete my data",
    "what is an eSIM",
    "5 GB",
    "combien de data me reste-t-il",
    "je voyage seul",
    "ça ne marche pas",
    "quel forfait choisir",
    "mi plan no funciona, ayuda por favor",
    "cada día",
    "non funziona niente domenica",
    "meine Bestellung ist nicht angekommen",
    "Сколько у меня осталось",
    "какой план лучше того",
    "самое дешевое",
    "كم تبقى لي من البيانات",
    "أريد التحدث مع شخص",
    "ولكن لا أعرف كيف",
    "残りのデータはいくつですか",
    "データ通信のタイプ",
    "데이터가 얼마나 남았나요",
    "eSIM이란 무엇인가요",
    "어떻게 가나요",
    "",
    "🙂",
]


@pytest.mark.parametrize(("words", "countries", "days"), TRIPS)
def test_a_trip_is_understood(words, countries, days):
    trip = find(words)
    assert " ".join(trip.countries) == countries
    assert trip.days == days
    assert trip.regions == ()


@pytest.mark.parametrize("words", NO_PLACE)
def test_everyday_words_name_no_place(words):
    assert not find(words)


@pytest.mark.parametrize(
    ("words", "country"),
    [
        ("portugall", "PT"),
        ("Tailand 10 days", "TH"),
        ("Germny", "DE"),
        ("swizerland", "CH"),
        ("phillipines", "PH"),
        ("costa ricca", "CR"),
        ("island hopping", "IS"),
    ],
)
def test_a_guess_is_a_question(words, country):
    assert find(words).countries == ()
    assert country in find(words).maybe


@pytest.mark.parametrize(
    ("words", "maybe"), [("trip to Georgia", {"GE", "US"}), ("Granada", {"ES", "GD"}), ("عمان", {"OM", "JO"})]
)
def test_a_name_of_two_places_is_a_question(words, maybe):
    assert set(find(words).maybe) == maybe
    assert find(words).countries == ()


@pytest.mark.parametrize(
    ("words", "region"),
    [
        ("Europe", "europe"),
        ("eurpoe", "europe"),
        ("Asie du Sud-Est", "southeast-asia"),
        ("the Balkans", "balkans"),
        ("moyen-orient", "middle-east"),
        ("الشرق الأوسط", "middle-east"),
        ("欧洲", "europe"),
        ("ヨーロッパ周遊", "europe"),
        ("유럽 여행 한 달", "europe"),
        ("यूरोप में 10 दिन", "europe"),
        ("по Европе", "europe"),
        ("round the world trip", "world"),
        ("South America", "south-america"),
    ],
)
def test_a_part_of_the_world_is_a_region(words, region):
    assert find(words).regions == (region,)


def test_only_the_beginning_is_read():
    assert find("x " * 200 + "Japan") == Trip()
    assert find("Japan " + "x " * 200).countries == ("JP",)


def test_a_thousand_names_are_no_more_than_twenty():
    assert (
        len(
            find(
                " ".join("".join(map(chr, (0x1F1E6 + ord(a) - 65 for a in c))) for c in sorted(countries()))
            ).countries
        )
        <= 20
    )


def test_every_country_is_found_by_its_english_name():
    from babel import Locale

    english = Locale.parse("en").territories
    lost = [
        code
        for code in countries()
        if code not in (*find(english[code]).countries, *find(english[code]).maybe)
    ]
    assert lost == []


@pytest.mark.parametrize(
    "locale", ["fr", "ar", "es", "de", "it", "pt", "ru", "tr", "ja", "zh", "ko", "th", "vi", "he"]
)
def test_every_country_is_found_by_its_own_name_in_other_languages(locale):
    from babel import Locale

    names = Locale.parse(locale).territories
    lost = []
    for code in countries():
        trip = find(names[code])
        if code not in (*trip.countries, *trip.maybe):
            lost.append((code, names[code], trip.countries))
    assert len(lost) <= 3, lost


def test_regions_are_told_by_their_countries():
    assert closest({"FR", "DE", "IT", "ES"}) == "europe"
    assert region_of("JP") == "asia"
    assert region_of("TR") == "europe"
    unknown = {code for region in regions().values() for code in region.countries} - countries()
    assert unknown == set()


def test_names_are_read_in_no_time():
    warm()
    begun = time.perf_counter()
    for words, _, _ in TRIPS:
        find(words)
    each = (time.perf_counter() - begun) / len(TRIPS)
    print(f"\na phrase takes {each * 1000:.2f} ms")
    assert each < 0.02
