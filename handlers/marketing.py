"""News and offers: yes or no, in one tap either way.

> /privacy
> [Marketing]
News and offers: no
[Yes, send me offers] [No offers] [I am under 15]
> [Yes, send me offers]
News and offers: yes
> STOP
Done: no offers. Messages about your orders still come.
> /offers
News and offers: no
> [I am under 15]
We send no offers to anybody under 15.
[I am 15 or older]
> [I am 15 or older]
News and offers: no
"""

from __future__ import annotations

from bot.conversation.actions import action
from bot.conversation.events import Chat, Wished
from bot.conversation.i18n import _
from bot.conversation.messages import Button, Menu, Reply, Text
from bot.conversation.router import Router
from services.privacy import MAIL, Answer
from services.shop import Shop

router = Router(business=False)

#: What the buttons of the menu, which travellers open by themselves, and of our own question lead to.
_ANSWERS: dict[str, Answer] = {
    "yes": "join",
    "no": "withdraw",
    "ok": "grant",
    "not": "refuse",
    "minor": "minor",
    "adult": "adult",
}


@action("adverts")
class ShowMarketing:
    """Whether we may send offers."""


@action("advert")
class SetMarketing:
    answer: str


@action("advmail")
class SetMailing:
    """The same of mail."""

    answer: str


@router.press(ShowMarketing)
async def marketing(chat: Chat, shop: Shop, chosen: ShowMarketing) -> Reply:  # noqa: ARG001
    """Whether we may send offers here, and by mail where we know an address."""
    here = await shop.privacy.marketing(chat.customer, chat.channel)
    if here == "minor":
        return Menu(
            _("We send no offers to anybody under 15."),
            (Button(_("I am 15 or older"), SetMarketing("adult")),),
        )
    await _record(chat, shop, chat.channel, "show")
    lines = [_("News and offers: {answer}", answer=_yes(here))]
    buttons = [
        Button(_("Yes, send me offers"), SetMarketing("yes")),
        Button(_("No offers"), SetMarketing("no")),
        Button(_("I am under 15"), SetMarketing("minor")),
    ]
    words = [_words(shop, chat.channel)]
    if (await shop.customers.account(chat.customer)).email is not None:
        await _record(chat, shop, MAIL, "show")
        mailed = await shop.privacy.marketing(chat.customer, MAIL)
        lines.append(_("News and offers by mail: {answer}", answer=_yes(mailed)))
        words.append(_words(shop, MAIL))
        buttons += [
            Button(_("Yes, by mail"), SetMailing("yes")),
            Button(_("No mail"), SetMailing("no")),
        ]
    return Menu("\n".join((*lines, "", *words)), tuple(buttons))


@router.press(SetMarketing)
async def set_marketing(chat: Chat, shop: Shop, chosen: SetMarketing) -> Reply:
    """One tap either way."""
    return await _answer(chat, shop, chat.channel, chosen.answer)


@router.press(SetMailing)
async def set_mailing(chat: Chat, shop: Shop, chosen: SetMailing) -> Reply:
    """One tap either way."""
    return await _answer(chat, shop, MAIL, chosen.answer)


@router.command("offers")
async def offers(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The same, typed."""
    return await marketing(chat, shop, ShowMarketing())


@router.intent("stop")
async def stop(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """STOP, in any of our languages: no advertising, on no channel."""
    await _record(chat, shop, chat.channel, "object")
    return Text(_("Done: no offers. Messages about your orders still come."))


@router.command("stop")
async def stop_by_command(chat: Chat, shop: Shop, words: str) -> Reply:
    """The same, as Telegram's people are used to say it."""
    return await stop(chat, shop, words)


@router.hears(Wished)
async def wished(chat: Chat, shop: Shop, event: Wished) -> Reply:
    """Said in the platform's own settings, which have confirmed it: there is nothing to answer."""
    if not event.offers:
        await _record(chat, shop, chat.channel, "object")
    elif await shop.privacy.marketing(chat.customer, chat.channel) == "objected":
        await _record(chat, shop, chat.channel, "join")
    return None


async def asked_again(chat: Chat, shop: Shop) -> tuple[Menu, ...]:
    """The question, once more, to whoever said yes under a policy that has changed much since."""
    if not await shop.privacy.marketing_lapsed(chat.customer, chat.channel):
        return ()
    await _record(chat, shop, chat.channel, "show")
    changed = _("Our privacy policy has changed, so I ask again.")
    buttons = (
        Button(_("Yes, send me offers"), SetMarketing("ok")),
        Button(_("No offers"), SetMarketing("not")),
    )
    return (Menu(f"{changed}\n{_words(shop, chat.channel)}", buttons),)


async def _answer(chat: Chat, shop: Shop, channel: str, answer: str) -> Reply:
    if answer in _ANSWERS:
        await _record(chat, shop, channel, _ANSWERS[answer])
    return await marketing(chat, shop, ShowMarketing())


async def _record(chat: Chat, shop: Shop, channel: str, answer: Answer) -> None:
    words = _words(shop, channel)
    await shop.privacy.set_marketing(chat.customer, channel, answer, words, chat.locale, chat.event)


def _yes(state: str) -> str:
    return _("yes") if state == "granted" else _("no")


def _words(shop: Shop, channel: str) -> str:
    """What is consented to, word for word."""
    name = shop.controller.name
    if channel == MAIL:
        return _(
            "May {shop} send you news and offers by mail? You can stop at any time with STOP.", shop=name
        )
    return _(
        "May {shop} send you news and offers in this chat? You can stop at any time with STOP.", shop=name
    )
