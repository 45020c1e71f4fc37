"""python-telegram-bot's own live tests, against our world instead of Telegram.

`ptb/allowed.txt` names the tests that must pass, `ptb/excluded.toml` the others, each with the reason. Together they
are the whole selection: a test that is in neither, or in both, is a failure too.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

from bot.sandbox.telegram.methods import METHODS
from tests.folders import fresh
from tests.judges import fetching, tls
from tests.judges.ptb import scene
from tests.judges.verdict import Say, Verdict
from tests.living import ROOT

NAME = "ptb"
PACKAGE = "python-telegram-bot"
HERE = Path(__file__).parent / "ptb"
SELECTION = (
    "tests/test_bot.py::TestBotWithRequest",
    "tests/_files/test_photo.py::TestPhotoWithRequest",
    "tests/_files/test_document.py::TestDocumentWithRequest",
    "tests/_payment/test_invoice.py::TestInvoiceWithRequest",
    "tests/_inline/test_inlinekeyboardmarkup.py::TestInlineKeyborardMarkupWithRequest",
)
#: Of the tests in the selection, this many must pass.
ENOUGH = 150
#: Seconds for the whole run; some tests wait for a poll to close.
PATIENCE = 600


async def judge(cache: Path, say: Say) -> Verdict:
    python = await asyncio.to_thread(fetching.python, cache, say)
    source = await asyncio.to_thread(fetching.source, cache, say, PACKAGE)
    folder, wire = fresh("ptb"), cache / "wire" / "ptb"
    shutil.rmtree(wire, ignore_errors=True)
    try:
        async with scene.prepared(folder, wire) as world:
            tests = shutil.copytree(source, folder / "ptb")
            scene.complete(tests / "tests" / "data", folder / "outside")
            certificate = tls.certificate(folder)
            async with tls.front(world.port, certificate) as secure:
                say(f"running {len(SELECTION)} classes of {PACKAGE}'s tests against {world.url}")
                heard = await _run(python, tests, world.facts(secure), certificate[0])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _verdict(heard)


async def _run(python: Path, tests: Path, facts: dict[str, object], authority: Path) -> dict[str, dict]:
    heard = tests / "heard.json"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("BOTS", "JOB_INDEX"))},
        "PTB_LIVE": json.dumps({**facts, "heard": str(heard)}),
        "PYTHONPATH": f"{HERE}{os.pathsep}{tests}",
        "SSL_CERT_FILE": str(authority),
        "GITHUB_ACTIONS": "false",
    }
    command = [
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "plugin",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:flaky",
        "-o",
        "addopts=",
    ]
    done = await asyncio.to_thread(
        subprocess.run,
        [*map(str, command), *SELECTION],
        cwd=tests,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if not heard.exists() or done.returncode > 1:  # 1: some tests failed
        raise RuntimeError((done.stdout + done.stderr)[-3000:])
    results: dict[str, dict] = json.loads(heard.read_text())
    return results


def _verdict(heard: dict[str, dict]) -> Verdict:
    allowed = set(HERE.joinpath("allowed.txt").read_text().splitlines())
    excluded = tomllib.loads(HERE.joinpath("excluded.toml").read_text())
    passed = {name for name, result in heard.items() if result["outcome"] == "passed"}
    failures = [
        f"{name}: {heard[name]['outcome']}: {heard[name]['why'][-400:]}"
        if name in heard
        else f"{name}: not there"
        for name in sorted(allowed - passed)
    ]
    failures += [f"{name}: neither allowed nor excluded" for name in sorted({*heard} - allowed - {*excluded})]
    failures += [f"{name}: allowed and excluded" for name in sorted(allowed & {*excluded})]
    failures += [f"{name}: excluded, but passes" for name in sorted(passed & {*excluded})]
    if len(passed) < ENOUGH:
        failures.append(f"{len(passed)} passed, fewer than {ENOUGH}")
    ours = {name for name, result in heard.items() if _called_by_the_bot().intersection(result["methods"])}
    figures = {
        "ptb_live_passed": len(passed),
        "ptb_live_of": len(heard),
        "ptb_live_of_our_methods_passed": len(ours & passed),
        "ptb_live_of_our_methods": len(ours),
    }
    return Verdict(figures, failures)


def _called_by_the_bot() -> set[str]:
    """The methods of the Bot API that the bot's own adapter names."""
    adapter = "".join(path.read_text() for path in (ROOT / "bot" / "channels" / "telegram").glob("*.py"))
    return {name for name in METHODS if f'"{name}"' in adapter}
