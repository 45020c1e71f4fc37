"""A menu that is longer than a platform shows at once: one page of it, and the way to the others.

Nothing is stored for a page. Its button says what was asked, and the same is asked again; only words that are too long
for a button are remembered by the chat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from bot.conversation import actions
from bot.conversation.actions import action
from bot.conversation.events import Event, Memory, Said
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Menu, Message, Question

#: Bytes of what was asked that fit into a button beside its name, a page of three digits and the MAC.
MOST_ASKED = 44
#: Characters that a chat remembers of what was asked, where they do not.
MOST_LISTED = 500
#: Choices that a page leaves room for: the way on, the way back, and another language in a first answer.
WAYS = 3
#: What was asked: an action, words, or words that the chat remembers.
_ACTION, _WORDS, _LISTED = "a", "w", "m"
#: Stands for what parts a button's data.
_PART = "~"


@action("page")
class TurnTo:
    """Another page of what was asked."""

    number: int
    asked: str


@dataclass(frozen=True)
class Asked:
    """What led to a menu, so that it can be asked again: an action or words; and which page of it is wanted."""

    what: Any
    page: int = 0


def asked(event: Event, what: Any) -> Asked | None:
    """What an event asks for, given what its button means; None where it cannot be asked again."""
    match event, what:
        case Said(text), _:
            return Asked(text)
        case _, TurnTo():
            return None
        case _ if actions.is_action(what):
            return Asked(what)
    return None


def opened(turn: TurnTo, memory: Memory) -> Asked | None:
    """What a page's button asks for; None when the chat has forgotten it."""
    spelled = turn.asked
    if spelled.startswith(_LISTED):
        spelled = memory.listed if spelled[1:] == _digest(memory.listed) else ""
    told = spelled[1:].replace(_PART, ":")
    what = actions.read(told) if spelled.startswith(_ACTION) else told
    return Asked(what, turn.number) if spelled and what is not None else None


def paged(
    messages: tuple[Message, ...], most: int, what: Asked | None, more: int = 0
) -> tuple[tuple[Message, ...], str]:
    """The messages with the long menu among them cut to its page; and what the chat must remember for its buttons.

    `most`: choices that a message shows; `more`: those that will be added to the last one.
    """
    menus = (one for one in messages if isinstance(one, Menu | Question))
    long = next((one for one in menus if len(one.buttons) + more > most), None)
    if what is None or long is None:
        return messages, ""
    spelled, listed = _spelled(what.what)
    page = replace(long, buttons=cut(long.buttons, what.page, most, lambda number: TurnTo(number, spelled)))
    if not what.page:
        return tuple(page if one is long else one for one in messages), listed
    # Whatever else was said with the first page has been said.
    return (replace(page, in_place=True) if isinstance(page, Menu) else page,), listed


def cut(
    buttons: tuple[Button, ...], number: int, most: int, turn: Callable[[int], Any]
) -> tuple[Button, ...]:
    """One page of fewer than `most` buttons, the way on and the way back among them; the last for any beyond it."""
    size = most - WAYS
    last = max(0, (len(buttons) - 1) // size)
    here = min(max(number, 0), last)
    shown = list(buttons[here * size : (here + 1) * size])
    if here < last:
        shown.append(Button(_("More"), turn(here + 1)))
    if here > 0:
        shown.append(Button(_("Back"), turn(here - 1)))
    return tuple(shown)


def _spelled(what: Any) -> tuple[str, str]:
    """What was asked as a button carries it; and what the chat has to remember for that."""
    told = _WORDS + what if isinstance(what, str) else _ACTION + actions.told(what)
    if _PART not in told and len(told.encode("utf-8", "replace")) <= MOST_ASKED:
        return told.replace(":", _PART), ""
    listed = told.replace(_PART, " ").replace(":", _PART)[:MOST_LISTED]
    return _LISTED + _digest(listed), listed


def _digest(listed: str) -> str:
    return sha256(listed.encode("utf-8", "replace")).hexdigest()[:12]
