"""Sends inputs to a living bot, many at once, and counts what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.fuzz.inputs import Input, Inputs
from tests.fuzz.scene import Scene, stolen
from tests.judges.verdict import Say
from tests.living import Living

#: Requests at once.
AT_ONCE = 12
#: Inputs between two looks at the screens.
LOOK_EVERY = 2_000
#: Inputs after which the bot has warmed up, as a share of all.
WARM = 0.1
#: The bot may take this much more memory in the end than when it was warm: caches fill up to their bounds.
MOST_GROWTH = 0.35
#: Bytes of a body that the bot's server takes in before anybody reads them.
AT_A_TIME = 65_536
#: Seconds for one answer.
PATIENCE = 40


@dataclass
class Found:
    """`answers` by status (0: no answer at all); `bad` holds an example of each kind of answer that must not be.

    `broken_off`: long bodies whose line broke while they were still being sent: a refusal does not wait for the end
    of a body, and ends the connection (RFC 9112, 9.6).
    """

    inputs: int = 0
    broken_off: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    bad: dict[str, str] = field(default_factory=dict)
    stolen: list[str] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, int]:
        warm, end = (self.rss[0], self.rss[-1]) if self.rss else (1, 1)
        return {
            "inputs": self.inputs,
            "answers_5xx": sum(times for status, times in self.answers.items() if status >= 500),
            "answers_again": self.answers[503],
            "answers_429": self.answers[429],
            "unanswered": self.answers[0],
            "broken_off": self.broken_off,
            "foreign_canaries": len(self.stolen),
            "rss_mb_warm": round(warm),
            "rss_mb_end": round(end),
            "rss_growth_percent": round(100 * (end - warm) / warm),
        }

    def failures(self) -> list[str]:
        figures = self.figures()
        wrong = [f"{kind}: {example}" for kind, example in self.bad.items()]
        wrong += sorted(set(self.stolen))
        if figures["rss_growth_percent"] > 100 * MOST_GROWTH:
            wrong.append(f"memory has grown by {figures['rss_growth_percent']} %")
        return wrong


async def attack(living: Living, scene: Scene, many: int, chance: random.Random, say: Say) -> Found:
    """All of them; in the end everybody who has bought something must still be served."""
    found, inputs = Found(), Inputs(scene, chance)
    async with aiohttp.ClientSession(
        living.bot_url, timeout=aiohttp.ClientTimeout(PATIENCE), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:

        async def some() -> None:
            while found.inputs < many and living.bots[0].poll() is None:
                found.inputs += 1
                count = found.inputs
                await _send(http, inputs.draw(), found, scene)
                if count == int(many * WARM) or count == many:
                    found.rss.append(megabytes(living.bots[0].pid))
                if count % LOOK_EVERY == 0 or count == many:
                    found.stolen += await stolen(scene)
                    say(f"{count} inputs; answers {dict(sorted(found.answers.items()))}")

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    found.stolen += await stolen(scene)
    if living.bots[0].poll() is not None:
        found.bad["the bot"] = "has ended"
    else:
        await _served(living, scene, found)
    return found


async def _send(http: aiohttp.ClientSession, one: Input, found: Found, scene: Scene) -> None:
    found.by_kind[one.kind] += 1
    if one.slow:
        await _send_slowly(http, one)
        return
    status, told = 0, ""
    try:
        # A large body as bytes is warned of: it would be written at one go.
        body = io.BytesIO(one.body) if one.body else None
        async with http.request(one.method, one.path, data=body, headers=one.headers) as answer:
            status, told = answer.status, (await answer.content.read(10_000)).decode(errors="replace")
    except (aiohttp.ClientError, TimeoutError) as error:
        told = type(error).__name__
    if status == 0 and len(one.body or b"") > AT_A_TIME:
        found.broken_off += 1
        return
    found.answers[status] += 1
    found.stolen += [
        f"an answer told {owner}'s" for canary, owner in scene.canaries.items() if canary in told
    ]
    if (status >= 500 and not _not_yet(one, status)) or status == 0:
        found.bad.setdefault(f"{one.kind} → {status} {told[:80]}", repr(one.body[:1_500]))


def _not_yet(one: Input, status: int) -> bool:
    """Asked whether it is well, a bot may say not yet."""
    return one.path.startswith("/health") and status == 503


async def _send_slowly(http: aiohttp.ClientSession, one: Input) -> None:
    """Half a body, then silence; whoever waits for the rest may wait, but not we."""

    async def body():
        yield one.body[: len(one.body) // 2]
        await asyncio.sleep(30)

    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        limit = aiohttp.ClientTimeout(2)
        async with http.post(one.path, data=body(), headers=one.headers, timeout=limit):
            pass


async def _served(living: Living, scene: Scene, found: Found) -> None:
    for victim in scene.victims:
        try:
            await victim.traveller.asks("/usage", "GB|Go|data")
        except AssertionError as error:
            found.bad[f"{victim.traveller.name} is not served any more"] = str(error)[:600]


def megabytes(pid: int) -> float:
    """The memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024
