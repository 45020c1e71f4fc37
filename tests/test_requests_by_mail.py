"""A request that came by mail, as the operator enters it beside the running bot, up to its answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from living import ROOT, until


def privacy(living, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "privacy", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **living.environment()},
    )


async def test_from_a_letter_to_its_answer(living, name):
    ada = living.traveller("telegram", name, "en")
    await ada.buys()
    await ada.asks("/account", "Email")
    await ada.taps("Email", "Which email")
    await ada.asks(f"{name}@example.org", "Email: ")
    order = (await ada.asks("/orders", "delivered"))["text"].split()[0]

    opened = privacy(living, "open", "objection", "--from", "Ada", "--reach", f"{name}@example.org")
    assert opened.returncode == 0, opened.stderr
    number = re.search(r"R-\w{6}", opened.stdout)[0]
    again = privacy(living, "open", "objection", "--from", "A", "--reach", f"{name}@example.org")
    assert number in again.stdout
    assert "asked before" in again.stdout

    async def asked_who_they_are():
        return any(
            number in one["subject"] and one["to"] == f"{name}@example.org" for one in await living.mail()
        )

    await until(asked_who_they_are, 30, living.log)

    wrong = privacy(living, "identify", number, "--order", order, "--email", "eve@example.org")
    assert wrong.returncode == 1
    known = privacy(living, "identify", number, "--order", order, "--email", f"{name}@example.org")
    assert known.returncode == 0, known.stderr

    await ada.mark()
    assert privacy(living, "extend", number, "--why", "complex").returncode == 0
    await ada.sees(f"{number} takes longer.*it is complex.*CNIL")
    assert privacy(living, "extend", number, "--why", "complex").returncode == 1
    await ada.mark()
    assert privacy(living, "refuse", number, "--why", "our_grounds").returncode == 0
    await ada.sees(f"{number}.*compelling legitimate grounds.*CNIL.*court")
    assert (await ada.asks(f"/privacy {number}", "refused"))["text"].startswith("Request")

    shown = privacy(living, "show", number)
    assert "refused" in shown.stdout
    assert "L1" in shown.stdout
    assert privacy(living, "close", number).returncode == 0
    assert f"{name}@example.org" not in privacy(living, "show", number).stdout
    listed = privacy(living, "list")
    assert listed.returncode == 0
    assert number not in listed.stdout
    assert "Controller: " in privacy(living, "record").stdout
    assert "people" in privacy(living, "affected", "--since", "2026-01-01").stdout


async def test_somebody_put_apart_gets_all_of_it_back_once_a_person_saw_the_proof(living, name):
    ada = living.traveller("whatsapp", name, "en")
    await ada.buys()
    order = (await ada.asks("/orders", "delivered"))["text"].split()[0]
    await ada.does("identity", change="recycled")
    await ada.asks("/orders", "no orders")
    await ada.asks("/support it is me, with a new phone", "A person will answer")

    listed = privacy(living, "give-back").stdout.splitlines()
    (mine,) = [line for line in listed if line.split()[-1].startswith("C")]
    customer, case = mine.split()[0], mine.split()[-1]
    assert privacy(living, "give-back", case).returncode == 1, "without a proof"
    await ada.mark()
    given = privacy(living, "give-back", case, "--proved", "line")
    assert given.returncode == 0, given.stderr
    number = re.search(r"R-\w{6}", given.stdout)[0]
    await ada.sees("linked with another one", seconds=60)
    await ada.asks("/orders", order)

    again = privacy(living, "give-back", customer, "--proved", "line")
    assert (again.returncode, number in again.stdout) == (0, True)
    shown = privacy(living, "show", number).stdout
    assert "identity: L2" in shown
    assert "proved_line" in shown
    assert privacy(living, "give-back", "nobody", "--proved", "line").returncode == 1


async def test_what_an_operator_gets_wrong_is_said(on_sqlite):
    assert privacy(on_sqlite, "show", "R-222222").returncode == 1
    assert privacy(on_sqlite, "resume", "R-222222").returncode == 1
    assert privacy(on_sqlite, "disclose", "nobody", "--to", "x", "--basis", "y").returncode == 1
    assert privacy(on_sqlite, "open", "fax", "--from", "x", "--reach", "y").returncode == 2
    assert privacy(on_sqlite, "lift", "nobody").returncode == 1
