"""Who belongs to a group or a channel, and what each may do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.users import User

Status = Literal["creator", "administrator", "member"]
#: What an administrator can be allowed: https://core.telegram.org/bots/api#chatadministratorrights
RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_send_welcome_messages",
)  # fmt: skip
IN_GROUPS = ("can_pin_messages", "can_manage_topics", "can_manage_tags")
IN_CHANNELS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
MOST_MEMBERS = 1_000


@dataclass(frozen=True)
class Member:
    """Somebody in a chat. An administrator has `rights`; the creator has them all."""

    user: User
    status: Status = "member"
    rights: frozenset[str] = frozenset()

    def may(self, right: str) -> bool:
        """Whether they are allowed that."""
        return self.status == "creator" or right in self.rights

    def as_json(self, *, channel: bool) -> Json:
        """The ChatMember object."""
        who: Json = {"status": self.status, "user": self.user.as_json()}
        match self.status:
            case "creator":
                return who | {"is_anonymous": False}
            case "administrator":
                there = (*RIGHTS, *(IN_CHANNELS if channel else IN_GROUPS))
                told = {right: right in self.rights for right in there}
                return who | {"can_be_edited": False, "is_anonymous": False} | told
        return who


class Members:
    """Everybody in one chat by id."""

    def __init__(self) -> None:
        self._by_id: dict[int, Member] = {}

    def add(self, member: Member) -> None:
        """They come in, or become something else. ValueError when the chat is full."""
        if member.user.id not in self._by_id and len(self._by_id) >= MOST_MEMBERS:
            raise ValueError(f"a chat of the sandbox holds no more than {MOST_MEMBERS} members")
        self._by_id[member.user.id] = member

    def remove(self, user_id: int) -> None:
        """They leave."""
        self._by_id.pop(user_id, None)

    def find(self, user_id: int) -> Member | None:
        """The member with that id."""
        return self._by_id.get(user_id)

    def leading(self) -> list[Member]:
        """The creator and the administrators."""
        return [member for member in self._by_id.values() if member.status != "member"]

    def __len__(self) -> int:
        return len(self._by_id)
