"""Makes sure that no bot works on these databases while a command changes them under its feet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import create_engine, func, inspect, select

from bot.settings import Settings
from services.clock import Waits
from services.one_process import AlreadyRunning, OneProcess
from services.storage.app import beats

#: A bot that has not beaten for this long, in seconds, is not running.
SILENT, LEAST_SILENT = 30.0, 5.0


class StillRunning(RuntimeError):
    """A bot works on these databases."""


@contextmanager
def stopped(settings: Settings) -> Iterator[None]:
    """No bot runs, and on one machine none can start meanwhile. Raises StillRunning."""
    app = settings.databases[0]
    if app.startswith("sqlite"):
        settings.data.mkdir(parents=True, exist_ok=True)
        try:
            with OneProcess(settings.data / "bot.lock"):
                yield
        except AlreadyRunning as error:
            raise StillRunning("stop the bot first") from error
        return
    if _beats(app, timedelta(seconds=Waits(settings.time_factor)(SILENT, floor=LEAST_SILENT))):
        raise StillRunning("stop every bot first, and wait half a minute")
    yield


def _beats(url: str, within: timedelta) -> bool:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(beats.name):
                return False
            now = connection.execute(select(func.clock_timestamp())).scalar_one()
            fresh = select(beats.c.executor).where(beats.c.at > now - within)
            return connection.execute(fresh).first() is not None
    finally:
        engine.dispose()
