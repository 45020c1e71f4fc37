"""Taking a traveller's words back out of a chat, as far as Telegram lets a bot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.channels.telegram.outbound import Call, Upload
from bot.channels.telegram.refused import Refused
from bot.channels.telegram.send import Line

#: What stands where a message cannot be taken away: https://core.telegram.org/bots/api#deletemessage
ERASED = "[erased]"
#: Refusals that say that nothing is left to erase.
_DONE = ("message to delete not found", "message to edit not found", "message is not modified")


async def erase(line: Line, chat: int, messages: Iterable[str]) -> list[str]:
    """Delete each message, else overwrite it; those that Telegram keeps as they are. Raises ChannelError.

    Repeats are harmless, so whoever sees an error simply asks again.
    """
    return [message for message in messages if not await _erased(line, chat, message)]


async def _erased(line: Line, chat: int, message: str) -> bool:
    if not message.isdecimal():
        return False
    for call in _ways({"chat_id": chat, "message_id": int(message)}):
        try:
            await line.tell(call)
        except Refused as refusal:
            if any(words in refusal.description for words in _DONE):
                return True
        else:
            return True
    return False


def _ways(where: dict[str, int]) -> Iterator[Call]:
    """The best first: gone; other words; for pictures and files, another file."""
    yield Call("deleteMessage", {**where})
    yield Call("editMessageText", {**where, "text": ERASED})
    media = {"type": "document", "media": "attach://erased", "caption": ERASED}
    blank = Upload(ERASED.encode(), "erased.txt", "text/plain")
    yield Call("editMessageMedia", {**where, "media": media}, {"erased": blank})
