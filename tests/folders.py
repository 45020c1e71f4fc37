"""Folders that tests write in: all in one of the process's own, gone with it or, when it was killed, at the next start."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

PREFIX = "miio-tests-"


def fresh(kind: str) -> Path:
    """A new, empty folder. Its path is short: PostgreSQL puts a socket in it, whose path has at most 107 bytes."""
    return Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=_own()))


def keep() -> Path:
    """This process's folders stay after it, for whoever looks for what went wrong: until the next run of tests."""
    atexit.unregister(_forget)
    return _own()


@cache
def _own() -> Path:
    everywhere = Path(tempfile.gettempdir())
    for left in everywhere.glob(f"{PREFIX}*"):
        if not _lives(left.name.removeprefix(PREFIX)):
            _stop_servers(left)
            _remove(left)
    own = everywhere / f"{PREFIX}{os.getpid()}"
    _remove(own)
    # As root PostgreSQL runs as somebody else, who has to get through here.
    own.mkdir(mode=0o755)
    atexit.register(_forget)
    return own


def _forget() -> None:
    _remove(_own())


def _lives(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _stop_servers(folder: Path) -> None:
    """A killed run leaves its PostgreSQL: known by the file it keeps while it runs, and by its own command line."""
    for written in folder.glob("*/postmaster.pid"):
        with suppress(OSError, ValueError):
            number = int(written.read_text().split()[0])
            if str(written.parent).encode() in Path(f"/proc/{number}/cmdline").read_bytes():
                os.kill(number, signal.SIGQUIT)


_remove = partial(shutil.rmtree, ignore_errors=True)
