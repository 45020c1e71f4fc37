"""Shows what has outlived its period. The bot itself lets go of it every day."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict

from bot.settings import BadSettings, Settings, read
from services.clock import Clock
from services.privacy import Plan, Plans
from services.storage import open_stores


def main(arguments: list[str]) -> int:
    """0: shown. 1: somebody's last plan has no known end, and an operator must look. 2: the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot retention", description=__doc__)
    parser.add_argument("--dry-run", action="store_true", required=True, help="count, and change nothing")
    parser.add_argument("--json", action="store_true", help="for programs")
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    plan = asyncio.run(_plan(settings))
    print(json.dumps(asdict(plan), indent=2) if asked.json else _words(plan))
    return 1 if plan.unknown else 0


async def _plan(settings: Settings) -> Plan:
    stores = await open_stores(*settings.databases)
    try:
        return await Plans(stores, Clock(), settings.controller).plan()
    finally:
        await stores.close()


def _words(plan: Plan) -> str:
    rows = []
    for one in plan.over:
        rows.append(f"{one.count:>7}  {one.name} ({one.store}, period {one.period})")
        if one.held:
            rows.append(f"         {one.held} more stay: their owners pause the use of their data")
    rows.append(f"{len(plan.customers):>7}  customers whose time is over")
    rows.append(f"{len(plan.unknown):>7}  customers whose last plan has no known end: they stay")
    rows += [f"         {customer}" for customer in plan.unknown]
    return "\n".join(rows)
