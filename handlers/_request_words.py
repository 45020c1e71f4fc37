"""A request about one's data, in words: what was asked, and how far it is."""

from __future__ import annotations

from bot.conversation.i18n import p_


def kind(key: str) -> str:
    """What was asked: a kind of `services/privacy/requests/states.py`; an unknown one as it stands."""
    words = {
        "access": p_("asked about one’s data", "Access"),
        "portability": p_("asked about one’s data", "Portability"),
        "rectification": p_("asked about one’s data", "Rectification"),
        "erasure": p_("asked about one’s data", "Erasure"),
        "objection": p_("asked about one’s data", "Objection"),
        "restriction": p_("asked about one’s data", "Restriction"),
        "complaint": p_("asked about one’s data", "Complaint"),
    }
    return words.get(key, key)


def state(key: str, other: str = "") -> str:
    """How far it is: a state or an outcome, an unknown one as it stands: a copy is owed all the same.

    `other`: the number under which a merged one goes on.
    """
    words = {
        "received": p_("state of a request", "received"),
        "identity_pending": p_("state of a request", "we wait until we know that it is you"),
        "suspended": p_(
            "state of a request", "we wait for your proof; until it comes, its time stands still"
        ),
        "in_progress": p_("state of a request", "being worked on"),
        "awaiting_processors": p_("state of a request", "deleted here; our partners are being told"),
        "answered": p_("state of a request", "done"),
        "partly_fulfilled": p_("state of a request", "done, except for what the law makes us keep"),
        "refused": p_("state of a request", "refused; you were told why"),
        "cancelled": p_("state of a request", "taken back"),
        "merged": p_("state of a request", "goes on as {other}", other=other),
        "closed": p_("state of a request", "done"),
    }
    return words.get(key, key)
