"""The privacy policy as it is said: printed in a language, or written to `policy/` for every version and language."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.conversation.i18n import languages, speaking
from bot.settings import BadSettings, read
from handlers import _policy_text as policy_text
from services.privacy import Controller, published

FOLDER = Path(__file__).resolve().parents[2] / "policy"


def main(arguments: list[str]) -> int:
    """0: shown or written. 2: the settings are wrong."""
    parser = argparse.ArgumentParser(prog="python -m bot policy", description=__doc__)
    parser.add_argument("--language", choices=languages(), default=languages()[0])
    parser.add_argument("--write", action="store_true", help="after a change of words or of the registry")
    asked = parser.parse_args(arguments)
    if asked.write:
        for controller in (Controller(), Controller(approved=True)):
            for name, text in texts(controller).items():
                path = FOLDER / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        print(f"written to {FOLDER}")
        return 0
    try:
        controller = read().controller
    except BadSettings as error:
        print(f"cannot read the settings: {error}", file=sys.stderr)
        return 2
    with speaking(asked.language):
        print(policy_text.text(published(controller)))
    return 0


def texts(controller: Controller) -> Mapping[str, str]:
    """Path below `policy/` → the text, in every language."""
    said = published(controller)
    found = {}
    for language in languages():
        with speaking(language):
            found[f"{said.version}/{language}.txt"] = policy_text.text(said)
    return found
