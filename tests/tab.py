"""One page in a browser, as somebody uses it: a mouse, a keyboard, and eyes that read what is shown."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

#: Seconds until something on the page must have happened.
SOON = 20
#: Stops of the Tab key until whatever is looked for must have been passed.
MOST_STOPS = 80
#: Name: (code, Windows key code, text).
KEYS = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    " ": ("Space", 32, " "),
}
SHIFT = 8

#: The element that has the focus, within the checkout's frame too.
FOCUSED = """(() => {
  let at = document.activeElement;
  while (at?.contentDocument) at = at.contentDocument.activeElement;
  return at;
})()"""
#: The middle of an element (%s) on the page, in pixels; null while it moves or something covers it.
MIDDLE = """(async () => {
  const found = () => %s;
  found()?.scrollIntoView({ block: "nearest" });
  const before = found()?.getBoundingClientRect();
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const it = found();
  const box = it?.getBoundingClientRect();
  if (!box?.width || box.x !== before?.x || box.y !== before?.y) return null;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  if (!it.contains(it.ownerDocument.elementFromPoint(x, y))) return null;
  const frame = it.ownerDocument.defaultView.frameElement?.getBoundingClientRect();
  return [x + (frame?.x ?? 0), y + (frame?.y ?? 0)];
})()"""


class Tab:
    """`call` asks the browser for something about this page; whatever the page complains of is kept."""

    def __init__(self, call: Callable[..., Awaitable[dict[str, Any]]]) -> None:
        self.call = call
        self.complaints: list[str] = []

    async def open(self, url: str, width: int, height: int, language: str, dark: bool) -> None:
        """Go to an address, so wide and high in CSS pixels, as a person who reads that language."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        looks = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        for part in ("Page", "Runtime", "Log"):
            await self.call(f"{part}.enable")
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        await self.call(
            "Emulation.setEmulatedMedia", features=[{"name": k, "value": v} for k, v in looks.items()]
        )
        await self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        agent = await self.evaluate("navigator.userAgent")
        await self.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        await self.call("Page.navigate", url=url)

    def hear(self, method: str, told: dict[str, Any]) -> None:
        """Whatever a developer would see in red or yellow."""
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
            if time.monotonic() > end:
                shown = await self.evaluate("document.body.innerText")
                raise AssertionError(f"the page never showed: {script}\n{self.complaints}\n{shown}")
            await asyncio.sleep(0.05)
        return found

    async def click(self, element: str) -> None:
        """Bring an element (a script that finds it) into view and, once it rests there, press the mouse on it."""
        x, y = await self.until(MIDDLE % element)
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def tabs_to(self, element: str) -> None:
        """Press Tab until an element has the focus."""
        for _ in range(MOST_STOPS):
            if await self.evaluate(f"{FOCUSED} === {element}"):
                return
            await self.key("Tab")
        raise AssertionError(f"Tab never reached: {element}")

    async def key(self, name: str, shift: bool = False) -> None:
        code, number, text = KEYS[name]
        held = {"key": name, "code": code, "windowsVirtualKeyCode": number, "modifiers": SHIFT * shift}
        await self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **held)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **held)

    async def selects_all(self) -> None:
        """What the field with the focus holds is written over by what is typed next."""
        await self.call("Input.dispatchKeyEvent", type="rawKeyDown", commands=["selectAll"])

    async def types(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def screenshot(self, path: Path) -> None:
        taken = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(taken["data"]))
