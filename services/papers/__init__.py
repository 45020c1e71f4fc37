"""The papers of a sale: invoices and credit notes, numbered without a gap, as PDF, kept by law."""

from services.papers.issuing import Papers
from services.papers.paper import Buyer, Facts, Line, Paper
from services.papers.paperwork import Paperwork
from services.papers.press import Sheet
from services.papers.receipts import Receipts

__all__ = [
    "Buyer",
    "Facts",
    "Line",
    "Paper",
    "Papers",
    "Paperwork",
    "Receipts",
    "Sheet",
]
