"""Who receives personal data, in which country, and what protects them there; without both nothing is sent."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: What comes with the shop.
DEFAULT = Path(__file__).resolve().parents[3] / "recipients.toml"
#: Everybody whom the bot can send something to.
KNOWN = ("telegram", "meta", "payments", "keepgo", "airalo", "mail")
_FIELDS = frozenset({"name", "country", "safeguard"})


class RecipientsError(ValueError):
    """The file of recipients cannot be read. The message says where."""


@dataclass(frozen=True)
class Recipient:
    """One of them. `country`: two letters (ISO 3166-1)."""

    name: str = ""
    country: str = ""
    safeguard: str = ""


@dataclass(frozen=True)
class Recipients:
    """All of them, by the keys of KNOWN."""

    known: Mapping[str, Recipient] = field(default_factory=dict)

    def of(self, key: str) -> Recipient:
        """What is recorded of one; empty where nothing is."""
        return self.known.get(key, Recipient())

    def may_receive(self, key: str) -> bool:
        """Whether anything may be sent there: its country and its safeguard are recorded."""
        one = self.of(key)
        return bool(one.country and one.safeguard)


def read_recipients(path: Path) -> Recipients:
    """The file, checked. Raises RecipientsError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecipientsError(f"{path.name}: {error}") from error
    for key, fields in found.items():
        if key not in KNOWN:
            raise RecipientsError(f"{path.name}: nobody is known as [{key}]")
        if not isinstance(fields, dict) or not fields.keys() <= _FIELDS:
            raise RecipientsError(f"{path.name}: [{key}] has name, country and safeguard")
        if not all(isinstance(one, str) for one in fields.values()):
            raise RecipientsError(f"{path.name}: [{key}] has words only")
        country = fields.get("country", "")
        if country and not (len(country) == 2 and country.isascii() and country.isupper()):
            raise RecipientsError(f"{path.name}: [{key}] country is two letters such as FR")
    stripped = {
        key: Recipient(**{name: " ".join(one.split()) for name, one in fields.items()})
        for key, fields in found.items()
    }
    return Recipients(stripped)
