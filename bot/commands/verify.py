"""Opens backups and loads them into memory, to the last row; nothing is restored."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.settings import BadSettings, Settings, read
from services.backups import Damaged, WrongKey, read_back


def main(arguments: list[str]) -> int:
    """0: every file is whole. 1: one is not, or does not open. 2: the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot verify", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    return max(_verify(path, settings) for path in asked.files)


def _verify(path: Path, settings: Settings) -> int:
    try:
        copy = read_back(path, key_of(path, settings))
    except (Damaged, WrongKey, OSError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    print(f"{path}: {copy.head.store} of {copy.head.at}, {copy.rows} rows, whole")
    return 0


def key_of(path: Path, settings: Settings) -> bytes:
    """The key that a file was sealed under: today's, or the one before it was changed. Raises Damaged."""
    from services.backups.sealed_file import read as opened

    if settings.old_key is not None:
        try:
            next(opened(path, settings.key))
        except WrongKey:
            return settings.old_key
    return settings.key
