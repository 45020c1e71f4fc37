"""After the sale: money back, withdrawal from the contract, an eSIM that does not work."""

from services.claims.book import Claims, Made, TooMany
from services.claims.claim import REFUND, WARRANTY, WITHDRAWAL, Claim
from services.claims.rules import Facts, Rules, Verdict, verdict, withdrawal_ends
from services.claims.settling import Settling, is_unused
from services.claims.telling import Telling

__all__ = [
    "REFUND",
    "WARRANTY",
    "WITHDRAWAL",
    "Claim",
    "Claims",
    "Facts",
    "Made",
    "Rules",
    "Settling",
    "Telling",
    "TooMany",
    "Verdict",
    "is_unused",
    "verdict",
    "withdrawal_ends",
]
