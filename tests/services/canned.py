"""A wholesaler that says what a test tells it to, byte for byte."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl


class Wire:
    """A door that says what the test tells it to, byte for byte, and remembers what was asked."""

    def __init__(self, adapter, root=""):
        self.adapter = adapter
        self.root = root
        self.answers = {}
        self.asked = []
        self.connections = 0
        self.serving = set()

    @asynccontextmanager
    async def open(self, **settings):
        def accept(reader, writer):
            task = asyncio.create_task(self._serve(reader, writer))
            self.serving.add(task)
            task.add_done_callback(self.serving.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        provider = self.adapter(f"http://127.0.0.1:{port}{self.root}", **settings)
        try:
            yield provider
        finally:
            await provider.close()
            server.close()
            for task in self.serving:
                task.cancel()
            await asyncio.gather(*self.serving, return_exceptions=True)

    def calls(self, path):
        return [one for one in self.asked if one["path"] == path]

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *rest = head.split("\r\n")
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in rest if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, target, _ = first.split()
                path, _, query = target.partition("?")
                path = path.removeprefix(self.root)
                call = {"method": method, "path": path, "query": query, "headers": headers}
                self.asked.append({**call, "body": _said(headers, body)})
                answer = self.answers[path]
                if isinstance(answer, list):
                    answer = answer.pop(0) if len(answer) > 1 else answer[0]
                if callable(answer):
                    answer = answer(self.asked[-1])
                if answer == "hang-up":
                    return
                if answer == "silence":
                    await asyncio.sleep(30)
                status, raw, *more = answer
                extra = "".join(f"{k}: {v}\r\n" for k, v in (more[0] if more else {}).items())
                writer.write(
                    f"HTTP/1.1 {status} X\r\n{extra}content-length: {len(raw)}\r\n\r\n".encode() + raw
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


def _said(headers, body):
    """JSON or a form, as a dictionary; None for nothing."""
    if not body:
        return None
    if "form" in headers.get("content-type", ""):
        return dict(parse_qsl(body.decode()))
    return json.loads(body)
