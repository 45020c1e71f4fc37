"""Closes what a partner was told by letter: the proof's name and SHA-256 are kept, its content is not."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from bot.commands.privacy._desk import Desk
from services.privacy.processors.tasks import Tasks


def add(parser: argparse.ArgumentParser) -> None:
    """The task and the proof."""
    parser.add_argument("task", help="the task's number, R-…")
    parser.add_argument(
        "--proof", type=Path, required=True, help="a file: the answer, or the proof of posting"
    )


async def run(desk: Desk, asked: argparse.Namespace) -> int:
    """0: closed. 1: there is no such file or task, or it was closed before."""
    try:
        with asked.proof.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        print(f"{asked.proof}: {error.strerror}")
        return 1
    tasks = Tasks(desk.stores.legal, desk.secrets, desk.clock)
    try:
        task = await tasks.get(asked.task)
    except LookupError:
        print(f"there is no task {asked.task}")
        return 1
    if not await tasks.done(task.id, asked.proof.name, digest):
        print(f"{task.id} was closed before: {task.proof}")
        return 1
    print(f"{task.id} is closed, proven by {asked.proof.name} ({digest[:12]}…). The bot answers the request.")
    return 0
