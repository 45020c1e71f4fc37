"""Requests that reach us by mail, by post or through an authority: written down, and connected with whom they are of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from services.clock import Clock
from services.customers import Customers
from services.privacy.requests.register import as_request, enter, merge, move, open_like
from services.privacy.requests.states import OPEN, Intake, Kind, Level
from services.storage import Storage
from services.storage.app import customers, orders, privacy_requests
from services.storage.rights import request_contacts
from services.storage.sealing import Erased, Secrets


@dataclass(frozen=True)
class Contact:
    """Who wrote, and where they want the answer: an address of mail, or lines of a letter."""

    name: str
    reach: str
    locale: str

    @property
    def by_mail(self) -> bool:
        """Whether the answer can go out as a mail."""
        return "@" in self.reach and "\n" not in self.reach


@dataclass(frozen=True)
class Entered:
    """A request that was written down, or the open one that it repeats."""

    number: str
    is_new: bool


class Letters:
    """Writes down what did not come through a chat, and finds out whose it is."""

    def __init__(self, app: Storage, people: Customers, secrets: Secrets, clock: Clock) -> None:
        self._app = app
        self._people = people
        self._secrets = secrets
        self._clock = clock

    async def open(
        self, kind: Kind, intake: Intake, contact: Contact, received: datetime | None = None
    ) -> Entered:
        """Write a request down. The same sender's open request of that kind is that one.

        Its time runs from `received`, now by default. A complaint needs no identity; of everybody else we ask who
        they are before anything is shown or changed.
        """
        now = self._clock.now()
        sender = self._secrets.hash("sender", contact.reach.strip().casefold())

        def work(connection: Connection) -> Entered:
            known = connection.execute(
                select(privacy_requests.c.id)
                .join(request_contacts, request_contacts.c.request_id == privacy_requests.c.id)
                .where(
                    request_contacts.c.sender == sender,
                    privacy_requests.c.kind == kind,
                    privacy_requests.c.state.in_(OPEN),
                )
            ).scalar()
            if known is not None:
                return Entered(known, is_new=False)
            number = enter(connection, None, kind, received or now, intake=intake, level="", state="received")
            body = self._secrets.house.seal_json(asdict(contact), _place(number))
            connection.execute(
                insert(request_contacts).values(request_id=number, sender=sender, body=body, at=now)
            )
            if kind == "complaint":
                move(connection, number, "in_progress", now, "no_identity_needed")
            else:
                move(connection, number, "identity_pending", now, "who_are_you", tell=True)
            return Entered(number, is_new=True)

        return await self._app.transaction(work)

    async def contact(self, number: str) -> Contact | None:
        """Who wrote and how to answer them; None for a request from a chat, or when the file is closed."""
        body = await self._app.read(
            lambda connection: connection.execute(
                select(request_contacts.c.body).where(request_contacts.c.request_id == number)
            ).scalar_one_or_none()
        )
        return None if body is None else Contact(**self._secrets.house.open_json(body, _place(number)))

    async def buyer(self, order: str, email: str) -> str | None:
        """The customer who can name an order of theirs and the address on file with it (level L1); None: nobody."""
        customer = await self._app.read(
            lambda connection: connection.execute(
                select(orders.c.customer_id).where(orders.c.id == order.strip().upper())
            ).scalar_one_or_none()
        )
        if customer is None:
            return None
        try:
            on_file = (await self._people.account(customer)).email
        except Erased:
            return None
        return customer if (on_file or "").casefold() == email.strip().casefold() and on_file else None

    async def identified(self, number: str, customer: str, level: Level) -> str | None:
        """It is this customer who asks; the request goes on. Where they have the same one open already, this one is
        merged into it. The number under which it goes on; None when it is not to be identified (any more).

        Raises LookupError when there is no such customer.
        """
        now = self._clock.now()

        def work(connection: Connection) -> str | None:
            if connection.execute(select(customers.c.id).where(customers.c.id == customer)).first() is None:
                raise LookupError("no such customer")
            row = connection.execute(
                select(privacy_requests).where(privacy_requests.c.id == number).with_for_update()
            ).one_or_none()
            if row is None or row.state not in ("received", "identity_pending", "suspended"):
                return None
            first = open_like(connection, customer, as_request(row).kind)
            if first is not None and first != number:
                merge(connection, number, first, now)
                _set(connection, number, customer_id=customer, level=level)
                return first
            _set(connection, number, customer_id=customer, level=level)
            move(connection, number, "in_progress", now, "identified")
            return number

        return await self._app.transaction(work)


def _set(connection: Connection, number: str, **values: str) -> None:
    connection.execute(update(privacy_requests).where(privacy_requests.c.id == number).values(values))


def _place(number: str) -> str:
    return f"request_contacts:body:{number}"
