"""Every setting of the bot: environment variables, read once, typed and frozen; what is wrong is named."""

from __future__ import annotations

import base64
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.buyer_guard import Limits
from services.claims.rules import Rules
from services.mailer import Settings as MailSettings
from services.payments.stripe.settings import Settings as StripeSettings
from services.privacy.facts.policy import Controller
from services.privacy.facts.recipients import DEFAULT as RECIPIENTS
from services.privacy.facts.recipients import Recipients, RecipientsError, read_recipients
from services.seller import Seller


class BadSettings(ValueError):
    """A setting is missing or malformed. The message names it, and never shows a value."""


class Settings(BaseSettings):
    """The environment. Names are the fields' in capitals: TELEGRAM_TOKEN, APP_DATABASE_URL …"""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    # Where the bot listens, and under which address the platforms reach it.
    listen: str = "127.0.0.1:8081"
    #: Where counts are told to Prometheus, as host:port; nowhere when empty.
    metrics_listen: str = Field(default="", pattern=r"^([0-9A-Za-z.\[\]:]*:[0-9]{1,5})?$")
    public_url: str = ""
    data: Path = Path("var/bot")
    prices_file: Path = Path(__file__).resolve().parents[1] / "prices.toml"
    #: Who receives personal data, where, and what protects them there; nobody else is sent anything.
    recipients_file: Path = RECIPIENTS

    app_database_url: str = ""
    legal_database_url: str = ""
    vault_database_url: str = ""
    #: 32 random bytes in base64. Kept apart from every database and backup.
    master_key: SecretStr
    #: The key before it was changed: for `keys rotate`, and for backups of that time.
    old_master_key: SecretStr = SecretStr("")
    #: The name of this process among several; on one machine there is one.
    executor: str = ""

    telegram_token: SecretStr = SecretStr("")
    telegram_api: str = "https://api.telegram.org"
    telegram_secret: SecretStr = SecretStr("")
    telegram_mode: str = Field(default="webhook", pattern="^(webhook|polling)$")
    #: Messages a second that Telegram takes from the bot, all processes together; 0: nothing is paced.
    telegram_rate: int = Field(default=30, ge=0, le=1000)
    staff_chat: int | None = None
    #: Telegram's ids of the members who may give commands there, separated by commas; empty: all of them.
    staff_members: str = Field(default="", pattern=r"^\s*(\d+\s*(,\s*\d+\s*)*)?$")

    whatsapp_token: SecretStr = SecretStr("")
    whatsapp_api: str = "https://graph.facebook.com"
    whatsapp_phone_id: str = ""
    whatsapp_business_id: str = ""
    #: The shop's own number, digits only: links back from the checkout lead there.
    whatsapp_number: str = ""
    whatsapp_app_secret: SecretStr = SecretStr("")
    whatsapp_verify_token: SecretStr = SecretStr("")
    #: The same at Meta: 80 for every number, up to 1000 for those that it has raised.
    whatsapp_rate: int = Field(default=80, ge=0, le=1000)
    #: Answers for each chat and day where each costs, beyond which only orders, rights and a person are; 0: no end.
    answers_per_day: int = Field(default=200, ge=0)

    stripe_key: SecretStr = SecretStr("")
    #: One, or several with commas between while the secret is replaced.
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_api: str = "https://api.stripe.com"
    stripe_instant_only: bool = False

    #: What one buyer may do: `services/buyer_guard.py`. Amounts in the shop's currency; 0 switches a limit off.
    buyer_orders_per_day: int = Field(default=20, ge=0)
    buyer_amount_per_day: Decimal = Field(default=Decimal(500), ge=0)
    buyer_secure_above: Decimal = Field(default=Decimal(50), ge=0)
    buyer_declines: int = Field(default=5, ge=0)
    buyer_pause_minutes: int = Field(default=60, ge=1, le=1440)
    #: An early fraud warning gives the money of an unused eSIM back by itself.
    buyer_refund_warned: bool = True

    #: How one may pay on each channel; the card's button stands first. Stars exist on Telegram only.
    payment_methods_telegram: str = Field(default="card", pattern="^(card|stars|card,stars)$")
    payment_methods_whatsapp: str = Field(default="card", pattern="^card$")

    keepgo_api_key: SecretStr = SecretStr("")
    keepgo_access_token: SecretStr = SecretStr("")
    keepgo_api: str = "https://myaccount.keepgo.com/api/v2"
    keepgo_currency: str = "USD"
    #: What may be spent there on one day (UTC), in dollars like its prices; 0: as much as is ordered.
    keepgo_daily_cap: Decimal = Field(default=Decimal(0), ge=0)

    airalo_client_id: str = ""
    airalo_client_secret: SecretStr = SecretStr("")
    airalo_api: str = "https://partners-api.airalo.com/v2"
    #: What its webhooks are signed with; the client's secret unless Airalo has given another one.
    airalo_webhook_secret: SecretStr = SecretStr("")
    #: Orders are accepted at once and carried out a little later, which a webhook tells.
    airalo_async: bool = False
    airalo_daily_cap: Decimal = Field(default=Decimal(0), ge=0)

    #: A paid order is delivered within this time, or the money goes back.
    promise_minutes: int = Field(default=30, ge=5, le=1440)
    #: How long a paid order waits for a provider's account to be topped up before the money goes back.
    credit_wait_minutes: int = Field(default=10, ge=0, le=120)
    #: The operator is told when a provider's balance lasts for fewer days than this.
    balance_days: int = Field(default=3, ge=1, le=60)

    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""

    shop_name: str = "Miio"
    shop_language: str = "en"
    controller_name: str = "Miio"
    controller_address: str = "60 rue François 1er, 75008 Paris, France"
    controller_email: str = "contact@esim-miio.com"
    authority_name: str = "CNIL"
    authority_url: str = "https://www.cnil.fr/fr/plaintes"
    authority_address: str = "3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, France"
    #: Whether the policy says what `POLICY.md` proposes; the operator decides.
    policy_approved: bool = False
    #: A copy of one's data that is larger goes by a link, in thousands of bytes; the platforms take 50,000.
    export_in_chat_kb: int = Field(default=20_000, ge=0, le=45_000)
    terms_url: str = "https://www.esim-miio.com/"
    terms_version: str = "2026-11"
    support_hours: str = "9:00–19:00 (Europe/Paris)"
    #: What is granted after a sale; frozen on each order. `unused`: an unused eSIM is refunded by itself within so
    #: many days, everything else goes to a person.
    refund_rule: Literal["unused", "person", "none"] = "person"
    refund_days: int = Field(default=14, ge=1, le=365)
    withdrawal_outcome: Literal["refund_if_unused", "refund_pro_rata", "person", "waived_acknowledged"] = (
        "person"
    )
    #: How soon a person shall decide a claim.
    claim_hours: int = Field(default=48, ge=1, le=720)
    support_wait_minutes: int = Field(default=30, ge=1, le=2880)

    #: What the law wants to read about the seller on invoices; `python -m bot doctor` says what is missing.
    seller_name: str = ""
    seller_form: str = ""
    seller_capital: str = ""
    seller_address: str = ""
    seller_siren: str = ""
    seller_siret: str = ""
    seller_registry: str = ""
    seller_vat: str = ""
    #: A sentence that the seller's tax position asks for ("TVA non applicable, art. 293 B du CGI").
    seller_mention: str = ""
    #: Where the days, months and years of the books begin.
    books_timezone: str = "Europe/Paris"

    #: All waits are multiplied by this; tests and the sandbox make them short.
    time_factor: float = Field(default=1.0, gt=0, le=10)
    #: A loopback address that moves the shop's clock. For the sandbox.
    time_source: str = ""

    @field_validator("master_key", "old_master_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr, field: ValidationInfo) -> SecretStr:
        if field.field_name == "old_master_key" and not value.get_secret_value():
            return value
        try:
            size = len(base64.b64decode(value.get_secret_value(), validate=True))
        except ValueError as error:
            raise ValueError("is not base64") from error
        if size != 32:
            raise ValueError("must be 32 bytes in base64")
        return value

    @field_validator("books_timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone such as Europe/Paris")
        return value

    @field_validator("time_source")
    @classmethod
    def _is_loopback(cls, value: str) -> str:
        if value and not value.startswith("http://127.0.0.1:"):
            raise ValueError("may only be a loopback address")
        return value

    @property
    def staff_members_ids(self) -> tuple[str, ...]:
        """Who may give commands in the staff chat."""
        return tuple(one.strip() for one in self.staff_members.split(",") if one.strip())

    @property
    def rules(self) -> Rules:
        """What the shop grants after a sale."""
        return Rules(self.refund_rule, self.refund_days, self.withdrawal_outcome)

    @property
    def key(self) -> bytes:
        """The master key."""
        return base64.b64decode(self.master_key.get_secret_value())

    @property
    def old_key(self) -> bytes | None:
        """The master key before it was changed, if it was."""
        given = self.old_master_key.get_secret_value()
        return base64.b64decode(given) if given else None

    @property
    def controller(self) -> Controller:
        """Who answers for the data, and who watches over that."""
        return Controller(
            self.controller_name,
            self.controller_address,
            self.controller_email,
            self.authority_name,
            self.authority_url,
            self.authority_address,
            approved=self.policy_approved,
        )

    @cached_property
    def recipients(self) -> Recipients:
        """Who may be sent anything. Raises RecipientsError."""
        return read_recipients(self.recipients_file)

    @property
    def seller(self) -> Seller:
        """Who sells, as it stands on papers."""
        return Seller(
            brand=self.shop_name,
            name=self.seller_name or self.controller_name,
            form=self.seller_form,
            capital=self.seller_capital,
            address=self.seller_address or self.controller_address,
            siren=self.seller_siren,
            siret=self.seller_siret,
            registry=self.seller_registry,
            vat=self.seller_vat,
            email=self.controller_email,
            mention=self.seller_mention,
            zone=ZoneInfo(self.books_timezone),
        )

    @property
    def databases(self) -> tuple[str, str, str]:
        """URLs of app, legal and vault; files in the data folder by default."""
        given = (self.app_database_url, self.legal_database_url, self.vault_database_url)
        names = ("app", "legal", "vault")
        folder = self.data.resolve()
        app, legal, vault = (
            url or f"sqlite:///{folder / name}.db" for url, name in zip(given, names, strict=True)
        )
        return app, legal, vault

    def page_url(self, path: str) -> str:
        """Where one of our own pages is; empty where the bot has no address."""
        return f"{self.public_url.rstrip('/')}{path}" if self.public_url else ""

    @property
    def mail(self) -> MailSettings:
        """How mail goes out; not at all where its service may receive nothing."""
        url = self.smtp_url.get_secret_value() if self.recipients.may_receive("mail") else ""
        return MailSettings(url, self.mail_from)

    @property
    def stripe(self) -> StripeSettings:
        """How to reach Stripe."""
        secrets = self.stripe_webhook_secret.get_secret_value().split(",")
        return StripeSettings(
            self.stripe_key.get_secret_value(),
            tuple(secret for one in secrets if (secret := one.strip())),
            self.stripe_api,
            self.stripe_instant_only,
            may_receive=self.recipients.may_receive("payments"),
        )

    @property
    def buyers(self) -> Limits:
        """What one buyer may do."""
        return Limits(
            self.buyer_orders_per_day,
            self.buyer_amount_per_day,
            self.buyer_secure_above,
            self.buyer_declines,
            timedelta(minutes=self.buyer_pause_minutes),
        )

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host or "127.0.0.1", int(port)

    @property
    def payment_methods(self) -> dict[str, tuple[str, ...]]:
        """Channel → its ways to pay."""
        return {
            "telegram": tuple(self.payment_methods_telegram.split(",")),
            "whatsapp": tuple(self.payment_methods_whatsapp.split(",")),
        }

    @property
    def has_telegram(self) -> bool:
        return bool(self.telegram_token.get_secret_value())

    @property
    def has_whatsapp(self) -> bool:
        return bool(self.whatsapp_token.get_secret_value())

    @property
    def has_airalo(self) -> bool:
        return bool(self.airalo_client_id)

    @property
    def has_keepgo(self) -> bool:
        """The first provider; a shop may do without it when it has another one."""
        return bool(self.keepgo_api_key.get_secret_value()) or not self.has_airalo


def read() -> Settings:
    """The settings from the environment. Raises BadSettings with one line for each that is wrong."""
    try:
        settings = Settings()  # type: ignore[call-arg]  # the environment gives what is required
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in one['loc']).upper()}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise BadSettings("; ".join(lines)) from None
    problems = [
        *(_missing(settings, "telegram", ("telegram_secret",)) if settings.has_telegram else []),
        *(
            _missing(
                settings, "whatsapp", ("whatsapp_phone_id", "whatsapp_app_secret", "whatsapp_verify_token")
            )
            if settings.has_whatsapp
            else []
        ),
        *(_missing(settings, "airalo", ("airalo_client_secret",)) if settings.has_airalo else []),
    ]
    if not settings.has_telegram and not settings.has_whatsapp:
        problems.append("TELEGRAM_TOKEN or WHATSAPP_TOKEN: at least one channel is needed")
    if settings.telegram_mode == "webhook" and settings.has_telegram and not settings.public_url:
        problems.append("PUBLIC_URL: needed for webhooks (or set TELEGRAM_MODE=polling)")
    try:
        _ = settings.recipients
    except RecipientsError as error:
        problems.append(f"RECIPIENTS_FILE: {error}")
    if problems:
        raise BadSettings("; ".join(problems))
    return settings


def _missing(settings: Settings, channel: str, names: tuple[str, ...]) -> list[str]:
    def value(name: str) -> str:
        given = getattr(settings, name)
        return given.get_secret_value() if isinstance(given, SecretStr) else str(given)

    return [f"{name.upper()}: needed for {channel}" for name in names if not value(name)]
