"""From the settings to the platforms that the shop is reached on."""

from __future__ import annotations

from bot.channels import telegram, whatsapp
from bot.conversation.channel import Channel
from bot.settings import Settings


def channels_of(settings: Settings) -> dict[str, Channel]:
    """Each channel that has its credentials; nothing is called yet."""
    channels: dict[str, Channel] = {}
    if settings.has_telegram:
        channels["telegram"] = telegram.Telegram(
            telegram.Settings(
                token=settings.telegram_token.get_secret_value(),
                api=settings.telegram_api,
                secret=settings.telegram_secret.get_secret_value(),
                public_url=settings.public_url,
                mode="polling" if settings.telegram_mode == "polling" else "webhook",
                staff_chat=settings.staff_chat,
            )
        )
    if settings.has_whatsapp:
        channels["whatsapp"] = whatsapp.WhatsApp(
            whatsapp.Settings(
                token=settings.whatsapp_token.get_secret_value(),
                phone_id=settings.whatsapp_phone_id,
                business_id=settings.whatsapp_business_id or "0",
                app_secret=settings.whatsapp_app_secret.get_secret_value(),
                verify_token=settings.whatsapp_verify_token.get_secret_value(),
                api=settings.whatsapp_api,
            )
        )
    return channels
