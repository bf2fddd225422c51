"""Bainuoyuan's handbook on a durable store: which rule held on a day follows from the ledger, and changes with a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import attrs

import civicflow
import covenants
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
