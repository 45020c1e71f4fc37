"""Words made comparable: no case, no accents, one form for letters that writers use for one another."""

from __future__ import annotations

import re
import unicodedata

#: Letters that decomposition leaves alone.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ð": "d", "þ": "th",
        # Arabic as people type it, and Persian's own forms of the same letters.
        "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ٱ": "ا", "ـ": "",
        # Hebrew's final letters.
        "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
    }
)  # fmt: skip
#: Marks above and below Latin, Greek, Cyrillic, Arabic and Hebrew letters. Those of other scripts are letters.
_MARKS = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
#: Marks of Indic and Southeast Asian scripts belong to the word, `\w` leaves them out; U+200C joins Persian ones.
_NO_WORD = re.compile(r"[^\w\u0900-\u0dff\u0e00-\u0eff]+")


def fold(text: str) -> str:
    """Words with a space between each two. Hyphens, apostrophes and dots part words too."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\u200c", ""))
    plain = unicodedata.normalize("NFC", _MARKS.sub("", decomposed).translate(_LETTERS))
    return spaced(plain)


def spaced(text: str) -> str:
    """Words as they are written, without punctuation."""
    return _NO_WORD.sub(" ", text).replace("_", " ").strip()
