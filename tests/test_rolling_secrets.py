"""A secret of a webhook is changed while messages are on their way: every one of them is answered, once."""

from __future__ import annotations

import asyncio
import hmac
import time
from functools import partial

from bot.sandbox import credentials
from tests.living import START, Living, until

ROLLED = {
    "TELEGRAM_SECRET": credentials.TELEGRAM_SECRET,
    "WHATSAPP_APP_SECRET": credentials.WHATSAPP_APP_SECRET,
    "WHATSAPP_VERIFY_TOKEN": credentials.WHATSAPP_VERIFY_TOKEN,
    "STRIPE_WEBHOOK_SECRET": credentials.STRIPE_WEBHOOK_SECRET,
}


def newer(secret: str) -> str:
    """One more letter is another secret."""
    return f"{secret}x"


async def test_secrets_are_rolled_with_messages_and_payments_on_their_way():
    """The shop knows the new and the old secret; Telegram is told the new one, Meta and Stripe still sign with theirs."""
    living = await Living().start()
    try:
        people = [
            living.traveller(channel, f"{channel}{number}", "en")
            for number in range(3)
            for channel in ("telegram", "whatsapp")
        ]
        await asyncio.gather(*(one.asks("/start", "Where are you going") for one in people))
        buyer = living.traveller("telegram", "buyer", "en")
        session = await buyer.to_the_link()
        await asyncio.gather(*(one.mark() for one in (*people, buyer)))
        for service in ("telegram", "whatsapp"):
            await living.fault(service, "updates-held", times=100)
        await living.fault("stripe", "events-held", times=100)
        for one in people:
            await one.says("Japan, 10 days")
        await living.pay(session)

        living.stop_bot()
        living.settings = {name: f"{newer(secret)},{secret}" for name, secret in ROLLED.items()}
        living.start_bot()
        await living.healthy()
        await living.calm()

        await asyncio.gather(*(one.sees("Plans for Japan") for one in people), buyer.gets_qr())
        for one in people:
            assert sum("Plans for Japan" in text for text in await one.texts()) == 1
        assert len((await living.ledger())["delivered"]) == 1

        # A day later only the new ones are left, and what is signed with the old ones stays outside.
        asked, said = await calls(living, "getWebhookInfo"), await calls(living, "setWebhook")
        living.stop_bot()
        living.settings = {name: newer(secret) for name, secret in ROLLED.items()}
        living.start_bot()
        await until(partial(asked_more, living, asked), START, living.log)
        await people[0].asks("/help", "/usage")  # Telegram was told the new one
        assert await calls(living, "setWebhook") == said >= 2  # and not once more: nothing about it differs
        assert await signed_with_the_old_one(living) == {"telegram": 401, "whatsapp": 401, "stripe": 400}
    finally:
        await living.stop()


async def asked_more(living, before) -> bool:
    """Whether the bot has asked Telegram again where its updates go."""
    return await calls(living, "getWebhookInfo") > before


async def calls(living, method) -> int:
    """How often the bot has called that method of Telegram's."""
    return int((await living.ledger())["calls"].get(f"telegram {method}", 0))


async def signed_with_the_old_one(living) -> dict[str, int]:
    """What each door says to it."""
    raw, now = b"{}", str(int(time.time()))
    stripe = hmac.digest(ROLLED["STRIPE_WEBHOOK_SECRET"].encode(), f"{now}.{raw.decode()}".encode(), "sha256")
    meta = hmac.digest(ROLLED["WHATSAPP_APP_SECRET"].encode(), raw, "sha256")
    headers = {
        "telegram": {"X-Telegram-Bot-Api-Secret-Token": ROLLED["TELEGRAM_SECRET"]},
        "whatsapp": {"X-Hub-Signature-256": f"sha256={meta.hex()}"},
        "stripe": {"Stripe-Signature": f"t={now},v1={stripe.hex()}"},
    }
    return {
        door: (await living.http.post(f"{living.bot_url}/{door}", content=raw, headers=shown)).status_code
        for door, shown in headers.items()
    }
