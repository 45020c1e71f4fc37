"""A headless Chromium, driven as a person would: a mouse, a keyboard, and eyes that read the page."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

#: Loopback only, a profile of its own, and no look-ups elsewhere.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", "--hide-scrollbars",
)  # fmt: skip
#: Seconds until something on the page must have happened.
SOON = 20
#: Stops of the Tab key until whatever is looked for must have been passed.
MOST_STOPS = 80
#: Name: (code, Windows key code, text).
KEYS = {
    "Tab": ("Tab", 9, ""), "Enter": ("Enter", 13, "\r"), "Escape": ("Escape", 27, ""), " ": ("Space", 32, " "),
    "ArrowDown": ("ArrowDown", 40, ""), "ArrowUp": ("ArrowUp", 38, ""), "End": ("End", 35, ""),
}  # fmt: skip
SHIFT = 8

#: The element that has the focus, within the checkout's frame too.
FOCUSED = "(() => { let at = document.activeElement; while (at?.contentDocument) at = at.contentDocument.activeElement; return at; })()"


def installed() -> str | None:
    """Where Chromium is. On CI it is installed when it is missing, or the run fails."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None and os.environ.get("CI") == "true":
        subprocess.run(["apt-get", "update", "-q"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-qy", "chromium"], check=True, stdout=subprocess.DEVNULL)
        found = shutil.which("chromium")
        assert found, "chromium was installed and is not there"
    return found


class Chromium:
    """One browser process; every tab has cookies and storage of its own."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.folder = Path(tempfile.mkdtemp(prefix="miio-chromium-"))
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tabs: dict[str, Tab] = {}

    async def start(self) -> Chromium:
        self.process = subprocess.Popen(
            [self.path, *FLAGS, f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        port, path = await self._address()
        self.line: ClientConnection = await connect(
            f"ws://127.0.0.1:{port}{path}", max_size=2**26, proxy=None
        )
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

    async def open(
        self, url: str, width: int, height: int, language: str = "en", dark: bool = False, scale: float = 1
    ) -> Tab:
        """A new tab, so wide and high in CSS pixels, of a person who reads that language."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        made = await self.call("Target.createTarget", url="about:blank", browserContextId=context)
        joined = await self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        tab = self._tabs[joined["sessionId"]] = Tab(self, joined["sessionId"], context)
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        for part in ("Page", "Runtime", "Log"):
            await tab.call(f"{part}.enable")
        await tab.call("Emulation.setDeviceMetricsOverride", **size)
        await tab.call("Emulation.setEmulatedMedia", features=[scheme, still])
        await tab.call("Emulation.setFocusEmulationEnabled", enabled=True)
        agent = await tab.evaluate("navigator.userAgent")
        await tab.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        await tab.call("Page.navigate", url=url)
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
                answer = self._answers.pop(told["id"])
                if answer.done():
                    continue
                if "error" in told:
                    answer.set_exception(RuntimeError(told["error"]["message"]))
                else:
                    answer.set_result(told["result"])
            elif tab := self._tabs.get(told.get("sessionId", "")):
                tab.hear(told["method"], told["params"])


class Tab:
    """One page, as somebody uses it."""

    def __init__(self, chromium: Chromium, session: str, context: str) -> None:
        self.chromium = chromium
        self.session = session
        self.context = context
        self.complaints: list[str] = []

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return await self.chromium.call(method, self.session, **parameters)

    def hear(self, method: str, told: dict[str, Any]) -> None:
        """Whatever a developer would see in red."""
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"])[:2000])
        elif method == "Runtime.consoleAPICalled" and told["type"] in {"error", "warning", "assert"}:
            self.complaints.append(json.dumps(told["args"])[:2000])
        elif method == "Log.entryAdded" and told["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")

    async def evaluate(self, script: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, json.dumps(answer["exceptionDetails"])
        return answer["result"].get("value")

    async def until(self, script: str, seconds: float = SOON) -> Any:
        """What the script finds, once it finds something; an element reads as {}."""
        end = time.monotonic() + seconds
        while (found := await self.evaluate(script)) in (None, False, 0, ""):
            assert time.monotonic() < end, (
                f"the page never showed: {script}\n{await self.evaluate('document.body.innerText')}"
            )
            await asyncio.sleep(0.05)
        return found

    async def click(self, element: str) -> None:
        """Bring an element (a script that finds it) into view and press the mouse on its middle."""
        x, y = await self.until(f"""(() => {{
            const it = {element};
            if (!it) return null;
            it.scrollIntoView({{ block: "nearest" }});
            const box = it.getBoundingClientRect();
            const frame = it.ownerDocument.defaultView.frameElement?.getBoundingClientRect() ?? {{ left: 0, top: 0 }};
            return [frame.left + box.left + box.width / 2, frame.top + box.top + box.height / 2];
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def types(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def key(self, name: str, shift: bool = False) -> None:
        code, number, text = KEYS[name]
        held = {
            "key": name,
            "code": code,
            "windowsVirtualKeyCode": number,
            "modifiers": SHIFT if shift else 0,
        }
        await self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **held)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **held)

    async def tabs_to(self, condition: str, back: bool = False) -> None:
        """Press Tab until the element with the focus, `at`, meets a condition."""
        for _ in range(MOST_STOPS):
            await self.key("Tab", shift=back)
            if await self.evaluate(f"(at => {condition})({FOCUSED})"):
                return
        raise AssertionError(f"Tab never reached: {condition}")

    async def screenshot(self, path: Path) -> None:
        taken = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(taken["data"]))

    async def close(self) -> None:
        await self.chromium.call("Target.disposeBrowserContext", browserContextId=self.context)
