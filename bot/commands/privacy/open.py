"""Writes down a request that came by mail, by post or from an authority.

Whoever writes by mail hears at once what we need to be sure who they are. Give the address as it stands in the mail
(--reach ada@example.org), or the lines of a letter separated by ";".
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from bot.commands.privacy._desk import Desk
from services.privacy.requests.intake import Contact
from services.privacy.requests.states import INTAKES, KINDS


def add(parser: argparse.ArgumentParser) -> None:
    """What was asked, by whom, and where the answer goes."""
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--from", dest="name", required=True, help="who asks, as they sign")
    parser.add_argument("--reach", required=True, help="the address for the answer: of mail, or of post")
    parser.add_argument("--by", choices=[one for one in INTAKES if one != "chat"], default="email")
    parser.add_argument("--language", default="", help="of the answer; the shop's by default")
    parser.add_argument(
        "--received", type=_day, help="YYYY-MM-DD: the day it reached us, from which its time runs"
    )


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: it has a number now, or had one."""
    reach = "\n".join(part.strip() for part in asked.reach.split(";") if part.strip())
    contact = Contact(asked.name.strip(), reach, asked.language or desk.settings.shop_language)
    entered = await desk.letters.open(asked.kind, asked.by, contact, asked.received)
    request = await desk.requests.find(entered.number)
    assert request is not None
    print(entered.number if entered.is_new else f"{entered.number} (asked before, and still open)")
    print(f"due {request.due_at:%Y-%m-%d}, {request.state}")
    return 0


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError("is no day such as 2026-11-23") from None
