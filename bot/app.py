"""The one place that knows everybody: settings in, a running shop out."""

from __future__ import annotations

import asyncio
import secrets as chance
from collections.abc import Mapping
from functools import partial

import structlog

import handlers
from bot import rights
from bot.after_sale import AfterSale
from bot.arrivals import Arrivals
from bot.channels import whatsapp
from bot.connecting import channels_of, limits_of, longest_answer, providers_of
from bot.conversation.actions import Seal
from bot.conversation.engine import Engine
from bot.conversation.router import Router
from bot.desk import Desk
from bot.errands import Errands
from bot.forgetting import others_of
from bot.groups import Groups
from bot.housekeeping import Housekeeping
from bot.inbox import Inbox
from bot.jobs import Job, Jobs
from bot.knowing import chats_of, identity
from bot.lines import Lines
from bot.offers import open_offers
from bot.outgoing import Outgoing
from bot.pages import COPY, POLICY, Pages
from bot.payment_watch import watch
from bot.sessions import State
from bot.settings import Settings
from bot.star_counter import StarCounter
from bot.voice import Spoken
from bot.web import Doors
from services import places
from services.alarms import Alarms
from services.attempts import Attempts
from services.backups import Recovery
from services.books import read_books
from services.buyer_guard import BuyerGuard
from services.buying import Buying
from services.catalogue import NAME as CATALOGUE_COPY
from services.catalogue import Catalogue
from services.checkout import Checkouts
from services.clock import Clock, Waits
from services.customers import Customers
from services.delivery import Delivery
from services.dispatches import Dispatches
from services.dossiers import Dossiers
from services.durable import Durable
from services.esims import Esims
from services.failover import Failover
from services.fulfilment import Fulfilment
from services.hints import Hints
from services.imei import Imeis
from services.lanes import Lanes
from services.locks import LeaseLocks, MemoryLocks
from services.mailer import Mailer
from services.metrics import Metrics
from services.news import Alarm
from services.orders import Orders
from services.orders.order import TOPUP
from services.papers import Papers, Paperwork, Receipts
from services.payments.stripe.client import Stripe
from services.payments.ways import WaysBack
from services.prices import Prices
from services.privacy import Door, Privacy
from services.privacy.rights import open_rights
from services.promise import Promise, promised
from services.providers import EsimProvider
from services.refund_truth import RefundTruth
from services.refunds import Refunds
from services.sales_pause import SalesPause
from services.sales_probe import SalesProbe
from services.shop import About, Shop
from services.spend_guard import SpendGuard
from services.staff import Staff
from services.stock import Stock
from services.storage import Stores
from services.storage.sealing import Secrets, Vault
from services.support import Hours, Support
from services.trying import Trying

log = structlog.get_logger()


class App:
    """A shop that is open. `bot.opening` builds it."""

    def __init__(self, settings: Settings, stores: Stores, secrets: Secrets) -> None:
        self.settings = settings
        self.stores = stores
        self.alone = stores.app.url.startswith("sqlite")
        #: This process among all, for locks and for what it takes on.
        self.me = chance.token_hex(8)
        self.clock = Clock()
        self.waits = Waits(settings.time_factor)
        self.secrets = secrets
        self.channels = channels_of(settings)
        self.errands = Errands(self.channels, settings.staff_chat)
        self.metrics = Metrics()
        self.alarms = Alarms(stores.app, self.clock)
        self.voice = Spoken(self.alarms, self.channels, settings.staff_chat)
        # On one machine the engine takes up its own work by one name; among several each has its own.
        self.durable = Durable(stores.app.url, settings.executor or ("local" if self.alone else self.me))
        self._alerts: set[asyncio.Future[None]] = set()
        self._build()

    def _build(self) -> None:
        app, settings, voice = self.stores.app, self.settings, self.voice
        clock, waits = self.clock, self.waits
        self.vault = Vault(self.stores.vault, self.secrets, clock)
        self.customers = Customers(app, self.vault, self.secrets, clock)
        self.providers: Mapping[str, EsimProvider] = providers_of(settings, self.secrets, clock)
        self.prices = Prices(settings.prices_file, self.alert)
        self.sales = SalesPause(app, clock, waits)
        self.catalogue = Catalogue(
            list(self.providers.values()),
            self.prices,
            settings.data / CATALOGUE_COPY,
            clock,
            self.alert,
            lambda: self.sales.now,
        )
        promise = promised(settings.promise_minutes, waits)
        self.orders = Orders(app, clock, self.durable.start_with, promise, settings.rules.as_json())
        self.payments = Stripe(settings.stripe)
        buyers = BuyerGuard(app, settings.buyers, self.secrets, clock)
        self.checkouts = Checkouts(app, self.orders, self.payments, buyers, clock, voice)
        self.esims = Esims(app, self.vault, self.secrets, clock)
        mailer = Mailer(settings.mail)
        dispatches = Dispatches(app, clock, waits)
        self.delivery = Delivery(
            app,
            self.orders,
            self.esims,
            self.customers,
            mailer,
            dispatches,
            self.durable,
            clock,
            waits,
            voice,
        )
        self.receipts = Receipts(app, self.orders, {"stripe": self.payments}, clock)
        self.papers = Papers(
            self.stores,
            self.secrets,
            self.orders,
            self.customers,
            self.receipts,
            lambda: self.prices.book.taxes,
            settings.seller,
            settings.controller,
            clock,
            voice,
        )
        self.paperwork = Paperwork(
            app, self.papers, self.orders, self.customers, mailer, self.durable, clock, waits, voice
        )
        attempts = Attempts(app, self.metrics)
        failover = Failover(app, self.catalogue, lambda: self.prices.book, clock)
        self.guard = SpendGuard(
            app,
            self.providers,
            attempts,
            self.sales,
            limits_of(settings),
            lambda: self.prices.book,
            clock,
            waits,
            voice,
            failover.could,
        )
        lanes = Lanes(app, self.me, self.providers, longest_answer(settings) + 5)
        self.imeis = Imeis(app, self.vault, clock)
        stock = Stock(app, self.vault, self.secrets, clock)
        self.buying = Buying(
            app,
            self.esims,
            stock,
            self.providers,
            self.guard,
            failover,
            attempts,
            lanes,
            self.imeis,
            clock,
            voice,
        )
        self.recovery = Recovery(app, self.esims, self.providers, self.durable.start_with, clock, voice)
        truth = RefundTruth(app, self.payments, clock, self.durable.start_with, self.secrets, voice)
        locks = MemoryLocks() if self.alone else LeaseLocks(app, self.me)
        self.sessions, self.moving = chats_of(self, locks)
        self.stars = StarCounter(
            self.channels.get("telegram"),
            app,
            self.orders,
            self.checkouts,
            self.catalogue,
            self.sales,
            self.prices,
            self.customers,
            buyers,
            self.secrets,
            self.durable,
            truth,
            clock,
            waits,
            voice,
            self.sessions.chat_id,
        )
        back = WaysBack(self.payments, self.stars.back)
        self.refunds = Refunds(app, self.orders, back, self.durable, clock, waits, voice, dispatches, truth)
        self.watch = watch(self, truth, buyers)
        self.promise = Promise(
            app, self.durable, self.orders, stock, self.buying, self.refunds, clock, waits, voice
        )
        trying = Trying(self.durable, waits, self.promise)
        self.fulfilment = Fulfilment(
            self.durable,
            self.orders,
            trying,
            self.buying,
            failover,
            self.delivery,
            self.refunds,
            voice,
            waits,
        )
        self.lines = Lines(self, attempts, lanes, trying, dispatches)
        self.promise.also(TOPUP, self.lines.refilling)
        self.support = Support(
            app, self.vault, clock, voice, Hours(settings.support_hours, settings.support_wait_minutes)
        )
        self.staff = Staff(app, self.secrets, clock, settings.staff_members_ids)
        self.after_sale = AfterSale(
            app,
            self.durable,
            self.vault,
            self.secrets,
            self.orders,
            self.esims,
            self.lines.usage,
            self.providers,
            self.customers,
            mailer,
            clock,
            waits,
            voice,
            settings.claim_hours,
        )
        self.privacy = self._privacy(mailer)
        self.rights = open_rights(
            self.stores, self.customers, self.secrets, self.checkouts, self.papers, mailer, clock, voice
        )
        self.offers = open_offers(app, clock, voice, self.privacy, self.rights.pauses)
        self.identity = identity(self, locks, mailer)
        self.shop = self._shop()
        self.hints = Hints(
            app,
            self.secrets,
            self.providers,
            self.esims,
            self.lines.watch,
            self.durable,
            self.guard.forecast,
            clock,
        )
        self.router = Router().include(handlers.routers())
        self.engine = Engine(
            self.router,
            self.shop,
            self.sessions,
            self.channels,
            Seal(self.secrets.buttons),
            clock.now,
            State,
            lambda text: bool(places.find(text)),
            settings.shop_language,
            settings.answers_per_day,
        )
        self.arrivals = Arrivals(self)
        self.engine.on_return(self.arrivals.returned)
        voice.through(self.engine)
        self.stars.open(self.engine, settings.shop_language)
        self.groups = Groups(
            self.channels.get("telegram"), self.engine, settings.staff_chat, settings.shop_language
        )
        self.desk = Desk(app, clock, self.sessions, self.engine, voice)
        self.inbox = Inbox(
            app, self.secrets.house, self.me, self.engine.deal, self.sessions.event_id, self.sessions.chat_id
        )
        self.housekeeping = Housekeeping(
            app, self.stores.legal, self.durable, self.me, self.alone, clock, waits, voice, self.inbox.take_up
        )
        outgoing = Outgoing(self.channels, self.metrics, self.alert, self.housekeeping.alive)
        self.engine.on_sending(outgoing.heard)
        self.jobs = Jobs(
            [
                *self.housekeeping.jobs(
                    self.catalogue,
                    self.sales,
                    SalesProbe(
                        self.sales,
                        self.providers,
                        self.catalogue.refresh,
                        self.catalogue.currency_of,
                        lambda: self.prices.book,
                        clock,
                    ),
                    self.guard,
                    self.promise,
                    self.watch.reconciling,
                    self.buying,
                    self.support,
                    self.prices,
                    self.privacy,
                    self.staff,
                    voice.tell_alarms,
                ),
                *self.offers.jobs(outgoing),
                *self.lines.jobs(),
                *self.after_sale.jobs(),
                *rights.jobs(self.rights),
                Job("go on linking", 600, self.identity.uniting.resume, due=True, floor=10),
                Job("papers", 2, self.paperwork.take_up, floor=0.3),
                Job("fees", 3_600, self.receipts.learn_fees, due=True, floor=30),
                *self.stars.jobs(settings.payment_methods["telegram"]),
            ],
            waits,
        )
        self.ready = False

    async def hang_up(self) -> None:
        """Let go of the connections to the outside."""
        for channel in self.channels.values():
            await channel.close()
        for provider in self.providers.values():
            await provider.close()
        await self.payments.close()

    def doors(self) -> Doors:
        """What listens."""
        channel = self.channels.get("whatsapp")
        challenge = channel.challenge if isinstance(channel, whatsapp.WhatsApp) else lambda _query: None
        return Doors(
            self.channels,
            self.arrivals.hand,
            self.payments.verify,
            self.watch.events.heard,
            self.housekeeping.unreadable,
            challenge,
            lambda: self.ready,
            self.hints.tellers,
            self.hints.heard,
            Pages(
                self.privacy.copies, self.privacy.facts, self.engine.compose, self.settings.shop_language
            ).routes(),
        )

    def _privacy(self, mailer: Mailer) -> Privacy:
        others = others_of(self, mailer)
        settings = self.settings
        return Privacy(
            self.stores,
            self.vault,
            self.secrets,
            self.clock,
            self.waits,
            self.durable,
            others,
            settings.controller,
            Door(settings.page_url(COPY), settings.export_in_chat_kb * 1_000),
        )

    def _shop(self) -> Shop:
        settings = self.settings
        back = {
            "telegram": settings.terms_url,
            "whatsapp": f"https://wa.me/{settings.whatsapp_number}"
            if settings.whatsapp_number
            else settings.terms_url,
        }
        self.back = back
        return Shop(
            about=About(
                settings.shop_name,
                settings.terms_url,
                settings.terms_version,
                back,
                settings.page_url(POLICY),
            ),
            clock=self.clock,
            catalogue=self.catalogue,
            sales=self.sales,
            books=partial(read_books, self.stores.app),
            orders=self.orders,
            checkouts=self.checkouts,
            delivery=self.delivery,
            papers=self.papers,
            esims=self.esims,
            imeis=self.imeis,
            usage=self.lines.usage,
            topups=self.lines.topups,
            support=self.support,
            alarms=self.alarms,
            staff=self.staff,
            giving_back=self.after_sale.giving_back,
            claims=self.after_sale.claims,
            rules=settings.rules,
            dossiers=Dossiers(self.stores.app),
            customers=self.customers,
            identity=self.identity,
            privacy=self.privacy,
            rights=self.rights,
            campaigns=self.offers.campaigns,
            stars=self.stars.sales,
            methods=settings.payment_methods,
            controller=settings.controller,
            fetch=self.errands.fetch,
        )

    def alert(self, cause: str, facts: str) -> None:
        """Somebody should look. From code that does not wait; the telling is done beside it."""
        task = asyncio.ensure_future(self.voice.alarm(Alarm(cause, facts)))
        self._alerts.add(task)
        task.add_done_callback(self._alerts.discard)
