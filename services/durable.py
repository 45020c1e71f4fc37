"""Durable work: a workflow that was started is finished, whatever dies in between.

The only place that knows the engine (DBOS). Workflows carry ids, never anything personal: the engine keeps
arguments and results in its own tables. Steps run at least once and return outcomes; they do not raise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from dbos import DBOS, DBOSClient, StepOptions, error
from sqlalchemy import Connection, Engine, create_engine, event, make_url

from services.storage.sqlite import for_the_engine

T = TypeVar("T")
Story = Callable[[str], Awaitable[str]]

NAME = "miio-bot"
NUDGE = "nudge"
#: Queues → workflows in flight at once in one process. Whoever sleeps keeps their place (25 KB), and while a platform
#: or the payment service is away most sleep for hours; so there are many more places than ever compute. Papers, which
#: wait wherever a mail server or a payment's fee is missing, keep to their own.
QUEUE, PAPERS = "work", "papers"
MOST_AT_ONCE = {QUEUE: 2_000, PAPERS: 1_000}
#: The workflow that keeps apart, by the beginning of its ids.
APART = "paper"
#: Restarts that a workflow may live through.
MOST_RECOVERIES = 100_000
#: Tries of a step that raises: the last one comes half an hour after the first.
MOST_TRIES = 12
#: Fixed, so that a deploy takes over what an older version began; stories change through `patch`.
VERSION = "1"


class Durable:
    """Starts, steps, sleeps and recovers workflows. One for each process. `most`: places in each queue."""

    def __init__(self, url: str, executor: str, most: Mapping[str, int] = MOST_AT_ONCE) -> None:
        self._url = url
        self.executor = executor
        self._most = most
        self._stories: dict[str, Any] = {}
        self._engine: Engine | None = None
        self._client: DBOSClient | None = None

    def tells(self, name: str, story: Story) -> None:
        """Make a story a workflow, before the launch. It gets one id and returns how it ended."""

        async def run(subject: str) -> str:
            return await story(subject)

        run.__qualname__ = run.__name__ = name
        self._stories[name] = DBOS.workflow(name=name, max_recovery_attempts=MOST_RECOVERIES)(run)

    async def launch(self) -> None:
        """Take up what an earlier process of this name left, and begin to work the queue."""
        self._engine = _engine(self._url)
        DBOS(
            config={
                "name": NAME,
                "system_database_url": _engine_url(self._url),
                "system_database_engine": self._engine,
                "application_version": VERSION,
                "executor_id": self.executor,
                "max_executor_threads": 32,
                "log_level": "WARNING",
                "console_log_level": "WARNING",
            }
        )
        DBOS.launch()
        for queue, most in self._most.items():
            await DBOS.register_queue_async(queue, worker_concurrency=most, polling_interval_sec=0.2)
        self._client = connect(self._url, self._engine)

    def start_with(self, connection: Connection, name: str, workflow: str, subject: str) -> None:
        """Start a workflow inside the transaction that records why. A second start of the same id is none."""
        enqueue(self._need_client(), connection, name, workflow, subject)

    async def step(self, name: str, act: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        """Do something once, as far as this world allows: its outcome is kept and not asked for again."""
        options: StepOptions = {
            "name": name,
            # Steps return what they expect to go wrong. What they raise is a hiccup of ours (or a mistake), and a
            # workflow that ends in an error is ended for good.
            "retries_allowed": True,
            "max_attempts": MOST_TRIES,
            "interval_seconds": 0.5,
            "backoff_rate": 2.0,
        }
        return await DBOS.run_step_async(options, act, *args)

    async def sleep(self, seconds: float) -> None:
        """Wait, across restarts."""
        await DBOS.sleep_async(seconds)

    async def nap(self, seconds: float) -> None:
        """Wait, across restarts, or until somebody nudges. A nudge that came before the nap ends it at once."""
        await DBOS.recv_async(NUDGE, timeout_seconds=seconds)

    async def nudge(self, workflow: str) -> None:
        """Let a workflow that naps go on. Harmless for one that does not, or is none."""
        with suppress(error.DBOSNonExistentWorkflowError):
            await DBOS.send_async(workflow, "look", NUDGE)

    async def patch(self, name: str) -> bool:
        """Whether this run of a story takes the new branch; runs begun before the change do not."""
        return await DBOS.patch_async(name)

    async def unfinished(self, executors: list[str] | None = None) -> list[tuple[str, str]]:
        """(workflow, executor) of what is being worked on."""
        found = await DBOS.list_workflows_async(
            status="PENDING", executor_id=executors, load_input=False, load_output=False
        )
        return [(one.workflow_id, one.executor_id or "") for one in found]

    async def take_over(self, workflows: list[str]) -> None:
        """Give workflows of a dead process to the living."""
        for queue in (QUEUE, PAPERS):
            if those := [one for one in workflows if _queue_of(one) == queue]:
                await DBOS.resume_workflows_async(those, queue_name=queue)

    async def dead_letters(self) -> list[str]:
        """Workflows that the engine gave up: each is an alarm."""
        found = await DBOS.list_workflows_async(
            status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"], load_input=False, load_output=False, limit=500
        )
        return [one.workflow_id for one in found]

    async def finished(self, workflow: str) -> None:
        """Wait for a workflow's end, whichever process works on it."""
        handle: Any = await DBOS.retrieve_workflow_async(workflow)
        await handle.get_result()

    async def named(self, prefixes: list[str]) -> list[str]:
        """Workflows whose ids begin with one of these."""
        if not prefixes:
            return []
        found = await DBOS.list_workflows_async(
            workflow_id_prefix=prefixes, load_input=False, load_output=False
        )
        return [one.workflow_id for one in found]

    async def forget(self, workflows: list[str]) -> None:
        """Delete workflows with all that the engine kept of them."""
        if workflows:
            await DBOS.delete_workflows_async(workflows)

    async def finished_before(self, moment_iso: str) -> list[str]:
        """Finished workflows that ended well before a time (ISO 8601)."""
        found = await DBOS.list_workflows_async(
            status=["SUCCESS", "CANCELLED"],
            completed_before=moment_iso,
            load_input=False,
            load_output=False,
            limit=1000,
        )
        return [one.workflow_id for one in found]

    async def close(self, patience: int = 4) -> None:
        """Let what runs come to a step's end, then stop. What is left goes on at the next start."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as apart:
            await loop.run_in_executor(apart, partial(DBOS.destroy, workflow_completion_timeout_sec=patience))
        # The engine had lent the loop its threads; they ended with it, and who closes after it may need some.
        loop.set_default_executor(ThreadPoolExecutor())
        if self._client is not None:
            self._client.destroy()
        if self._engine is not None:
            self._engine.dispose()

    def _need_client(self) -> DBOSClient:
        if self._client is None:
            raise RuntimeError("the engine was not launched")
        return self._client


def connect(url: str, engine: Engine | None = None) -> DBOSClient:
    """A client of the engine's tables, for commands that run beside the bot and leave the work to it."""
    return DBOSClient(
        system_database_url=_engine_url(url),
        system_database_engine=engine or _engine(url),
        application_name=NAME,
        lazy=True,
    )


def enqueue(client: DBOSClient, connection: Connection, name: str, workflow: str, subject: str) -> None:
    """Put a workflow into the queue, inside the caller's transaction."""
    client.enqueue_in_transaction(
        connection,
        {"queue_name": _queue_of(workflow), "workflow_name": name, "workflow_id": workflow},
        subject,
    )


@contextmanager
def beside(url: str) -> Iterator[Callable[[Connection, str, str, str], None]]:
    """`start_with` for a command that runs beside the bot: what it puts into the queue, the bot carries out."""
    client = connect(url)
    try:
        yield partial(enqueue, client)
    finally:
        client.destroy()


def _queue_of(workflow: str) -> str:
    return PAPERS if workflow.startswith(f"{APART}-") else QUEUE


def _engine_url(url: str) -> str:
    """The engine speaks to the same database as the shop's daily work, through the plain driver."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        parsed = parsed.set(drivername="sqlite")
    return parsed.render_as_string(hide_password=False)


def _engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        # The engine's default of twenty connections is a convoy at SQLite's one lock.
        engine = create_engine(_engine_url(url), pool_size=4, max_overflow=0)
        for_the_engine(engine)
        return engine
    engine = create_engine(_engine_url(url), pool_size=10, max_overflow=0, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The engine compares times as text of the session's zone.
        cursor = connection.cursor()
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.close()
        connection.commit()

    return engine
