"""ICCIDs and activation codes, however a provider writes them."""

from __future__ import annotations

import re

# ITU-T E.118 says 19 digits; 18 to 22 are in use, and the check digit is not reliable.
_ICCID = re.compile(r"[0-9]{18,22}")
# SGP.22 §4.1: 1$<SM-DP+ address>$<matching id>[$<OID>[$<1 = confirmation code required>]], 255 characters.
_ACTIVATION = re.compile(r"1\$[A-Za-z0-9.:-]+\$[A-Za-z0-9-]*(\$[^$]*)*")


def iccid_of(text: object) -> str | None:
    """An ICCID as the provider wrote it, or None for what is none."""
    digits = str(text).strip() if isinstance(text, str | int) else ""
    return digits if _ICCID.fullmatch(digits) else None


def activation_of(text: object) -> str | None:
    """An activation code in the form "LPA:1$address$matching-id", its letters unchanged; None for what is none."""
    code = text.strip() if isinstance(text, str) else ""
    if code[:4].upper() == "LPA:":
        code = code[4:]
    if len(code) > 255 or not _ACTIVATION.fullmatch(code):
        return None
    return f"LPA:{code}"
