"""Tests leave nothing on the disk, not even those that were killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.living import ROOT

#: Makes a folder, says where, and waits to be killed.
MAKE = "from tests.folders import fresh; print(fresh('one'), flush=True); input()"


def test_what_a_killed_run_left_is_gone_at_the_next_start():
    killed = started()
    left = Path(killed.stdout.readline().strip())
    assert left.is_dir()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert left.is_dir()
    next_one = started()
    own = Path(next_one.stdout.readline().strip())
    assert not left.parent.exists()
    assert own.is_dir()
    next_one.communicate("\n")
    assert not own.parent.exists()


def test_folders_of_others_who_are_at_work_stay():
    at_work, other = started(), started()
    theirs = Path(at_work.stdout.readline().strip())
    other.stdout.readline()
    other.communicate("\n")
    assert theirs.is_dir()
    at_work.communicate("\n")


def started() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKE],
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
