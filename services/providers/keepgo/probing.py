"""A real account against what is known of KeepGo: every question that changes nothing is asked once, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.providers import CountryOf, Oddities, ProviderError, iccid_of
from services.providers.keepgo.client import Client
from services.providers.keepgo.lines import seen
from services.providers.keepgo.selling import listing
from services.providers.keepgo.shapes import OF_A_LINE, OF_THE_ACCOUNT
from services.providers.shapes import Difference, Shape, differences
from services.providers.values import text

#: Lines that are looked at in full.
MOST_LINES = 5
#: A line that nobody has: how KeepGo says so is worth knowing.
NO_LINE = "8900000000000000000"


@dataclass(frozen=True)
class Answered:
    """What one question showed. `refused`: a short code, when there was no answer to compare."""

    question: str
    differences: tuple[Difference, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Findings:
    """Everything. `words`: what KeepGo says that nobody here knows; `notes`: worth reading, and no difference."""

    answers: tuple[Answered, ...]
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def agree(self) -> bool:
        """Whether everything is as known."""
        return not self.words and not any(one.differences or one.refused for one in self.answers)


@dataclass
class _Asked:
    """Answers so far, and their text as it came."""

    answers: list[Answered] = field(default_factory=list)
    bodies: dict[str, Mapping[str, Any]] = field(default_factory=dict)


async def probe(client: Client, country_of: CountryOf) -> Findings:
    """Asks only with GET. Never raises: a question that is not answered is a finding."""
    asked, notes = _Asked(), []
    for path, shape in OF_THE_ACCOUNT.items():
        query = {"with_async": "false"} if path == "/bundles" else {}
        await _ask(client, asked, path, path, shape, query)
    iccids = list(_iccids(asked.bodies.get("/lines", {})))[:MOST_LINES]
    if not iccids:
        notes.append("there is no line on the account: what KeepGo says about lines was not compared")
    for name, shape in OF_A_LINE.items():
        for iccid in iccids:
            await _ask(client, asked, f"/line/…/{name}", f"/line/{iccid}/{name}", shape, {})
    notes += [f"a line that does not exist: {await _missing(client)}"]
    notes += [f"no country is known for: {name}" for name in _unmapped(asked.bodies, country_of)]
    notes += [f"not sold: {word}" for word in _unsold(asked.bodies, country_of)]
    return Findings(tuple(_merged(asked.answers)), _strange_words(asked.bodies), tuple(notes))


async def _ask(
    client: Client, asked: _Asked, name: str, path: str, shape: Shape, query: Mapping[str, str]
) -> None:
    try:
        body = await client.read(path, **query)
    except ProviderError as error:
        asked.answers.append(Answered(name, refused=error.reason))
        return
    asked.bodies[path] = body
    asked.answers.append(Answered(name, tuple(differences(shape, body))))


async def _missing(client: Client) -> str:
    try:
        await client.read(f"/line/{NO_LINE}/get_details")
    except ProviderError as error:
        return error.reason
    return "answered all the same"


def _iccids(lines: Mapping[str, Any]) -> Iterator[str]:
    frame = lines.get("sim_cards")
    items = frame.get("items") if isinstance(frame, Mapping) else None
    for item in items if isinstance(items, list) else []:
        iccid = iccid_of(item.get("iccid")) if isinstance(item, Mapping) else None
        if iccid is not None:
            yield iccid


def _merged(answers: list[Answered]) -> Iterator[Answered]:
    """Several lines answer the same question."""
    by_name: dict[str, Answered] = {}
    for one in answers:
        before = by_name.get(one.question, Answered(one.question))
        found = tuple(dict.fromkeys((*before.differences, *one.differences)))
        by_name[one.question] = Answered(one.question, found, before.refused or one.refused)
    yield from by_name.values()


def _unsold(bodies: Mapping[str, Mapping[str, Any]], country_of: CountryOf) -> tuple[str, ...]:
    """What the shop leaves out of the catalogue, by kind."""
    odd = Oddities()
    bundles = bodies.get("/bundles", {}).get("bundles")
    listing(bundles if isinstance(bundles, list) else [], country_of, odd)
    return _counted(odd)


def _strange_words(bodies: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Read the lines as the shop does, and tell what it stumbles over."""
    odd = Oddities()
    for path, body in bodies.items():
        card = body.get("sim_card")
        if path.endswith("/get_details") and isinstance(card, Mapping):
            seen(card, "", odd)
    return _counted(odd)


def _counted(odd: Oddities) -> tuple[str, ...]:
    return tuple(f"{word} ({times} times)" for word, times in sorted(odd.seen.items()))


def _unmapped(bodies: Mapping[str, Mapping[str, Any]], country_of: CountryOf) -> list[str]:
    countries = bodies.get("/countries", {}).get("countries")
    names = countries.values() if isinstance(countries, Mapping) else ()
    return sorted({text(name) for name in names if country_of(text(name), None) is None})
