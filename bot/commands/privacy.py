"""What an operator does for people's rights: `replay` erases again what a restored database brought back."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.settings import BadSettings, Settings, read
from services.clock import Clock
from services.privacy import open_guard
from services.storage import open_stores
from services.storage.rotation import open_secrets
from services.storage.sealing import Vault


def main(arguments: list[str]) -> int:
    """0: done. 2: the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot privacy", description=__doc__)
    parser.add_argument("what", choices=["replay"], help="after a restore, with the bot stopped")
    parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    print(f"{asyncio.run(_replay(settings))} erasures done again")
    return 0


async def _replay(settings: Settings) -> int:
    stores = await open_stores(*settings.databases)
    clock = Clock()
    try:
        secrets = await open_secrets(stores.vault, settings.key)
        vault = Vault(stores.vault, secrets, clock)
        return await open_guard(stores, vault, secrets, clock, settings.controller).replay()
    finally:
        await stores.close()
