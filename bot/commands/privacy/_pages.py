"""How the desk writes what people read: the handlers' own pages and papers, and alarms that the running bot tells."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Connection

from bot.commands.privacy._desk import Desk
from bot.conversation.i18n import languages, speaking
from bot.voice import Spoken
from handlers import _data_page, papers
from services.alarms import Alarms
from services.orders import Orders
from services.page import Page
from services.papers import Papers, Receipts
from services.privacy.carrying.export import Copy
from services.privacy.requests.rectifying import Rectifying
from services.shop import Shop
from services.taxes import OneRate


def page(copy: Copy, locale: str) -> Page:
    """What a copy says to people, in their language."""
    with speaking(known(locale)):
        return _data_page.page(copy)


def known(locale: str) -> str:
    """The language, where we speak it; else the first of ours."""
    return locale if locale in languages() else languages()[0]


def open_rectifying(desk: Desk) -> Rectifying:
    """Corrects accounts and writes invoices anew, as the running bot does."""
    voice = _Pen(desk)
    return Rectifying(desk.stores.app, desk.people, voice.papers, desk.requests, voice)


class _Pen(Spoken):
    """The Voice of the desk writes papers and notes alarms; chats are spoken to by the running bot alone."""

    def __init__(self, desk: Desk) -> None:
        app, clock = desk.stores.app, desk.clock
        super().__init__(Alarms(app, clock), {}, None)
        orders = Orders(app, clock, _starts_nothing)
        self.papers = Papers(
            desk.stores,
            desk.secrets,
            orders,
            desk.people,
            Receipts(app, orders, {}, clock),
            # A correction takes over the tax of the invoice that it replaces.
            OneRate,
            desk.settings.seller,
            desk.settings.controller,
            clock,
            self,
        )

    async def sheet(self, locale: str, facts: Any) -> Mapping[str, Any]:
        shop = cast("Shop", SimpleNamespace(papers=self.papers))
        with speaking(known(locale)):
            return await papers.sheet(shop, facts)


def _starts_nothing(connection: Connection, name: str, workflow: str, subject: str) -> None:
    """Correcting a name starts no work."""
