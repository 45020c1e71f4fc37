"""Mutated updates through long polling: none stops it, none holds it up, none is taken for a reason to stumble."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "channels"))

from tiny_telegram import TOKEN, TinyTelegram

from bot.channels import Patience
from bot.channels.telegram.inbound import inbound
from bot.channels.telegram.polling import Poll
from bot.channels.telegram.send import Line
from bot.conversation.channel import Unreadable
from tests.fuzz.mutations import mutated
from tests.fuzz.scene import Scene

BATCH = 100
#: Seconds for one batch.
PATIENCE = 120


async def polled(scene: Scene, many: int, chance: random.Random) -> list[str]:
    """So many updates in batches; what went wrong."""
    wrong: list[str] = []

    async def deal(raw: bytes) -> bool:
        try:
            inbound(raw)
        except Unreadable:
            pass
        except Exception as error:
            wrong.append(f"polling stumbles: {type(error).__name__} over {raw[:600]!r}")
        return True

    async with TinyTelegram().open() as telegram:
        line = Line(TOKEN, telegram.url, Patience(tries=2, pause=0.01), timeout=60)
        poll = asyncio.create_task(Poll(line, deal, pause=0.01).forever())
        try:
            for start in range(0, many, BATCH):
                telegram.updates[:] = [
                    _update(scene, start + number, chance) for number in range(min(BATCH, many - start))
                ]
                async with asyncio.timeout(PATIENCE):
                    while telegram.updates:
                        await asyncio.sleep(0.005)
        except TimeoutError:
            wrong.append(f"polling is held up by one of {json.dumps(telegram.updates)[:1_000]}")
        finally:
            poll.cancel()
            await asyncio.gather(poll, return_exceptions=True)
            await line.close()
    return wrong


def _update(scene: Scene, number: int, chance: random.Random) -> dict:
    """A mutated update that is JSON, as Telegram's answers are; its number is Telegram's own."""
    while True:
        try:
            update = json.loads(mutated(chance.choice(scene.bodies["telegram"]), chance))
            json.dumps(update).encode()
        except (ValueError, RecursionError):
            continue
        if isinstance(update, dict):
            return update | {"update_id": number + 1}
