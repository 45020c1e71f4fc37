"""Does what was asked for by mail, post or authority, once `identify` has said whose it is, and answers it.

access, portability: the same ZIP that the chat gives, as a file that only you can read; send it on to whoever asked,
by a way that reaches nobody else (it is not mailed from here, so that it also serves those who wrote on paper).
objection: no offers on any channel (whatever else is objected to, you weigh: `answer`, or `refuse --why our_grounds`).
restriction: the pause of /privacy. rectification: --name, --email. erasure: the running bot tells every chat and
mailbox of theirs, erases after a day, and answers; `cancel` stops it until then.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._pages import known, open_rectifying, page
from bot.commands.privacy._words import WHY_NOT, no, write_private
from bot.conversation.i18n import SOURCE
from handlers.account import LONGEST_NAME, is_email
from services.durable import beside
from services.privacy.carrying.bundle import bundle
from services.privacy.requests.handling import NotPossible
from services.privacy.requests.register import Request
from services.storage.sealing import Erased

#: What the ledger of consent keeps as said by whoever objects by letter.
WORDS = "An objection to offers, by letter."


def add(parser: argparse.ArgumentParser) -> None:
    """Which one; and what its kind asks for."""
    parser.add_argument("number", type=str.upper, help="R-…")
    parser.add_argument("--out", type=Path, help="of a copy: the file to write; default: R-….zip here")
    parser.add_argument("--name", type=_name, help="of a rectification: the right name")
    parser.add_argument("--email", type=_email, help="of a rectification: the right address")
    parser.add_argument(
        "--invoices", action="store_true", help="with --name: write invoices in another name anew"
    )
    parser.add_argument(
        "--cancel",
        action="store_true",
        help="of an erasure: what is paid and not delivered is refunded, not waited for",
    )


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: done, or begun. 1: not possible, and why."""
    try:
        request, customer = await desk.carrying_out.ready(asked.number)
        if misplaced := _misplaced(request, asked):
            return no(misplaced)
        match request.kind:
            case "access" | "portability":
                return await _copy(desk, request, customer, asked.out or Path(f"{request.number}.zip"))
            case "objection":
                await desk.carrying_out.object(request.number, WORDS, SOURCE)
                return _done("No offers any more, on no channel. They are told.")
            case "restriction":
                await desk.carrying_out.restrict(request.number)
                return _done("Their data rest until they or `privacy lift` end it. They are told.")
            case "rectification":
                return await _rectify(desk, request, asked)
            case _:
                return await _erase(desk, request, cancels=asked.cancel)
    except NotPossible as reason:
        return no(WHY_NOT[reason.why])


async def _copy(desk: Desk, request: Request, customer: str, out: Path) -> int:
    contact = await desk.letters.contact(request.number)
    locale = known(contact.locale if contact else desk.settings.shop_language)
    try:
        copy = await desk.exports.collect(customer, request.number)
    except Erased:
        return no(WHY_NOT["gone"])
    content = await asyncio.to_thread(bundle, copy, page(copy, locale), locale)
    try:
        await asyncio.to_thread(write_private, out, content)
    except OSError as error:
        return no(f"{out}: {error.strerror}")
    try:
        await desk.carrying_out.copied(request.number)
    except NotPossible:
        # Somebody was faster, so nobody is to be sent anything.
        await asyncio.to_thread(out.unlink)
        raise
    where = f" to {contact.name}: {contact.reach}" if contact else ""
    return _done(f"{out}: {len(content)} bytes. Send it on{where}; then delete it here.")


async def _rectify(desk: Desk, request: Request, asked: argparse.Namespace) -> int:
    fields = {name: value for name in ("name", "email") if (value := getattr(asked, name)) is not None}
    done = await desk.carrying_out.rectify(
        request.number, open_rectifying(desk), fields, invoices=asked.invoices
    )
    left = sorted({order for one in done for order in one.invoiced}) if not asked.invoices else []
    if left:
        print(f"Invoices in another name stay as they are: {', '.join(left)}")
    return _done(f"Kept as told now: {', '.join(fields)}. They are told.")


async def _erase(desk: Desk, request: Request, *, cancels: bool) -> int:
    with beside(desk.settings.databases[0]) as start:
        line = await desk.carrying_out.erase(request.number, start, cancels=cancels)
    if line.receipt != request.number:
        return _done(f"An erasure of theirs is under way already, and this goes on as {line.receipt}.")
    begins = f"begins on {line.not_before:%Y-%m-%d %H:%M} UTC" if line.state == "scheduled" else "has begun"
    return _done(
        f"The erasure {begins}; every contact of theirs hears of it. The running bot carries it out."
    )


def _misplaced(request: Request, asked: argparse.Namespace) -> str:
    """What was said that the kind of the request does not ask for, or not said that it does; "" if all is well."""
    corrects = request.kind == "rectification"
    if corrects and asked.name is None and asked.email is None:
        return (
            "What is right? Say --name or --email; whatever else was wrong, correct it by hand and `answer`."
        )
    if not corrects and (asked.name is not None or asked.email is not None):
        return f"--name and --email are for a rectification; this is {request.kind}."
    if asked.invoices and asked.name is None:
        return "--invoices needs --name."
    if asked.cancel and request.kind != "erasure":
        return f"--cancel is for an erasure; this is {request.kind}."
    if asked.out is not None and request.kind not in ("access", "portability"):
        return f"--out is for a copy; this is {request.kind}."
    return ""


def _done(words: str) -> int:
    print(words)
    return 0


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise argparse.ArgumentTypeError("is no name")
    return name


def _email(text: str) -> str:
    if not is_email(text):
        raise argparse.ArgumentTypeError("is no address")
    return text.strip()
