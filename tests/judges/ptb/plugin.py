"""Inside python-telegram-bot's own test run: every bot talks to the world on this machine, and to nobody else.

Loaded by pytest with `-p plugin`. PTB_LIVE holds, as JSON: `api` and `files` (base addresses), `bot` (what the tests
take for a bot of theirs: token, chats, name), `names` (what host names lead to), `heard` (a file for the results).
"""

import json
import os
import socket
import sys
from pathlib import Path

import pytest
import telegram
import tests.auxil.ci_bots

HERE = json.loads(os.environ["PTB_LIVE"])
_LOOPBACK = ("127.0.0.1", "::1", "localhost", "")

outcomes = {}
methods = {}
_running = [""]


def _only_this_machine(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in _LOOPBACK:
            raise PermissionError(f"only this machine may be talked to, not {address[0]}")
    elif event == "socket.getaddrinfo" and (arguments[0] or "") not in _LOOPBACK:
        raise PermissionError(f"only this machine may be asked for, not {arguments[0]}")


def _address(name):
    try:
        return HERE["names"][name]
    except KeyError:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None


def _to_the_world(init):
    def wrapped(self, token, *arguments, **named):
        return init(
            self, token, *arguments, **{**named, "base_url": HERE["api"], "base_file_url": HERE["files"]}
        )

    return wrapped


def _listening(do):
    async def wrapped(self, url, *arguments, **named):
        methods.setdefault(_running[0], set()).add(url.rsplit("/", 1)[1])
        return await do(self, url, *arguments, **named)

    return wrapped


sys.addaudithook(_only_this_machine)
socket.gethostbyname = _address
telegram.Bot.__init__ = _to_the_world(telegram.Bot.__init__)
telegram.request.HTTPXRequest.do_request = _listening(telegram.request.HTTPXRequest.do_request)
tests.auxil.ci_bots.FALLBACKS = [HERE["bot"]]


def pytest_configure(config):
    """Their tests are run once: what passes at the third try only has not passed."""
    config.addinivalue_line("markers", "flaky: tried again by its authors")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    _running[0] = item.nodeid


def pytest_runtest_logreport(report):
    """The worst that happened to a test is what happened to it."""
    said = "xfailed" if hasattr(report, "wasxfail") and report.outcome == "skipped" else report.outcome
    if report.when == "call" or said != "passed":
        why = "" if said == "passed" else str(report.longrepr)[-1500:]
        outcomes[report.nodeid] = (said if report.when == "call" or said == "skipped" else "error", why)


def pytest_sessionfinish():
    heard = {
        name: {"outcome": said, "why": why, "methods": sorted(methods.get(name, ()))}
        for name, (said, why) in outcomes.items()
    }
    Path(HERE["heard"]).write_text(json.dumps(heard))
