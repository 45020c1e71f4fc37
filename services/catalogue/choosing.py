"""Out of everything that is sold for a place, the few plans that are worth showing, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.catalogue.plan import Plan

#: Choices in one list.
MOST = 9
#: Of which at least so many are wider than the one country, where there are any.
MOST_WIDER = 3
#: And of plans without limit, where there are others.
MOST_UNLIMITED = 2
#: Who does not say how long is taken to stay this long.
USUAL_DAYS = 7
#: Data for a day of maps, messages and some video, in bytes.
ENOUGH_A_DAY = 512 * 1024**2

_WIDTH = {"country": 0, "regional": 1, "global": 2}
_ENDLESS = 10**18


def worth_having(plans: Iterable[Plan], *, everywhere: bool = False) -> tuple[Plan, ...]:
    """Without plans for which another one gives no less, no shorter and no dearer.

    A wider plan never pushes out a narrower one. With `everywhere` it must cover the other's countries too.
    """
    kept: list[Plan] = []
    for plan in sorted(plans, key=lambda p: (p.price.minor, -_data(p), -_days(p), _WIDTH[p.kind], p.id)):
        if not any(_beats(other, plan, everywhere=everywhere) for other in kept):
            kept.append(plan)
    return tuple(sorted(kept, key=_by_size))


def choose(plans: Sequence[Plan], days: int | None = None, most: int = MOST) -> list[Plan]:
    """At most so many of plans worth having: the one for this trip first, then small to large, wider ones last."""
    if not plans:
        return []
    long_enough = [p for p in plans if p.lasts(days or 1)] or list(plans)
    best = recommended(long_enough, days or USUAL_DAYS)
    others = [p for p in long_enough if p is not best]
    wider = [p for p in others if p.kind != "country"]
    local = [p for p in others if p.kind == "country"]
    room = most - 1
    for_wider = min(len(wider), max(MOST_WIDER, room - len(local)), room)
    return [best, *_some(local, room - for_wider), *_some(wider, for_wider)]


def recommended(plans: Sequence[Plan], days: int) -> Plan:
    """The cheapest that lasts and has enough for every day; where none has, the one that comes nearest."""
    wanted = days * ENOUGH_A_DAY

    def misfit(plan: Plan) -> tuple[bool, bool, int, int, int, str]:
        enough = _data(plan) >= wanted
        short = 0 if enough else -_data(plan)
        return not plan.lasts(days), not enough, short, plan.price.minor, _WIDTH[plan.kind], plan.id

    return min(plans, key=misfit)


def spread(plans: Sequence[Plan], room: int) -> list[Plan]:
    """So many of them from the smallest to the largest, evenly."""
    if room <= 0:
        return []
    ordered = sorted(plans, key=_by_size)
    if len(ordered) <= room:
        return ordered
    if room == 1:
        return [ordered[len(ordered) // 2]]
    step = (len(ordered) - 1) / (room - 1)
    return [ordered[round(n * step)] for n in range(room)]


def _some(plans: Sequence[Plan], room: int) -> list[Plan]:
    """So many of them, with a few without limit among them."""
    limited = [p for p in plans if not p.unlimited]
    unlimited = [p for p in plans if p.unlimited]
    for_unlimited = min(len(unlimited), max(MOST_UNLIMITED, room - len(limited)), room)
    return [*spread(limited, room - for_unlimited), *spread(unlimited, for_unlimited)]


def _beats(one: Plan, other: Plan, *, everywhere: bool) -> bool:
    if one.unlimited != other.unlimited or _WIDTH[one.kind] > _WIDTH[other.kind]:
        return False
    if everywhere and not set(one.countries).issuperset(other.countries):
        return False
    return one.price <= other.price and _data(one) >= _data(other) and _days(one) >= _days(other)


def _by_size(plan: Plan) -> tuple[int, bool, int, int, int, str]:
    return _WIDTH[plan.kind], plan.unlimited, _data(plan), _days(plan), plan.price.minor, plan.id


def _data(plan: Plan) -> int:
    return _ENDLESS if plan.data_bytes is None else plan.data_bytes


def _days(plan: Plan) -> int:
    return _ENDLESS if plan.days is None else plan.days
