"""The launcher: two processes, one address, and an orderly end, tried with a bot of a few lines."""

import http.client
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ports import free_port

SANDBOX = Path(__file__).parents[2] / "bot" / "sandbox"
RUN = "import sys; from bot.sandbox.launcher import main; sys.exit(main(sys.argv[1:]))"

BOT = """
import json, os, signal, sys, threading, urllib.parse, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Door(BaseHTTPRequestHandler):
    def do_GET(self):
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        self.answer(asked.get("hub.challenge", [""])[0].encode())

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b"{}")

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

host, port = os.environ["LISTEN"].split(":")
server = ThreadingHTTPServer((host, int(port)), Door)
threading.Thread(target=server.serve_forever, daemon=True).start()
hook = {"url": os.environ["PUBLIC_URL"] + "/telegram", "secret_token": os.environ["TELEGRAM_SECRET"]}
call = urllib.request.Request(
    f"{os.environ['TELEGRAM_API']}/bot{os.environ['TELEGRAM_TOKEN']}/setWebhook",
    json.dumps(hook).encode(), {"Content-Type": "application/json"})
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(call).read()
signal.signal(signal.SIGTERM, lambda *_: (print("bot: good night", flush=True), os._exit(0)))
while True:
    signal.pause()
"""


@pytest.fixture
def launched(tmp_path):
    """Starts the launcher over a given bot; it is ended with the test."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "__init__.py").touch()
    (tmp_path / "bot" / "sandbox").symlink_to(SANDBOX)
    running = []

    def launch(bot):
        (tmp_path / "bot" / "__main__.py").write_text(bot)
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, "--port", str(port), "--data", str(tmp_path / "data")],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process, port

    yield launch
    for process in running:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def read_address(process):
    """The human line, then the address on a line of its own."""
    process.stdout.readline()
    return process.stdout.readline().strip()


def status(port, path):
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asking.request("GET", path)
        return asking.getresponse().status
    except OSError:
        return None
    finally:
        asking.close()


def bot_of(launcher):
    """The process id of the bot among the launcher's children."""
    listing = subprocess.run(
        ["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
    ).stdout
    return int(re.search(rf"^ *(\d+) +{launcher.pid} .*-m bot$", listing, re.MULTILINE).group(1))


def test_one_address_and_an_orderly_end(launched):
    launcher, port = launched(BOT)

    assert read_address(launcher) == f"http://127.0.0.1:{port}"
    assert status(port, "/world/health") == 200

    launcher.send_signal(signal.SIGINT)
    out, err = launcher.communicate(timeout=15)

    assert (launcher.returncode, out, err) == (0, "bot: good night\n", "")
    assert status(port, "/world/clock") is None


def test_the_world_outlives_the_bot(launched):
    launcher, port = launched(BOT)
    read_address(launcher)

    subprocess.run(["kill", "-9", str(bot_of(launcher))], check=True)
    said = launcher.stderr.readline()

    assert "The bot ended" in said
    assert status(port, "/world/clock") == 200

    launcher.send_signal(signal.SIGTERM)
    _, err = launcher.communicate(timeout=15)

    assert (launcher.returncode, err) == (0, "")


def test_a_bot_that_does_not_start_is_said_so(launched):
    launcher, port = launched("import sys; sys.exit('TELEGRAM_TOKEN is missing')")

    begun = time.monotonic()
    out, err = launcher.communicate(timeout=30)

    assert (launcher.returncode, out) == (1, "")
    assert err.splitlines() == ["TELEGRAM_TOKEN is missing", "The bot ended."]
    assert time.monotonic() - begun < 20
    assert status(port, "/world/clock") is None
