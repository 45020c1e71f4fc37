"""Who sells: what the law wants to read about the seller on every paper."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Seller:
    """SELLER_…: Code général des impôts, annexe II, art. 242 nonies A; Code de commerce, art. R123-237."""

    brand: str
    name: str
    #: Legal form and capital: "SAS", "10 000 €".
    form: str
    capital: str
    address: str
    siren: str
    siret: str
    #: Where it is registered: "RCS Paris 900 000 000".
    registry: str
    #: The VAT number; empty where the seller has none, and then `mention` says by which article.
    vat: str
    email: str
    #: A sentence that the seller's tax position asks for, such as an exemption; or empty.
    mention: str
    #: The zone in which days, months and years of the books begin.
    zone: ZoneInfo
