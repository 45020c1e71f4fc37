"""Meeting the bot: hello, help, and what we say when we did not understand.

> /start
Where are you going? Just write it, for example: Japan, 10 days.
[My eSIMs] [Help] [🌐 Language]
> qwertyuiop zxcvb
I did not understand that. Write a country and your days, for example: Japan, 10 days.
[Help] [A person]
> japan-nowhere_spring
Where are you going? Just write it, for example: Japan, 10 days.
> jp-5gb_spring
eSIM Japan · …
Total: …, … of it VAT (…)
[It fits]
> /start jp-5gb_spring
eSIM Japan · …
[It fits]
> /help
/plans – Choose a plan
/usage – How much data is left
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import links
from bot.conversation.actions import action
from bot.conversation.events import Chat, Pressed
from bot.conversation.first_words import ShowLanguages
from bot.conversation.i18n import N_, _, languages, speaking
from bot.conversation.messages import Button, Menu, Remember, Reply, Text
from bot.conversation.router import Router
from handlers import _links, esims, marketing, support
from services.shop import Shop

router = Router()

#: What /help and the menus of the platforms list, in this order.
COMMANDS = (
    ("plans", N_("Choose a plan")),
    ("esims", N_("My eSIMs: QR and codes again")),
    ("usage", N_("How much data is left")),
    ("orders", N_("My orders")),
    ("invoice", N_("My invoices")),
    ("support", N_("Talk to a person")),
    ("warranty", N_("It does not work: make a claim")),
    ("refund", N_("Give an eSIM back")),
    ("withdraw", N_("Withdraw from a contract")),
    ("account", N_("Name, email, phone")),
    ("link", N_("Link Telegram and WhatsApp")),
    ("language", N_("Change language")),
    ("privacy", N_("Privacy: your data and your rights")),
    ("terms", N_("Terms of sale")),
    ("paysupport", N_("Questions about a payment")),
    ("help", N_("What I can do")),
)


@action("help")
class ShowHelp:
    """List what the bot can do."""


@router.command("start", N_("Start"))
async def start(chat: Chat, shop: Shop, words: str) -> Reply:
    """Hello; or, from a link, straight to its plan."""
    link = links.read(words)
    chat = _links.led_by(chat, shop, link)
    followed = await _links.follow(chat, shop, link)
    if followed is None:
        return Remember(chat.memory), welcome(shop), *await marketing.asked_again(chat, shop)
    return followed if isinstance(followed, Sequence) else (Remember(chat.memory), followed)


@router.intent("greeting")
async def hello(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """Hello."""
    return welcome(shop)


@router.command("help", N_("What I can do"))
async def help_(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """Everything the bot can do, in one message."""
    return Menu(
        "\n".join(
            (
                _("Write where you are going, or choose:"),
                "",
                *(f"/{name} – {_(summary)}" for name, summary in COMMANDS),
            )
        ),
        (Button(_("My eSIMs"), esims.ShowEsims()), Button(_("A person"), support.AskPerson())),
    )


@router.press(ShowHelp)
async def press_help(chat: Chat, shop: Shop, chosen: ShowHelp) -> Reply:  # noqa: ARG001
    """The same by button."""
    return await help_(chat, shop, "")


@router.hears("lost")
async def lost(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """Words that mean nothing to us get ways out, not silence."""
    return Menu(
        _("I did not understand that. Write a country and your days, for example: Japan, 10 days."),
        (Button(_("Help"), ShowHelp()), Button(_("A person"), support.AskPerson())),
    )


@router.hears("forged")
async def forged(chat: Chat, shop: Shop, event: Pressed) -> Reply:  # noqa: ARG001
    """A button that is not ours, or not this chat's."""
    return Menu(_("This button does not work any more."), (Button(_("Help"), ShowHelp()),))


@router.command("terms", N_("Terms of sale"))
async def terms(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """Where the terms of sale are, and which version holds."""
    return Text(
        _(
            "Our terms of sale (version {version}): {url}",
            version=shop.about.terms_version,
            url=shop.about.terms_url,
        )
    )


def welcome(shop: Shop) -> Menu:
    """The first words."""
    return Menu(
        _("{shop}: travel eSIMs in this chat.", shop=shop.about.name)
        + "\n"
        + _("Where are you going? Just write it, for example: Japan, 10 days."),
        (
            Button(_("My eSIMs"), esims.ShowEsims()),
            Button(_("Help"), ShowHelp()),
            Button(_("🌐 Language"), ShowLanguages()),
        ),
    )


def descriptions(shop: str) -> dict[str, str]:
    """Language → what the bot says of itself before anybody has spoken."""
    found: dict[str, str] = {}
    for locale in languages():
        with speaking(locale):
            found[locale] = _("{shop}: travel eSIMs in this chat.", shop=shop)
    return found


def menus() -> dict[str, dict[str, str]]:
    """Language → command → summary, for the menus of the platforms."""
    found: dict[str, dict[str, str]] = {}
    for locale in languages():
        with speaking(locale):
            found[locale] = {name: _(summary) for name, summary in COMMANDS}
    return found
