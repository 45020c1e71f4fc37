"""The ledger of consent: what was asked in which words, and what was answered. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, insert, select

from services.clock import Clock
from services.privacy.suppressions import Suppressions
from services.storage import Storage
from services.storage.app import consents, customers, wordings
from services.storage.sealing import Secrets, Vault
from services.storage.upsert import insert_new

MARKETING = "marketing"

#: "show": the question was put. "grant": yes to a question of ours. "join": asked for it unasked, which is the only
#: thing that lifts an objection. "minor", "adult": what somebody says of their age;
#: under 15 nobody consents alone in France (loi 78-17 art. 45).
Answer = Literal["show", "grant", "join", "refuse", "withdraw", "object", "minor", "adult"]
#: "expired": granted under a policy that has changed much since.
State = Literal["none", "shown", "granted", "refused", "withdrawn", "objected", "expired", "minor"]

_LEADS_TO: dict[Answer, State] = {
    "grant": "granted",
    "join": "granted",
    "refuse": "refused",
    "withdraw": "withdrawn",
}
_ANSWERS = frozenset({*_LEADS_TO, "show", "object", "minor", "adult"})
#: What is said to a question that was put before: on a button that may be older than the policy or the language.
_TO_A_QUESTION = frozenset({"grant", "join", "refuse"})


class Consents:
    """Writes the ledger and reads where it leads. `policy`: the version in force."""

    def __init__(self, app: Storage, vault: Vault, secrets: Secrets, clock: Clock, policy: str) -> None:
        self._app = app
        self._policy = policy
        self._clock = clock
        self._suppressions = Suppressions(app, vault, secrets, clock)

    async def record(
        self,
        customer: str,
        purpose: str,
        channel: str,
        answer: Answer,
        words: str,
        locale: str,
        event: str,
    ) -> State:
        """Note an answer to exactly these words, once for each event; the state it leads to.

        Where these words were never shown there, in this language under this policy, an answer is one to the question
        that was shown last. The same question put again in the same words is one row. Raises LookupError when the customer is gone,
        ValueError for an answer that is none.
        """
        if answer not in _ANSWERS:
            raise ValueError(answer)
        now = self._clock.now()
        digest = sha256(words.encode()).hexdigest()
        row = {
            "customer_id": customer,
            "purpose": purpose,
            "channel": channel,
            "answer": answer,
            "policy": self._policy,
            "locale": locale,
            "digest": digest,
            "event_id": event,
            "at": now,
        }
        erased = await self._suppressions.hold(customer, channel)

        def work(connection: Connection) -> State:
            alive = connection.execute(
                select(customers.c.id).where(customers.c.id == customer).with_for_update()
            ).first()
            if alive is None:
                raise LookupError("the customer is gone")
            if not _noted(connection, row):
                asked = _asked(connection, row) if answer in _TO_A_QUESTION else None
                if asked is None:
                    insert_new(
                        connection,
                        wordings,
                        digest=digest,
                        locale=locale,
                        policy=self._policy,
                        text=words,
                        at=now,
                    )
                connection.execute(insert(consents).values(row | (asked or {})))
            return _state(connection, customer, purpose, channel, self._policy, erased=erased)

        return await self._app.transaction(work)

    async def state(self, customer: str, purpose: str, channel: str) -> State:
        """Where a customer stands. Without "granted" nothing may be sent."""
        erased = await self._suppressions.hold(customer, channel)
        return await self._app.read(
            lambda connection: _state(connection, customer, purpose, channel, self._policy, erased=erased)
        )

    async def lapsed(self, customer: str, purpose: str, channel: str) -> bool:
        """Whether a customer stands at "expired". One read for those who never said yes."""
        rows = await self._app.read(lambda connection: _rows(connection, customer, purpose))
        # An erasure only takes a yes away, so that most need not be looked up among the erased.
        if _follow(rows, channel, self._policy, "none") != "expired":
            return False
        return await self.state(customer, purpose, channel) == "expired"


_ANSWERED = (
    select(consents.c.channel, consents.c.answer, consents.c.policy)
    .where(consents.c.customer_id == bindparam("customer"), consents.c.purpose == bindparam("purpose"))
    # By time first: what was answered in another chat before the two were linked was copied here later.
    .order_by(consents.c.at, consents.c.seq)
)
#: What makes two rows the same: the event; of a question that was put, its words under its policy.
_SAME = ("customer_id", "purpose", "channel", "answer")
#: Where exact words are archived.
_WORDING = ("policy", "locale", "digest")


def _noted(connection: Connection, row: dict[str, Any]) -> bool:
    told_apart = _WORDING if row["answer"] == "show" else ("event_id",)
    same = [consents.c[name] == row[name] for name in (*_SAME, *told_apart)]
    return connection.execute(select(consents.c.seq).where(*same)).first() is not None


def _asked(connection: Connection, row: dict[str, Any]) -> dict[str, Any] | None:
    """The wording that was shown last, where the row's own was not; None when it was, or nothing ever was."""
    if _noted(connection, row | {"answer": "show"}):
        return None
    there = [consents.c[name] == row[name] for name in ("customer_id", "purpose", "channel")]
    shown = (
        select(*(consents.c[name] for name in _WORDING))
        .where(*there, consents.c.answer == "show")
        .order_by(consents.c.at.desc(), consents.c.seq.desc())
        .limit(1)
    )
    found = connection.execute(shown).mappings().one_or_none()
    return None if found is None else {name: found[name] for name in _WORDING}


def _state(
    connection: Connection, customer: str, purpose: str, channel: str, policy: str, *, erased: bool
) -> State:
    rows = _rows(connection, customer, purpose)
    return _follow(rows, channel, policy, "objected" if erased else "none")


def _rows(connection: Connection, customer: str, purpose: str) -> Sequence[Any]:
    return connection.execute(_ANSWERED, {"customer": customer, "purpose": purpose}).all()


def _follow(rows: Sequence[Any], channel: str, policy: str, state: State) -> State:
    minor = False
    for row in rows:
        match row.answer:
            case "minor" | "adult":
                minor = row.answer == "minor"
            case "object":
                # Whoever objects on one channel has objected on all of them.
                state = "objected"
            case "show" if row.channel == channel and state in ("none", "expired"):
                state = "shown"
            case "show":
                pass
            case answer if row.channel == channel and (state != "objected" or answer == "join"):
                state = _LEADS_TO[answer]
        if state == "granted" and _number(row.policy) != _number(policy) and row.channel == channel:
            state = "expired"
    return "minor" if minor else state


def _number(version: str) -> str:
    return version.partition(".")[0]
