"""From the settings to whom the shop deals with: the platforms it is reached on, the wholesalers it buys from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from bot.channels import telegram, whatsapp
from bot.conversation.channel import Channel, ChannelError
from bot.last_said import LastSaid
from bot.settings import Settings
from handlers.start import descriptions, menus
from services.catalogue.names import country_of
from services.clock import Clock
from services.providers import EsimProvider, ProviderError, airalo, keepgo
from services.spend_guard import Limits
from services.storage.sealed_file import SealedFile
from services.storage.sealing import Secrets

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger()

#: The file of Airalo's token in the shop's data folder.
TOKEN = "airalo-token"  # noqa: S105, the name of a file


def channels_of(settings: Settings) -> dict[str, Channel]:
    """Each channel that has its credentials and may receive something; nothing is called yet."""
    channels: dict[str, Channel] = {}
    may_receive = settings.recipients.may_receive
    if settings.has_telegram and may_receive("telegram"):
        channels["telegram"] = telegram.Telegram(
            telegram.Settings(
                token=settings.telegram_token.get_secret_value(),
                api=settings.telegram_api,
                secret=settings.telegram_secret.get_secret_value(),
                public_url=settings.public_url,
                mode="polling" if settings.telegram_mode == "polling" else "webhook",
                staff_chat=settings.staff_chat,
                rate=settings.telegram_rate,
            )
        )
    if settings.has_whatsapp and may_receive("meta"):
        channels["whatsapp"] = whatsapp.WhatsApp(
            whatsapp.Settings(
                token=settings.whatsapp_token.get_secret_value(),
                phone_id=settings.whatsapp_phone_id,
                business_id=settings.whatsapp_business_id or "0",
                app_secret=settings.whatsapp_app_secret.get_secret_value(),
                verify_token=settings.whatsapp_verify_token.get_secret_value(),
                api=settings.whatsapp_api,
                rate=settings.whatsapp_rate,
            )
        )
    return channels


async def open_channel(
    channel: Channel,
    commands: Mapping[str, Mapping[str, str]],
    described: Mapping[str, str],
    last: LastSaid,
) -> None:
    """Register at a platform, again and again until it has taken us."""
    pause = 0.5
    while True:
        try:
            if isinstance(channel, telegram.Telegram):
                await channel.open(commands, last)
                await channel.describe(described)
            else:
                await channel.open(commands)
            if isinstance(channel, whatsapp.WhatsApp):
                await channel.register_templates()
        except ChannelError as error:
            log.error("channel not open", channel=channel.name, reason=error.reason)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 30)
        else:
            return


async def ask_to_be_told(providers: Mapping[str, EsimProvider]) -> None:
    """The provider that tells by itself is asked to, until it agrees; it looks at our door before it does."""
    provider, pause = providers.get("airalo"), 0.5
    while isinstance(provider, airalo.Airalo):
        try:
            await provider.subscribe()
        except ProviderError as error:
            log.warning("provider will not tell yet", provider=provider.name, reason=error.reason)
            await asyncio.sleep(max(pause, error.again or 0))
            pause = min(pause * 2, 300)
        else:
            return


def providers_of(settings: Settings, secrets: Secrets, clock: Clock) -> dict[str, EsimProvider]:
    """Each wholesaler that has its credentials and may receive something; nothing is called yet."""
    providers: dict[str, EsimProvider] = {}
    may_receive = settings.recipients.may_receive
    if settings.has_keepgo and may_receive("keepgo"):
        providers["keepgo"] = keepgo.connect(keepgo_account(settings), country_of, clock.now)
    if settings.has_airalo and may_receive("airalo"):
        kept = SealedFile(settings.data / TOKEN, secrets.house, settings.airalo_client_id)
        providers["airalo"] = airalo.connect(airalo_account(settings), country_of, clock.now, kept)
    return providers


def keepgo_account(settings: Settings) -> keepgo.Settings:
    """The account at KeepGo."""
    return keepgo.Settings(
        api_key=settings.keepgo_api_key.get_secret_value(),
        access_token=settings.keepgo_access_token.get_secret_value(),
        url=settings.keepgo_api,
        factor=settings.time_factor,
        currency=settings.keepgo_currency,
    )


def airalo_account(settings: Settings) -> airalo.Settings:
    """The account at Airalo. Without a public address nothing is told to us, and nothing only accepted."""
    return airalo.Settings(
        client_id=settings.airalo_client_id,
        client_secret=settings.airalo_client_secret.get_secret_value(),
        url=settings.airalo_api,
        webhook_secret=settings.airalo_webhook_secret.get_secret_value(),
        webhook_url=f"{settings.public_url}/airalo" if settings.public_url else "",
        later=settings.airalo_async,
        factor=settings.time_factor,
    )


def limits_of(settings: Settings) -> Limits:
    """What may be spent at each account, and when the operator hears that it runs out."""
    caps = {"keepgo": settings.keepgo_daily_cap, "airalo": settings.airalo_daily_cap}
    return Limits(caps, settings.credit_wait_minutes, settings.balance_days)


def longest_answer(settings: Settings) -> float:
    """How long any answer of a wholesaler is waited for, in real seconds."""
    return max(keepgo_account(settings).patience, airalo_account(settings).patience)


async def open_channels(app: App) -> None:
    """Register at the platforms; then listen, and take up what was left."""
    commands, described = menus(), descriptions(app.settings.shop_name)
    last = LastSaid(app.stores.app, app.secrets, app.clock, "webhook")
    for channel in app.channels.values():
        await open_channel(channel, commands, described, last)
        if isinstance(channel, telegram.Telegram) and channel.username:
            app.back["telegram"] = channel.link
    app.ready = True
    await app.inbox.take_up(None if app.alone else await app.housekeeping.dead())
    bot = app.channels.get("telegram")
    if isinstance(bot, telegram.Telegram) and app.settings.telegram_mode == "polling":
        await bot.poll(lambda raw: app.arrivals.polled(bot, raw))
