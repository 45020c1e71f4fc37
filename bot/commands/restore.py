"""Puts backups back. The bot must be stopped; its next start looks up what happened since."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.commands.verify import key_of
from bot.settings import BadSettings, Settings, read
from bot.stopped import StillRunning, stopped
from services.backups import RESTORED, Damaged, NotEmpty, WrongKey, head_of, restore
from services.clock import machine_now
from services.privacy.facts.registry import STORES
from services.storage import open_stores
from services.storage.app import marks
from services.storage.upsert import insert_new


def main(arguments: list[str]) -> int:
    """0: restored. 1: refused, and nothing was changed. 2: the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot restore", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="at most one of each store")
    parser.add_argument("--force", action="store_true", help="what is there now goes")
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    try:
        with stopped(settings):
            _restore(settings, asked.files, force=asked.force)
    except NotEmpty as error:
        print(f"{error} holds data; --force lets it go. Nothing was changed.", file=sys.stderr)
        return 1
    except (Damaged, WrongKey, StillRunning, OSError) as error:
        print(f"{error}. Nothing was changed.", file=sys.stderr)
        return 1
    return 0


def _restore(settings: Settings, files: list[Path], *, force: bool) -> None:
    by_store = {head_of(path).store: path for path in files}
    if len(by_store) != len(files):
        raise Damaged("two files of one store")
    for store, url in zip(STORES, settings.databases, strict=True):
        if store in by_store:
            path = by_store[store]
            done = restore(path, url, key_of(path, settings), force=force)
            print(f"{store}: {done.rows} rows of {done.head.at}")
    if "app" in by_store:
        asyncio.run(_mark(settings))


async def _mark(settings: Settings) -> None:
    """Before anything is sold again, the next start asks the providers what was bought since."""
    stores = await open_stores(*settings.databases)
    try:
        await stores.app.transaction(
            lambda connection: (
                connection.execute(marks.delete().where(marks.c.name == RESTORED)),
                insert_new(connection, marks, name=RESTORED, value="pending", at=machine_now()),
            )
        )
    finally:
        await stores.close()
