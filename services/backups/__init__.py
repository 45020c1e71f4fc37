"""Copies of the three stores: consistent, sealed, each in a file of its own, and good on either database."""

from services.backups.recovery import RESTORED, Recovery
from services.backups.restoring import NotEmpty, read_back, restore
from services.backups.sealed_file import Damaged, Head, WrongKey, head_of
from services.backups.writing import Written, back_up

__all__ = [
    "RESTORED",
    "Damaged",
    "Head",
    "NotEmpty",
    "Recovery",
    "Written",
    "WrongKey",
    "back_up",
    "head_of",
    "read_back",
    "restore",
]
