"""To object to a use that is not advertising: a person weighs it, and the register keeps the time.

> /privacy
> [Pause use]
> [Object to one use]
Which use of your data do you object to, and why? …
[Not now]
> Do not keep my number in the security log
A person weighs your reasons against ours. Request R-…. You have the answer by … at the latest.
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import _, date
from bot.conversation.messages import Button, Message, Question, Remember, Reply, Text
from bot.conversation.router import Router
from handlers.support import pass_on
from services.privacy.requests.states import Kind
from services.shop import Shop

router = Router(business=False)


@action("object")
class AskObjection:
    """To what, and why."""


@action("noobject")
class NoObjection:
    """Second thoughts."""


@router.press(AskObjection)
async def ask(chat: Chat, shop: Shop, chosen: AskObjection) -> Reply:  # noqa: ARG001
    """Advertising needs no reason and no person; everything else is weighed."""
    words = _(
        "Which use of your data do you object to, and why? Write it in your own words. Against advertising no reason is needed: /privacy, Marketing."
    )
    return Question(words, asks="privacy.object", buttons=(Button(_("Not now"), NoObjection()),))


@router.press(NoObjection)
async def nothing(chat: Chat, shop: Shop, chosen: NoObjection) -> Reply:  # noqa: ARG001
    """Nothing is sent."""
    return Text(_("All right, nothing was sent."))


@router.answer("privacy.object")
async def hear(chat: Chat, shop: Shop, words: str) -> Reply:
    """The words go to a person, under the number of the request."""
    return await to_a_person(chat, shop, "objection", words, _("A person weighs your reasons against ours."))


async def to_a_person(
    chat: Chat, shop: Shop, kind: Kind, words: str, what: str
) -> tuple[Remember | Message, ...]:
    """A request whose answer is a person's: noted with its due date, and passed on in the traveller's words."""
    number = await shop.rights.requests.asked(chat.customer, kind)
    request = await shop.rights.requests.find(number)
    assert request is not None
    passed = await pass_on(chat, shop, words, facts=(f"{kind}: {number}",))
    told = (
        what,
        _("Request {number}.", number=number),
        _("You have the answer by {date} at the latest.", date=date(request.due_at)),
    )
    return (*passed, Text(" ".join(told)))
