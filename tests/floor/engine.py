"""Durable work in a test's hands: workflows run side by side, sleep until they are woken, and die with the process."""

from __future__ import annotations

import asyncio
import contextvars
import json


class Killed(BaseException):
    """The process was ended from outside."""


_here = contextvars.ContextVar("_here")


class Engine:
    """Keeps the outcomes of steps as the real one does; what it keeps outlives a kill."""

    def __init__(self):
        self.kept = {}
        self.stories = {}
        #: Die after so many more steps, each with its effect done and its outcome not kept.
        self.kill_in = None
        self.kills = 0
        #: What the next process does first.
        self.next_start = None
        self._running = {}
        self._asleep = {}
        self._pulse = asyncio.Event()

    def tells(self, name, story):
        self.stories[name] = story

    def start_with(self, _connection, name, workflow, subject):
        self.kept.setdefault(workflow, {"name": name, "subject": subject, "steps": [], "ended": None})

    async def step(self, name, act, *args):
        place = _here.get()
        known = self._recall(place, name)
        if known is not None:
            return known[1]
        outcome = await act(*args)
        json.dumps(outcome)  # a plain word
        if self.kill_in is not None:
            self.kill_in -= 1
            if self.kill_in <= 0:
                self.kill_in = None
                raise Killed(name)
        self._keep(place, name, outcome)
        return outcome

    async def sleep(self, seconds):
        place = _here.get()
        if self._recall(place, "sleep") is not None:
            return
        self._asleep[place[0]] = awake = asyncio.Event()
        self._pulse.set()
        await awake.wait()
        self._keep(place, "sleep", seconds)

    async def patch(self, name):
        place = _here.get()
        steps = self.kept[place[0]]["steps"]
        if place[1] < len(steps) and steps[place[1]][0] != name:
            return False
        if self._recall(place, name) is None:
            self._keep(place, name, None)
        return True

    async def settle(self):
        """Until every workflow has ended or sleeps."""
        while True:
            for workflow, work in list(self.kept.items()):
                if work["ended"] is None and workflow not in self._running:
                    self._running[workflow] = asyncio.create_task(self._run(workflow, work))
            busy = [task for name, task in self._running.items() if name not in self._asleep]
            if not busy:
                return
            self._pulse.clear()
            waiting = asyncio.create_task(self._pulse.wait())
            done, _ = await asyncio.wait([*busy, waiting], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            for task in done - {waiting}:
                self._running = {name: one for name, one in self._running.items() if one is not task}
                if isinstance(task.exception(), Killed):
                    await self.die()
                else:
                    task.result()

    def wake(self):
        """Every pause is over."""
        for awake in self._asleep.values():
            awake.set()
        self._asleep.clear()

    async def die(self):
        """kill -9: what was in memory is gone."""
        self.kills += 1
        running, self._running = list(self._running.values()), {}
        self._asleep.clear()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self.next_start is not None:
            await self.next_start()

    async def _run(self, workflow, work):
        _here.set([workflow, 0])
        work["ended"] = await self.stories[work["name"]](work["subject"])

    def _recall(self, place, name):
        steps = self.kept[place[0]]["steps"]
        if place[1] >= len(steps):
            return None
        known = steps[place[1]]
        assert known[0] == name, f"{place}: {known[0]} was kept, {name} is asked"
        place[1] += 1
        return known

    def _keep(self, place, name, outcome):
        self.kept[place[0]]["steps"].append((name, outcome))
        place[1] += 1
