"""Everybody who takes part in an erasure, introduced to each other."""

from __future__ import annotations

from services.clock import Clock, Waits
from services.privacy.erasing.announcing import Announcing
from services.privacy.erasing.archive import Archive
from services.privacy.erasing.audience import Audience
from services.privacy.erasing.erasure import Erasing
from services.privacy.erasing.farewell import Farewell
from services.privacy.erasing.holding import Holding
from services.privacy.erasing.journal import Journal
from services.privacy.erasing.others import Engine, Others
from services.privacy.erasing.partings import Partings
from services.privacy.erasing.scrub import Scrubber
from services.privacy.erasing.taking_up import Erasures
from services.privacy.erasing.traces import Traces
from services.privacy.erasing.wiping import Wiping
from services.privacy.facts.policy import Controller
from services.privacy.processors.calls import processors
from services.privacy.processors.tasks import Task, Tasks
from services.privacy.processors.telling import Telling
from services.privacy.requests.register import Requests
from services.storage import Stores
from services.storage.sealing import Secrets, Vault


class Forgetting:
    """What handlers and jobs use of it."""

    def __init__(
        self,
        stores: Stores,
        vault: Vault,
        secrets: Secrets,
        clock: Clock,
        waits: Waits,
        engine: Engine,
        others: Others,
        controller: Controller,
    ) -> None:
        app, journal, requests = stores.app, Journal(stores.vault, clock), Requests(stores.app, clock)
        archive = Archive(app, stores.legal, vault, secrets, controller)
        wiping, audience = Wiping(app, vault, archive, secrets, clock), Audience(app, vault, clock)
        tasks = Tasks(stores.legal, secrets, clock)
        holding = Holding(app, archive, wiping, audience, tasks)
        ways = processors(others.providers, others.payments, others.forget_contact)
        telling = Telling(
            app, tasks, ways, journal, requests, engine, others.voice, clock, waits, others.may_tell
        )
        self.scrubber = Scrubber(stores)
        erasing = Erasing(
            vault,
            journal,
            requests,
            wiping,
            Traces(stores, vault),
            self.scrubber,
            Partings(app, journal, wiping, tasks, audience, holding, engine, others, clock),
            holding,
            telling,
            Farewell(app, stores.legal, vault, secrets, journal, others.last_word, clock),
            engine,
            clock,
            waits,
        )
        self.announcing = Announcing(app, vault, secrets, journal, engine, others, waits)
        self.erasures = Erasures(
            app, journal, requests, erasing, holding, self.announcing, engine, others.voice, clock
        )
        self._journal = journal
        self._tasks = tasks
        self._telling = telling

    async def told(self, receipt: str) -> list[Task]:
        """Whom an erasure has told, and whom it still has to."""
        return await self._tasks.of(receipt)

    async def keep(self, receipt: str, code: str) -> bool:
        """Somebody who reads the customer's mails says no to an erasure; False for a wrong code, or too late."""
        if not code or code.upper() != self.announcing.code(receipt):
            return False
        try:
            line = await self._journal.of(receipt)
        except LookupError:
            return False
        return await self.erasures.cancel(receipt, line.customer)

    async def resume(self) -> int:
        """Take up erasures that are not done, and tell who can be told now; how many erasures."""
        count = await self.erasures.resume()
        await self._telling.sweep()
        return count
