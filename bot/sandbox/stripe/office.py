"""Stripe's office: everybody who works there, introduced to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.stripe.bank import Bank
from bot.sandbox.stripe.books import Books
from bot.sandbox.stripe.catalog import Catalog
from bot.sandbox.stripe.checkout import Checkout
from bot.sandbox.stripe.dashboard import Dashboard
from bot.sandbox.stripe.deliveries import Deliveries
from bot.sandbox.stripe.disputes import Disputes
from bot.sandbox.stripe.endpoints import Endpoints
from bot.sandbox.stripe.events import Events
from bot.sandbox.stripe.ledger import MoneyLedger
from bot.sandbox.stripe.methods import Methods
from bot.sandbox.stripe.movements import Movements
from bot.sandbox.stripe.payer import Payer
from bot.sandbox.stripe.payments import Payments
from bot.sandbox.stripe.privacy import Redactions
from bot.sandbox.stripe.refunds import Refunds
from bot.sandbox.stripe.warnings import Warnings

if TYPE_CHECKING:
    from bot.sandbox.world import World


class Office:
    """One account with all its parts."""

    def __init__(self, world: World) -> None:
        clock, books = world.clock, Books()
        self.books = books
        self.bank = Bank()
        self.endpoints = Endpoints(clock, world.bot)
        self.deliveries = Deliveries(world, self.endpoints)
        self.events = Events(clock, self.deliveries.send)
        self.movements = Movements(books, clock)
        self.methods = Methods(books, clock)
        self.catalog = Catalog(books, self.events, clock)
        self.warnings = Warnings(books, self.events, clock)
        self.disputes = Disputes(books, self.events, clock, self.movements, self.warnings)
        self.payments = Payments(
            books, self.events, clock, self.methods, self.movements, self.disputes, self.warnings, self.bank
        )
        self.refunds = Refunds(books, self.events, clock, self.movements, self.bank, self.warnings)
        self.checkout = Checkout(books, self.events, clock, self.catalog, self.payments, world.here)
        self.payer = Payer(books, clock, self.checkout, self.methods)
        self.dashboard = Dashboard(
            books, self.payer, self.checkout, self.refunds, self.disputes, self.warnings
        )
        self.redactions = Redactions(books, self.disputes, clock)
        self.ledger = MoneyLedger(books)
