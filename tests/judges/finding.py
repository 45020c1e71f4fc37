"""Which judges there are: the modules of this folder that have a name and a function `judge`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tests.judges.verdict import Judge


def judges(package: str = "tests.judges", folder: Path = Path(__file__).parent) -> dict[str, Judge]:
    """By name, in the order of their files. ValueError when two have the same name."""
    found: dict[str, Judge] = {}
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith("_"):
            continue
        module = import_module(f"{package}.{path.stem}")
        if hasattr(module, "NAME") and hasattr(module, "judge"):
            if module.NAME in found:
                raise ValueError(f"two judges are called {module.NAME}")
            found[module.NAME] = module.judge
    return found
