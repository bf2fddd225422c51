"""Compounds of Leshan on a durable store: which rule held and what the parties decided follows from the ledger, and changes with a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import attrs

import civicflow
import covenants
from civicflow import Money
from civicflow.testing import FrozenClock
from civicflow.workflows.documents.versions import History


def lived(folder: Path, versions: Sequence[covenants.Decided] = covenants.HANDBOOK) -> History:
    """The handbook's years in a fresh store."""
    folder.mkdir()
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'b.db'}?synchronous=off", clock=clock) as office:
        history = covenants.live_through(office, clock, versions)
        assert office.ledger.verify().ok
        return history


def test_which_parking_rule_on_which_day(tmp_path: Path) -> None:
    """None before the first, then the first to the day before the second one begins."""
    found = covenants.spans(lived(tmp_path / "a"), "parking", date(2019, 1, 1), date(2020, 12, 31))
    assert [(str(first), str(last), text.partition(" | ")[0]) for first, last, text, _ in found] == [
        ("2019-01-01", "2019-03-31", ""),
        ("2019-04-01", "2020-09-30", "one space a flat"),
        ("2020-10-01", "2020-12-31", "guests for two hours"),
    ]
    assert [by for *_, by in found[1:]] == [version.decision for version in covenants.HANDBOOK]


def test_one_record_changed_changes_the_answer(tmp_path: Path) -> None:
    """The second version begins a month later."""
    one, two = covenants.HANDBOOK
    later = attrs.evolve(two, start=date(2020, 11, 1))
    day = date(2020, 10, 9)
    before, after = lived(tmp_path / "a").on(day), lived(tmp_path / "b", (one, later)).on(day)
    assert before is not None
    assert after is not None
    assert (before.number, after.number) == (2, 1)


def decided(folder: Path, matters: Sequence[covenants.Matter] = covenants.MATTERS) -> list[covenants.Outcome]:
    """What the parties of both compounds decided, in a fresh store."""
    folder.mkdir()
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'b.db'}?synchronous=off", clock=clock) as office:
        covenants.live_through(office, clock)
        found = covenants.decide_together(office, clock, matters)
        assert office.ledger.verify().ok
        return found


class TestThreeParties:
    """Branch, owners' committee and property company, or branch, self-management committee and residents; major matters after prior review."""

    def test_what_they_decided(self, tmp_path: Path) -> None:
        """Three alike agree; one against, or one silent, and nothing is agreed; a major matter takes a day more."""
        found = decided(tmp_path / "a")
        assert [(one.compound.en, one.outcome, one.reviewed, one.days) for one in found] == [
            ("Bainuoyuan", "agreed", False, 3),
            ("Bainuoyuan", "agreed", True, 4),
            ("Bainuoyuan", "agreed", True, 4),
            ("Old Mill", "failed", True, 4),
            ("Old Mill", "agreed", False, 3),
            ("Old Mill", "failed", False, 37),
        ]
        assert [one.voices["partner"] for one in found[3:]] == ["against", "agreed", "silent"]

    def test_a_major_matter_without_prior_review_is_refused(self, tmp_path: Path) -> None:
        """The refusal names the branch committee, and only major matters meet it: by their kind or by their amount."""
        found = decided(tmp_path / "a")
        refused = [one for one in found if one.refused]
        assert refused == [one for one in found if one.reviewed]
        assert all("first passes prior review by the branch committee" in one.refused for one in refused)

    def test_one_amount_changed_changes_what_is_major(self, tmp_path: Path) -> None:
        """A lane for a yuan less than the amount."""
        lane = attrs.evolve(covenants.MATTERS[1], budget=Money(49_999))
        (one,) = decided(tmp_path / "a", [lane])
        assert (one.reviewed, one.refused, one.days) == (False, "", 3)

    def test_the_handbook_s_third_version_is_theirs(self, tmp_path: Path) -> None:
        """It begins thirty days after they agreed, and names their decision."""
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{tmp_path / 'b.db'}?synchronous=off", clock=clock) as office:
            covenants.live_through(office, clock)
            covenants.decide_together(office, clock)
            (handbook,) = office.find(flow="document", under="bainuoyuan").cases
            third = office.documents.history(handbook).versions[-1]
            assert office.case(third.decision).flow_name == "three-party-decision"
            assert (third.number, third.start - third.decided) == (3, timedelta(days=30))
