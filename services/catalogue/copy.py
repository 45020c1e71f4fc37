"""The last good list of each provider, on disk: the shop can open while a provider is down."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from services.providers import Cost, Listing, Offer

VERSION = 2
#: The file of the copy in the shop's data folder.
NAME = "catalogue.json"
#: Some thousand offers are a megabyte.
LARGEST_COPY = 64 * 1024 * 1024


class CopyError(Exception):
    """There is no copy, or it cannot be trusted. `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Shelf:
    """What one provider sold when it was last asked."""

    listing: Listing
    fetched_at: datetime


def write_copy(path: Path, shelves: Mapping[str, Shelf]) -> None:
    """Replace the copy at once, or leave the old one. Two lines of JSON: version and checksum, content."""
    content = json.dumps({name: _packed(shelf) for name, shelf in shelves.items()}, separators=(",", ":"))
    head = json.dumps({"version": VERSION, "sha256": sha256(content.encode()).hexdigest()})
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        file.write(f"{head}\n{content}\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_copy(path: Path) -> dict[str, Shelf]:
    """Every provider's shelf. Raises CopyError."""
    try:
        if path.stat().st_size > LARGEST_COPY:
            raise CopyError("too-large")
        head, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError as error:
        raise CopyError("missing") from error
    except OSError as error:
        raise CopyError("unreadable") from error
    content = content.rstrip(b"\n")
    try:
        says = json.loads(head)
        if says["version"] != VERSION:
            raise CopyError("of-another-version")
        if says["sha256"] != sha256(content).hexdigest():
            raise CopyError("damaged")
        return {name: _unpacked(name, packed) for name, packed in json.loads(content).items()}
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError) as error:
        raise CopyError("damaged") from error


def _packed(shelf: Shelf) -> dict[str, Any]:
    """Sizes of one bundle share their places, on disk as in memory."""
    places: dict[int, int] = {}
    kept: list[Any] = []
    rows = []
    for o in shelf.listing.offers:
        where = id(o.networks)
        if where not in places:
            places[where] = len(kept)
            kept.append([o.countries, {code: list(names) for code, names in o.networks.items()}])
        facts = [o.data_bytes, o.unlimited, o.days, str(o.cost.amount), o.cost.currency, o.kind]
        rules = [o.can_top_up, o.starts, o.full_speed_bytes, o.needs_imei]
        rows.append([o.sku, places[where], *facts, o.label, *rules])
    return {
        "fetched_at": shelf.fetched_at.isoformat(),
        "unmapped": shelf.listing.unmapped,
        "places": kept,
        "offers": rows,
    }


def _unpacked(provider: str, packed: Mapping[str, Any]) -> Shelf:
    same: dict[str, str] = {}
    places = [
        (
            tuple(same.setdefault(code, code) for code in codes),
            {
                same.setdefault(c, c): tuple(same.setdefault(n, n) for n in names)
                for c, names in networks.items()
            },
        )
        for codes, networks in packed["places"]
    ]
    offers = []
    for sku, where, data, unlimited, days, amount, currency, kind, label, *rules in packed["offers"]:
        top_up, starts, fast, needs_imei = rules
        countries, networks = places[where]
        offers.append(
            Offer(
                provider=provider,
                sku=sku,
                countries=countries,
                data_bytes=data,
                unlimited=unlimited,
                days=days,
                cost=Cost(Decimal(amount), same.setdefault(currency, currency)),
                kind=same.setdefault(kind, kind),  # type: ignore[arg-type]  # written from an Offer
                label=same.setdefault(label, label),
                networks=networks,
                can_top_up=top_up,
                starts=starts,
                full_speed_bytes=fast,
                needs_imei=needs_imei,
            )
        )
    listing = Listing(tuple(offers), tuple(packed["unmapped"]))
    return Shelf(listing, datetime.fromisoformat(packed["fetched_at"]))
