"""Privacy: the policy in short, one's data as a file, erasure, marketing yes or no.

> /privacy
Your data at Miio
1. Access: see what we hold.
2. Portability: take it with you as a file.
3. Rectification: correct it.
4. Erasure: have it deleted.
5. Objection: no advertising.
6. Complaint: CNIL, …
Contact: contact@esim-miio.com, 60 rue François 1er, 75008 Paris, France
[My data] [Correct] [Delete] [Marketing] [Policy]
> [Policy]
Who is responsible: Miio, …
> /privacy
> [My data]
Your data, as a file. Request R-….
> /privacy
> [Marketing]
News and offers: no
[Yes, send me offers] [No offers]
> [Yes, send me offers]
News and offers: yes
> [No offers]
News and offers: no
> /privacy
> [Delete]
What is deleted: …
To confirm, write: DELETE
[Keep everything]
> [Keep everything]
Nothing was deleted.
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _, date
from bot.conversation.messages import Button, File, Menu, Question, Reply, Text
from bot.conversation.router import Router
from handlers import account
from services.news import ErasureDone
from services.privacy import VERSION, Answer, Stays
from services.shop import Shop

router = Router(business=False)


@action("policy")
class ShowPolicy:
    """The policy, point by point."""


@action("mydata")
class ExportData:
    """One's data as a file."""


@action("erase")
class AskErasure:
    """What would go, what would stay."""


@action("keep")
class KeepAll:
    """No erasure."""


@action("adverts")
class ShowMarketing:
    """Whether we may send offers."""


@action("advert")
class SetMarketing:
    answer: str


@router.command("privacy", N_("Privacy: your data and your rights"))
async def privacy(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The six rights, and a button for each that has one."""
    who = shop.controller
    if words.strip():
        return await request_state(shop, words.strip())
    lines = (
        _("Your data at {shop}", shop=who.name),
        _("We hold what is needed to sell you an eSIM and to help you with it. We sell it to nobody."),
        "",
        _("Your rights:"),
        _("1. Access: see what we hold."),
        _("2. Portability: take it with you as a file."),
        _("3. Rectification: correct it."),
        _("4. Erasure: have it deleted."),
        _("5. Objection: no advertising."),
        _("6. Complaint: {authority}, {url}", authority=who.authority, url=who.authority_url),
        "",
        _("Contact: {email}, {address}", email=who.email, address=who.address),
    )
    buttons = (
        Button(_("My data"), ExportData()),
        Button(_("Correct"), account.ShowAccount()),
        Button(_("Delete"), AskErasure()),
        Button(_("Marketing"), ShowMarketing()),
        Button(_("Policy"), ShowPolicy()),
    )
    return Menu("\n".join(lines), buttons)


@router.intent("privacy")
async def privacy_by_words(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The same, asked in words."""
    return await privacy(chat, shop, "")


@router.press(ShowPolicy)
async def policy(chat: Chat, shop: Shop, chosen: ShowPolicy) -> Reply:  # noqa: ARG001
    """What, why, on which basis, until when, who receives it."""
    who = shop.controller
    lines = (
        _("Who is responsible: {name}, {address}", name=who.name, address=who.address),
        "",
        _("What we hold, and why:"),
        _(
            "– Name, email, phone, chat: to sell and deliver (contract). Kept 3 years after your last purchase or the end of your last plan."
        ),
        _(
            "– Orders and payments (never your card): to deliver, invoice and follow up the warranty (contract, law). Accounting papers: 10 years."
        ),
        _(
            "– Your eSIM: number, data used, network: to provide it and to help you (contract). Same period as your account."
        ),
        _(
            "– Your device’s IMEI: only when a plan needs it; told to its provider, deleted 90 days after the delivery."
        ),
        _("– Offers: only if you say yes (consent), until you say no."),
        "",
        _(
            "Who receives it: KeepGo / Esimba or Airalo (the eSIM; no name), Stripe (the payment), Telegram or WhatsApp (this chat), authorities where the law requires it."
        ),
        _("Outside the European Union, appropriate safeguards protect it."),
        _("Encrypted at rest, with a key of its own for each customer."),
        _("Policy version: {version}", version=VERSION),
    )
    return Menu("\n".join(lines), (Button(_("My data"), ExportData()), Button(_("Delete"), AskErasure())))


@router.press(ExportData)
async def export(chat: Chat, shop: Shop, chosen: ExportData) -> Reply:  # noqa: ARG001
    """Everything we hold, as a file that people and programs can read."""
    name, content, number = await shop.privacy.export(chat.customer)
    words = _("Your data, as a file.") + " " + _("Request {number}.", number=number)
    return File(content, name, "application/json", words)


@router.press(ShowMarketing)
async def marketing(chat: Chat, shop: Shop, chosen: ShowMarketing) -> Reply:  # noqa: ARG001
    """Whether we may send offers here."""
    granted = await shop.privacy.marketing(chat.customer, chat.channel) == "granted"
    state = _("yes") if granted else _("no")
    return Menu(
        _("News and offers: {answer}", answer=state) + "\n\n" + _consent_words(shop),
        (Button(_("Yes, send me offers"), SetMarketing("yes")), Button(_("No offers"), SetMarketing("no"))),
    )


@router.press(SetMarketing)
async def set_marketing(chat: Chat, shop: Shop, chosen: SetMarketing) -> Reply:
    """One tap either way."""
    answer: Answer = "grant" if chosen.answer == "yes" else "withdraw"
    await shop.privacy.set_marketing(
        chat.customer, chat.channel, answer, _consent_words(shop), chat.locale, chat.event
    )
    return await marketing(chat, shop, ShowMarketing())


@router.intent("stop")
async def stop(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """STOP, in any of our languages: no advertising, on no channel."""
    await shop.privacy.set_marketing(
        chat.customer, chat.channel, "object", _consent_words(shop), chat.locale, chat.event
    )
    return Text(_("Done: no offers. Messages about your orders still come."))


@router.press(AskErasure)
async def ask_erasure(chat: Chat, shop: Shop, chosen: AskErasure) -> Reply:  # noqa: ARG001
    """What goes, what stays, until when, by which law; then a typed word."""
    preview = await shop.privacy.preview(chat.customer)
    lines = [
        _("What is deleted: your name, email, phone, chats, eSIM codes and messages to our staff."),
        *(_stays(one) for one in preview.stays),
        *dict.fromkeys(words for fact in preview.facts if (words := _careful(fact.kind))),
        _("What stays in your own chat, you can clear there."),
        "",
        _("To confirm, write: {word}", word=_("DELETE")),
    ]
    return Question(
        "\n".join(lines), asks="privacy.erase", buttons=(Button(_("Keep everything"), KeepAll()),)
    )


@router.answer("privacy.erase")
async def erase(chat: Chat, shop: Shop, words: str) -> Reply:
    """The typed word, in the chat's language or in English."""
    if words.strip().strip("«»\"'.").casefold() not in {_("DELETE").casefold(), "delete"}:
        return Text(_("Nothing was deleted."))
    waits = (await shop.privacy.preview(chat.customer)).waits
    receipt = await shop.privacy.erase(chat.customer, chat.id)
    words = _(
        "Your data is being deleted. Receipt: {number}. The last word comes here when it is done.",
        number=receipt,
    )
    if waits:
        words += "\n" + _("An order of yours is still on its way; I wait until it is delivered or refunded.")
    return Text(words)


@router.press(KeepAll)
async def keep(chat: Chat, shop: Shop, chosen: KeepAll) -> Reply:  # noqa: ARG001
    """Second thoughts."""
    return Text(_("Nothing was deleted."))


@router.news(ErasureDone)
async def erased(chat: Chat, shop: Shop, news: ErasureDone) -> Reply:  # noqa: ARG001
    """The last message of a chat."""
    day = date(shop.clock.now())
    return Text(
        _(
            "Deleted on {date}. Receipt: {number}. /privacy {number} shows its state from any chat.",
            date=day,
            number=news.receipt,
        )
        + "\n"
        + _("What stays in your own chat, you can clear there.")
    )


async def request_state(shop: Shop, number: str) -> Text:
    """The state of a request, by its number, from any chat."""
    state = await shop.privacy.request_state(number.upper())
    words = {
        "in_progress": _("Request {number}: being worked on.", number=number),
        "awaiting_processors": _(
            "Request {number}: deleted here; our partners are being told.", number=number
        ),
        "answered": _("Request {number}: done.", number=number),
    }
    return Text(words.get(state or "", _("I know no request {number}.", number=number)))


def _stays(one: Stays) -> str:
    until = date(one.until) if one.until else ""
    words = {
        "sales": _(
            "Stays: {n} paid orders with their invoices, until {date} (commercial law, art. L123-22).",
            n=one.count,
            date=until,
        ),
        "statements": _(
            "Stays: what you declared before paying, as proof, until {date} (GDPR art. 17(3)(e)).", date=until
        ),
        "consents": _("Stays: your answers about offers, without your name, for 3 years (GDPR art. 7(1))."),
        "requests": _("Stays: that you asked, without your name, for 3 years (GDPR art. 5(2))."),
        "spent_lines": _(
            "Stays: that your eSIM was sold once, as a code that names nobody, so that nobody gets it again."
        ),
    }
    return words[one.what]


def _careful(kind: str) -> str | None:
    words = {
        "active_esim": _(
            "Careful: your eSIM goes on working, but nobody can show its QR or balance any more."
        ),
        "undelivered": _("Careful: an order of yours is paid and not delivered yet. Deletion waits for it."),
        "payment_pending": _("Careful: a payment of yours is on its way. Deletion waits for it."),
        "refund_pending": _("A refund is on its way; deletion waits for it."),
        "disputed": _("A payment is disputed; what that needs is kept until it is closed."),
        "open_checkout": _("An open payment link is closed."),
    }
    return words.get(kind)


def _consent_words(shop: Shop) -> str:
    return _(
        "May {shop} send you news and offers in this chat? You can stop at any time with STOP.",
        shop=shop.controller.name,
    )
