"""A page of finished words as one HTML file: nothing of it comes from elsewhere, nothing in it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

STYLE = Path(__file__).with_name("page.css")


@dataclass(frozen=True)
class Cell:
    """Text of a table that leads somewhere: to a file beside the page."""

    text: str
    href: str


@dataclass(frozen=True)
class Table:
    """Headings over rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it. `folded`: shown when somebody opens it."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    folded: bool = False


@dataclass(frozen=True)
class Page:
    """Everything that a page says, in one language. `direction`: "ltr" or "rtl"."""

    language: str
    direction: str
    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    #: The label of a button that asks for the same address again, by POST.
    button: str = ""


def laid_out(page: Page) -> bytes:
    """The page as HTML in UTF-8."""
    return "\n".join(_parts(page)).encode()


def _parts(page: Page) -> Iterator[str]:
    yield "<!doctype html>"
    yield f'<html lang="{escape(page.language)}" dir="{escape(page.direction)}">'
    yield '<head><meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'\">"
    )
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
    yield f"<title>{escape(page.title)}</title>"
    yield f"<style>{STYLE.read_text()}</style></head>"
    yield f"<body><main><h1>{escape(page.title)}</h1>"
    yield from _paragraphs(page.lead)
    if page.button:
        yield f'<form method="post"><button>{escape(page.button)}</button></form>'
    for section in page.sections:
        yield from _section(section)
    yield "</main></body></html>"


def _section(section: Section) -> Iterator[str]:
    heading = f"<h2>{escape(section.title)}</h2>"
    yield f"<details><summary>{heading}</summary>" if section.folded else f"<section>{heading}"
    yield from _paragraphs(section.lines)
    for table in section.tables:
        yield from _table(table)
    yield "</details>" if section.folded else "</section>"


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield f'<p dir="auto">{escape(line)}</p>'


def _table(table: Table) -> Iterator[str]:
    yield '<div class="wide"><table>'
    if any(table.head):
        yield "<tr>" + "".join(f"<th>{escape(one)}</th>" for one in table.head) + "</tr>"
    for row in table.rows:
        yield "<tr>" + "".join(_cell(one) for one in row) + "</tr>"
    yield "</table></div>"


def _cell(cell: str | Cell) -> str:
    match cell:
        case Cell(text, href):
            return f'<td><a href="{escape(href)}">{escape(text)}</a></td>'
        case text:
            return f"<td><bdi>{escape(text)}</bdi></td>"
