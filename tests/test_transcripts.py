"""The dialogue in each handler's docstring, spoken on both channels over HTTP with the production bot."""

from __future__ import annotations

import ast
import re
from itertools import count

import pytest
from living import ROOT

MODULES = sorted(
    path.stem for path in (ROOT / "handlers").glob("*.py") if not path.stem.startswith(("_", "staff_"))
)
#: They word what the shop tells by itself, which no traveller can ask for in a line.
SILENT = {"claims", "enough", "groups", "offers", "news", "promise", "letters", "staff"}
#: What exists on one platform only.
ONLY = {"stars": "telegram"}
_runs = count(1)


def turns(module: str) -> list[tuple[str, list[str]]]:
    """(what the traveller does, the lines that must be seen after it)."""
    doc = ast.get_docstring(ast.parse((ROOT / "handlers" / f"{module}.py").read_text())) or ""
    story: list[tuple[str, list[str]]] = []
    for line in doc.splitlines():
        text = line.strip()
        if text.startswith("> "):
            story.append((text[2:], []))
        elif text and story:
            story[-1][1].append(text)
    return story


def matches(wanted: str, seen: str) -> bool:
    """A line of the dialogue against one that was seen; "…" stands for anything."""
    pattern = ".*".join(re.escape(part.strip()) for part in wanted.split("…"))
    return re.fullmatch(pattern, _plain(seen)) is not None


def _plain(text: str) -> str:
    return " ".join(re.sub("[\u00a0\u202f]", " ", text).split())


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
@pytest.mark.parametrize("module", [module for module in MODULES if module not in SILENT])
async def test_dialogue(living, module, channel):
    if ONLY.get(module, channel) != channel:
        return
    story = turns(module)
    assert story, f"{module} has no dialogue"
    traveller = living.traveller(channel, f"{module}{next(_runs)}", "en")
    await traveller.says("/start")
    await traveller.sees("Where are you going")
    for did, wanted in story:
        shown = await _labels(traveller)
        await traveller.mark()
        if did.startswith("["):
            label = next((one for one in shown if matches(did[1:-1], one)), None)
            assert label, f"no {did} among {shown}"
            await traveller.presses(label)
        elif did == "(buys)":
            await traveller.buys()
        else:
            await traveller.says(did)
        await traveller.sees(".")
        for line in wanted:
            await _sees_line(traveller, did, line)


async def _sees_line(traveller, did: str, line: str) -> None:
    for _attempt in range(50):
        news = await traveller.news()
        lines = [_plain(one) for message in news for one in message["text"].splitlines()]
        labels = [button["label"] for message in news for button in message["buttons"]]
        if line.startswith("["):
            missing = [
                one
                for one in re.findall(r"\[(.*?)\]", line)
                if not any(matches(one, seen) for seen in labels)
            ]
            if not missing:
                return
        elif any(matches(line, seen) for seen in lines):
            return
        await traveller.screen((await traveller.screen())["cursor"], wait=0.2)
    raise AssertionError(f"after {did!r} nobody saw {line!r} but {lines} {labels}")


async def _labels(traveller) -> list[str]:
    return [
        button["label"] for message in reversed(await traveller.messages()) for button in message["buttons"]
    ]


def test_a_dialogue_that_is_not_kept_is_noticed():
    assert not matches("Where are you going?", "Where have you been?")
    assert matches("Hours: …. Usual wait: ….", "Hours: 9:00–19:00. Usual wait: 30 minutes.")
    assert turns("start")[0][0] == "/start"
