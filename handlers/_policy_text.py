"""The privacy policy in the language being spoken, section by section: in the chat, as a page, as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.conversation.i18n import _, right_to_left, spoken
from handlers import _policy_words as words
from services.page import Page, Section
from services.privacy import Facts


@dataclass(frozen=True)
class Part:
    """One section. `key` names it in a button."""

    key: str
    #: Short enough for a button of any platform.
    title: str
    lines: tuple[str, ...]


def parts(facts: Facts) -> tuple[Part, ...]:
    """Everything that the policy says."""
    return (
        Part("who", _("Who is responsible"), tuple(_who(facts))),
        Part("held", _("What and why"), tuple(_held(facts))),
        Part("told", _("Who receives it"), tuple(_told(facts))),
        Part("kept", _("How long"), tuple(_kept(facts))),
        Part("rights", _("Your rights"), tuple(_rights(facts))),
        Part("safe", _("Security"), tuple(_safe())),
    )


def title(facts: Facts) -> str:
    """What the whole is called."""
    return _("Privacy policy of {name}", name=facts.controller.name)


def version(facts: Facts) -> str:
    """Which text it is."""
    return _("Policy version: {version}", version=facts.version)


def page(facts: Facts) -> Page:
    """The policy as a page."""
    return Page(
        spoken(),
        "rtl" if right_to_left() else "ltr",
        title(facts),
        (version(facts),),
        tuple(Section(part.title, part.lines) for part in parts(facts)),
    )


def text(facts: Facts) -> str:
    """The policy as plain text."""
    body = (f"{part.title}\n\n" + "\n".join(part.lines) for part in parts(facts))
    return "\n\n\n".join((f"{title(facts)}\n{version(facts)}", *body)) + "\n"


def _who(facts: Facts) -> Iterable[str]:
    who = facts.controller
    yield _("Who is responsible: {name}, {address}", name=who.name, address=who.address)
    yield _("Contact: {email}", email=who.email)
    yield _(
        "This policy is about the eSIM services that {name} offers, here and on its website. {name} undertakes to guarantee security, confidentiality and transparency.",
        name=who.name,
    )
    yield _(
        "The law that applies is the GDPR. The authority is {authority}: {url}",
        authority=who.authority,
        url=who.authority_url,
    )


def _held(facts: Facts) -> Iterable[str]:
    yield _(
        "Data is collected only when it is needed to provide what you ordered, to improve the offer, or because the law asks for it."
    )
    for held in facts.held:
        yield _(
            "– {what}: {examples}.",
            what=words.category(held.category),
            examples=words.examples(held.category),
        )
        for purposes in words.why(held):
            yield _("Why: {purposes}.", purposes=purposes)
    yield _("Offers: only if you say yes (consent), until you say no.")


def _told(facts: Facts) -> Iterable[str]:
    yield _("Your data is neither sold nor rented to anybody.")
    yield from (
        f"– {words.recipient(one)}" for one in _once(key for held in facts.held for key in held.recipients)
    )
    yield _(
        "Some of these partners may be outside the European Union; then appropriate safeguards protect your data."
    )


def _kept(facts: Facts) -> Iterable[str]:
    yield _("As long as the service needs it, and as long as the law says:")
    for held in facts.held:
        yield _("– {what}:", what=words.category(held.category))
        yield from (f"   {words.period(one, later=facts.later)}" for one in held.periods)


def _rights(facts: Facts) -> Iterable[str]:
    who = facts.controller
    for number, key in enumerate(facts.rights, 1):
        yield f"{number}. {words.right(key)}"
    yield _(
        "All of them here, with /privacy; or by email to {email}, or by post to {name}, {address}.",
        email=who.email,
        name=who.name,
        address=who.address,
    )
    yield _("Complaints: {authority}, {url}", authority=who.authority, url=who.authority_url)


def _safe() -> Iterable[str]:
    yield _("Encrypted at rest, with a key of its own for each customer.")
    yield _("An erasure destroys that key, so that no backup can bring the data back.")


def _once(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))
