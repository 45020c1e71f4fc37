"""The outside world alone: python -m bot.sandbox --port P.

Nothing heavy is loaded before it is needed, so that asking for the environment answers at once.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from bot.sandbox.environment import PROVIDERS, environment, smtp_port


def main(argv: list[str] | None = None) -> int:
    """Run the world until told to stop, or print the settings of a bot in it. Returns the exit status."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: sys.exit(0))
    asked = _read(argv)
    bot_url = asked.bot or f"http://127.0.0.1:{asked.port + 1}"
    if asked.print_env:
        settings = environment(asked.port, bot_url, asked.data, asked.polling, asked.providers)
        for key, value in settings.items():
            print(f"{key}={value}")  # noqa: T201, printing is what was asked for
        return 0

    from bot.sandbox.outside import Outside
    from bot.sandbox.serving import PortTakenError, serve

    try:
        outside = Outside(asked.outside)
        serve(
            asked.host,
            asked.port,
            bot_url,
            smtp_port(asked.port),
            outside,
            rates=asked.rates == "real",
            reach=asked.reach,
        )
    except PortTakenError as taken:
        print(taken, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _read(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="A small outside world.")
    parser.add_argument("--port", type=port, default=8080, help="the world's own port")
    parser.add_argument("--bot", type=_address, help="the bot's address (default: the next port on loopback)")
    parser.add_argument("--data", default="var/sandbox", help="the folder of the bot's databases")
    parser.add_argument(
        "--host", default="127.0.0.1", help="what the page binds to as well (containers only)"
    )
    parser.add_argument(
        "--outside", type=Path, help="a folder with what lies outside: a file hosts, and files by host"
    )
    parser.add_argument(
        "--rates",
        choices=("real", "none"),
        default="real",
        help="none: the platforms never say 429 by themselves",
    )
    parser.add_argument(
        "--reach",
        type=int,
        choices=(250, 2_000, 10_000, 100_000),
        help="people whom WhatsApp lets the shop write to unasked in 24 hours (default: no limit)",
    )
    parser.add_argument("--polling", action="store_true", help="Telegram is polled instead of calling")
    parser.add_argument(
        "--providers", type=providers, default="keepgo", help="whom the bot buys from: keepgo, airalo or both"
    )
    parser.add_argument("--print-env", action="store_true", help="print the settings of a bot in this world")
    return parser.parse_args(argv)


def port(text: str) -> int:
    """A port number that leaves room for the bot's, which is the next one."""
    number = int(text)
    if not 1 <= number <= 65534:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65534")
    return number


def providers(text: str) -> tuple[str, ...]:
    """The wholesalers in "keepgo,airalo"."""
    named = tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    if not named or not set(named) <= set(PROVIDERS):
        raise argparse.ArgumentTypeError(
            f"providers are {' and '.join(PROVIDERS)}, with a comma between them"
        )
    return named


def _address(text: str) -> str:
    address = text.rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise argparse.ArgumentTypeError("an address looks like http://127.0.0.1:8081")
    return address


if __name__ == "__main__":
    sys.exit(main())
