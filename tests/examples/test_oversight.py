"""Beiyuan's works under oversight, on a durable store: three levels up, no award, no payment, clocks that stand."""

from __future__ import annotations

from datetime import timedelta

import pytest

import civicflow
import oversight
from civicflow import Money
from civicflow.testing import FrozenClock


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> oversight.Course:
    """The whole course, in a fresh store."""
    clock = FrozenClock()
    url = f"sqlite:///{tmp_path_factory.mktemp('oversight') / 'gongxing.db'}?synchronous=off"
    with civicflow.open(url, clock=clock) as office:
        found = oversight.live_through(office, clock)
        assert office.ledger.verify().ok
        return found


def test_three_levels_up(course: oversight.Course) -> None:
    """Group, community, subdistrict: unanswered, the inquiry climbs."""
    assert course.levels == ("beiyuan", "jinyang-1", "jinyang")


def test_no_award_and_no_payment_while_it_stands_still(course: oversight.Course) -> None:
    """Both are refused because the case is on hold."""
    assert {step: rules[0] for step, rules in course.refused.items()} == {"award": "held", "payment": "held"}


def test_its_clocks_stand(course: oversight.Course) -> None:
    """Eleven days in all; what was to be done by a day is put off by as long as it stood."""
    before, after = course.deadline
    assert course.stood == 11
    assert after - before >= timedelta(days=10)


def test_the_board_reads_every_entry(course: oversight.Course) -> None:
    """From the first to the last."""
    seen, written = course.seen
    assert seen == written > 40


def test_settled_all_the_same(course: oversight.Course) -> None:
    """One case from the draft to the account: 36,000 were decided, 34,500 were paid, 750 went back to each source."""
    assert course.back == (Money(750), Money(750))
    assert course.outcome in {"evaluated", "unevaluated"}
