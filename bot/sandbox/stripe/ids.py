"""Ids as Stripe draws them: a prefix that says what it is, and letters that say nothing."""

from __future__ import annotations

import random
import string
from typing import Any

#: One of the API's objects, as JSON has it. Names that begin with "_" are the world's own and never shown.
Obj = dict[str, Any]

API_VERSION = "2026-10-28.endive"
#: The account to which everything here belongs.
ACCOUNT = "acct_1SandboxOfTheShop"

_LETTERS = string.ascii_letters + string.digits
_LENGTHS = {"cs_test_a1": 58, "pi_3": 23, "ch_3": 23, "py_3": 23, "re_3": 23, "req_": 14}


def draw(prefix: str) -> str:
    """A new id; the length is what Stripe gives to that prefix."""
    return prefix + letters(_LENGTHS.get(prefix, 24))


def letters(count: int) -> str:
    """So many letters and digits."""
    return "".join(random.choices(_LETTERS, k=count))
