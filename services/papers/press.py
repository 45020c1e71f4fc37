"""The press: a sheet of finished words becomes a PDF/A page, in any script."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import typst

#: A whole paper in words: what it says is data, how it looks is the template's.
Sheet = Mapping[str, Any]

TEMPLATE = Path(__file__).with_name("paper.typ")
#: Packages whose folders hold our fonts: nothing of the machine's own is used.
FONTS = ("manimgx_fonts", "fontpkg_amiri", "noto_cjk_sans_otc")
#: With attachments allowed, so that structured data may be added to a paper later.
STANDARD: Final = "a-3b"
#: Stands for a letter that none of our fonts has.
UNKNOWN = "?"
#: Controls, halves of pairs, private and unassigned code points: nobody's name.
_NO_LETTERS = frozenset({"Cc", "Cs", "Co", "Cn"})
#: Format controls that belong to writing; all others (overrides of direction …) are left out.
_JOINERS = "\u200c\u200d"


class Press:
    """One compiler, made when it is first needed; one paper at a time, in a thread beside the loop."""

    def __init__(self) -> None:
        self._compiler: typst.Compiler | None = None
        # A compiler that is used twice at once breaks: "Already borrowed".
        self._free = asyncio.Lock()

    async def print(self, sheet: Sheet, at: datetime) -> bytes:
        """The sheet as PDF, dated by the shop's clock."""
        async with self._free:
            return await asyncio.to_thread(self._print, sheet, at)

    def _print(self, sheet: Sheet, at: datetime) -> bytes:
        try:
            return self._set(sheet, at)
        except RuntimeError:
            # PDF/A refuses a letter without a picture. Names may hold any; the paper is due all the same.
            return self._set(self._legible(sheet), at)

    def _set(self, sheet: Sheet, at: datetime) -> bytes:
        if self._compiler is None:
            self._compiler = compiler()
        made = self._compiler.compile(
            format="pdf",
            sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
            pdf_standards=STANDARD,
            timestamp=at.replace(microsecond=0),
            pdf_tags=False,
        )
        assert isinstance(made, bytes)
        return made

    def _legible(self, value: Any) -> Any:
        """The same with a mark in the place of every letter that cannot be set."""
        match value:
            case str():
                return "".join(letter if self._can_set(letter) else UNKNOWN for letter in value)
            case Mapping():
                return {key: self._legible(one) for key, one in value.items()}
            case list() | tuple():
                return [self._legible(one) for one in value]
            case _:
                return value

    def _can_set(self, letter: str) -> bool:
        if letter.isascii():
            return True
        assert self._compiler is not None
        try:
            self._compiler.compile(
                format="pdf", sys_inputs={"sheet": json.dumps({"probe": letter})}, pdf_standards=STANDARD
            )
        except RuntimeError:
            return False
        return True


def compiler() -> typst.Compiler:
    """A compiler of our template that knows our fonts and no others."""
    # Not needed to sell: a bot that was killed is back sooner without it.
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_folder(name) for name in FONTS]
    )
    return typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts)


def tidy(text: str, most: int = 200) -> str:
    """What somebody typed, as it may stand on a paper: one line without controls."""
    letters = (
        letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace()
        or letter in _JOINERS
        or (unicodedata.category(letter) not in _NO_LETTERS and unicodedata.category(letter) != "Cf")
    )
    return " ".join("".join(letters).split())[:most]


def _folder(package: str) -> str:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the fonts of {package} are not installed")
    return str(spec.submodule_search_locations[0])
