"""What is wrong, for the staff: every cause in words, each with the command that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.messages import Message, Text
from bot.conversation.router import Router
from services.alarms import Raised
from services.shop import Shop

router = Router()


@dataclass(frozen=True)
class Cause:
    """What happened ({facts}: what it is about), and what mends it."""

    words: str
    mend: str


#: Cause → its words. A cause that is made of parts has an entry that ends in "_", for all parts that have none.
CAUSES = {
    # Money
    "payment_of_unknown_order": Cause(
        "A payment came in for an order that we do not know: {facts}.",
        "Look it up in Stripe by that id, and refund it there",
    ),
    "payment_wrong_amount": Cause(
        "Paid with another amount than asked, the money is held: {facts}.", "/order N, then /refund N"
    ),
    "payment_erased": Cause(
        "A payment came in for an order whose buyer was erased: {facts}.",
        "Look it up in Stripe by the order's number, and refund it there",
    ),
    "payment_": Cause("A payment is not as it should be: {facts}.", "/order N"),
    "refund_failed": Cause(
        "The bank or the payment service did not take a refund: {facts}.",
        "python -m bot refund N --again, or pay by bank transfer",
    ),
    "stars_returned": Cause(
        "Stars came in that fit no open order, and went back at once (order, why): {facts}.",
        "Nothing to do; /order N if there is one",
    ),
    "stars_not_returned": Cause(
        "Telegram refuses to give back Stars that fit no open order (its id of the payment): {facts}.",
        "Ask @BotSupport in Telegram, with that id",
    ),
    "stars_of_unknown_order": Cause(
        "The account at Telegram holds Stars of no order of ours (its id of the payment): {facts}.",
        "See whether a backup was restored, or another program used this bot; then ask @BotSupport",
    ),
    "dispute": Cause(
        "A payment is disputed; what speaks for us is gathered: {facts}.",
        "python -m bot dispute N shows it, with --submit it goes to the bank",
    ),
    "contest_of_unknown_payment": Cause(
        "A payment is disputed that the books do not know: {facts}.", "Answer in Stripe before its deadline"
    ),
    "contest_won": Cause("A dispute is won, its money is back: {facts}.", "Nothing to do; /books counts it"),
    "contest_lost": Cause("A dispute is lost, its money is gone: {facts}.", "/order N; /books counts it"),
    "contest_closed": Cause("A bank's question is closed, without a dispute: {facts}.", "Nothing to do"),
    "fraud_warning": Cause(
        "A card's network fears fraud, and the eSIM is in use or cannot be looked at: {facts}.",
        "/order N, then decide: /refund N before it is disputed, or let it stand",
    ),
    "channel_account": Cause(
        "A platform refuses our own account, nobody there gets an answer (platform, its code): {facts}.",
        "python -m bot doctor; then the token, the payment method or the lock in the platform's dashboard",
    ),
    "books": Cause("The books do not close: {facts}.", "/books, then python -m bot books"),
    "papers": Cause(
        "A number is missing among the invoices: {facts}.", "python -m bot books says which series"
    ),
    # Claims
    "claim_waits": Cause(
        "A claim waits for a decision: {facts}.", "/claims, then /claim K… replace, refund, mended or refuse"
    ),
    "claim_overdue": Cause(
        "A claim should have been decided by now: {facts}.",
        "/claims, then /claim K… replace, refund, mended or refuse",
    ),
    # Purchases
    "out_of_credit": Cause(
        "Out of credit at {facts}. Paid orders wait a few minutes, then they are refunded; what the account cannot pay for is not sold meanwhile.",
        "Top the account up in the provider's panel; sales go on by themselves",
    ),
    "balance_low": Cause("The balance runs out soon: {facts}.", "Top the account up in the provider's panel"),
    "cap_reached": Cause(
        "Today's cap of spending is reached at {facts}: paid orders are refunded, sales pause until midnight UTC.",
        "Raise KEEPGO_DAILY_CAP and restart, or wait",
    ),
    "price_risen": Cause(
        "A price rose above what was paid, and the order is refunded (provider, plan, price): {facts}.",
        "python -m bot prices shows the margins; the plan is sold again at its new price",
    ),
    "plan_paused": Cause(
        "Not sold for now (provider, plan, why): {facts}. The shop looks again by itself.",
        "python -m bot doctor shows what pauses; /resume sells it at once",
    ),
    "provider_refuses": Cause(
        "The provider refuses to sell: {facts}. Orders are refunded.",
        "python -m bot doctor tries the credentials; else ask the provider",
    ),
    "strange_word": Cause(
        "A provider says what nobody here knows yet, and it was read as unknown: {facts}.",
        "python -m bot doctor --probe keepgo shows what else is new; the word needs an entry in services/providers",
    ),
    "auto_refill": Cause(
        "A line at {facts} was set to buy data by itself, with the shop's money. It was switched off.",
        "Ask who switched it on in the provider's panel",
    ),
    "surplus_line": Cause(
        "A line at {facts} that nobody ordered is stock now, and goes to the next buyer of its plan within twelve hours.",
        "Nothing to do; /books counts it, also when nobody came",
    ),
    "surplus_data": Cause(
        "Data was put on a line more than once for one top-up: {facts}.",
        "/order N; ask the provider for the second one's money",
    ),
    "needs_person_unreachable": Cause(
        "Bought, but the traveller cannot be reached: {facts}.",
        "Wait: it is handed over as soon as they write. Else /refund N",
    ),
    "needs_person_unresolved": Cause(
        "Nobody can tell whether these were bought: {facts}.",
        "Look in the provider's list for a line without a note, then /refund N",
    ),
    "needs_person_no_activation": Cause(
        "The provider gives no activation code: {facts}.", "Ask the provider; else /refund N"
    ),
    "needs_person_": Cause("Paid, and it needs a person: {facts}.", "/order N, then /refund N"),
    # Plans and prices
    "catalogue-unmapped": Cause(
        "Places in the catalogue that we know no country for: {facts}.",
        "Add them to services/catalogue/names.py",
    ),
    "catalogue-unavailable": Cause(
        "The provider's catalogue cannot be read: {facts}. The last good copy sells.", "python -m bot doctor"
    ),
    "catalogue-shrunk": Cause(
        "The provider's catalogue lost most of its plans (provider, before, now): {facts}. The last good copy sells.",
        "Ask the provider; restart the bot to take the new one",
    ),
    "catalogue-copy": Cause(
        "The catalogue's copy on disk: {facts}.", "Look at the disk of DATA, its space and rights"
    ),
    "no-exchange-rate": Cause(
        "prices.toml has no exchange rate for {facts}.", "Add it to prices.toml; it applies at once"
    ),
    "rate-expired": Cause(
        "The exchange rate in prices.toml is past its date: {facts}.",
        "Look it up and date it anew in prices.toml",
    ),
    "rate-old": Cause(
        "The exchange rate in prices.toml is old, of {facts}.", "Look it up and date it anew in prices.toml"
    ),
    "rate-of-tomorrow": Cause(
        "The exchange rate in prices.toml is dated in the future: {facts}.", "Correct its date in prices.toml"
    ),
    "stars-no-rate": Cause(
        "prices.toml has no rate for Telegram Stars, as of {facts}.",
        "Add it to prices.toml; it applies at once",
    ),
    "stars-rate-ends": Cause(
        "The rate for Telegram Stars ends soon: {facts}.", "Look it up and date it anew in prices.toml"
    ),
    "stars-rate-expired": Cause(
        "The rate for Telegram Stars is past its date: {facts}.", "Look it up and date it anew in prices.toml"
    ),
    "stars-rate-of-tomorrow": Cause(
        "The rate for Telegram Stars is dated in the future: {facts}.", "Correct its date in prices.toml"
    ),
    "prices-malformed": Cause(
        "prices.toml cannot be read, the last good prices hold: {facts}.",
        "Correct it; python -m bot prices tries it",
    ),
    # People's rights
    "erasure_waits": Cause(
        "An erasure waits for an order to settle: {facts}.", "/books shows which; settle it with /refund N"
    ),
    "erasure_not_proven": Cause(
        "An erasure could not be proven on disk: {facts}.",
        "Stop what else reads the databases; it is tried again",
    ),
    "request_due_10": Cause(
        "A request about personal data is due within ten days: {facts}.", "python -m bot privacy show R…"
    ),
    "request_due_3": Cause(
        "A request about personal data is due within three days: {facts}.", "python -m bot privacy show R…"
    ),
    "request_overdue": Cause(
        "A request about personal data was not answered in time: {facts}.", "python -m bot privacy show R…"
    ),
    "tell_recipient": Cause(
        "Somebody corrected what we had given to others (request, recipient): {facts}.",
        "Tell them; python -m bot privacy disclose makes a new copy",
    ),
    "pause_not_told": Cause(
        "A pause of a customer's data cannot end, because nobody can tell its owner: {facts}.",
        "Write to them by other means, or let it stand",
    ),
    "letter_due": Cause(
        "Somebody has to be written to about their request: {facts}.",
        "python -m bot privacy show R… says whom and what; python -m bot privacy close R… when it is done",
    ),
    "unknown_expiry": Cause(
        "Nobody knows when the last plan of {facts} ends: they are kept beyond their time.",
        "python -m bot retention --dry-run",
    ),
    "erasure_broke": Cause("An erasure broke off and is tried again: {facts}.", "Look at the bot's log"),
    "processor_letter": Cause(
        "A partner has to be told of an erasure by letter: {facts}.",
        "python -m bot privacy letter TASK prints it; once it was sent, python -m bot privacy done TASK --proof FILE",
    ),
    "recipient_unrecorded": Cause(
        "A partner has no recorded country and safeguard, so it is told nothing of erasures: {facts}.",
        "Record both; it is told by itself then",
    ),
    "staff_copies_left": Cause(
        "Messages of an erased traveller are left in this chat: {facts}.", "Delete them by hand"
    ),
    # The machine
    "restored": Cause(
        "A backup was restored: {facts}.",
        "Compare the lines put aside with the wholesaler's list; /books shows what is held",
    ),
    "dead_letter": Cause(
        "The engine gave up a workflow: {facts}.", "Look at the bot's log, restart the bot, then /order N"
    ),
}


@router.words_for_staff(Raised)
async def word_alarm(shop: Shop, raised: Raised) -> Message:  # noqa: ARG001
    """One message for each cause, with all that it is about."""
    return Text("⚠️ " + _words(raised))


@router.staff("alarms", "– what is wrong just now")
async def alarms(shop: Shop, words: str, key: str) -> str:  # noqa: ARG001
    """Everything that is not over."""
    standing = await shop.alarms.standing()
    return "\n\n".join(map(_words, standing)) if standing else "All is well."


def cause_of(name: str) -> Cause | None:
    """The words of a cause, or of the family that it belongs to."""
    families = sorted((one for one in CAUSES if one.endswith("_") and name.startswith(one)), key=len)
    return CAUSES.get(name) or (CAUSES[families[-1]] if families else None)


def _words(raised: Raised) -> str:
    cause = cause_of(raised.cause) or Cause(f"{raised.cause}: {{facts}}.", "Look at the bot's log")
    facts = ", ".join(raised.facts) + (f" and {raised.more} more" if raised.more else "")
    return f"{cause.words.format(facts=facts)}\n→ {cause.mend}"
