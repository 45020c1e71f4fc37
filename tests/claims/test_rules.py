"""What is granted after a sale: every rule against everything that can be found, and the days of the law."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.claims.rules import Facts, Rules, Verdict, _easter, verdict, withdrawal_ends

UNUSED, PERSON, NONE = Rules("unused", 14), Rules("person"), Rules("none")
GB = 1024**3


def found(seen, *, days=3, left=1_000, **more):
    return Facts(seen=seen, days=days, early=False, left=left, **more)


@pytest.mark.parametrize(
    ("rules", "facts", "said"),
    [
        (UNUSED, found("unused"), Verdict("refund", "unused", 1_000)),
        (UNUSED, found("unused", days=14), Verdict("refund", "unused", 1_000)),
        (UNUSED, found("unused", days=15), Verdict("person", "unused")),
        (UNUSED, found("used"), Verdict("person", "used")),
        (UNUSED, found("unknown"), Verdict("person", "unknown")),
        (UNUSED, found("unused", refundable=False), Verdict("refuse", "no_refunds")),
        (PERSON, found("unused"), Verdict("person", "unused")),
        (NONE, found("unused"), Verdict("refuse", "no_refunds")),
        (NONE, found("undelivered"), Verdict("refund", "undelivered", 1_000)),
        (UNUSED, found("unused", left=0), Verdict("refuse", "nothing_left")),
        (UNUSED, found("over"), Verdict("refuse", "nothing_left")),
        (UNUSED, found("unpaid"), Verdict("refuse", "unpaid")),
    ],
)
def test_a_request_for_a_refund(rules, facts, said):
    assert verdict("refund", rules, facts) == said


def withdrawing(outcome):
    return Rules(withdrawal=outcome)


@pytest.mark.parametrize(
    ("outcome", "facts", "said"),
    [
        ("refund_if_unused", found("unused"), Verdict("refund", "unused", 1_000)),
        ("refund_if_unused", found("used"), Verdict("refuse", "used")),
        ("refund_if_unused", found("unknown"), Verdict("person", "unknown")),
        ("refund_pro_rata", found("unused"), Verdict("refund", "unused", 1_000)),
        ("refund_pro_rata", found("used", used=GB, total=3 * GB), Verdict("refund", "pro_rata", 667)),
        ("refund_pro_rata", found("used", used=3 * GB, total=3 * GB), Verdict("refuse", "used")),
        ("refund_pro_rata", found("used", used=None, total=3 * GB), Verdict("person", "not_measured")),
        ("refund_pro_rata", found("used", used=GB, total=None), Verdict("person", "not_measured")),
        ("person", found("unused"), Verdict("person", "unused")),
        ("waived_acknowledged", found("unused"), Verdict("refuse", "waived")),
        ("waived_acknowledged", found("undelivered"), Verdict("refund", "undelivered", 1_000)),
        ("waived_acknowledged", found("unused", late=True), Verdict("refuse", "late")),
        ("refund_if_unused", found("undelivered", late=True), Verdict("refuse", "late")),
    ],
)
def test_a_withdrawal(outcome, facts, said):
    assert verdict("withdrawal", withdrawing(outcome), facts) == said


def test_whoever_withdraws_before_the_delivery_has_lost_nothing():
    early = Facts(seen="unused", days=0, early=True, left=500)
    assert verdict("withdrawal", withdrawing("waived_acknowledged"), early) == Verdict(
        "refund", "undelivered", 500
    )


def test_what_does_not_work_is_for_a_person():
    assert verdict("warranty", UNUSED, found("unused")).outcome == "person"


@pytest.mark.parametrize(
    ("placed", "ends"),
    [
        # Fourteen days, to the end of the last one: a Monday, a Wednesday.
        ("2026-11-09T10:00", "2026-11-24"),
        ("2026-11-10T10:00", "2026-11-25"),
        # In Paris it is the next day already.
        ("2026-11-09T23:30", "2026-11-25"),
        # Saturdays and Sundays move to Monday.
        ("2026-11-07T10:00", "2026-11-24"),
        ("2026-11-08T10:00", "2026-11-24"),
        # Christmas 2026 is a Friday, and so is New Year's Day.
        ("2026-12-11T10:00", "2026-12-29"),
        ("2026-12-18T10:00", "2027-01-05"),
        # Easter Monday and Ascension Day 2027.
        ("2027-03-15T10:00", "2027-03-31"),
        ("2027-04-22T10:00", "2027-05-08"),
    ],
)
def test_the_period_of_withdrawal_ends_with_a_working_day(placed, ends):
    moment = datetime.fromisoformat(placed).replace(tzinfo=UTC)
    assert withdrawal_ends(moment) == datetime.fromisoformat(ends).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (2024, date(2024, 3, 31)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter(year, sunday):
    assert _easter(year) == sunday
