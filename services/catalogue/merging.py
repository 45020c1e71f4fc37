"""The same thing, sold by several providers, is one plan: the one that costs us least; the others stand in for it."""

from __future__ import annotations

from collections.abc import Iterable

from services.catalogue.plan import Plan

_Promise = tuple[frozenset[str], int | None, bool, int | None, int | None]


def one_of_each(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """Of plans that promise the same countries, data and days, the one of the least cost; in their order."""
    best: dict[_Promise, Plan] = {}
    for plan in plans:
        promise = _promise(plan)
        other = best.get(promise)
        if other is None or (plan.cost, plan.id) < (other.cost, other.id):
            best[promise] = plan
    return tuple(best.values())


def _promise(plan: Plan) -> _Promise:
    offer = plan.offer
    return frozenset(offer.countries), offer.data_bytes, offer.unlimited, offer.full_speed_bytes, offer.days
