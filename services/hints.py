"""What providers tell by themselves: each is heard once, and no more than a reason to go and look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog
from sqlalchemy import Connection, select

from services.attempts import OPEN
from services.clock import Clock
from services.durable import Durable
from services.esims import Esims
from services.providers import EsimProvider, Hint
from services.storage import Storage
from services.storage.app import purchases, seen_events
from services.storage.sealing import Secrets
from services.storage.upsert import insert_new
from services.watching import Watch

log = structlog.get_logger()


class Hints:
    """`balances`: looks at the accounts, and tells the operator before one runs out."""

    def __init__(
        self,
        app: Storage,
        secrets: Secrets,
        providers: Mapping[str, EsimProvider],
        esims: Esims,
        watch: Watch,
        durable: Durable,
        balances: Callable[[], Awaitable[None]],
        clock: Clock,
    ) -> None:
        self._app = app
        self._secrets = secrets
        self._providers = providers
        self._esims = esims
        self._watch = watch
        self._durable = durable
        self._balances = balances
        self._clock = clock

    @property
    def tellers(self) -> tuple[str, ...]:
        """Providers that tell something by themselves."""
        return tuple(
            name for name, one in self._providers.items() if one.caps.usage_push or one.caps.lifecycle_push
        )

    async def heard(self, provider: str, headers: Mapping[str, str], raw: bytes) -> None:
        """One webhook, as it came. Raises Forged when the provider did not sign it."""
        hints = self._providers[provider].parse_webhook(headers, raw)
        # It has no id of its own: the same bytes are the same event.
        event = self._secrets.hash(f"webhook:{provider}", raw.hex())
        if await self._app.read(lambda connection: _seen(connection, event)):
            return
        for hint in hints:
            await self._follow(provider, hint)
        now = self._clock.now()
        await self._app.transaction(lambda connection: insert_new(connection, seen_events, id=event, at=now))

    async def _follow(self, provider: str, hint: Hint) -> None:
        log.info("provider tells", provider=provider, about=hint.about)
        match hint.about:
            case "order":
                item = await self._app.read(lambda connection: _waiting(connection, provider, hint))
                if item is not None:
                    await self._durable.nudge(item)
            case "usage":
                esim = await self._esims.by_line(provider, hint.iccid or "")
                if esim is not None:
                    await self._watch.soon(esim)
            case "credit":
                await self._balances()


def _seen(connection: Connection, event: str) -> bool:
    return connection.execute(select(seen_events.c.id).where(seen_events.c.id == event)).first() is not None


def _waiting(connection: Connection, provider: str, hint: Hint) -> str | None:
    """The item whose purchase a hint is about, if somebody still waits for it."""
    named = purchases.c.item_id == hint.ref if hint.ref else purchases.c.request == hint.request
    return connection.execute(
        select(purchases.c.item_id)
        .where(named, purchases.c.provider == provider, purchases.c.state.in_(OPEN))
        .limit(1)
    ).scalar()
