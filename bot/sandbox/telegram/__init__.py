"""Telegram as the sandbox has it: the Bot API server, the phones on it, and the staff's group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

from bot.sandbox.phones import Kind, Screen
from bot.sandbox.telegram import pictures
from bot.sandbox.telegram.calls import Upload
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.door import Door
from bot.sandbox.telegram.gatherings import Gatherings
from bot.sandbox.telegram.people import People
from bot.sandbox.telegram.staff import StaffChat

if TYPE_CHECKING:
    from bot.sandbox.world import World

__all__ = ["Telegram"]


class Telegram:
    """The service towards the bot, and the Phones of its travellers."""

    def __init__(self, world: World) -> None:
        self._cloud = Cloud(world, self._answered)
        self._door = Door(world, self._cloud)
        self._people = People(self._cloud)
        self.gatherings = Gatherings(self._cloud)
        self._staff = StaffChat(self._cloud, self._people)

    def unhurried(self) -> None:
        """Nobody is told to send more slowly."""
        self._cloud.rates.kept = False

    def routes(self) -> list[BaseRoute]:
        """Everything under /telegram."""
        return self._door.routes()

    async def start(self) -> None:
        """Open for deliveries."""
        await self._cloud.deliveries.start()

    async def stop(self) -> None:
        """End what is under way."""
        await self._cloud.deliveries.stop()

    def registered(self) -> bool:
        """Whether a bot listens: it has set a webhook, or has asked for updates lately."""
        return self._cloud.deliveries.hook is not None or self._cloud.polling.listening()

    def held_back(self) -> int:
        """How many updates the bot has not yet dealt with; 0 when Telegram is at rest."""
        return len(self._cloud.updates.waiting())

    def stars(self) -> list[dict[str, Any]]:
        """The payments in Stars as the ledger shows them."""
        return self._cloud.stars.as_json()

    def commands(self, traveller: str) -> list[dict[str, Any]]:
        """The command menu on that phone: `command` and `description` of each."""
        chat = self._cloud.traveller(traveller)
        language = chat.person.language if chat.person else None
        return self._cloud.profile.seen_by(chat.id, language or "")

    async def say(self, traveller: str, text: str, language: str | None = None) -> None:
        """Write to the bot; ValueError while it is blocked."""
        await self._people.say(traveller, text, language)

    async def forward(self, traveller: str, text: str, channel: str) -> None:
        """Pass on a channel's post; ValueError while the bot is blocked."""
        await self._people.forward(traveller, text, channel)

    async def press(self, traveller: str, label: str) -> None:
        """Press the newest button with that label; NoSuchButton when there is none."""
        await self._people.press(traveller, label)

    async def send(self, traveller: str, kind: Kind) -> None:
        """Send something that is not a text; ValueError while the bot is blocked."""
        await self._people.send(traveller, kind)

    async def edit(self, traveller: str, text: str) -> None:
        """Edit the newest message that the traveller wrote; LookupError when there is none."""
        await self._people.edit(traveller, text)

    async def open(self, traveller: str, link: str) -> None:
        """Follow a deep link of the bot; ValueError when it is none."""
        await self._people.open(traveller, link)

    def block(self, traveller: str, blocked: bool) -> None:
        """Stop the bot, or let it back in."""
        self._people.block(traveller, blocked)

    async def change_identity(self, traveller: str, change: str) -> None:
        """ "username" or "recycled"; ValueError for anything else."""
        await self._people.change_identity(traveller, change)

    async def add_game(self, short_name: str, title: str, description: str) -> None:
        """What a shop would do at BotFather; ValueError when there are too many."""
        photo = await self._cloud.files.photo(Upload("game.png", "image/png", pictures.snapshot()))
        game = {"title": title, "description": description, "photo": photo}
        self._cloud.profile.add_game(short_name, game)

    async def rename(self, traveller: str, first_name: str, last_name: str | None) -> None:
        """Another first and last name."""
        await self._people.rename(traveller, first_name, last_name)

    def screen(self, traveller: str) -> Screen:
        """What that phone shows."""
        return self._people.screen(traveller)

    def acquainted(self, traveller: str) -> int:
        """Somebody who wrote to the bot before this world began, so that it may write. Returns the chat's id."""
        chat = self._cloud.traveller(traveller)
        chat.started = True
        return chat.id

    def travellers(self) -> list[str]:
        """Everybody who has held a phone, in the order of coming."""
        return list(self._cloud.travellers)

    async def pay_stars(self, traveller: str) -> None:
        """Pay the newest invoice; LookupError when there is none, ValueError when the bot refuses."""
        await self._people.pay_stars(traveller)

    async def staff_say(
        self, member: str, text: str, reply_to: str | None = None, topic: str | None = None
    ) -> None:
        """A member writes in the staff chat; LookupError when there is no such message or thread."""
        await self._staff.say(member, text, reply_to, topic)

    async def staff_press(self, member: str, label: str) -> None:
        """A member presses a button there; NoSuchButton when there is none."""
        await self._staff.press(member, label)

    def staff_screen(self) -> Screen:
        """The staff chat as its members see it."""
        return self._staff.screen()

    async def redeliver(self, last: int, times: int) -> int:
        """Send the last updates again, all at once, the same bodies. Returns how many were sent."""
        delivered = list(self._cloud.updates.delivered)
        again = delivered[max(0, len(delivered) - last) :]
        if self._cloud.deliveries.hook is not None:
            await self._cloud.deliveries.send_again(again, times)
            return len(again) * times
        return self._cloud.polling.repeat(again, times)

    async def _answered(self, content_type: str, body: bytes) -> None:
        """A delivery was answered with a call."""
        await self._door.answered(content_type, body)
