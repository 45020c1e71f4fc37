"""Hands a copy of everything about a customer over to an authority, and writes down to whom and on which basis.

Only on a written basis. Name the office, not a person (--to "Tribunal judiciaire de Paris"). What is paused is not
handed over. The copy is JSON in a file that only you can read; the customer sees the disclosure in every copy of theirs.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import no, write_private
from services.privacy.requests.disclosing import EXPORT, Disclosures, Paused
from services.storage.sealing import Erased


def add(parser: argparse.ArgumentParser) -> None:
    """Of whom, to whom, why."""
    parser.add_argument("customer", help="the customer's id")
    parser.add_argument("--to", required=True, help="the office that gets it")
    parser.add_argument("--basis", required=True, help="the law and the number of the requisition")
    parser.add_argument("--out", type=Path, help="the file to write; default: disclosure-CUSTOMER.json here")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: written, and noted. 1: not possible, and why."""
    out: Path = asked.out or Path(f"disclosure-{asked.customer[:8]}.json")
    if await asyncio.to_thread(out.exists):
        return no(f"{out} is there already.")
    try:
        await Disclosures(desk.stores.app, desk.clock).note(asked.customer, asked.to, EXPORT, asked.basis)
        content = await desk.exports.document(asked.customer)
    except Paused:
        return no("This customer's data rest at their wish: nothing is handed over until `privacy lift`.")
    except (LookupError, Erased):
        return no("There is no such customer.")
    write_private(out, content)
    print(f"{out}: {len(content)} bytes; noted as disclosed to {asked.to}.")
    return 0
