"""Prints the letter by which a partner is told of an erasure: `privacy letter` lists what waits for one."""

from __future__ import annotations

import argparse

from bot.commands.privacy._desk import Desk
from services.privacy.processors.letters import written
from services.privacy.processors.tasks import Tasks


def add(parser: argparse.ArgumentParser) -> None:
    """The task, or nothing for the list."""
    parser.add_argument("task", nargs="?", help="the task's number, R-…")


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: printed. 1: there is no such task, or it is done."""
    tasks = Tasks(desk.stores.legal, desk.secrets, desk.clock)
    if asked.task is None:
        for task in await tasks.for_person():
            print(f"{task.id}  {task.recipient}  since {task.due_at:%Y-%m-%d}")
        return 0
    try:
        task = await tasks.get(asked.task)
    except LookupError:
        print(f"there is no task {asked.task}")
        return 1
    if not task.subjects:
        print(f"{task.id} was told on {task.done_at:%Y-%m-%d}: {task.proof}")
        return 1
    print(written(task, desk.settings.controller, desk.clock.now()))
    return 0
