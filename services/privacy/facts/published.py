"""What of the facts the policy says: all of it once the operator has approved the proposed wording.

Until then the text is the one that the shop has published. It names neither the messengers nor the mailer among the
recipients, no restriction and no withdrawal of consent; it takes the contract as the basis of accounting, does not say
that the later of two dates counts, and knows four categories. `POLICY.md` holds the wording that is proposed.
"""

from __future__ import annotations

from dataclasses import replace

from services.privacy.facts.entries import ADDENDUM, CONTRACT, MAIL, META, TELEGRAM
from services.privacy.facts.policy import RIGHTS, Controller, Facts, Held, facts

#: What only the proposed wording names.
RECIPIENTS = frozenset({TELEGRAM, META, MAIL})
CATEGORIES = frozenset({ADDENDUM})
PURPOSES = frozenset({"taxes"})
#: What the published text bases on the contract, and the proposed one on the law.
ACCOUNTING = "accounting"


def published(controller: Controller) -> Facts:
    """The facts of the text that applies."""
    every = facts(controller)
    if controller.approved:
        return every
    held = tuple(_held(one) for one in every.held if one.category not in CATEGORIES)
    return replace(every, held=held, rights=RIGHTS, later=False)


def _held(every: Held) -> Held:
    purposes = {
        (purpose, CONTRACT if purpose == ACCOUNTING else basis)
        for purpose, basis in every.purposes
        if purpose not in PURPOSES
    }
    recipients = tuple(one for one in every.recipients if one not in RECIPIENTS)
    return replace(every, purposes=tuple(sorted(purposes)), recipients=recipients)
