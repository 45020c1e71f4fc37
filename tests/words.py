"""Brings every language's file up to date with the words in the code: `make words`."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {"_": None, "N_": None, "n_": (1, 2), "p_": ((1, "c"), 2)}
METHODS = [("**.py", "python")]


def extracted() -> Catalog:
    """Every word that the code says."""
    catalog = Catalog(project="miio-bot", charset="utf-8")
    for folder in ("handlers", "bot/conversation"):
        found = extract_from_dir(
            str(ROOT / folder), METHODS, keywords=KEYWORDS, comment_tags=("words:",), strip_comment_tags=True
        )
        for name, _line, message, comments, context in found:
            catalog.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return catalog


def files() -> list[Path]:
    """The languages' files."""
    return sorted((ROOT / "locales").glob("*/LC_MESSAGES/bot.po"))


def main() -> int:
    template = extracted()
    for path in files():
        locale = path.parents[1].name
        with path.open("rb") as source:
            catalog = read_po(source, locale=locale)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as out:
            write_po(out, catalog, width=110, no_location=True, omit_header=False, sort_output=True)
        missing = sum(
            1 for m in catalog if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)
        )
        print(f"{locale}: {len(catalog)} messages, {missing} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
