"""The letters by which partners are told of an erasure, where they have no API for it: ready to be sent."""

from __future__ import annotations

from datetime import datetime

from services.privacy.facts.policy import Controller
from services.privacy.processors.tasks import Task

#: Recipient → whom the letter goes to, and what its ids are.
_TO = {
    "keepgo": ("KeepGo (data protection)", "ICCIDs of the lines"),
    "airalo": ("Airalo (data protection)", "ICCIDs of the eSIMs"),
    "stripe": ("Stripe (data protection)", "payments and checkout sessions"),
    "meta": ("Meta, WhatsApp Business Platform (data protection)", "business-scoped user ids"),
    "mail": ("Our mail service (data protection)", "orders that our messages were about, kind and day"),
}

#: GDPR art. 19: whoever received the data is told of its erasure; art. 28(3)(g): a processor deletes it.
_LETTER = """\
{sender}
{address}
{email}

{day:%d %B %Y}

To: {to}
Our reference: {task}

Erasure of personal data (GDPR art. 17, 19 and 28(3)(g))

A customer of ours has exercised the right to erasure. We have erased our own data. Please erase what you hold of
this person on our behalf, and stop any processing of it that the law does not require of you.

You know it under these numbers ({what}):

{subjects}

Please confirm by answering to {email}, with our reference, that it is done and on which day, or tell us what you
have to keep, for how long and by which law. This letter names nobody on purpose.

{sender}
"""


def written(task: Task, controller: Controller, day: datetime) -> str:
    """The letter of a task, in English."""
    to, what = _TO.get(task.recipient, (task.recipient, "numbers"))
    return _LETTER.format(
        sender=controller.name,
        address=controller.address,
        email=controller.email,
        day=day,
        to=to,
        task=task.id,
        what=what,
        subjects="\n".join(f"  {subject}" for subject in task.subjects),
    )
