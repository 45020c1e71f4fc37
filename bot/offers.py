"""Connects campaigns with consent and with the way out: who is willing just now, and who told a platform otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.i18n import SOURCE
from bot.housekeeping import BEAT, LEAST_BEAT
from bot.jobs import Job
from bot.outgoing import Outgoing
from services.campaigns import Campaigns, Courier, Round
from services.clock import Clock
from services.metering import Metering
from services.privacy import Privacy
from services.privacy.requests.pausing import Pauses
from services.storage import Storage

#: What is noted as said by somebody who stopped our offers in the platform's own settings.
WORDS = "Offers were stopped in the platform's own settings."


@dataclass(frozen=True)
class Offers:
    """The campaigns, what sends them, and what a platform charges for."""

    campaigns: Campaigns
    round: Round
    metering: Metering

    def jobs(self, outgoing: Outgoing) -> list[Job]:
        """What is sent by itself, and how fast one process may send."""
        return [
            Job("campaigns", 2, self.round.run, floor=0.3),
            Job("share the rates", BEAT, outgoing.share, floor=LEAST_BEAT),
        ]


def open_offers(app: Storage, clock: Clock, courier: Courier, privacy: Privacy, pauses: Pauses) -> Offers:
    """All of them, on these stores."""
    sender = offers(app, clock, courier, privacy, pauses)
    return Offers(Campaigns(app, clock), sender, Metering(app, clock))


def offers(app: Storage, clock: Clock, courier: Courier, privacy: Privacy, pauses: Pauses) -> Round:
    """The one sender of offers."""

    async def willing(customer: str, channel: str) -> bool:
        granted = await privacy.marketing(customer, channel) == "granted"
        return granted and await pauses.since(customer) is None

    async def unwanted(customer: str, channel: str, occasion: str) -> None:
        await privacy.set_marketing(customer, channel, "withdraw", WORDS, SOURCE, occasion)

    return Round(app, clock, courier, willing, unwanted)
