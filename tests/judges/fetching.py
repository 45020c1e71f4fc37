"""What a judge brings along: packages in an environment of their own, sources as their authors published them.

Both are pinned by version and hash, and name no address: pip asks whatever registry this machine is set to.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import venv
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

from tests.judges.verdict import Say

PINS = Path(__file__).parent / "pins"
PACKAGES = PINS / "packages.lock"
SOURCES = PINS / "sources.lock"
WHEELS = PINS / "wheels.lock"
#: An npm package's own pins: a folder with package.json and package-lock.json.
STRIPE_CLI = PINS / "stripe-cli"
#: Seconds for pip to fetch something.
PATIENCE = 600


class Missing(Exception):
    """What a judge needs could not be fetched."""


class NoNpm(Missing):
    """This machine has no npm to fetch with."""


def python(cache: Path, say: Say, lock: Path = PACKAGES) -> Path:
    """The interpreter of an environment that holds just what `lock` names; made anew when the lock changed."""
    digest = sha256(lock.read_bytes()).hexdigest()[:12]
    folder = cache / f"venv-{lock.stem}-{digest}"
    there, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        say(f"installing {lock.name} into {folder}")
        venv.create(folder, clear=True, with_pip=True)
        _pip(there, "install", "--require-hashes", "-r", str(lock))
        ready.touch()
    return there


def source(cache: Path, say: Say, package: str, lock: Path = SOURCES) -> Path:
    """The unpacked source distribution of a package that `lock` names."""
    pin = next(line for line in lock.read_text().splitlines() if line.startswith(f"{package}=="))
    version = pin.split()[0].split("==")[1]
    folder = cache / "sources" / f"{package}-{version}"
    if not (folder / "ready").exists():
        say(f"fetching the source of {package} {version}")
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / "wanted.txt"
        wanted.write_text(pin + "\n")
        ours = Path(sys.executable)
        _pip(ours, "download", "--no-deps", "--no-binary", ":all:", "-r", str(wanted), "-d", str(folder))
        with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
            archive.extractall(folder, filter="data")
        (folder / "ready").touch()
    return next(path for path in folder.iterdir() if path.is_dir())


def wheel(cache: Path, say: Say, package: str, python_version: str, lock: Path = WHEELS) -> Path:
    """The unpacked wheel of a package that `lock` names, made for that Python; nothing of it is run."""
    pin = next(line for line in lock.read_text().splitlines() if line.startswith(f"{package}=="))
    folder = cache / "wheels" / pin.split()[0].replace("==", "-")
    if not (folder / "ready").exists():
        say(f"fetching {pin.split()[0]}")
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / "wanted.txt"
        wanted.write_text(pin + "\n")
        only = ("--no-deps", "--only-binary", ":all:", "--python-version", python_version)
        _pip(Path(sys.executable), "download", *only, "-r", str(wanted), "-d", str(folder))
        with ZipFile(next(folder.glob("*.whl"))) as archive:
            archive.extractall(folder)
        (folder / "ready").touch()
    return folder


def npm(cache: Path, say: Say, pins: Path) -> Path:
    """The folder of node_modules with just what the pins name, and no script of theirs run. Raises NoNpm."""
    program = shutil.which("npm")
    if program is None:
        raise NoNpm("npm is not installed")
    digest = sha256((pins / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = cache / f"npm-{pins.name}-{digest}"
    if not (folder / "ready").exists():
        say(f"installing {pins.name} from npm")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(pins / name, folder / name)
        done = subprocess.run(
            [program, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if done.returncode:
            raise Missing(done.stderr[-2000:])
        (folder / "ready").touch()
    return folder / "node_modules"


def _pip(interpreter: Path, *arguments: str) -> None:
    done = subprocess.run(
        [interpreter, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode:
        raise Missing(done.stderr[-2000:] or done.stdout[-2000:])
