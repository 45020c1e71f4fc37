"""The house rules: arrows point down, nothing of a machine or a registry stands in the project, locks name no host."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from living import ROOT

from handlers.staff_alarms import CAUSES, cause_of

TEXT = {".py", ".toml", ".md", ".yaml", ".po", ".html", ".css", ".js", ".lock", ".txt", ".json", ".mako", ""}
#: Written so that this file does not hold what it looks for.
HOSTS = re.compile("py" + r"pi\.org|python" + r"hosted|npm" + r"js\.|debian\." + "org")


def files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no git checkout: the list of the project's files is not there")
    return [
        ROOT / name
        for name in listed.stdout.splitlines()
        if Path(name).suffix in TEXT and (ROOT / name).is_file()
    ]


def test_arrows_point_down():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_a_forbidden_import_is_caught(tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    subprocess.run(
        ["cp", "-r", *(ROOT / name for name in ("bot", "handlers", "services", "pyproject.toml")), copy],
        check=True,
    )
    victim = copy / "services" / "qr.py"
    victim.write_text(victim.read_text() + "\nfrom handlers import start\n")
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=copy, capture_output=True, text=True
    )
    assert done.returncode != 0


def test_no_path_of_a_machine_and_no_registry_stands_in_the_project():
    home = re.compile(r"(?<![\w.])/(?:home|root|Users)/\w+")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files()
        for match in [
            HOSTS.search(path.read_text(errors="replace")) or home.search(path.read_text(errors="replace"))
        ]
        if match
    ]
    assert found == []


def test_every_file_of_ours_says_in_one_sentence_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in ("bot", "handlers", "services")
        and "migrations" not in path.parts
        and path.stat().st_size
        and not path.read_text().startswith('"""')
    ]
    assert silent == []


def test_no_two_test_files_share_a_name():
    """pytest would import the first one twice, and never run the second."""
    names = [path.name for path in files() if path.name.startswith("test_")]
    assert sorted(names) == sorted(set(names))


def test_no_file_of_ours_has_grown_beyond_reading():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("bot", "handlers", "services")
        for lines in [path.read_text().count("\n")]
        if lines > 445 and "migrations" not in path.parts
    }
    assert long == {}


def causes() -> dict[str, str]:
    """Every cause of an alarm in the code → where; one made of parts as "prefix_"."""
    found: dict[str, str] = {}
    for path in files():
        if path.suffix != ".py" or path.relative_to(ROOT).parts[0] not in ("bot", "services"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in ALARMING and node.args:
                match node.args[0]:
                    case ast.Constant(str(cause)):
                        found[cause] = str(path.relative_to(ROOT))
                    case ast.JoinedStr([ast.Constant(str(prefix)), *_]):
                        found[prefix] = str(path.relative_to(ROOT))
    return found


#: What an alarm is raised by: the value itself, a callback of code that does not wait, a warning of the price list.
ALARMING = ("Alarm", "_alert", "alarm", "RateWarning")


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_alarm_has_words_and_what_mends_it():
    there = causes()
    assert "refund_failed" in there
    assert "needs_person_" in there
    unworded = {cause: path for cause, path in there.items() if cause_of(cause) is None}
    assert unworded == {}, "add it to CAUSES in handlers/staff_alarms.py, with the command that mends it"
    assert [name for name, cause in CAUSES.items() if not cause.mend or "{facts}" not in cause.words] == []
