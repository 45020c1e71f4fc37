"""The machine that it runs on: one core for the bot, another for everybody else, and what a process takes of it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Seconds until a process must listen, and until it must have ended.
START, END = 60.0, 15.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cores:
    """Which core serves and which one asks. The same, where there is but one."""

    server: int
    client: int

    @classmethod
    def here(cls) -> Cores:
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[0], allowed[-1])

    def describe(self) -> str:
        apart = "apart" if self.server != self.client else "shared: there is only one"
        return f"bot on core {self.server}, phones and platforms on core {self.client} ({apart})"


class Process:
    """A server of its own, kept on one core from its first moment. Its log is shown when it dies."""

    def __init__(self, name: str, arguments: list[str], env: dict[str, str], core: int, folder: Path) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        with self._log.open("ab") as out:
            self._child = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        # Before it has any threads: those that it starts inherit this.
        os.sched_setaffinity(self._child.pid, {core})

    async def listens(self, port: int) -> None:
        """Until it takes connections."""
        end = asyncio.get_running_loop().time() + START
        while True:
            self.check()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                if asyncio.get_running_loop().time() > end:
                    raise TimeoutError(self.name) from None
                await asyncio.sleep(0.005)
            else:
                writer.close()
                return

    def check(self) -> None:
        """Raises RuntimeError with the end of its log when it has died."""
        if self._child.poll() is not None:
            raise RuntimeError(f"{self.name} ended by itself:\n{self._log.read_text()[-4000:]}")

    def cpu_seconds(self) -> float:
        """What it has worked so far, in all its threads."""
        stat = Path(f"/proc/{self._child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / _TICKS

    def megabytes(self, line: str = "VmRSS") -> float:
        """Resident memory now; "VmHWM": the most that it ever was."""
        told = Path(f"/proc/{self._child.pid}/status").read_text()
        return int(next(row for row in told.splitlines() if row.startswith(line)).split()[1]) / 1024

    async def stop(self) -> None:
        """Ask it to end; kill it when it does not."""
        if self._child.poll() is None:
            self._child.terminate()
        try:
            await asyncio.to_thread(self._child.wait, END)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def load() -> str:
    """How busy the machine is with everything that runs on it."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())
