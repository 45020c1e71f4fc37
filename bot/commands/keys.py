"""Changes the master key: everything that OLD_MASTER_KEY wraps is wrapped by MASTER_KEY. The bot must be stopped."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.settings import BadSettings, Settings, read
from bot.stopped import StillRunning, stopped
from services.storage import open_stores
from services.storage.rotation import rotate
from services.storage.sealing import Broken


def main(arguments: list[str]) -> int:
    """0: done, or done before. 1: refused, and nothing was changed. 2: the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot keys", description=__doc__)
    parser.add_argument("what", choices=["rotate"])
    parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    if settings.old_key is None:
        print("OLD_MASTER_KEY: the key until now; MASTER_KEY: the new one", file=sys.stderr)
        return 2
    try:
        with stopped(settings):
            count = asyncio.run(_rotate(settings, settings.old_key))
    except (Broken, StillRunning) as error:
        print(f"{error}. Nothing was changed.", file=sys.stderr)
        return 1
    print(f"{count} customers' keys are wrapped by the new key; keep the old one for the backups of its time")
    return 0


async def _rotate(settings: Settings, old: bytes) -> int:
    stores = await open_stores(*settings.databases)
    try:
        return await rotate(stores.vault, old, settings.key)
    finally:
        await stores.close()
