"""The judges' bench: who is a judge is found, what one finds is told, and one that cannot judge has not agreed."""

from __future__ import annotations

import os
import subprocess
import sys

from living import ROOT

from tests.judges import __main__ as bench
from tests.judges.finding import judges
from tests.judges.verdict import Verdict


def test_a_judge_is_found_by_being_there(tmp_path):
    (tmp_path / "fair.py").write_text("NAME = 'fair'\ndef judge(cache, say): return None\n")
    (tmp_path / "helper.py").write_text("NAME = 'no judge'\n")
    sys.path.insert(0, str(tmp_path.parent))

    found = judges(tmp_path.name, tmp_path)

    sys.path.pop(0)
    assert list(found) == ["fair"]


def test_what_does_not_hold_ends_the_run_badly(monkeypatch, capsys):
    async def strict(_cache, _say):
        return Verdict({"cases": 3}, ["the third"])

    def broken(_cache, _say):
        raise RuntimeError("no hammer")

    monkeypatch.setattr(bench, "judges", lambda: {"strict": strict, "broken": broken})

    assert bench.main() == 1
    told = capsys.readouterr().out
    assert "figure cases 3" in told
    assert "DOES NOT HOLD: strict: the third" in told
    assert "DOES NOT HOLD: broken: could not judge: RuntimeError: no hammer" in told


def test_a_judge_that_is_not_there_is_said_so():
    done = subprocess.run(
        [sys.executable, "-m", "tests.judges"],
        cwd=ROOT,
        env={**os.environ, "JUDGE": "nobody"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "there is no judge nobody" in done.stderr
