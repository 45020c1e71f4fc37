"""What a traveller may ask of us about their own data: the facts, a copy, the marketing switch, to be forgotten."""

from __future__ import annotations

from dataclasses import replace

from services.clock import Clock, Waits
from services.privacy.carrying import Copies, Door, Offer
from services.privacy.carrying.export import Copy, Exports
from services.privacy.consents import MARKETING, Answer, Consents, State
from services.privacy.erasing.archive import Archive
from services.privacy.erasing.forgetting import Forgetting
from services.privacy.erasing.guard import COMMAND, Guard, KeysMissing, Resurrected
from services.privacy.erasing.journal import Journal
from services.privacy.erasing.others import Engine, Others
from services.privacy.erasing.preview import Preview, Previews, Stays
from services.privacy.erasing.scrub import Scrubber
from services.privacy.erasing.wiping import Wiping
from services.privacy.facts.policy import Controller, Facts, Held, Period
from services.privacy.facts.published import published
from services.privacy.requests.register import Requests
from services.privacy.retention.daily import Over, Plan, Plans, Retention
from services.privacy.suppressions import MAIL
from services.storage import Stores
from services.storage.sealing import Secrets, Vault

__all__ = [
    "COMMAND",
    "MAIL",
    "Answer",
    "Controller",
    "Copies",
    "Copy",
    "Door",
    "Facts",
    "Guard",
    "Held",
    "KeysMissing",
    "Offer",
    "Others",
    "Over",
    "Period",
    "Plan",
    "Plans",
    "Preview",
    "Privacy",
    "Resurrected",
    "State",
    "Stays",
    "open_guard",
    "published",
]


class Privacy:
    """What handlers use. `resume` is for the start, and from time to time."""

    def __init__(
        self,
        stores: Stores,
        vault: Vault,
        secrets: Secrets,
        clock: Clock,
        waits: Waits,
        engine: Engine,
        others: Others,
        controller: Controller | None = None,
        door: Door | None = None,
    ) -> None:
        self._controller = controller or Controller()
        self._requests = Requests(stores.app, clock)
        self._consents = Consents(stores.app, vault, secrets, clock, self._controller.version)
        self._exports = Exports(stores, vault, secrets, clock, self._requests, self._controller)
        #: What travellers carry away.
        self.copies = Copies(
            stores.app,
            vault,
            secrets,
            self._exports,
            self._requests,
            engine,
            others.voice,
            door or Door(),
            clock,
            waits,
        )
        self._previews = Previews(stores.app, clock, self._controller)
        #: Erasures, and who has to be told of them.
        others = replace(others, revoke=self.copies.revoke)
        self.forgetting = Forgetting(stores, vault, secrets, clock, waits, engine, others, self._controller)
        self._erasures = self.forgetting.erasures
        self._retention = Retention(stores, engine, others, clock, self._controller, self._erasures.let_go)
        self._engine = engine

    def facts(self) -> Facts:
        """What the policy says, by keys."""
        return published(self._controller)

    async def export(self, customer: str) -> tuple[str, bytes, str]:
        """(a file's name, UTF-8 JSON, the request's number). Raises Erased when the customer is gone."""
        return await self._exports.export(customer)

    async def preview(self, customer: str) -> Preview:
        """What an erasure would do now."""
        return await self._previews.of(customer)

    async def erase(self, customer: str, chat: str) -> str:
        """Begin to erase everything of a customer; the receipt's number. Safe to repeat.

        It waits by itself for what `preview` says it waits for, a month at most. Raises LookupError when there is
        no such customer, or the chat is somebody else's.
        """
        return (await self._erasures.begin(customer, chat)).receipt

    async def marketing(self, customer: str, channel: str) -> State:
        """Whether a customer wants to hear of offers there: only "granted" means yes."""
        return await self._consents.state(customer, MARKETING, channel)

    async def marketing_lapsed(self, customer: str, channel: str) -> bool:
        """Whether a yes to offers there was given under a policy that has changed much since."""
        return await self._consents.lapsed(customer, MARKETING, channel)

    async def set_marketing(
        self, customer: str, channel: str, answer: Answer, words: str, locale: str, event: str
    ) -> State:
        """Note an answer to exactly these words; the state it leads to. Raises LookupError, ValueError."""
        return await self._consents.record(customer, MARKETING, channel, answer, words, locale, event)

    async def request_state(self, receipt: str) -> str | None:
        """How far a request is: "in_progress", "awaiting_processors", "answered"; None: no such number."""
        return await self._requests.state(receipt)

    async def resume(self) -> int:
        """Take up erasures that are not done, after the engine was launched; how many."""
        return await self.forgetting.resume()

    async def let_go_of_old(self) -> None:
        """Let go of what has outlived its period, as durable work, and wait until that is done."""
        await self._engine.finished(await self._retention.begin())


def open_guard(
    stores: Stores, vault: Vault, secrets: Secrets, clock: Clock, controller: Controller | None = None
) -> Guard:
    """What looks at the stores before anything starts, and the command that mends them."""
    wiping = _wiping(stores, vault, secrets, clock, controller or Controller())
    return Guard(
        stores, vault, Journal(stores.vault, clock), Requests(stores.app, clock), wiping, Scrubber(stores)
    )


def _wiping(stores: Stores, vault: Vault, secrets: Secrets, clock: Clock, controller: Controller) -> Wiping:
    archive = Archive(stores.app, stores.legal, vault, secrets, controller)
    return Wiping(stores.app, vault, archive, secrets, clock)
