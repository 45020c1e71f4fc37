"""WhatsApp's templates: shows their words; hands in what Meta does not know; says which may be sent."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp.registration import APPROVED, Held
from bot.channels.whatsapp.templates import TEMPLATES
from bot.connecting import channels_of
from bot.conversation.channel import ChannelError
from bot.settings import BadSettings, Settings, read


def main(arguments: list[str]) -> int:
    """0: shown, or all may be sent. 1: some may not yet, or Meta refused. 2: the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot templates", description=__doc__)
    parser.add_argument("--submit", action="store_true", help="hand in what Meta does not know yet")
    parser.add_argument("--check", action="store_true", help="say how each stands at Meta")
    asked = parser.parse_args(arguments)
    if not asked.submit and not asked.check:
        print(_words())
        return 0
    try:
        settings = read()
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_at_meta(settings, submit=asked.submit))
    except ChannelError as error:
        print(f"Meta refused: {error.reason}", file=sys.stderr)
        return 1


async def _at_meta(settings: Settings, *, submit: bool) -> int:
    channel = channels_of(settings).get("whatsapp")
    if not isinstance(channel, WhatsApp):
        print("WHATSAPP_TOKEN is not set", file=sys.stderr)
        return 2
    try:
        if submit:
            print(f"{await channel.register_templates()} handed in")
        held = await channel.templates()
    finally:
        await channel.close()
    for one in held:
        print(_line(one))
    return 0 if all(one.status == APPROVED for one in held) else 1


def _line(one: Held) -> str:
    mark = "✓" if one.status == APPROVED else "✗"
    return f"{mark} {one.name} ({one.language}): {one.status.lower()}"


def _words() -> str:
    return "\n\n".join(
        "\n".join(
            (
                name,
                *(
                    f"  {code}: {text}" + (f"  [{template.buttons[code]}]" if template.buttons else "")
                    for code, text in template.texts.items()
                ),
            )
        )
        for name, template in TEMPLATES.items()
    )
