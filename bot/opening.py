"""How a shop opens and closes: what comes first, what is undone last, and from when on it is there for others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from bot.app import App
from bot.connecting import ask_to_be_told, open_channels
from bot.settings import Settings
from bot.time_source import TimeSource
from services import places
from services.one_process import OneProcess
from services.privacy import open_guard
from services.storage import open_stores
from services.storage.rotation import open_secrets
from services.strange_words import listen

log = structlog.get_logger()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[App]:
    """A shop, open until the block is left. Raises what makes a start impossible."""
    began = time.monotonic()
    settings.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        if settings.databases[0].startswith("sqlite"):
            stack.enter_context(OneProcess(settings.data / "bot.lock"))
        stores = await open_stores(*settings.databases)
        stack.push_async_callback(stores.close)
        app = App(settings, stores, await open_secrets(stores.vault, settings.key))
        # Entered first, left last: what is still being worked on needs them to the end.
        stack.push_async_callback(app.hang_up)
        await open_guard(stores, app.vault, app.secrets, app.clock, app.settings.controller).check()
        stack.enter_context(app.metrics.served(settings.metrics_listen))
        listen(app.providers.values(), app.metrics, app.alert)
        background: set[asyncio.Task[None]] = set()
        source = None
        if settings.time_source:
            source = TimeSource(settings.time_source, app.me, app.clock, app.jobs.run_due)
            await source.take_once()
        await app.housekeeping.beat()
        await app.housekeeping.inherit()
        # Work that goes on at the launch may have to find another seller.
        await app.catalogue.load()
        await app.sales.reload()
        await app.durable.launch()
        stack.push_async_callback(app.durable.close)
        await asyncio.to_thread(places.warm)
        await app.recovery.run()
        await app.buying.import_foreign()
        await app.privacy.resume()
        await app.identity.uniting.resume()
        app.jobs.start()
        stack.push_async_callback(app.jobs.stop)
        if source is not None:
            background.add(asyncio.create_task(source.follow()))
        background.add(asyncio.create_task(open_channels(app)))
        background.add(asyncio.create_task(ask_to_be_told(app.providers)))
        try:
            log.info("open", seconds=round(time.monotonic() - began, 2))
            yield app
        finally:
            app.ready = False
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await app.inbox.close()
