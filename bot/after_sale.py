"""What happens after a sale, put together: money given back by decision, claims and their work."""

from __future__ import annotations

from collections.abc import Mapping

from bot.jobs import Job
from services.claims import Claims, Settling, Telling
from services.clock import Clock, Waits
from services.customers import Customers
from services.durable import Durable
from services.esims import Esims
from services.giving_back import GivingBack
from services.mailer import Mailer
from services.news import Voice
from services.orders import Orders
from services.providers import EsimProvider
from services.storage import Storage
from services.storage.sealing import Secrets, Vault
from services.usage import Usage


class AfterSale:
    """The services, for who connects them. `hours`: how soon a person shall decide a claim."""

    def __init__(
        self,
        app: Storage,
        durable: Durable,
        vault: Vault,
        secrets: Secrets,
        orders: Orders,
        esims: Esims,
        usage: Usage,
        providers: Mapping[str, EsimProvider],
        customers: Customers,
        mailer: Mailer,
        clock: Clock,
        waits: Waits,
        voice: Voice,
        hours: int,
    ) -> None:
        self.giving_back = GivingBack(app, clock, durable.start_with)
        self.claims = Claims(app, vault, secrets, clock, self.giving_back, durable.start_with, hours)
        self._settling = Settling(
            app,
            durable,
            self.claims,
            self.giving_back,
            orders,
            esims,
            usage,
            providers,
            Telling(self.claims, orders, customers, mailer, voice),
            clock,
            waits,
            voice,
        )

    async def catch_up(self, customer: str) -> None:
        """Somebody who could not be reached speaks again."""
        await self._settling.catch_up(customer)

    def jobs(self) -> list[Job]:
        """What comes due by itself."""
        return [Job("claims", 60, self._settling.sweep, due=True, floor=1)]
