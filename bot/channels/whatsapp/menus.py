"""Choices: up to three reply buttons where they fit, else a list that opens; long menus are several lists.

Limits: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
and …/interactive-reply-buttons-messages. They are kept in UTF-16 units, which are never fewer than characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels import shortened, split, utf16
from bot.conversation.i18n import choose
from bot.conversation.messages import Button

Content = dict[str, Any]

MOST_TEXT, MOST_BODY, MOST_LIST_BODY = 4096, 1024, 4096
MOST_BUTTONS, MOST_BUTTON = 3, 20
MOST_ROWS, MOST_TITLE, MOST_DETAIL = 10, 24, 72
#: Characters of the word that opens a list.
MOST_OPENER = 20
#: Stands where the platform wants words and we have none.
NO_WORDS = "•"


@dataclass(frozen=True)
class Choice:
    """A button with its data already sealed."""

    label: str
    detail: str
    data: str


def choices(buttons: Sequence[Button], seal: Callable[[Any], str]) -> list[Choice]:
    """Each action once: the platform refuses two buttons that mean the same."""
    sealed: dict[str, Choice] = {}
    for button in buttons:
        data = seal(button.action)
        label = button.short if button.short and utf16(button.label) > MOST_BUTTON else button.label
        sealed.setdefault(data, Choice(_line(label), " ".join(button.detail.split()), data))
    return list(sealed.values())


def menu(body: str, offered: Sequence[Choice]) -> list[Content]:
    """The messages that show the choices; what does not fit beside them goes first."""
    if not offered:
        return texts(body)
    if fit_buttons(offered):
        before, beside = parted(body, MOST_BODY)
        return [*texts(before), reply_buttons(beside, offered)]
    before, beside = parted(body, MOST_LIST_BODY)
    return [*texts(before), *_lists(beside, offered)]


def fit_buttons(offered: Sequence[Choice]) -> bool:
    """Whether reply buttons can show these choices uncut."""
    titles = {choice.label.casefold() for choice in offered}
    return len(titles) == len(offered) <= MOST_BUTTONS and all(
        not choice.detail and utf16(choice.label) <= MOST_BUTTON for choice in offered
    )


def reply_buttons(body: str, offered: Sequence[Choice], header: Content | None = None) -> Content:
    """One message with at most three buttons, below a picture if `header` says so."""
    replies = [{"type": "reply", "reply": {"id": one.data, "title": one.label}} for one in offered]
    return interactive("button", body, {"buttons": replies}, header)


def interactive(kind: str, body: str, action: Content, header: Content | None = None) -> Content:
    """A message that can be pressed."""
    shown = {"header": header} if header else {}
    what = {"type": kind, **shown, "body": {"text": body or NO_WORDS}, "action": action}
    return {"type": "interactive", "interactive": what}


def texts(body: str) -> list[Content]:
    """Plain words in as few messages as they fit in; none for blank ones."""
    return [
        {"type": "text", "text": {"body": part, "preview_url": False}}
        for part in split(body, MOST_TEXT, utf16)
    ]


def parted(body: str, most: int) -> tuple[str, str]:
    """What has to go before, and the end of at most `most` that stays beside buttons or a picture."""
    whole = body.strip()
    end = split(whole, most, utf16)[-1] if whole else ""
    return whole.removesuffix(end), end


def _lists(body: str, offered: Sequence[Choice]) -> list[Content]:
    rows = _rows(offered)
    pages = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)]
    return [
        interactive(
            "list",
            body if number == 1 else f"{number}/{len(pages)}",
            {"button": shortened(choose(), MOST_OPENER), "sections": [{"rows": page}]},
        )
        for number, page in enumerate(pages, 1)
    ]


def _rows(offered: Sequence[Choice]) -> list[dict[str, str]]:
    taken: dict[str, int] = {}
    return [_row(choice, _own(choice.label, taken)) for choice in offered]


def _row(choice: Choice, title: str) -> dict[str, str]:
    # What was cut from a title can still be read below it.
    whole = title == choice.label or title.startswith(f"{choice.label} ")
    words = choice.detail if whole else " · ".join(filter(None, (choice.label, choice.detail)))
    below = {"description": shortened(words, MOST_DETAIL, utf16)} if words else {}
    return {"id": choice.data, "title": title, **below}


def _own(label: str, taken: dict[str, int]) -> str:
    """A title that no other row has: "Japan", "Japan 2"."""
    title = short = shortened(label, MOST_TITLE, utf16)
    while title.casefold() in taken:
        taken[short.casefold()] += 1
        number = f" {taken[short.casefold()]}"
        title = shortened(label, MOST_TITLE - len(number), utf16) + number
    taken[title.casefold()] = 1
    return title


def _line(label: str) -> str:
    return " ".join(label.split()) or NO_WORDS
