"""Travellers' rights beside the copy and the erasure, put together: the services, and what comes due by itself."""

from __future__ import annotations

from bot.jobs import Job
from services.privacy.rights import Rights


def jobs(rights: Rights) -> list[Job]:
    """Words to whoever asked, alarms for whoever has to answer, ends of pauses."""
    return [
        Job("requests", 60, rights.reminding.sweep, due=True, floor=1),
        Job("pauses of use", 60, rights.resting.sweep, due=True, floor=1),
    ]
