"""Says what is missing and where to get it, and tries each credential with a harmless question."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from bot.pages import POLICY
from bot.settings import BadSettings, Settings, read
from services.privacy.facts.recipients import KNOWN
from services.sales_pause import Pause

#: Setting → where it comes from.
WHERE = {
    "MASTER_KEY": "make one: openssl rand -base64 32; keep it apart from databases and backups",
    "TELEGRAM_TOKEN": "@BotFather, /newbot",
    "TELEGRAM_SECRET": "any 32 letters and digits of your own",
    "PUBLIC_URL": "the https address under which this server is reached",
    "STAFF_CHAT": "the id of your staff group; add the bot: it says the number and leaves; set it, and add the bot again",
    "STAFF_MEMBERS": "who may give commands there, by Telegram's number; whoever is refused is told theirs",
    "WHATSAPP_TOKEN": "Meta Business settings, System users, a permanent token",
    "WHATSAPP_PHONE_ID": "Meta app dashboard, WhatsApp, API setup",
    "WHATSAPP_BUSINESS_ID": "the same page",
    "WHATSAPP_APP_SECRET": "Meta app dashboard, App settings, Basic",
    "WHATSAPP_VERIFY_TOKEN": "any word of your own; enter it beside the webhook address",
    "STRIPE_KEY": "Stripe dashboard, a restricted key: write Checkout Sessions, Charges and Refunds, Disputes; read PaymentIntents, Radar",
    "STRIPE_WEBHOOK_SECRET": "Stripe dashboard, Webhooks, PUBLIC_URL/stripe; two with a comma between while it is rolled",
    "KEEPGO_API_KEY": "KeepGo partner account, API",
    "KEEPGO_ACCESS_TOKEN": "the same page",
    "AIRALO_CLIENT_ID": "Airalo Partner Platform, API; a second wholesaler, asked when the first does not deliver",
    "AIRALO_CLIENT_SECRET": "the same page",
    "SELLER_NAME": "the company's registered name, as it stands on invoices",
    "SELLER_FORM": "its legal form, such as SAS",
    "SELLER_CAPITAL": "its capital, such as 10 000 €; an individual has none",
    "SELLER_ADDRESS": "its registered office",
    "SELLER_SIREN": "avis de situation, INSEE",
    "SELLER_SIRET": "the same page",
    "SELLER_REGISTRY": "extrait Kbis, such as RCS Paris 900 000 000",
    "SELLER_VAT": "your tax office; without one, SELLER_MENTION says why: TVA non applicable, art. 293 B du CGI",
    "SMTP_URL": "your mail service; without it nobody is offered mail",
    "MAIL_FROM": "the address that mails come from",
    "METRICS_LISTEN": "127.0.0.1 and a free port, for Prometheus; without it nothing is counted aloud",
}
#: The shop sells without these.
OPTIONAL = frozenset(
    {
        "AIRALO_CLIENT_ID",
        "MAIL_FROM",
        "METRICS_LISTEN",
        "SELLER_CAPITAL",
        "SELLER_VAT",
        "SMTP_URL",
        "STAFF_CHAT",
        "STAFF_MEMBERS",
    }
)


def main(arguments: list[str]) -> int:
    """0: ready to sell, or as known. 1: something is missing, refused or different. 2: a setting is malformed."""
    parser = argparse.ArgumentParser(prog="python -m bot doctor", description=__doc__)
    parser.add_argument(
        "--probe",
        choices=["keepgo"],
        help="compare a real account, read-only, with what is known of its answers",
    )
    asked = parser.parse_args(arguments)
    try:
        settings = read()
    except BadSettings as error:
        for line in str(error).split("; "):
            name = line.split(":", 1)[0]
            hint = f"\n    {WHERE[name]}" if name in WHERE else ""
            print(f"✗ {line}{hint}")
        return 2
    if asked.probe:
        return asyncio.run(_probe(settings))
    missing = _missing(settings)
    for name in missing:
        print(f"{'–' if name in OPTIONAL else '✗'} {name} is not set\n    {WHERE[name]}")
    closed = [key for key in KNOWN if not settings.recipients.may_receive(key)]
    for key in closed:
        print(
            f"✗ [{key}] has no country or no safeguard, so nothing is sent there\n    {settings.recipients_file}"
        )
    refused = asyncio.run(_try_all(settings))
    return 1 if refused or closed or set(missing) - OPTIONAL else 0


async def _probe(settings: Settings) -> int:
    """Prints where a real account differs from what is known of KeepGo; 1 when it does."""
    from bot.connecting import keepgo_account
    from services.catalogue.names import country_of
    from services.providers.keepgo import Client, probe

    client = Client(keepgo_account(settings))
    try:
        found = await probe(client, country_of)
    finally:
        await client.close()
    for answer in found.answers:
        fits = not answer.differences and not answer.refused
        print(f"{'✓' if fits else '✗'} GET {answer.question}{answer.refused and f': {answer.refused}'}")
        for difference in answer.differences:
            print(f"    {difference}")
    for word in found.words:
        print(f"✗ a word nobody knows: {word}")
    for note in found.notes:
        print(f"– {note}")
    return 0 if found.agree else 1


def _missing(settings: Settings) -> list[str]:
    absent = []
    for name in WHERE:
        value = getattr(settings, name.lower())
        shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        if shown in ("", None):
            absent.append(name)
    if not settings.has_telegram:
        absent = [name for name in absent if name != "TELEGRAM_SECRET"]
    if not settings.has_whatsapp:
        absent = [name for name in absent if not name.startswith("WHATSAPP_") or name == "WHATSAPP_TOKEN"]
    if not settings.has_airalo:
        absent = [name for name in absent if name != "AIRALO_CLIENT_SECRET"]
    if not settings.has_keepgo:
        absent = [name for name in absent if not name.startswith("KEEPGO_")]
    return absent


async def _try_all(settings: Settings) -> int:
    trials: list[tuple[str, Callable[[Settings], Awaitable[str]]]] = [
        ("databases", _databases),
        ("sales", _sales),
        ("policy", _policy),
        ("Stripe", _stripe),
    ]
    if settings.has_keepgo:
        trials.append(("KeepGo", partial(_provider, "keepgo")))
    if settings.has_airalo:
        trials.append(("Airalo", partial(_provider, "airalo")))
    if settings.has_telegram:
        trials.append(("Telegram", _telegram))
        if "stars" in settings.payment_methods["telegram"]:
            trials.append(("Telegram Stars", _stars))
    if settings.has_whatsapp:
        trials.append(("WhatsApp", _whatsapp))
        trials.append(("WhatsApp's meter", _meter))
    refused = 0
    for name, trial in trials:
        try:
            print(f"✓ {name}: {await trial(settings)}")
        except Exception as error:
            refused += 1
            print(f"✗ {name}: {getattr(error, 'reason', type(error).__name__)}")
    return refused


async def _databases(settings: Settings) -> str:
    from services.storage import open_stores

    stores = await open_stores(*settings.databases)
    await stores.close()
    return "app, legal and vault are there and up to date"


async def _policy(settings: Settings) -> str:
    controller = settings.controller
    wording = (
        "as approved" if controller.approved else "as published; POLICY.md proposes more (POLICY_APPROVED)"
    )
    where = settings.page_url(POLICY) or "in the chat alone, without PUBLIC_URL"
    return f"version {controller.version}, {wording}; {where}"


async def _sales(settings: Settings) -> str:
    from services.clock import Clock, Waits
    from services.sales_pause import SalesPause
    from services.storage import open_stores

    stores = await open_stores(*settings.databases)
    try:
        paused = await SalesPause(stores.app, Clock(), Waits()).reload()
    finally:
        await stores.close()
    if not paused.pauses:
        return "everything is for sale"
    return "not for sale: " + "; ".join(map(_pause, paused.pauses))


def _pause(pause: Pause) -> str:
    costly = "" if pause.over is None else f" above {pause.over}"
    until = "" if pause.until is None else f", until {pause.until:%Y-%m-%d %H:%M} UTC"
    return f"{pause.what}{costly} ({pause.why} since {pause.at:%Y-%m-%d %H:%M} UTC{until})"


async def _stripe(settings: Settings) -> str:
    from services.payments import PaymentError
    from services.payments.stripe.client import Stripe
    from services.payments.stripe.permissions import lacking

    stripe = Stripe(settings.stripe)
    try:
        missing = await lacking(stripe)
    finally:
        await stripe.close()
    if missing:
        raise PaymentError(f"the key lacks: {'; '.join(missing)}", again=False)
    return "answers, and the key may do what is needed"


async def _provider(name: str, settings: Settings) -> str:
    from bot.connecting import providers_of
    from services.clock import Clock
    from services.providers import ProviderError
    from services.storage.sealing import Secrets

    providers = providers_of(settings, Secrets(settings.key), Clock())
    try:
        probe = await providers[name].probe()
    finally:
        for provider in providers.values():
            await provider.close()
    if not probe.ok:
        raise ProviderError(probe.reason)
    balance = f", balance {probe.balance.amount} {probe.balance.currency}" if probe.balance else ""
    return f"answers{balance}"


async def _telegram(settings: Settings) -> str:
    from bot.channels.telegram import Telegram
    from bot.connecting import channels_of
    from bot.conversation.channel import ChannelError
    from handlers.start import descriptions, menus

    channel = channels_of(settings)["telegram"]
    assert isinstance(channel, Telegram)
    try:
        differs = await channel.differences(menus(), descriptions(settings.shop_name))
        troubles = await channel.troubles()
    finally:
        await channel.close()
    if troubles:
        raise ChannelError("; ".join(troubles))
    state = f"differs, and the next start sets it: {', '.join(differs)}" if differs else "all set up"
    return f"@{channel.username}, {state}"


async def _stars(settings: Settings) -> str:
    from datetime import UTC, datetime

    from bot.connecting import channels_of
    from bot.star_bank import TelegramStars
    from services.payments import PaymentError
    from services.prices import read_book

    book = read_book(settings.prices_file)
    rate = book.stars
    if rate is None or not rate.holds(datetime.now(UTC)):
        raise PaymentError("no rate holds today: [stars] in prices.toml", again=False)
    channel = channels_of(settings)["telegram"]
    try:
        balance = await TelegramStars(channel).balance()
    finally:
        await channel.close()
    return f"{rate.per_unit} to 1 {book.currency}, until {rate.until}; {balance} in the account"


async def _meter(settings: Settings) -> str:
    from services.clock import Clock
    from services.metering import Metering
    from services.storage import open_stores

    stores = await open_stores(*settings.databases)
    try:
        meter = await Metering(stores.app, Clock()).meter()
    finally:
        await stores.close()
    month = ", ".join(f"{count} {category}" for category, count in sorted(meter.month.items())) or "nothing"
    return (
        f"this month {month}, {meter.billable} of them cost; {meter.each:.1f} messages for each conversation"
    )


async def _whatsapp(settings: Settings) -> str:
    from bot.channels.whatsapp import WhatsApp
    from bot.connecting import channels_of
    from bot.conversation.channel import ChannelError

    channel = channels_of(settings)["whatsapp"]
    assert isinstance(channel, WhatsApp)
    try:
        await channel.open({})
        troubles = await channel.troubles(f"{settings.public_url.rstrip('/')}/whatsapp")
    finally:
        await channel.close()
    if troubles:
        raise ChannelError("; ".join(troubles))
    return "the number answers, and its webhooks come here"
