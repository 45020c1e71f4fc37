"""The privacy policy: short first, each section on request, the whole as a file and as a page.

> /privacy
> [Policy]
Privacy policy of Miio
Who is responsible: Miio, …
Your data is neither sold nor rented to anybody.
[What and why] [Who receives it] [How long] [Your rights] [Whole text]
> [What and why]
– Identification: …
> [Who receives it]
– the eSIM provider, …
> [How long]
3 years after …
> [Your rights]
1. Access: …
6. Objection: …
> [Whole text]
Privacy policy of Miio. Policy version: …
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, spoken
from bot.conversation.messages import Button, File, Link, Menu, Reply
from bot.conversation.router import Router
from handlers import _policy_text as policy_text
from services.page import Page
from services.privacy import Facts
from services.shop import Shop

router = Router(business=False)


@action("policy")
class ShowPolicy:
    """The policy, in short."""


@action("section")
class ShowSection:
    key: str


@action("wholepolicy")
class ShowWhole:
    """All of it."""


@router.press(ShowPolicy)
async def policy(chat: Chat, shop: Shop, chosen: ShowPolicy) -> Reply:  # noqa: ARG001
    """Who, that nothing is sold, and a button for each section."""
    facts = shop.privacy.facts()
    who = facts.controller
    lines = (
        policy_text.title(facts),
        policy_text.version(facts),
        "",
        _("Who is responsible: {name}, {address}", name=who.name, address=who.address),
        _("Your data is neither sold nor rented to anybody."),
        _("We hold what is needed to sell you an eSIM and to help you with it, and no longer than needed."),
    )
    return Menu("\n".join(lines), _buttons(facts))


@router.press(ShowSection)
async def section(chat: Chat, shop: Shop, chosen: ShowSection) -> Reply:
    """One section in full."""
    facts = shop.privacy.facts()
    part = next((one for one in policy_text.parts(facts) if one.key == chosen.key), None)
    if part is None:
        return await policy(chat, shop, ShowPolicy())
    return Menu("\n".join((part.title, "", *part.lines)), _buttons(facts, part.key))


@router.press(ShowWhole)
async def whole(chat: Chat, shop: Shop, chosen: ShowWhole) -> Reply:  # noqa: ARG001
    """The text to keep, and where it is on the web."""
    facts = shop.privacy.facts()
    words = f"{policy_text.title(facts)}. {policy_text.version(facts)}"
    name = f"privacy-{facts.version}-{spoken()}.txt"
    file = File(policy_text.text(facts).encode(), name, "text/plain", words)
    address = shop.about.policy_url
    if not address:
        return file
    return file, Link(_("The same as a page:"), _("Open the policy"), f"{address}/{spoken()}")


@router.sheet(Facts)
async def page(shop: Shop, facts: Facts) -> dict[str, Page]:  # noqa: ARG001
    """The policy as a page, for whoever asks for it on the web."""
    return {"page": policy_text.page(facts)}


def _buttons(facts: Facts, shown: str = "") -> tuple[Button, ...]:
    rest = (part for part in policy_text.parts(facts) if part.key != shown)
    return (
        *(Button(part.title, ShowSection(part.key)) for part in rest),
        Button(_("Whole text"), ShowWhole()),
    )
