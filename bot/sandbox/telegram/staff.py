"""The staff chat: a group with the bot in it, in which the shop's people answer."""

from __future__ import annotations

from bot.sandbox.phones import Screen
from bot.sandbox.telegram import outgoing, texts
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.people import People


class StaffChat:
    """What members do in it, by their short names."""

    def __init__(self, cloud: Cloud, people: People) -> None:
        self._cloud = cloud
        self._people = people

    async def say(
        self, member: str, text: str, reply_to: str | None = None, topic: str | None = None
    ) -> None:
        """Write, answer, or write in a thread. LookupError when there is no such message or thread."""
        chat = self._cloud.staff
        answered = chat.messages.get(_number(reply_to)) if reply_to else None
        if reply_to and answered is None:
            raise LookupError("there is no such message")
        if topic and _number(topic) not in chat.topics:
            raise LookupError("there is no such thread")
        place = outgoing.in_topic(chat, _number(topic) if topic else 0, answered)
        words = texts.written(text[: texts.LONGEST_TEXT]).as_json()
        self._people.write(
            chat, self._cloud.member(member), {**place, **outgoing.replying(answered), **words}
        )

    async def press(self, member: str, label: str) -> None:
        """Press the newest button with that label; NoSuchButton when there is none."""
        seen, button = self._cloud.staff.screen.button(label)
        await self._people.tap(self._cloud.staff, self._cloud.member(member), seen, button)

    def screen(self) -> Screen:
        return self._cloud.staff.screen


def _number(spelled: str) -> int:
    try:
        return int(spelled)
    except ValueError:
        raise LookupError(f"{spelled!r} is no id") from None
