"""When it does not work, or when somebody wants a person.

> it doesn't work
Let us try five things:
1. Your eSIM's line is switched on.
2. Data roaming is on for that line (not for your home line).
[A person]
> [A person]
A person will answer you here. Hours: …. Usual wait: ….
Write what happened, in your own words; a picture helps too.
[That is all, thanks]
> My phone says no service in Kyoto
Passed on. The answer comes here.
> [That is all, thanks]
All right. Write whenever you need us.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.actions import action
from bot.conversation.events import Chat, Sent
from bot.conversation.i18n import N_, _, waiting
from bot.conversation.messages import Button, Menu, Remember, Reply, Text
from bot.conversation.router import Router
from handlers import _claims, esims
from services.shop import Shop
from services.support import SILENCE, CaseFile

router = Router(always=True)


@action("person")
class AskPerson:
    """A person, please."""


@action("enough")
class EndCase:
    """The traveller needs nobody any more."""


@action("trouble")
class ShowTrouble:
    """The five-step card."""


@router.intent("trouble")
async def trouble(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """Look before asking: the line's state, then five things to try, then a person."""
    state = await esims.state_of_newest(chat, shop)
    steps = (
        _("Let us try five things:"),
        _("1. Your eSIM's line is switched on."),
        _("2. Data roaming is on for that line (not for your home line)."),
        _("3. The APN is the one shown in your eSIM's settings; usually it sets itself."),
        _("4. Choose a network by hand: {networks}.", networks=state.networks)
        if state is not None and state.networks
        else _("4. Choose a network by hand, then automatic again."),
        _("5. Restart the phone."),
    )
    head = [state.words, ""] if state is not None else []
    buttons = [Button(_("A person"), AskPerson())]
    if state is not None:
        buttons.append(Button(_("Make a claim"), _claims.Complain("")))
    return Menu("\n".join((*head, *steps)), tuple(buttons))


@router.press(ShowTrouble)
async def trouble_by_button(chat: Chat, shop: Shop, chosen: ShowTrouble) -> Reply:  # noqa: ARG001
    """The same, by button."""
    return await trouble(chat, shop, "")


@router.command("support", N_("Talk to a person"))
async def support(chat: Chat, shop: Shop, words: str) -> Reply:
    """A person; words after the command are passed on at once."""
    opened = await _open(chat, shop)
    if words.strip():
        return (*opened, *await pass_on(chat, shop, words))
    return opened


@router.intent("person")
async def person_by_words(chat: Chat, shop: Shop, words: str) -> Reply:
    """ "I want a person": whatever else was said goes along."""
    opened = await _open(chat, shop)
    await pass_on(chat, shop, words)
    return opened


@router.press(AskPerson)
async def person_by_button(chat: Chat, shop: Shop, chosen: AskPerson) -> Reply:  # noqa: ARG001
    """A person, by button."""
    return await _open(chat, shop)


@router.command("close")
async def close(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The traveller ends the conversation with a person."""
    if chat.memory.case:
        await shop.support.leave(chat.memory.case)
    return Remember(replace(chat.memory, case="", case_until=0)), Text(
        _("All right. Write whenever you need us.")
    )


@router.press(EndCase)
async def close_by_button(chat: Chat, shop: Shop, chosen: EndCase) -> Reply:  # noqa: ARG001
    """The same, by button."""
    return await close(chat, shop, "")


@router.hears("to_person")
async def to_person(chat: Chat, shop: Shop, words: str) -> Reply:
    """Plain words while a case is open go to the person."""
    return await pass_on(chat, shop, words)


@router.hears(Sent)
async def picture(chat: Chat, shop: Shop, sent: Sent) -> Reply:
    """A picture, a place, a voice: to the person who is there, else an offer of help."""
    if chat.memory.case and chat.memory.case_until > shop.clock.now().timestamp():
        return await pass_on(chat, shop, sent.caption or f"({sent.kind})", sent)
    if sent.caption:
        return Menu(
            _(
                "I cannot look at that, but a person can. Or write where you are going, for example: Japan, 10 days."
            ),
            (Button(_("A person"), AskPerson()), Button(_("It does not work"), ShowTrouble())),
        )
    return Menu(
        _("I can only read words. Does something not work?"),
        (Button(_("It does not work"), ShowTrouble()), Button(_("A person"), AskPerson())),
    )


async def _open(chat: Chat, shop: Shop) -> tuple[Remember, Menu]:
    case = await shop.support.open_case(chat.customer, chat.id)
    hours = shop.support.hours
    until = shop.clock.now().timestamp() + SILENCE.total_seconds()
    words = (
        _(
            "A person will answer you here. Hours: {hours}. Usual wait: {wait}.",
            hours=hours.open,
            wait=waiting(hours.wait_minutes * 60),
        ),
        _("Write what happened, in your own words; a picture helps too."),
    )
    return (
        Remember(replace(chat.memory, case=case.id, case_until=until, asking="")),
        Menu("\n".join(words), (Button(_("That is all, thanks"), EndCase()),)),
    )


async def pass_on(
    chat: Chat, shop: Shop, words: str, sent: Sent | None = None, facts: tuple[str, ...] = ()
) -> tuple[Remember | Text | Menu, ...]:
    """Words to a person, with what is known of the line; what was said in answer, and the case remembered."""
    case = await shop.support.open_case(chat.customer, chat.id)
    content = None
    mime = ""
    if sent is not None and sent.attachment is not None:
        mime = sent.attachment.mime or (
            "image/jpeg" if sent.attachment.kind == "photo" else "application/octet-stream"
        )
        content = await shop.fetch(chat.channel, sent.attachment.reference, sent.attachment.kind, mime)
    state = await esims.state_of_newest(chat, shop)
    file = CaseFile(
        case=case.id,
        channel=chat.channel,
        locale=chat.locale,
        words=words,
        facts=(*facts, *((state.facts,) if state is not None else ())),
        content=content,
        mime=mime,
    )
    passed = await shop.support.pass_on(file, chat.event)
    until = shop.clock.now().timestamp() + SILENCE.total_seconds()
    kept = Remember(replace(chat.memory, case=case.id, case_until=until, asking=""))
    if not passed:
        return kept, Text(
            _(
                "I could not reach our staff just now. Please write again later, or to {email}.",
                email=shop.controller.email,
            )
        )
    return kept, Menu(_("Passed on. The answer comes here."), (Button(_("That is all, thanks"), EndCase()),))
