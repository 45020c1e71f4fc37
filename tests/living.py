"""A world and a bot as real processes, and the people in it: what tests hold in their hands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.folders import fresh
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
#: Seconds until a process must have started, on a slow machine that does other things too.
START = 60
#: Seconds until something that must happen has happened.
SOON = 25


class Living:
    """One world with one or more bots."""

    def __init__(
        self, databases: dict[str, str] | None = None, polling: bool = False, providers: str = "keepgo"
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.bot_url = f"http://127.0.0.1:{self.port + 1}"
        self.folder = fresh("living")
        self.data = self.folder / "data"
        self.databases = databases or {}
        self.polling = polling
        self.providers = providers
        #: Settings that bots get beside those of the world.
        self.settings: dict[str, str] = {}
        self.world: subprocess.Popen[bytes] | None = None
        self.bots: list[subprocess.Popen[bytes]] = []
        self.http = httpx.AsyncClient(base_url=self.url, timeout=120)
        self.logs: list[Path] = []
        self._printed: dict[str, str] = {}

    async def start(self, bots: int = 1) -> Living:
        self.start_world()
        for _ in range(bots):
            self.start_bot()
        await self.healthy()
        return self

    def start_world(self, *more: str, **environment: str) -> None:
        arguments = ("--port", str(self.port), *more)
        self.world = self._spawn("world", "bot.sandbox", *arguments, env={**os.environ, **environment})

    def start_bot(self) -> subprocess.Popen[bytes]:
        bot = self._spawn(f"bot{len(self.logs)}", "bot", env={**os.environ, **self.environment()})
        self.bots.append(bot)
        return bot

    def environment(self) -> dict[str, str]:
        """What `--print-env` prints, with this test's databases. It does not change, so it is asked once."""
        if not self._printed:
            self._printed = self._print_environment()
        return {**self._printed, **self.databases, **self.settings}

    def _print_environment(self) -> dict[str, str]:
        more = ["--polling"] if self.polling else []
        printed = subprocess.run(
            [
                sys.executable,
                "-m",
                "bot.sandbox",
                "--port",
                str(self.port),
                "--data",
                str(self.data),
                "--providers",
                self.providers,
                "--print-env",
                *more,
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return dict(line.split("=", 1) for line in printed.splitlines() if line)

    def kill_bot(self, number: int = 0) -> None:
        """kill -9."""
        bot = self.bots.pop(number)
        bot.send_signal(signal.SIGKILL)
        bot.wait()

    def stop_bot(self) -> int:
        bot = self.bots.pop(0)
        bot.send_signal(signal.SIGTERM)
        return bot.wait(20)

    async def stop(self) -> None:
        for process in [*self.bots, *([self.world] if self.world else [])]:
            process.send_signal(signal.SIGTERM)
        for process in [*self.bots, *([self.world] if self.world else [])]:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        await self.http.aclose()

    async def healthy(self, seconds: float = START) -> None:
        """Until the bot is registered on both channels."""

        async def well() -> bool:
            for bot in self.bots:
                assert bot.poll() is None, self.log()
            with contextlib.suppress(httpx.TransportError):
                return (await self.http.get("/world/health")).status_code == 200
            return False

        await until(well, seconds, lambda: f"the bot did not come up:\n{self.log()}")

    def traveller(self, channel: str, name: str, language: str | None = None) -> Traveller:
        return Traveller(self, channel, name, language)

    async def ledger(self) -> dict:
        return (await self.http.get("/world/ledger")).json()

    async def fault(self, service: str, fault: str, **more: object) -> None:
        answer = await self.http.post("/world/faults", json={"service": service, "fault": fault, **more})
        assert answer.status_code < 300, answer.text

    async def calm(self) -> None:
        await self.http.delete("/world/faults")

    async def pay(self, session: str, how: str = "card", **more: str) -> None:
        answer = await self.http.post(f"/world/checkouts/{session}/pay", json={"with": how, **more})
        assert answer.status_code < 300, answer.text

    async def advance(self, duration: str) -> None:
        answer = await self.http.post("/world/clock", json={"advance": duration})
        assert answer.status_code < 300, answer.text

    async def mail(self) -> list[dict]:
        return (await self.http.get("/world/mail")).json()

    def books(self) -> dict:
        """`python -m bot books --json`, as the operator runs it."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", "books", "--json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, **self.environment()},
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return json.loads(done.stdout)

    async def at_rest(self, seconds: float = 90) -> dict:
        """The books once nothing is open any more."""
        end = time.monotonic() + seconds
        while True:
            books = await asyncio.to_thread(self.books)
            if books["open"] == 0:
                return books
            assert time.monotonic() < end, f"still open: {books}\n{self.log()}"
            await asyncio.sleep(0.5)

    def log(self) -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text()[-6000:]}" for path in self.logs)

    def _spawn(self, name: str, module: str, *arguments: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
        path = self.folder / f"{name}-{len(self.logs)}.log"
        self.logs.append(path)
        with path.open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env=env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )


class Traveller:
    """Somebody with a phone."""

    def __init__(self, living: Living, channel: str, name: str, language: str | None) -> None:
        self.living = living
        self.channel = channel
        self.name = name
        self.language = language
        self.cursor = 0
        self.old: dict[str, object] = {}

    async def says(self, text: str) -> None:
        body = {"text": text} | ({"language": self.language} if self.language else {})
        answer = await self.living.http.post(self._path("say"), json=body)
        assert answer.status_code < 300, answer.text

    async def presses(self, label: str) -> None:
        answer = await self.living.http.post(self._path("press"), json={"label": label})
        assert answer.status_code < 300, f"{answer.text} on {self.name}'s screen: {await self.texts()}"

    async def does(self, what: str, **body: object) -> None:
        answer = await self.living.http.post(self._path(what), json=body)
        assert answer.status_code < 300, answer.text

    async def screen(self, after: int = 0, wait: float = 0) -> dict:
        answer = await self.living.http.get(self._path("screen"), params={"after": after, "wait": wait})
        return answer.json()

    async def messages(self) -> list[dict]:
        return [m for m in (await self.screen())["messages"] if m["who"] == "bot"]

    async def texts(self) -> list[str]:
        return [m["text"] for m in await self.messages()]

    async def mark(self) -> None:
        """What is on the screen now is old."""
        shown = await self.screen()
        self.cursor = shown["cursor"]
        self.old = {message["id"]: _content(message) for message in shown["messages"]}

    async def news(self) -> list[dict]:
        return self._new(await self.screen(self.cursor))

    def _new(self, shown: dict) -> list[dict]:
        """The bot's messages that say something new: a toast or a tick on an old one is none."""
        return [m for m in shown["messages"] if m["who"] == "bot" and self.old.get(m["id"]) != _content(m)]

    async def sees(self, pattern: str, seconds: float = SOON) -> dict:
        """The newest message since the mark whose text or label matches; waits for it."""
        end = time.monotonic() + seconds
        wanted = re.compile(pattern, re.DOTALL)
        while True:
            shown = await self.screen(self.cursor)
            for message in reversed(self._new(shown)):
                labels = " ".join(f"[{button['label']}]" for button in message["buttons"])
                if wanted.search(f"{message['text']}\n{labels}"):
                    return message
            left = end - time.monotonic()
            assert left > 0, (
                f"{self.name} on {self.channel} never saw {pattern!r} but {shown['messages']}\n{self.living.log()}"
            )
            await self.screen(shown["cursor"], wait=min(left, 5))

    async def asks(self, text: str, pattern: str) -> dict:
        await self.mark()
        await self.says(text)
        return await self.sees(pattern)

    async def taps(self, label: str, pattern: str) -> dict:
        await self.mark()
        await self.presses(label)
        return await self.sees(pattern)

    async def to_the_link(self, words: str = "Japan, 10 days") -> str:
        """From a country's name to the Checkout session, pressing what goes forward; returns the session."""
        await self.mark()
        await self.says(words)
        for _ in range(8):
            newest = await self._answer()
            url = next((b["url"] for b in newest["buttons"] if b["url"] and "/pay/" in b["url"]), None)
            if url:
                return url.rsplit("/", 1)[1]
            await self.mark()
            await self.presses(newest["buttons"][0]["label"])
        raise AssertionError(f"no link: {await self.texts()}\n{self.living.log()}")

    async def to_erasure(self) -> dict:
        """From /privacy to the typed word; returns the message with what goes and what stays."""
        await self.asks("/privacy", "Your rights")
        shown = await self.taps("Delete", "To confirm, write|Delete now")
        if any(button["label"] == "Delete now" for button in shown["buttons"]):
            shown = await self.taps("Delete now", "To confirm, write")
        return shown

    async def buys(self, words: str = "Japan, 10 days", how: str = "card", **more: str) -> dict:
        """The whole purchase with its invoice; returns the message with the QR."""
        session = await self.to_the_link(words)
        await self.mark()
        await self.living.pay(session, how, **more)
        ready = await self.gets_qr()
        await self.gets("document")
        return ready

    async def gets_qr(self, seconds: float = SOON) -> dict:
        return await self.gets("image", seconds)

    async def gets(self, what: str, seconds: float = SOON) -> dict:
        """The newest message since the mark with an "image" or a "document"; waits for it."""
        end = time.monotonic() + seconds
        while True:
            shown = await self.screen(self.cursor)
            for message in reversed(self._new(shown)):
                if message[what]:
                    return message
            left = end - time.monotonic()
            assert left > 0, (
                f"{self.name} got no {what}: {[m['text'] for m in shown['messages']]}\n{self.living.log()}"
            )
            await self.screen(shown["cursor"], wait=min(left, 5))

    async def _answer(self) -> dict:
        """The newest message of the bot with buttons, since the mark."""
        end = time.monotonic() + SOON
        while True:
            shown = await self.screen(self.cursor)
            found = [message for message in self._new(shown) if message["buttons"]]
            if found:
                return found[-1]
            left = end - time.monotonic()
            assert left > 0, f"no answer to {self.name}: {await self.texts()}\n{self.living.log()}"
            await self.screen(shown["cursor"], wait=min(left, 5))

    def _path(self, what: str) -> str:
        return f"/world/phones/{self.channel}/{self.name}/{what}"


def _content(message: dict) -> object:
    return message["text"], [button["label"] for button in message["buttons"]], message["image"]


async def until(true, seconds: float, why=lambda: "it did not happen") -> None:
    """Ask until the answer is yes."""
    end = time.monotonic() + seconds
    while not await true():
        assert time.monotonic() < end, why()
        await asyncio.sleep(0.1)
