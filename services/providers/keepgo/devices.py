"""KeepGo's list of devices that take eSIMs: kinds, of brands, of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.providers import Device, ProviderError
from services.providers.values import text

#: More models than all makers have built.
MOST_DEVICES = 20_000


def read(answer: Mapping[str, Any]) -> tuple[Device, ...]:
    """The devices of an answer, each once. Raises ProviderError."""
    kinds = answer.get("data")
    if not isinstance(kinds, list):
        raise ProviderError("garbled", again=60)
    found: dict[Device, None] = {}
    for brand in _parts(kinds, "brands"):
        models = brand.get("models")
        for model in models if isinstance(models, list) else []:
            if text(model) and len(found) < MOST_DEVICES:
                found[Device(text(brand.get("title")), text(model), _exceptions(brand.get("exceptions")))] = (
                    None
                )
    return tuple(found)


def _parts(kinds: list[Any], name: str) -> Iterator[Mapping[str, Any]]:
    for kind in kinds:
        parts = kind.get(name) if isinstance(kind, Mapping) else None
        yield from (part for part in (parts if isinstance(parts, list) else []) if isinstance(part, Mapping))


def _exceptions(said: Any) -> str:
    """One sentence, or several in a list."""
    return " ".join(map(text, said)) if isinstance(said, list) else text(said)
