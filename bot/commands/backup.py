"""Copies the three stores, beside the running bot: `app` and `legal` to one folder, the keys to another one."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.settings import BadSettings, Settings, read
from services.backups import Damaged, back_up, head_of
from services.privacy.facts.registry import STORES

#: After so many days a backup goes (`--prune`): what was erased must not live on in copies.
DAYS = 35


def main(arguments: list[str]) -> int:
    """0: written. 1: the folders are one and the same. 2: the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot backup", description=__doc__)
    parser.add_argument("folder", type=Path, help="for app and legal")
    parser.add_argument("--vault", type=Path, required=True, help="for the keys: another place, other people")
    parser.add_argument("--prune", action="store_true", help=f"remove backups older than {DAYS} days")
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    if asked.folder.resolve() == asked.vault.resolve():
        print("the keys may not lie beside what they open: give --vault a place of its own", file=sys.stderr)
        return 1
    _write(settings, asked.folder, asked.vault)
    if asked.prune:
        for path in (*_old(asked.folder), *_old(asked.vault)):
            path.unlink()
            print(f"removed {path}")
    return 0


def _write(settings: Settings, folder: Path, vault: Path) -> None:
    """The vault last: its journal then knows every erasure that the others know."""
    for store, url in zip(STORES, settings.databases, strict=True):
        began = time.monotonic()
        done = back_up(store, url, STORES[store], vault if store == "vault" else folder, settings.key)
        print(f"{done.path}: {done.rows} rows, {done.size} bytes, {time.monotonic() - began:.1f} s")


def _old(folder: Path) -> list[Path]:
    limit = datetime.now(UTC) - timedelta(days=DAYS)
    return [path for path in sorted(folder.glob("miio-*.backup")) if _made_before(path, limit)]


def _made_before(path: Path, limit: datetime) -> bool:
    try:
        return datetime.fromisoformat(head_of(path).at) < limit
    except Damaged:
        return False  # not ours to remove
