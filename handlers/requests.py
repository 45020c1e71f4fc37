"""A request about one's data: its state by its number, and what is said when it moves.

> /privacy R-222222
I know no request R-222222.
"""

from __future__ import annotations

from bot.conversation.events import Chat
from bot.conversation.i18n import _, date
from bot.conversation.messages import Notice, Reply, Text
from bot.conversation.router import Router
from handlers import _request_words
from handlers.erasing import processors
from services.news import Letter, RequestMoved
from services.shop import Shop

router = Router(business=False)


async def state_of(shop: Shop, number: str) -> Text:
    """How far a request is; it names nobody, so any chat may ask."""
    request = await shop.rights.requests.find(number)
    if request is None:
        return Text(_("I know no request {number}.", number=number.upper()))
    words = _stands(request.number, request.outcome or request.state, request.merged_into or "")
    if request.is_open and request.state not in ("suspended", "awaiting_processors"):
        words += "\n" + _("You have the answer by {date} at the latest.", date=date(request.due_at))
    return Text("\n".join((words, *(await processors(shop, request.number)))))


@router.news(RequestMoved)
async def moved(chat: Chat, shop: Shop, news: RequestMoved) -> Reply:  # noqa: ARG001
    """A step that the person has to hear of."""
    return Notice("support_reply", (news.number,), Text(_moved(shop, news)))


@router.letter(RequestMoved)
async def moved_by_mail(shop: Shop, news: RequestMoved) -> Letter:
    """The same for whoever wrote by mail."""
    who = shop.controller
    body = "\n\n".join((_moved(shop, news), f"{who.name}, {who.address}, {who.email}"))
    return Letter(_("Your request {number}", number=news.number), body)


def _stands(number: str, state: str, other: str = "") -> str:
    if state == "merged":
        return _("Request {number} goes on as {other}.", number=number, other=other)
    return _("Request {number}: {state}.", number=number, state=_request_words.state(state))


def _moved(shop: Shop, news: RequestMoved) -> str:
    number = news.number
    match news.now:
        case "identity_pending":
            return _(
                "We have your request {number}. So that nobody else gets at your data, please tell us the number of one of your orders and the email address that you gave with it; or write /privacy in the chat where you bought.",
                number=number,
            )
        case "suspended":
            return _(
                "Your request {number}: something makes us doubt that it is you, so we need a proof first. Until it comes, its time stands still.",
                number=number,
            )
        case "extended":
            return "\n".join(
                (
                    _(
                        "Your request {number} takes longer. You have the answer by {date} at the latest.",
                        number=number,
                        date=date(news.due_at),
                    ),
                    _longer(news.why),
                    _appeal(shop),
                )
            )
        case "refused":
            head = _("We cannot do what you asked for with request {number}.", number=number)
            return "\n".join((head, _refused(news.why), _appeal(shop)))
        case "awaiting_processors" | "partly_fulfilled" | "cancelled":
            return _stands(number, news.now)
        case "merged":
            # It goes on under another number, of which they hear there.
            return _stands(number, "in_progress")
        case _:
            return _("Your request {number} is done.", number=number)


def _longer(why: str) -> str:
    words = {
        "complex": _("Why: it is complex."),
        "many": _("Why: we have very many requests just now."),
    }
    return words[why]


def _refused(why: str) -> str:
    words = {
        "unfounded": _("Why: it is manifestly unfounded (GDPR art. 12(5))."),
        "excessive": _("Why: it repeats what was answered already (GDPR art. 12(5))."),
        "not_identified": _("Why: we could not make sure that it is you (GDPR art. 12(2))."),
        "legal_duty": _("Why: the law makes us keep these data (GDPR art. 17(3))."),
        "others_rights": _("Why: it would touch the rights of others (GDPR art. 15(4))."),
        "our_grounds": _("Why: compelling legitimate grounds weigh more here (GDPR art. 21(1))."),
    }
    return words[why]


def _appeal(shop: Shop) -> str:
    who = shop.controller
    return _(
        "You can complain to {authority}, {url}, and you can go to court.",
        authority=who.authority,
        url=who.authority_url,
    )
