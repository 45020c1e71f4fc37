"""The settings that point a bot at the world, and how quickly they are had."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.sandbox.control.durations import read_duration
from bot.sandbox.environment import environment, smtp_port
from bot.sandbox.ledger import activation_codes

ROOT = Path(__file__).parents[2]


def test_the_printed_environment_is_complete_and_quick(tmp_path):
    begun = time.monotonic()
    printed = subprocess.run(
        [
            sys.executable,
            "-m",
            "bot.sandbox",
            "--port",
            "9000",
            "--data",
            str(tmp_path),
            "--polling",
            "--print-env",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    ).stdout

    settings = dict(line.split("=", 1) for line in printed.splitlines())

    assert time.monotonic() - begun < 3
    assert settings == environment(9000, "http://127.0.0.1:9001", str(tmp_path), polling=True)
    assert settings["TELEGRAM_MODE"] == "polling"
    assert settings["LISTEN"] == "127.0.0.1:9001"
    assert settings["APP_DATABASE_URL"] == f"sqlite:///{tmp_path}/app.db"
    assert not any(" " in value for value in settings.values())


def test_the_bot_buys_from_whom_it_is_told_to():
    keepgo, airalo = (
        environment(9000, "http://b", "d"),
        environment(9000, "http://b", "d", False, ("airalo",)),
    )

    assert "KEEPGO_API" in keepgo
    assert not any(name.startswith("AIRALO") for name in keepgo)
    assert airalo["AIRALO_API"] == "http://127.0.0.1:9000/airalo/v2"
    assert "KEEPGO_API" not in airalo


@pytest.mark.parametrize("port", [80, 8080, 15_000, 20_000, 25_000, 29_999, 30_000, 39_100, 49_152, 65_534])
def test_the_mailbox_never_meets_the_world_or_the_ports_of_the_system(port):
    assert smtp_port(port) not in {port, port + 1}
    assert 10_000 <= smtp_port(port) < 30_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P90D", 90 * 86_400),
        ("PT1H30M", 5_400),
        ("P1DT0.5S", 86_400.5),
        ("P2W", 14 * 86_400),
        ("PT1,5H", 5_400),
        ("PT0S", 0),
    ],
)
def test_a_duration_is_read(text, seconds):
    assert read_duration(text).total_seconds() == seconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "P1M", "P1Y2D", "1D", "-P1D", "P1.5DT1H", "p1d", "PT1H ", "P1D2W"]
)
def test_what_is_no_fixed_duration_is_refused(text):
    with pytest.raises(ValueError, match=r"duration|fixed length"):
        read_duration(text)


CODE = "LPA:1$consumer.ppp.example$TN20210805541629D9E05F37"


@pytest.mark.parametrize(
    "text",
    [
        f"Type this in: {CODE}.",
        "https://setup.example/x?carddata=LPA%3A1%24consumer.ppp.example%24TN20210805541629D9E05F37",
        "SM-DP+ address: consumer.ppp.example\nActivation code: TN20210805541629D9E05F37",
        "العنوان consumer.ppp.example والرمز TN20210805541629D9E05F37",
    ],
)
def test_an_activation_code_is_found_in_a_text(text):
    assert CODE in list(activation_codes(text))


def test_a_long_text_is_not_searched_for_ever():
    text = " ".join(f"host{n}.example CODE{n}000" for n in range(2_000))

    assert len(list(activation_codes(text))) < 5_000
