"""The settings that point a bot at the world, as the shop's own accounts would at the real services."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bot.sandbox import credentials

#: Waits that a shop counts in minutes or hours take this share of their time in the sandbox.
TIME_FACTOR = "0.005"


def smtp_port(port: int) -> int:
    """Where the world's mailbox listens, told from the world's own port.

    Always below 32768, where the system starts to hand out ports of its own choice, and never the
    world's own port.
    """
    return (10_000 if 20_000 <= port < 30_000 else 20_000) + port % 10_000


#: Wholesalers that a bot can buy from in the world.
PROVIDERS = ("keepgo", "airalo")


def environment(
    port: int, bot_url: str, data: str, polling: bool = False, providers: Sequence[str] = PROVIDERS[:1]
) -> dict[str, str]:
    """Every setting of a bot that lives in the world on this port.

    `bot_url` is the bot's own address without a trailing slash; `data` the folder of its databases;
    with `polling` Telegram is asked for updates instead of calling. The world has every wholesaler; the
    bot buys from those named in `providers`.
    """
    here = f"http://127.0.0.1:{port}"
    listen = urlsplit(bot_url)
    folder = Path(data).resolve()
    accounts = {
        "keepgo": {
            "KEEPGO_API_KEY": credentials.KEEPGO_API_KEY,
            "KEEPGO_ACCESS_TOKEN": credentials.KEEPGO_ACCESS_TOKEN,
            "KEEPGO_API": f"{here}/keepgo/api/v2",
        },
        "airalo": {
            "AIRALO_CLIENT_ID": credentials.AIRALO_CLIENT_ID,
            "AIRALO_CLIENT_SECRET": credentials.AIRALO_CLIENT_SECRET,
            "AIRALO_WEBHOOK_SECRET": credentials.AIRALO_CLIENT_SECRET,
            "AIRALO_API": f"{here}/airalo/v2",
        },
    }
    return {
        "TELEGRAM_TOKEN": credentials.TELEGRAM_TOKEN,
        "TELEGRAM_API": f"{here}/telegram",
        "TELEGRAM_SECRET": credentials.TELEGRAM_SECRET,
        "TELEGRAM_MODE": "polling" if polling else "webhook",
        "STAFF_CHAT": str(credentials.STAFF_CHAT),
        "PAYMENT_METHODS_TELEGRAM": "card,stars",
        "WHATSAPP_TOKEN": credentials.WHATSAPP_TOKEN,
        "WHATSAPP_API": f"{here}/whatsapp",
        "WHATSAPP_PHONE_ID": credentials.WHATSAPP_PHONE_ID,
        "WHATSAPP_BUSINESS_ID": credentials.WHATSAPP_BUSINESS_ID,
        "WHATSAPP_NUMBER": credentials.WHATSAPP_NUMBER,
        "WHATSAPP_APP_SECRET": credentials.WHATSAPP_APP_SECRET,
        "WHATSAPP_VERIFY_TOKEN": credentials.WHATSAPP_VERIFY_TOKEN,
        "STRIPE_KEY": credentials.STRIPE_RESTRICTED_KEY,
        "STRIPE_WEBHOOK_SECRET": credentials.STRIPE_WEBHOOK_SECRET,
        "STRIPE_API": f"{here}/stripe",
        **{name: value for one in providers for name, value in accounts[one].items()},
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_port(port)}",
        "MAIL_FROM": "shop@esim.example",
        "PUBLIC_URL": bot_url,
        "LISTEN": f"{listen.hostname}:{listen.port or 80}",
        "DATA": str(folder),
        "APP_DATABASE_URL": f"sqlite:///{folder}/app.db",
        "LEGAL_DATABASE_URL": f"sqlite:///{folder}/legal.db",
        "VAULT_DATABASE_URL": f"sqlite:///{folder}/vault.db",
        "MASTER_KEY": credentials.MASTER_KEY,
        "REFUND_RULE": "unused",
        "WITHDRAWAL_OUTCOME": "refund_if_unused",
        "SHOP_LANGUAGE": "en",
        # Nobody's numbers: a paper of the sandbox is no paper. No-break spaces, so that a shell takes each as one word.
        "SELLER_NAME": "Miio\u00a0(sandbox)",
        "SELLER_FORM": "SAS",
        "SELLER_CAPITAL": "1\u00a0000\u00a0€",
        "SELLER_ADDRESS": "60\u00a0rue\u00a0François\u00a01er,\u00a075008\u00a0Paris,\u00a0France",
        "SELLER_SIREN": "000\u00a0000\u00a0000",
        "SELLER_SIRET": "000\u00a0000\u00a0000\u00a000000",
        "SELLER_REGISTRY": "RCS\u00a0Paris\u00a0000\u00a0000\u00a0000",
        "SELLER_VAT": "FR00\u00a0000000000",
        "TIME_SOURCE": f"{here}/clock",
        "TIME_FACTOR": TIME_FACTOR,
    }
