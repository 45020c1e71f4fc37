"""Connects campaigns with consent and with the way out: who is willing just now, and who told a platform otherwise."""

from __future__ import annotations

from bot.conversation.i18n import SOURCE
from services.campaigns import Courier, Round
from services.clock import Clock
from services.privacy import Privacy
from services.privacy.pausing import Pauses
from services.storage import Storage

#: What is noted as said by somebody who stopped our offers in the platform's own settings.
WORDS = "Offers were stopped in the platform's own settings."


def offers(app: Storage, clock: Clock, courier: Courier, privacy: Privacy, pauses: Pauses) -> Round:
    """The one sender of offers."""

    async def willing(customer: str, channel: str) -> bool:
        granted = await privacy.marketing(customer, channel) == "granted"
        return granted and await pauses.since(customer) is None

    async def unwanted(customer: str, channel: str, occasion: str) -> None:
        await privacy.set_marketing(customer, channel, "withdraw", WORDS, SOURCE, occasion)

    return Round(app, clock, courier, willing, unwanted)
