"""Phone numbers: WhatsApp tells nobody's language, only the country of the number."""

from __future__ import annotations

from dataclasses import dataclass
from random import choices


@dataclass(frozen=True)
class Country:
    """Where a number is from: its calling code, the first digits of mobiles, how many follow."""

    iso: str
    calling: str
    mobile: str
    more: int

    def number(self) -> str:
        """Somebody's number there: digits only, with the calling code."""
        return self.calling + self.mobile + "".join(choices("0123456789", k=self.more))


ELSEWHERE = Country("GB", "44", "7", 9)

#: By language tag; the whole tag is looked up first, then its first part.
_BY_LANGUAGE = {
    "ar": Country("SA", "966", "5", 8),
    "ar-AE": Country("AE", "971", "5", 8),
    "ar-EG": Country("EG", "20", "1", 9),
    "cs": Country("CZ", "420", "7", 8),
    "da": Country("DK", "45", "2", 7),
    "de": Country("DE", "49", "15", 9),
    "el": Country("GR", "30", "69", 8),
    "en": ELSEWHERE,
    "en-US": Country("US", "1", "415", 7),
    "es": Country("ES", "34", "6", 8),
    "es-MX": Country("MX", "52", "55", 8),
    "fa": Country("IR", "98", "9", 9),
    "fr": Country("FR", "33", "6", 8),
    "he": Country("IL", "972", "5", 8),
    "hi": Country("IN", "91", "9", 9),
    "id": Country("ID", "62", "8", 9),
    "it": Country("IT", "39", "3", 9),
    "ja": Country("JP", "81", "90", 8),
    "ko": Country("KR", "82", "10", 8),
    "nl": Country("NL", "31", "6", 8),
    "pl": Country("PL", "48", "5", 8),
    "pt": Country("PT", "351", "9", 8),
    "pt-BR": Country("BR", "55", "119", 8),
    "ro": Country("RO", "40", "7", 8),
    "ru": Country("RU", "7", "9", 9),
    "sv": Country("SE", "46", "7", 8),
    "th": Country("TH", "66", "8", 8),
    "tr": Country("TR", "90", "5", 9),
    "uk": Country("UA", "380", "6", 8),
    "vi": Country("VN", "84", "9", 8),
    "zh": Country("CN", "86", "13", 9),
    "zh-TW": Country("TW", "886", "9", 8),
}


def country_of(language: str | None) -> Country:
    """Where a speaker of that language most likely bought the telephone."""
    tag = (language or "").replace("_", "-")
    return _BY_LANGUAGE.get(tag) or _BY_LANGUAGE.get(tag.split("-")[0].lower()) or ELSEWHERE
