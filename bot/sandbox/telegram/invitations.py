"""Links that lead into a group or a channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from secrets import token_urlsafe

from bot.sandbox.telegram.calls import Json
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.users import User

#: The oldest are forgotten when there are more.
MOST_LINKS = 10_000


@dataclass(frozen=True)
class Invitation:
    """One link. Times are Unix seconds; a subscription's price is in Stars; 0 means not set."""

    link: str
    creator: User
    name: str = ""
    expires: int = 0
    limit: int = 0
    asks: bool = False
    primary: bool = False
    revoked: bool = False
    period: int = 0
    price: int = 0

    def as_json(self) -> Json:
        """The ChatInviteLink object."""
        told: Json = {
            "invite_link": self.link,
            "creator": self.creator.as_json(),
            "creates_join_request": self.asks,
            "is_primary": self.primary,
            "is_revoked": self.revoked,
        }
        more = {
            "name": self.name,
            "expire_date": self.expires,
            "member_limit": self.limit,
            "subscription_period": self.period,
            "subscription_price": self.price,
        }
        return told | {name: value for name, value in more.items() if value}


class Invitations:
    """Every link by the chat that it leads to."""

    def __init__(self) -> None:
        self._links: dict[tuple[int, str], Invitation] = {}

    def create(self, chat_id: int, creator: User, *, primary: bool = False) -> Invitation:
        """A new one, without conditions yet. A new primary link revokes the one before."""
        if primary:
            for (where, link), before in self._links.items():
                if where == chat_id and before.primary:
                    self._links[where, link] = replace(before, revoked=True, primary=False)
        return self.keep(chat_id, Invitation(f"https://t.me/+{token_urlsafe(12)}", creator, primary=primary))

    def find(self, chat_id: int, link: str) -> Invitation:
        """The link of that chat; ApiError when there is none."""
        found = self._links.get((chat_id, link))
        if found is None:
            raise bad("INVITE_HASH_EXPIRED")
        return found

    def keep(self, chat_id: int, invitation: Invitation) -> Invitation:
        """Remember it, in place of what it was before."""
        self._links[chat_id, invitation.link] = invitation
        if len(self._links) > MOST_LINKS:
            del self._links[next(iter(self._links))]
        return invitation
