"""Who watches the payment service's side, put together: events, and the look for what they lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.settings import Settings
from bot.voice import Spoken
from services.buyer_guard import BuyerGuard
from services.checkout import Checkouts
from services.clock import Clock, Waits
from services.customers import Customers
from services.declines import Declines
from services.disputes import Disputes
from services.durable import Durable
from services.esims import Esims
from services.evidence import Evidence
from services.fraud_warnings import FraudWarnings
from services.orders import Orders
from services.payment_events import PaymentEvents
from services.payments.stripe.client import Stripe
from services.providers import EsimProvider
from services.reconciling import Reconciling
from services.refund_truth import RefundTruth
from services.refunds import Refunds
from services.storage import Stores
from services.storage.sealing import Secrets, Vault


class House(Protocol):
    """What the watch needs of an open shop."""

    stores: Stores
    settings: Settings
    vault: Vault
    secrets: Secrets
    clock: Clock
    waits: Waits
    voice: Spoken
    durable: Durable
    payments: Stripe
    orders: Orders
    customers: Customers
    esims: Esims
    checkouts: Checkouts
    providers: Mapping[str, EsimProvider]
    refunds: Refunds


@dataclass(frozen=True)
class PaymentWatch:
    """What the door and the jobs need of it."""

    events: PaymentEvents
    reconciling: Reconciling


def watch(shop: House, truth: RefundTruth, buyers: BuyerGuard) -> PaymentWatch:
    """Before the engine's launch: one of them is a workflow."""
    app, payments, checkouts, clock, voice = (
        shop.stores.app,
        shop.payments,
        shop.checkouts,
        shop.clock,
        shop.voice,
    )
    house, providers = shop.secrets.house, shop.providers
    evidence = Evidence(app, shop.orders, shop.esims, shop.customers, checkouts, providers, clock)
    disputes = Disputes(app, payments, evidence, shop.vault, shop.secrets, clock, voice)
    warnings = FraudWarnings(
        app,
        payments,
        shop.refunds,
        shop.esims,
        providers,
        shop.durable,
        shop.waits,
        voice,
        shop.settings.buyer_refund_warned,
    )
    declines = Declines(app, payments, buyers, checkouts, voice)
    events = PaymentEvents(app, payments, checkouts, truth, disputes, warnings, declines, house, clock)
    return PaymentWatch(
        events,
        Reconciling(app, payments, events, checkouts, truth, disputes, warnings, house, clock, voice),
    )
