"""How often a source may knock, and that nobody who is genuine pays for those who are not."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from bot.connection import LARGEST_HEAD, Connection
from bot.gate import KNOCKS, MOST_SUSPECT, MOST_UNPROVEN, WRONG, Gate
from bot.sources import MOST_SOURCES, Allowance, Rate, source

MALLORY, META, PROXY = "203.0.113.6", "198.51.100.7", "10.0.0.2"


class Time:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


class Word:
    """As much of a channel as shows in the headers who it is."""

    def genuine(self, headers, _raw):
        return headers.get("word") == "open"


class Door:
    """Says 200 to who knows the word, in the header or in the body, and 401 to everybody else."""

    def __init__(self):
        self.closed = asyncio.Event()
        self.closed.set()
        self.asked = 0

    async def __call__(self, scope, receive, send):
        self.asked += 1
        request = Request(scope, receive)
        right = "open" in (request.headers.get("word"), (await request.body()).decode())
        await self.closed.wait()
        await PlainTextResponse("", 200 if right else 401)(scope, receive, send)


@pytest.fixture
def now():
    return Time()


@pytest.fixture
def door():
    return Door()


@pytest.fixture
def gate(door, now):
    return Gate(door, {"x": Word()}, now)


def knocking(gate, address, through=None):
    """A client at that address."""
    told = {"X-Forwarded-For": address} if through else {}
    transport = httpx.ASGITransport(gate, client=(through or address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://shop", headers=told)


async def statuses(gate, address, times, body="wrong", through=None, **headers):
    async with knocking(gate, address, through) as http:
        return [(await http.post("/x", content=body, headers=headers)).status_code for _ in range(times)]


async def test_wrong_signatures_are_throttled_and_forgiven_with_time(gate, now):
    burst = int(WRONG.burst)

    assert await statuses(gate, MALLORY, burst + 5) == [401] * burst + [429] * 5
    now.seconds += 10
    assert await statuses(gate, MALLORY, 25) == [401] * 20 + [429] * 5


async def test_who_is_genuine_does_not_pay_for_others_at_the_same_address(gate):
    await statuses(gate, MALLORY, int(WRONG.burst) + 1)

    assert await statuses(gate, MALLORY, 500, word="open") == [200] * 500
    assert await statuses(gate, MALLORY, 500, body="open") == [200] * 500
    assert await statuses(gate, META, 1) == [401]


async def test_behind_our_proxy_sources_are_told_apart_and_outside_of_it_nobody_may_pretend(gate):
    await statuses(gate, MALLORY, int(WRONG.burst), through=PROXY)

    assert await statuses(gate, MALLORY, 1, through=PROXY) == [429]
    assert await statuses(gate, META, 1, through=PROXY) == [401]
    async with knocking(gate, MALLORY) as http:
        pretending = await http.post("/x", headers={"X-Forwarded-For": META})
    assert pretending.status_code == 429


async def test_one_source_cannot_fill_a_door_with_bodies_that_prove_nothing(gate, door):
    door.closed.clear()
    async with knocking(gate, MALLORY) as mallory, knocking(gate, META) as meta:
        held = [asyncio.create_task(mallory.post("/x", content="open")) for _ in range(MOST_UNPROVEN)]
        while door.asked < MOST_UNPROVEN:
            await asyncio.sleep(0)
        refused = await mallory.post("/x", content="open")
        other = asyncio.create_task(meta.post("/x", content="open"))
        proven = asyncio.create_task(mallory.post("/x", headers={"word": "open"}))
        while door.asked < MOST_UNPROVEN + 2:
            await asyncio.sleep(0)
        door.closed.set()
        answers = await asyncio.gather(*held, other, proven)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    assert {answer.status_code for answer in answers} == {200}


async def test_a_suspect_shows_a_few_bodies_at_a_time(gate, door):
    await statuses(gate, MALLORY, int(WRONG.burst))
    door.closed.clear()
    before = door.asked
    async with knocking(gate, MALLORY) as http:
        held = [asyncio.create_task(http.post("/x", content="open")) for _ in range(MOST_SUSPECT)]
        while door.asked < before + MOST_SUSPECT:
            await asyncio.sleep(0)
        assert (await http.post("/x", content="open")).status_code == 429
        door.closed.set()
        assert {answer.status_code for answer in await asyncio.gather(*held)} == {200}


async def test_a_flood_is_cut_even_of_who_is_genuine(gate, now):
    async with knocking(gate, META) as http:
        seen = {(await http.post("/x", headers={"word": "open"})).status_code for _ in range(50)}
        assert seen == {200}
        allowance = gate._knocks
        while allowance.spend(f"/x {META}"):
            pass
        assert (await http.post("/x", headers={"word": "open"})).status_code == 429
        now.seconds += 1 / KNOCKS.per_second
        assert (await http.post("/x", headers={"word": "open"})).status_code == 200


def test_only_so_many_sources_are_remembered(now):
    allowance = Allowance(Rate(2, 1), now)
    for number in range(MOST_SOURCES + 10):
        allowance.spend(str(number))

    assert len(allowance._left) == MOST_SOURCES
    assert allowance.left("0") == 2
    assert allowance.left(str(MOST_SOURCES)) == 1


@pytest.mark.parametrize(
    ("peer", "told", "seen"),
    [
        (META, None, META),
        (META, MALLORY, META),
        (PROXY, MALLORY, MALLORY),
        ("127.0.0.1", f"{META}, {MALLORY}", MALLORY),
        (PROXY, "nonsense", ""),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
        ("::ffff:203.0.113.6", None, MALLORY),
    ],
)
def test_where_a_request_comes_from(peer, told, seen):
    headers = [(b"x-forwarded-for", told.encode())] if told else []
    assert source({"client": (peer, 1), "headers": headers}) == seen


class Impatient(Connection):
    slowest = 0.3


@asynccontextmanager
async def listening():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            PlainTextResponse("well"), http=Impatient, ws="none", lifespan="off", log_config=None
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("beginning", "answers"),
    [
        (b"", 0),
        (WHOLE + b"POST /telegram HTTP/1.1\r\nHost: x\r\nX: ", 1),
        (b"POST / HTTP/1.1\r\nX: " + b"y" * (LARGEST_HEAD + 1), 0),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", 1),
    ],
    ids=["silence", "half a head", "an endless head", "a body that goes on after the answer"],
)
async def test_a_connection_on_which_nobody_finishes_asking_is_hung_up(beginning, answers):
    async with listening() as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        rest = b""
        try:
            writer.write(beginning)
            rest = await reader.read(65_536) if answers else b""
            writer.write(b"d")
            rest += await reader.read()
        except ConnectionError:
            pass
        writer.close()
    assert rest.count(b"HTTP/1.1 200") == answers


async def test_a_large_body_that_is_refused_at_once_still_hears_why():
    async with listening() as port, httpx.AsyncClient() as http:
        for _ in range(3):
            assert (await http.post(f"http://127.0.0.1:{port}/", content=b"x" * 2_000_000)).text == "well"
