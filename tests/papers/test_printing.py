"""What a paper says can be read back from its PDF, in every script, and the fonts are the project's own."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader

from services.money import Money
from services.papers.paper import Buyer, Facts, invoiced
from services.papers.press import Press, tidy
from services.taxes import Taxed
from tests.papers.desk import PLAN, SELLER, Words

AT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
FRENCH = Buyer("Adélaïde Œuvrard", ("12 rue de la Paix", "75002 Paris"), "FR")
#: The amounts of a sale of 13.10 at 20 %, as each language writes them.
AMOUNTS = {
    "en": ("€10.92", "€2.18", "€13.10", "20%"),
    "fr": ("10,92 €", "2,18 €", "13,10 €", "20 %"),
    "es": ("10,92 €", "2,18 €", "13,10 €", "20 %"),
    "ar": ("10.92 €", "2.18 €", "13.10 €", "20%"),
}


@pytest.fixture(scope="module")
def press():
    return Press()


def facts(buyer=FRENCH, **more):
    sale = Facts(
        kind="invoice",
        why="sale",
        order="MJK34HJ2K",
        buyer=buyer,
        taxed=Taxed(Decimal("0.2")),
        lines=(),
        gross=Money(1310, "EUR"),
        net=Money(1310, "EUR"),
        paid=Money(1310, "EUR"),
        method="stripe",
        paid_at=AT,
        delivered_at=AT,
        number="F-2026-000123",
        issued_at=AT,
    )
    return replace(invoiced(sale, [("MJK34HJ2K-1", "purchase", PLAN, Money(1310, "EUR"))]), **more)


def read(pdf):
    """The text as a program copies it out, its spaces of any width being spaces."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = unicodedata.normalize("NFKC", "\n".join(page.extract_text() for page in pages))
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


async def printed(press, locale, facts):
    return await press.print(await Words().sheet(locale, facts), AT)


@pytest.mark.parametrize("locale", AMOUNTS)
async def test_every_particular_that_the_law_asks_for_can_be_read_back(press, locale):
    text = read(await printed(press, locale, facts()))

    seller = (SELLER.name, SELLER.address, SELLER.siret, SELLER.siren, SELLER.registry, SELLER.vat)
    for wanted in (
        *seller,
        "SAS au capital de 10 000 €",
        "F-2026-000123",
        "MJK34HJ2K",
        *(FRENCH.name, *FRENCH.address),
        *AMOUNTS[locale],
    ):
        assert wanted in text, f"{wanted!r} is not in {text}"


async def test_french_reads_as_french(press):
    text = read(await printed(press, "fr", facts()))

    for wanted in (
        "Facture",
        "Date d’émission\n23 novembre 2026",
        "Date de livraison\n23 novembre 2026",
        "eSIM Japon",
        "Total HT 10,92 €",
        "Total TTC 13,10 €",
        "Facture acquittée. Pas d’escompte pour paiement anticipé.",
    ):
        assert wanted in text, f"{wanted!r} is not in {text}"


async def test_arabic_reads_in_its_logical_order_and_latin_values_stay_whole(press):
    text = read(await printed(press, "ar", facts(Buyer("ليلى حداد", ("12 rue de la Paix",), "FR"))))

    for wanted in (
        "فاتورة",
        "ليلى حداد",
        "تاريخ الإصدار",
        "12 rue de la Paix",
        "60 rue François 1er, 75008 Paris, France",
        "المجموع مع الضريبة13.10 €",
        "دفعت الفاتورة بالكامل. لا خصم على الدفع المبكر",
        "اليابان",
        "فرنسا",
    ):
        assert wanted in text, f"{wanted!r} is not in {text}"


async def test_chinese_reads_as_chinese_names_in_every_language_and_a_whole_sheet(press):
    for locale in AMOUNTS:
        text = read(await printed(press, locale, facts(Buyer("张伟 歐陽", ("北京市朝阳区建国路1号",), "CN"))))
        assert "张伟 歐陽" in text
        assert "北京市朝阳区建国路1号" in text
    sheet = await Words().sheet("en", facts())
    words = {"Invoice": "发票", "Seller": "卖方", "Total with VAT": "含税总额", "Quantity": "数量"}
    sheet |= {"lang": "zh", "heading": words["Invoice"], "totals": [[words["Total with VAT"], "€13.10"]]}
    sheet["seller"] = {"heading": words["Seller"], "lines": ["上海旅行通信有限公司"]}

    text = read(await press.print(sheet, AT))

    for wanted in ("发票", "卖方", "上海旅行通信有限公司", "含税总额 €13.10"):
        assert wanted in text, f"{wanted!r} is not in {text}"


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Hồng",
        "Łukasz Çağlar",
        "Зоя Крылова",
        "Ελένη",
        "שרה",
        "สมชาย",
        "山田 太郎",
        "김철수",
        "आशा",
        "გიორგი",
        "Zoë 🦄",
    ],
)
async def test_a_name_of_any_script_is_printed(press, name):
    assert name in read(await printed(press, "fr", facts(Buyer(name))))


async def test_a_composed_letter_of_one_word_changes_no_other_word(press):
    text = read(await printed(press, "fr", facts(Buyer("Ea-nāṣir Thị"))))

    assert "Ea-nāṣir Thị" in text
    assert "Désignation Qté Prix unitaire HT" in text


async def test_a_letter_that_no_font_has_is_marked_and_the_paper_is_written(press):
    text = read(await printed(press, "fr", facts(Buyer("Ea-nāṣir 𒂍𒀀"))))

    assert "Ea-nāṣir ??" in text


async def test_what_a_buyer_typed_is_words_and_never_markup(press):
    name = '#panic("x") *bold* $x$ = h @ref <l> [a](b) \\u{41}'
    assert name in read(await printed(press, "en", facts(Buyer(name))))


def test_controls_and_overrides_are_no_part_of_a_name():
    assert tidy(" Ada\x00\u202e \t Lovelace\u2069\ud800 ") == "Ada Lovelace"
    assert tidy("x" * 500) == "x" * 200
    assert tidy("नमस्\u200dते") == "नमस्\u200dते"


async def test_a_credit_note_says_what_it_takes_back_and_by_which_rate(press):
    note = facts(
        kind="credit_note",
        why="refund",
        about="F-2026-000123",
        number="A-2026-000007",
        taxed=Taxed(Decimal("0.255"), "oss", "FI"),
    )
    text = read(await printed(press, "fr", note))

    for wanted in (
        "Avoir",
        "A-2026-000007",
        "Annule 13,10 € de la facture F-2026-000123",
        "25,5 %",
        "Finlande",
    ):
        assert wanted in text, f"{wanted!r} is not in {text}"


async def test_what_was_paid_in_stars_says_so(press):
    text = read(await printed(press, "en", facts(method="stars", paid=Money(655, "XTR"))))

    assert "655" in text
    assert "€13.10" in text


async def test_it_is_an_archive_document_with_its_fonts_inside(press):
    pdf = PdfReader(io.BytesIO(await printed(press, "ar", facts())))

    about = pdf.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in about
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in about
    assert pdf.metadata.title == "فاتورة F-2026-000123"
    assert pdf.metadata.creation_date.date() == date(2026, 11, 23)
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        inside = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/FontFile2" in inside or "/FontFile3" in inside
        assert font["/BaseFont"].split("+")[1].startswith(("NotoSans", "Amiri"))
