"""Telegram as a channel: https://core.telegram.org/bots/api."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channels import ONCE, Patience, in_force, knows_one, patiently
from bot.channels.pace import Pace
from bot.channels.rates import Rate, within
from bot.channels.telegram import erasing, inbound, outbound, payments, setup
from bot.channels.telegram.outbound import Call
from bot.channels.telegram.payments import Transfer
from bot.channels.telegram.polling import Deal, Poll
from bot.channels.telegram.refused import MIGRATED, Refused
from bot.channels.telegram.send import Line
from bot.conversation.channel import Cause, ChannelError, Sent, Urgency, Way
from bot.conversation.events import Attachment, Inbound
from bot.conversation.messages import Message

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (the name of the header)
#: The door that Telegram knocks at.
PATH = "/telegram"
#: What a bot may download: https://core.telegram.org/bots/api#getfile
MOST_DOWNLOAD = 20_000_000
#: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
PRIVATE, GROUP = Rate(20, 1.0), Rate(18, 18 / 60)
#: For one message, and for each call at the start, when the network may not be there yet.
SENDING, OPENING = Patience(), Patience(tries=8, pause=1, total=60)
#: For the answer before a payment, which Telegram waits ten seconds for; and for one try of it, in seconds.
DECIDING, _DECISION = Patience(tries=6, pause=0.2, longest=2, total=8), 2.5
#: Seconds for stopping a spinner: later nobody looks at it any more.
_SPINNER = 3.0
_MOST_SPINNERS = 500


@dataclass(frozen=True)
class Settings:
    """How to reach one bot, and how it is reached."""

    token: str = field(repr=False)
    api: str = "https://api.telegram.org"
    #: 1–256 characters of A–Z, a–z, 0–9, _ and -; Telegram shows it at the door. Not used when polling.
    #: Two with a comma between: the first is told to Telegram, the other still opens for what is on its way.
    secret: str = field(default="", repr=False)
    #: Where the bot's doors are seen from outside, https://…; not used when polling.
    public_url: str = ""
    mode: Literal["webhook", "polling"] = "webhook"
    #: The group in which the staff answers; None: there is none.
    staff_chat: int | None = None
    #: Updates that Telegram may bring at once, 1–100.
    connections: int = 40
    #: Messages a second that Telegram takes from the bot; more where it has granted more. 0: nothing is paced.
    rate: int = 30


class Telegram:
    """One bot on Telegram. Telegram waits for our answer, and delivers again without it."""

    name = inbound.CHANNEL
    waits = True
    edits = True
    window: float | None = None
    metered = False
    #: Far below what is possible: nobody scrolls through a hundred buttons.
    most_choices = 30

    def __init__(
        self,
        settings: Settings,
        *,
        sending: Patience = SENDING,
        opening: Patience = OPENING,
        timeout: float = 10,
    ) -> None:
        """`timeout`: seconds for one call. Raises ValueError for a malformed token."""
        self._settings = settings
        self._opening = opening
        self._sending = sending
        #: How fast messages go out; edits count, the end of a spinner does not.
        self.pace = Pace(within(settings.rate), _rate_of)
        self._line = Line(settings.token, settings.api, sending, timeout)
        self._spinners: set[asyncio.Task[None]] = set()
        #: Under which travellers find the bot; empty until it was opened.
        self.username = ""

    @property
    def link(self) -> str:
        """The address of its chat."""
        return f"https://t.me/{self.username}"

    def genuine(self, headers: Mapping[str, str], raw: bytes) -> bool:  # noqa: ARG002  (Telegram signs no body)
        """Whether whoever knocks knows the secret."""
        shown = headers.get(SECRET) or headers.get(SECRET.lower()) or ""
        return knows_one(shown, in_force(self._settings.secret))

    def inbound(self, raw: bytes) -> Sequence[Inbound]:
        """The events of one update. Raises Unreadable."""
        return inbound.inbound(raw, self._settings.staff_chat)

    async def send(self, message: Message, way: Way) -> Sent:
        """Say it, in as many calls as it takes; what the last of them answered. Raises ChannelError."""
        sent = Sent(None)
        for call in outbound.outbound(message, way):
            sent = await self._deliver(call, way)
        return sent

    async def acknowledge(self, incoming_spinner: str) -> None:
        """Stop the spinner, without anybody having to wait for it."""
        stopping = asyncio.create_task(self._stop(incoming_spinner))
        self._spinners.add(stopping)
        stopping.add_done_callback(self._spinners.discard)
        if len(self._spinners) > _MOST_SPINNERS:
            await stopping

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that somebody sent. Raises ChannelError."""
        match await self._line.tell(Call("getFile", {"file_id": attachment.reference})):
            case {"file_size": int(size)} if size > MOST_DOWNLOAD:
                raise ChannelError("too large")
            case {"file_path": str(path)}:
                return await self._line.download(path, MOST_DOWNLOAD)
        raise ChannelError("no such file")

    async def forget(self, chat: int, messages: Iterable[str]) -> list[str]:
        """Take messages of ours out of a chat, or overwrite them; the ids of those that Telegram keeps.

        Raises ChannelError when it makes sense to ask again.
        """
        return await erasing.erase(self._line, chat, messages)

    async def leave(self, chat: int, words: str | None) -> None:
        """Out of a group or channel, with a last word where one may be said. Raises ChannelError."""
        if words is not None:
            with suppress(Refused):  # whoever may not speak there leaves in silence
                await self._line.tell(Call("sendMessage", {"chat_id": chat, "text": words}))
        await self._line.tell(Call("leaveChat", {"chat_id": chat}))

    async def has_moved(self, group: int) -> bool:
        """Whether a group has become a larger one, under another number. Raises ChannelError."""
        try:
            await self._line.tell(Call("getChat", {"chat_id": group}))
        except ChannelError as refusal:
            if refusal.again is not None:
                raise
            return refusal.reason == MIGRATED
        return False

    async def decide(self, query: str, refusal: str | None) -> None:
        """Let a payment go through, or say why not. Raises ChannelError."""
        answer: dict[str, Any] = {"pre_checkout_query_id": query, "ok": refusal is None}
        if refusal is not None:
            answer["error_message"] = refusal
        await patiently(lambda: self._line.once(Call("answerPreCheckoutQuery", answer), _DECISION), DECIDING)

    async def give_back_stars(self, payer: int, charge: str) -> None:
        """All Stars of a payment. Once: whoever hears no answer looks. Raises ChannelError."""
        await self._line.once(
            Call("refundStarPayment", {"user_id": payer, "telegram_payment_charge_id": charge})
        )

    async def star_transfers(self, skip: int) -> list[Transfer]:
        """At most 100 lines of the account, the oldest first, without the first `skip`. Raises ChannelError."""
        match await self._line.tell(Call("getStarTransactions", {"offset": skip, "limit": 100})):
            case {"transactions": list(lines)}:
                return [payments.transfer(line) for line in lines]
        raise ChannelError("undecodable")

    async def star_balance(self) -> int:
        """Whole Stars in the account. Raises ChannelError."""
        match await self._line.tell(Call("getMyStarBalance", {})):
            case {"amount": int(stars)}:
                return stars
        raise ChannelError("undecodable")

    async def open(
        self, commands: Mapping[str, Mapping[str, str]], last: setup.LastSaid | None = None
    ) -> None:
        """Say who we are and where updates go, where Telegram holds it otherwise. Raises ChannelError."""
        own = self._settings
        opening = setup.Opening(self._line, self._opening)
        self.username = await opening.introduce(commands)
        if own.mode == "polling":
            await opening.stop_listening()
        elif own.public_url and in_force(own.secret):
            await opening.listen_at(
                own.public_url.rstrip("/") + PATH, in_force(own.secret)[0], own.connections, last
            )
        else:
            raise ChannelError("a webhook needs a public address and a secret")

    async def describe(self, words: Mapping[str, str]) -> None:
        """What the bot says of itself (language → words), written only where it differs. Raises ChannelError."""
        await setup.Opening(self._line, self._opening).describe(words)

    async def differences(
        self, commands: Mapping[str, Mapping[str, str]], words: Mapping[str, str]
    ) -> list[str]:
        """What Telegram holds otherwise than the next start would leave it. Changes nothing. Raises ChannelError."""
        looking = setup.Opening(self._line, self._opening, looks_only=True)
        self.username = await looking.introduce(commands)
        await looking.describe(words)
        polled = self._settings.mode == "polling"
        await looking.look_at_door(
            "" if polled else self._settings.public_url.rstrip("/") + PATH, self._settings.connections
        )
        return looking.differs

    async def troubles(self) -> list[str]:
        """What no start mends: updates that do not get through, a staff chat that is not there. Raises ChannelError."""
        found = []
        hook = await self._line.tell(Call("getWebhookInfo", {})) or {}
        if hook.get("pending_update_count") and (why := hook.get("last_error_message")):
            found.append(
                f"{hook['pending_update_count']} updates wait, and the last one did not get through: {why}"
            )
        if (group := self._settings.staff_chat) is not None:
            try:
                await self._line.tell(Call("getChat", {"chat_id": group}))
            except ChannelError as refusal:
                if refusal.again is not None:
                    raise
                moved = refusal.reason == MIGRATED
                found.append(
                    f"STAFF_CHAT {'has another number now' if moved else 'is no group that the bot is in'}"
                )
        return found

    async def poll(self, deal: Deal) -> None:
        """Ask for updates and hand each to `deal` as it would come to the door; until cancelled."""
        await Poll(self._line, deal).forever()

    async def close(self) -> None:
        await asyncio.gather(*self._spinners, return_exceptions=True)
        await self._line.close()

    async def _deliver(self, call: Call, way: Way) -> Sent:
        try:
            result = await self._say(call, way)
        except Refused as refusal:
            if call.method == "editMessageText" and "message is not modified" in refusal.description:
                return Sent(str(call.fields["message_id"]))
            plainer = _plainer(call)
            if plainer is None or refusal.cause is Cause.GONE:
                raise
            result = await self._say(plainer, way)
        return Sent(_message_id(result))

    async def _say(self, call: Call, way: Way) -> Any:
        """Call when it is this message's turn, as often as it makes sense."""
        # A campaign is tried once: while it waits, nobody can be answered in its chat.
        patience = self._sending if way.urgency < Urgency.CAMPAIGN else ONCE
        return await patiently(lambda: self.pace.in_turn(way, lambda: self._line.once(call)), patience)

    async def _stop(self, spinner: str) -> None:
        try:
            await self._line.once(Call("answerCallbackQuery", {"callback_query_id": spinner}), _SPINNER)
        except ChannelError:
            return  # it stops by itself after a while


def _rate_of(chat: str) -> Rate:
    """Groups have negative ids."""
    return GROUP if chat.startswith("-") else PRIVATE


def _plainer(call: Call) -> Call | None:
    """The same in a form that is never refused for what it is: anew, or as a mere file."""
    match call:
        case Call("editMessageText", fields):
            return Call(
                "sendMessage", {name: value for name, value in fields.items() if name != "message_id"}
            )
        case Call("sendPhoto", fields, files):
            return Call("sendDocument", fields, {"document": files["photo"]})
    return None


def _message_id(result: Any) -> str | None:
    match result:
        case {"message_id": int(number)}:
            return str(number)
    return None
