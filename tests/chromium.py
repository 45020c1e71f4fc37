"""A headless Chromium of the tests' own, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import subprocess
import time
from functools import partial
from typing import Any

from tab import SOON, Tab
from websockets.asyncio.client import ClientConnection, connect

from tests.folders import fresh

#: Loopback only, a profile of its own, and no look-ups elsewhere.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
#: Bytes of an answer: a screenshot of a long page.
LARGEST_ANSWER = 2**26


def installed() -> str | None:
    """Where Chromium is. On CI it is installed when it is missing, or the run fails."""
    found = _in_path()
    if found is None and os.environ.get("CI") == "true":
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-qy", "chromium"]):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = _in_path()
        assert found, "chromium was installed and is not there"
    return found


def _in_path() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Chromium:
    """One browser process; every tab has cookies and storage of its own."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.folder = fresh("chromium")
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tabs: dict[str, Tab] = {}

    async def start(self) -> Chromium:
        self.process = subprocess.Popen(
            [self.path, *FLAGS, f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port, path = await self._address()
        address = f"ws://127.0.0.1:{port}{path}"
        self.line: ClientConnection = await connect(address, max_size=LARGEST_ANSWER, proxy=None)
        self._reader = asyncio.create_task(self._read())
        return self

    async def stop(self) -> None:
        self._reader.cancel()
        await self.line.close()
        self.process.terminate()
        try:
            await asyncio.to_thread(self.process.wait, 10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def open(self, url: str, width: int, height: int, language: str = "en", dark: bool = False) -> Tab:
        """A new tab at an address, so wide and high in CSS pixels, of a person who reads that language."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        made = await self.call("Target.createTarget", url="about:blank", browserContextId=context)
        joined = await self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        session = joined["sessionId"]
        tab = self._tabs[session] = Tab(partial(self.call, session=session))
        await tab.open(url, width, height, language, dark)
        return tab

    async def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        asked = {"id": number, "method": method, "params": parameters}
        await self.line.send(json.dumps(asked | ({"sessionId": session} if session else {})))
        return await asyncio.wait_for(answer, SOON)

    async def _address(self) -> list[str]:
        """Chromium writes down where it listens."""
        written = self.folder / "DevToolsActivePort"
        end = time.monotonic() + 2 * SOON
        while not (written.exists() and len(written.read_text().split()) == 2):
            assert self.process.poll() is None, "chromium ended at its start"
            assert time.monotonic() < end, "chromium did not start"
            await asyncio.sleep(0.05)
        return written.read_text().split()

    async def _read(self) -> None:
        async for text in self.line:
            told = json.loads(text)
            if "id" in told:
                self._answered(self._answers.pop(told["id"]), told)
            elif tab := self._tabs.get(told.get("sessionId", "")):
                tab.hear(told["method"], told["params"])

    def _answered(self, answer: asyncio.Future[dict[str, Any]], told: dict[str, Any]) -> None:
        if answer.done():
            return
        if "error" in told:
            answer.set_exception(RuntimeError(told["error"]["message"]))
        else:
            answer.set_result(told["result"])
