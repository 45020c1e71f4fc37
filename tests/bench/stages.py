"""The two parts of a bench: sales in the whole world, which are counted, and one core for the bot, which is timed."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

import httpx

from tests.bench.figures import Figures, say, share
from tests.bench.journeys import CHANNELS, Journey, journey
from tests.bench.machine import Cores
from tests.bench.outside import Outside
from tests.bench.purchases import purchases
from tests.bench.rounds import Rounds
from tests.bench.servers import Server, Shop, Stage, empty_bot
from tests.bench.sizes import Sizes
from tests.bench.traffic import Travellers
from tests.living import Living

FIRST_CHAT = 500_000_000


@asynccontextmanager
async def in_the_world(cores: Cores, figures: Figures) -> AsyncIterator[tuple[dict[str, str], bytes]]:
    """Count what a sale takes on each channel. Gives a bot's settings, and the provider's list of bundles.

    The world stays, because WhatsApp registers there; the bot in it leaves before anything is timed.
    """
    os.sched_setaffinity(0, {cores.client})
    living = Living()
    try:
        await living.start()
        sales = {channel: await journey(living, channel) for channel in CHANNELS}
        _tell_sales(sales, figures)
        environment = living.environment()
        living.stop_bot()
        yield environment, await _bundles(environment)
    finally:
        await living.stop()
        shutil.rmtree(living.folder, ignore_errors=True)


def _tell_sales(sales: Mapping[str, Journey], figures: Figures) -> None:
    """For each channel, and the worse of them."""
    for channel, made in sales.items():
        say(f"{channel}: {made.actions} actions to the link, {made.messages} messages for the sale")
    for name, counts in (
        ("actions_to_link", {channel: made.actions for channel, made in sales.items()}),
        ("messages_per_sale", {channel: made.messages for channel, made in sales.items()}),
    ):
        figures.add(name, max(counts.values()))
        for channel, number in counts.items():
            figures.add(f"{name}_{channel}", number)


async def on_one_core(
    sizes: Sizes,
    cores: Cores,
    folder: Path,
    environment: Mapping[str, str],
    bundles: bytes,
    figures: Figures,
) -> None:
    """Time starts, purchases and turns. Raises Unanswered."""
    outside = Outside(bundles, environment["STRIPE_WEBHOOK_SECRET"])
    async with AsyncExitStack() as stack:
        stage = Stage(cores.server, folder, await outside.open())
        stack.push_async_callback(outside.close)
        shop = Shop(stage, environment)
        stack.push_async_callback(shop.stop)
        server = await _starts(shop, sizes, figures)
        figures.add("rss_at_start_mb", server.process.megabytes())
        everyone = [Travellers(server, outside.phones[server.name])]
        for kind in ("aiogram", "ptb"):
            empty = await empty_bot(stage, kind)
            stack.push_async_callback(empty.process.stop)
            everyone.append(Travellers(empty, outside.phones[kind]))
        chats = range(FIRST_CHAT, FIRST_CHAT + sizes.chats)
        rounds = Rounds(*everyone, chats, chats[: sizes.buyers])
        await rounds.meet()
        took = await purchases(everyone[0], outside.stripe, chats[: sizes.buyers])
        say(f"{len(took)} purchases: {median(took):.0f} ms from event to code")
        live = await rounds.ask_live()
        await rounds.run(sizes)
        rounds.tell(figures)
        figures.add("usage_asking_the_provider_turns_per_second", live.rate)
        figures.add("paid_to_qr_ms_p50", median(took))
        figures.add("paid_to_qr_ms_p99", share(took, 0.99))
        figures.add("rss_mb", server.process.megabytes())
        figures.add("rss_peak_mb", server.process.megabytes("VmHWM"))


async def _starts(shop: Shop, sizes: Sizes, figures: Figures) -> Server:
    """Start from nothing, and again with everything there; the last one goes on running."""
    first, again = [], []
    for _ in range(sizes.starts):
        await shop.stop()
        shop.forget()
        first.append(await shop.start())
        await shop.stop()
        again.append(await shop.start())
    say(f"start {median(again):.2f} s; the very first, with an empty folder, {median(first):.2f} s")
    figures.add("start_seconds", median(again))
    figures.add("start_seconds_first", median(first))
    return shop.server


async def _bundles(environment: Mapping[str, str]) -> bytes:
    """The provider's list as the world has it, in full size."""
    keys = {"apiKey": environment["KEEPGO_API_KEY"], "accessToken": environment["KEEPGO_ACCESS_TOKEN"]}
    async with httpx.AsyncClient(headers=keys, timeout=60) as http:
        answer = await http.get(f"{environment['KEEPGO_API']}/bundles", params={"with_async": "false"})
        return answer.raise_for_status().content
