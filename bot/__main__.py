"""`python -m bot`: the bot itself; with a word, one of its commands.

python -m bot              run the bot, from the environment
python -m bot doctor       say what is missing, and try each credential
python -m bot sandbox      try it in a small world of its own
python -m bot books        what came in, what was kept, what went back
python -m bot dispute      what speaks for us when a payment is disputed
python -m bot prices       cost, price and margin of every plan
python -m bot templates    WhatsApp's templates: hand in, look how they stand
python -m bot campaign     offers to whoever wants them: new, start, stop, status
"""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import bot.commands
from bot.importing import nothing_is_garbage


def main(argv: list[str]) -> int:
    """Run a command by name; the bot itself without one. Returns the exit status."""
    name, arguments = (argv[0], argv[1:]) if argv else ("run", [])
    known = sorted(found.name for found in iter_modules(bot.commands.__path__))
    if name in ("-h", "--help", "help"):
        print(__doc__)  # noqa: T201
        return 0
    if name not in known:
        print(f"no command {name!r}; there are: {', '.join(known)}", file=sys.stderr)  # noqa: T201
        return 2
    with nothing_is_garbage():
        command = import_module(f"bot.commands.{name}")
    status: int = command.main(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
