"""What the staff chat reads, and what becomes of what is written there. In English, the operator's language."""

from __future__ import annotations

from bot.conversation.events import StaffSaid
from bot.conversation.messages import Message, Relay, Reply, Text
from bot.conversation.router import Router
from services.news import Alarm
from services.shop import Shop
from services.support import CaseFile

router = Router()

#: Alarm → what happened and the command that mends it.
ALARMS = {
    "payment_of_unknown_order": "A payment came in for an order that we do not know. Look at it in Stripe: {facts}",
    "payment_wrong_amount": "Order {facts} was paid with another amount. Money is held: python -m bot books",
    "refund_failed": "The refund of order {facts} failed. Pay it back by hand: python -m bot books",
    "payment_erased": "A payment event came for order {facts}, whose buyer was erased. Look at it in Stripe.",
    "erasure_waits": "An erasure waits for an order to settle: {facts}",
    "erasure_not_proven": "An erasure could not be proven on disk: {facts}",
    "erasure_broke": "An erasure broke off and is tried again: {facts}",
    "lines_not_closed": "The provider's notes of erased lines could not be set: {facts}",
    "staff_copies_left": "Messages of an erased traveller are left in this chat, delete them by hand: {facts}",
    "dispute": "Order or payment {facts} is disputed. Answer in Stripe.",
    "out_of_credit": "The account at {facts} is out of credit: orders are refunded until it is topped up.",
    "provider_refuses": "The provider refuses to sell: {facts}. Orders are refunded.",
    "surplus_line": "A line at {facts} that nobody ordered is now stock and goes to the next buyer of its plan.",
    "needs_person_unreachable": "The eSIM of {facts} is bought, but its traveller cannot be reached.",
    "needs_person_unresolved": "The purchase of {facts} stays unknown. Look at the provider's list, then decide.",
    "needs_person_no_activation": "The provider gives no activation code for {facts}.",
    "catalogue-unmapped": "Names of places in the catalogue that we know no country for: {facts}",
    "catalogue-unavailable": "The provider's catalogue cannot be read: {facts}. The last good copy sells.",
    "catalogue-shrunk": "The provider's catalogue lost most of its plans (provider, before, now): {facts}. The last good copy sells.",
    "catalogue-copy": "The catalogue's copy on disk: {facts}",
    "no-exchange-rate": "prices.toml has no exchange rate for {facts}",
    "rate-expired": "The exchange rate in prices.toml is past its date: {facts}",
    "rate-old": "The exchange rate in prices.toml is old, of {facts}. Look it up and date it anew.",
    "rate-of-tomorrow": "The exchange rate in prices.toml is dated in the future: {facts}",
    "prices-malformed": "prices.toml cannot be read, the last good prices hold: {facts}",
    "dead_letter": "The engine gave up a workflow: {facts}",
    "books": "The books do not close: python -m bot books ({facts})",
}


@router.hears(StaffSaid)
async def hear(shop: Shop, said: StaffSaid, event: str) -> Reply:
    """A reply to a traveller's message goes to that traveller; anything else is talk among staff."""
    if said.reply_to is None:
        return None
    words = said.text.strip()
    if words.split("@")[0] == "/close":
        closed = await shop.support.close(said.reply_to)
        return Text("Closed." if closed == "closed" else "That message belongs to no case.")
    content, mime = None, ""
    if said.attachment is not None:
        mime = said.attachment.mime or "image/jpeg"
        content = await shop.fetch("telegram", said.attachment.reference, said.attachment.kind, mime)
    outcome = await shop.support.answer(said.reply_to, words, event, content, mime)
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


@router.words_for_staff(CaseFile)
async def word_case(shop: Shop, file: CaseFile) -> Message:  # noqa: ARG001
    """A traveller's words, with what we know of the line."""
    head = "\n".join((f"{file.case} · {file.channel} · {file.locale}", *file.facts))
    tail = "(Reply to this message to answer; reply /close to end.)"
    return Relay(f"{head}\n\n{file.words}\n\n{tail}", file.content, file.mime)


@router.words_for_staff(Alarm)
async def word_alarm(shop: Shop, alarm: Alarm) -> Message:  # noqa: ARG001
    """An alarm, with what mends it."""
    words = ALARMS.get(alarm.cause, alarm.cause + ": {facts}")
    return Text("⚠️ " + words.format(facts=alarm.facts))
