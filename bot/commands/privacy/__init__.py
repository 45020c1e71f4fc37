"""What an operator does for people's rights: each word is a module of this package, found by being here.

A module has `add(parser)`, which takes its arguments, and `run(desk, asked)`, which says the exit status.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from importlib import import_module
from pkgutil import iter_modules

from bot.commands.privacy._desk import open_desk
from bot.settings import BadSettings, Settings, read


def main(arguments: list[str]) -> int:
    """0: done. 1: refused, and why. 2: the settings or the arguments are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot privacy", description=__doc__.splitlines()[0])
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD")
    for found in sorted(one.name for one in iter_modules(__path__) if not one.name.startswith("_")):
        module = import_module(f"{__name__}.{found}")
        about = (module.__doc__ or "").splitlines()[0]
        word = words.add_parser(found.replace("_", "-"), help=about, description=module.__doc__)
        word.set_defaults(run=module.run)
        module.add(word)
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    return asyncio.run(_run(settings, asked))


async def _run(settings: Settings, asked: argparse.Namespace) -> int:
    async with open_desk(settings) as desk:
        status: int = await asked.run(desk, asked)
        return status
