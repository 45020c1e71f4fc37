"""What the shop says. Every module here that has a `router` takes part, by being here."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from bot.conversation.router import Router


def modules() -> list[str]:
    """The names of all handler modules."""
    return sorted(found.name for found in iter_modules(__path__) if not found.name.startswith("_"))


def routers() -> list[Router]:
    """The routers of all handler modules."""
    found = (import_module(f"{__name__}.{name}") for name in modules())
    return [module.router for module in found if hasattr(module, "router")]
