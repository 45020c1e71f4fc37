"""What came with a call, once it is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """`target` is the id in the address, or ""; `params` are the parameters that were given."""

    params: dict[str, Any] = field(default_factory=dict)
    target: str = ""
