"""Visibly fake credentials, the same for the world and for the bot that is pointed at it."""

TELEGRAM_TOKEN = "700000001:SANDBOX-not-a-real-token-000000000"
TELEGRAM_BOT_ID = 700000001
TELEGRAM_BOT_USERNAME = "sandbox_esim_bot"
TELEGRAM_SECRET = "sandbox-telegram-webhook-secret"
#: A payment provider in test mode, as BotFather gives them.
TELEGRAM_PROVIDER = "284685063:TEST:SANDBOXnotAToken"
STAFF_CHAT = -1001000000001

WHATSAPP_TOKEN = "SANDBOX-not-a-real-whatsapp-token"
WHATSAPP_PHONE_ID = "100000000000001"
WHATSAPP_BUSINESS_ID = "200000000000001"
WHATSAPP_NUMBER = "33700000001"
WHATSAPP_APP_SECRET = "sandbox-whatsapp-app-secret"
WHATSAPP_VERIFY_TOKEN = "sandbox-whatsapp-verify-token"

STRIPE_KEY = "sk_test_SANDBOXnotARealKey0000000000"
#: May do what the bot needs and nothing else.
STRIPE_RESTRICTED_KEY = "rk_test_SANDBOXnotARealKey0000000000"
STRIPE_WEBHOOK_SECRET = "whsec_SANDBOXnotARealSecret00000000"

KEEPGO_API_KEY = "sandbox-keepgo-api-key"
KEEPGO_ACCESS_TOKEN = "sandbox-keepgo-access-token"

AIRALO_CLIENT_ID = "sandbox-airalo-client-id"
AIRALO_CLIENT_SECRET = "sandbox-airalo-client-secret"

#: 32 bytes of nothing, base64: the sandbox's master key protects sample data only.
MASTER_KEY = "c2FuZGJveC1tYXN0ZXIta2V5LW5vdC1hLXNlY3JldCE="
