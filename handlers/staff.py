"""What becomes of what staff write in their chat: answers, commands, confirmations. In English, the operator's language.

> /order M7KQ2MX4A
what the book knows of it
> /refund M7KQ2MX4A 5.00
what would happen, and: to do it, write /yes 4KQ7XM2P
> /yes 4KQ7XM2P
what came of it
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.conversation.events import StaffSaid
from bot.conversation.messages import Message, Relay, Reply, Text
from bot.conversation.router import Router, StaffCommand
from handlers._staff import No, when
from services.shop import Shop
from services.support import CaseFile

router = Router()

Commands = Mapping[str, StaffCommand]


@router.hears(StaffSaid)
async def hear(shop: Shop, said: StaffSaid, event: str, commands: Commands) -> Reply:
    """A command is carried out, a reply to a traveller's message goes to that traveller, the rest is talk."""
    name, _, words = said.text.strip().partition(" ")
    name = name.split("@")[0].lower()
    if name == "/close" and said.reply_to is not None:
        closed = await shop.support.close(said.reply_to)
        return Text("Closed." if closed == "closed" else "That message belongs to no case.")
    if name.startswith("/"):
        return Text(await _command(shop, said, name[1:], " ".join(words.split()), commands))
    if said.reply_to is None:
        return None
    return await _answer(shop, said, event)


@router.words_for_staff(CaseFile)
async def word_case(shop: Shop, file: CaseFile) -> Message:  # noqa: ARG001
    """A traveller's words, with what we know of the line."""
    head = "\n".join((f"{file.case} · {file.channel} · {file.locale}", *file.facts))
    tail = "(Reply to this message to answer; reply /close to end.)"
    return Relay(f"{head}\n\n{file.words}\n\n{tail}", file.content, file.mime)


async def _command(shop: Shop, said: StaffSaid, name: str, words: str, commands: Commands) -> str:
    if not shop.staff.may(said.member_id):
        await shop.staff.did(said.member_id, f"/{name}", "refused", "not allowed")
        return _not_allowed(said)
    if name == "yes":
        return await _confirmed(shop, said, words, commands)
    if name in ("help", "start"):
        return _help(commands)
    if name == "log":
        return await _record(shop)
    command = commands.get(name)
    if command is None:
        return f"There is no command /{name[:32]}. /help lists them."
    try:
        if command.preview is None:
            answer = await command.act(shop, words, "")
            await shop.staff.did(said.member_id, _recorded(name, words), "done")
            return answer
        preview = await command.preview(shop, words)
        code = await shop.staff.ask(said.member_id, _recorded(name, words))
        if preview is None:
            return await _confirmed(shop, said, code, commands)
    except No as refusal:
        return str(refusal)
    return f"{preview}\n\nTo do it, write within ten minutes: /yes {code}"


async def _confirmed(shop: Shop, said: StaffSaid, words: str, commands: Commands) -> str:
    """Once for each code; whoever gave the command confirms it, nobody else."""
    code = words.upper()
    found = await shop.staff.confirm(said.member_id, code)
    match found.state:
        case "done":
            return f"That was done already: {found.outcome}"
        case "late":
            return "That was too long ago. Give the command again."
        case "unknown":
            return "You gave no command with that code. Codes belong to whoever gave the command."
    name, _, rest = found.command.removeprefix("/").partition(" ")
    try:
        outcome = await commands[name].act(shop, rest, f"staff:{code}")
    except No as refusal:
        outcome = str(refusal)
    await shop.staff.done(code, outcome.splitlines()[0])
    return outcome


async def _answer(shop: Shop, said: StaffSaid, event: str) -> Reply:
    content, mime = None, ""
    if said.attachment is not None:
        mime = said.attachment.mime or "image/jpeg"
        content = await shop.fetch("telegram", said.attachment.reference, said.attachment.kind, mime)
    outcome = await shop.support.answer(said.reply_to or "", said.text.strip(), event, content, mime)
    match outcome:
        case "told" | "unknown":
            return None
        case "closed":
            return Text("Not delivered: this case is closed.")
        case "announced":
            return Text(
                "Their 24 hours are over: a template asked them to write; your words were not shown yet."
            )
        case "again":
            return Text("Not delivered: the channel does not answer just now. Please send it again.")
        case _:
            return Text("Not delivered: the traveller cannot be reached (blocked, or gone).")


def _help(commands: Commands) -> str:
    lines = [f"/{one.name} {one.summary}" for _, one in sorted(commands.items())]
    return "\n".join(
        (
            "Reply to a traveller's message to answer it; reply /close to end the case.",
            "",
            *lines,
            "/log – what was done here last, by whom",
            "",
            "What changes something is asked back, and done after your /yes CODE.",
        )
    )


async def _record(shop: Shop) -> str:
    acts = await shop.staff.record(most=20)
    lines = [
        f"{when(act.at)} {act.member or 'somebody hidden'}: {act.command} · {act.state} {act.outcome}"
        for act in acts
    ]
    return "\n".join(map(str.rstrip, lines)) or "Nothing was done here yet."


def _not_allowed(said: StaffSaid) -> str:
    if not said.member_id:
        return "Commands are for members who write under their own name, not as the group."
    return f"You may not give commands here. The operator allows it with your number, {said.member_id}, in STAFF_MEMBERS."


def _recorded(name: str, words: str) -> str:
    return f"/{name} {words}".strip()
