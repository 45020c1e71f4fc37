"""Meta's look at a new template: it waits a moment, is approved, and may be paused or forbidden later; each is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.sandbox.whatsapp.delivery import Deliveries
from bot.sandbox.whatsapp.templates import Status, Template, Templates
from bot.sandbox.whatsapp.webhooks import Update

if TYPE_CHECKING:
    from bot.sandbox.world import World

#: Seconds that a review takes; at Meta mostly minutes, at most a day.
REVIEW = 0.5
#: What Meta gives as a reason, where it does not like a template.
_REASONS = {"REJECTED": "INVALID_FORMAT"}


class Reviews:
    """Decides about templates, by itself or as the world is told."""

    def __init__(self, world: World, templates: Templates, deliveries: Deliveries) -> None:
        self._world = world
        self._templates = templates
        self._deliveries = deliveries
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    def submitted(self, template: Template) -> None:
        """It will be approved by itself, unless something else is decided before."""
        later = asyncio.get_running_loop().call_later
        self._waiting[template.id] = later(REVIEW, self.decide, template, "APPROVED")

    def decide(self, template: Template, status: Status) -> None:
        """It is that from now on, and the shop hears of it; "PENDING" takes the coming decision back."""
        waiting = self._waiting.pop(template.id, None)
        if waiting is not None:
            waiting.cancel()
        template.status = status
        if status == "PENDING" or self._templates.by_id(template.id) is None:
            return
        content = {
            "event": status,
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "message_template_category": template.category,
            "reason": _REASONS.get(status, "NONE"),
        }
        born = self._world.clock.now()
        self._deliveries.put(Update("", "message_template_status_update", content, None, born))

    def stop(self) -> None:
        """Nothing more is decided."""
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting.clear()
