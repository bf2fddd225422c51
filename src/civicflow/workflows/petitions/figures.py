"""Figures of petitions, and how they compare with those of the year before. Exact, each with what was counted.

Rules
-----
- *Settled* is a petition that ended settled; counted is every petition that was accepted.
- *Urgent solved* is one that was accepted as urgent and whose opinion said that what was asked for was done.
- *Satisfied* is who said 4 or 5 of 5; counted is who said anything. An anonymous petitioner says nothing.
- Of the four *visits* the sweep is counted where it found a petition, the others each time.
- *Repeats* and *skips* are those recognised when they were accepted; one that is both counts once in `Petitioned.repeats_or_skips`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

import attrs

from civicflow.ledger.entries import Entry
from civicflow.ledger.figures import SATISFIED_FROM, Rate
from civicflow.texts import Text
from civicflow.workflows.engine.records import Case
from civicflow.workflows.petitions.petition import PETITION

_ACCEPTED: Final = Text("petitions that were accepted", "已受理的信访事项")
_URGENT: Final = Text("petitions that were accepted as urgent", "按急难愁盼受理的信访事项")
_SAID: Final = Text("petitioners who said how satisfied they are", "已评价满意度的信访人")


@attrs.frozen(kw_only=True)
class Petitioned:
    """The petitions of a period.

    Attributes:
        lodged: how many were lodged.
        settled: settled, of those accepted.
        urgent_solved: urgent and solved, of those urgent.
        satisfied: satisfied, of those who said.
        repeats: repeated an earlier one, of those accepted.
        skips: skipped a level, of those accepted.
        repeats_or_skips: either, each petition once, of those accepted.
    """

    lodged: int
    settled: Rate
    urgent_solved: Rate
    satisfied: Rate
    repeats: Rate
    skips: Rate
    repeats_or_skips: Rate


def petitioned(cases: Iterable[Case]) -> Petitioned:
    """The figures of some petitions; cases of other flows are left out."""
    lodged = [case for case in cases if case.flow_name == PETITION.name]
    accepted = [case for case in lodged if "repeats" in case.data]
    urgent = [case for case in accepted if case.data["urgent"]]
    said = [case for case in lodged if case.data.get("satisfied") is not None]

    def of(found: Iterable[object], counted: list[Case], text: Text) -> Rate:
        return Rate(sum(map(bool, found)), len(counted), text)

    return Petitioned(
        lodged=len(lodged),
        settled=of((case.outcome == "settled" for case in accepted), accepted, _ACCEPTED),
        urgent_solved=of((case.data.get("solved") for case in urgent), urgent, _URGENT),
        satisfied=of((case.data["satisfied"] >= SATISFIED_FROM for case in said), said, _SAID),
        repeats=of((case.data["repeats"] for case in accepted), accepted, _ACCEPTED),
        skips=of((case.data["skip"] for case in accepted), accepted, _ACCEPTED),
        repeats_or_skips=of((case.data["repeats"] or case.data["skip"] for case in accepted), accepted, _ACCEPTED),
    )


def visits(entries: Iterable[Entry]) -> Mapping[str, int]:
    """How many of the four visits were made: on a ``sweep`` that found a petition, ``scheduled``, ``in-hand``, ``return``.

    Args:
        entries: of any matters, for instance of a year; those of other flows are left out.
    """
    made = dict.fromkeys(("sweep", "scheduled", "in-hand", "return"), 0)
    for entry in entries:
        if entry.flow.partition("@")[0] != PETITION.name:
            continue
        match entry.step:
            case "lodge" if entry.data["channel"] == "sweep":
                made["sweep"] += 1
            case "call":
                made[str(entry.data["way"])] += 1
            case "return-visit":
                made["return"] += 1
    return made


@attrs.frozen
class Change:
    """How many there are, beside how many there were.

    Attributes:
        before: in the period before.
        now: in this one.
    """

    before: int
    now: int

    @property
    def share(self) -> Fraction | None:
        """By what share of what there was it changed, for instance −½; None where there was nothing."""
        return Fraction(self.now - self.before, self.before) if self.before else None

    def __str__(self) -> str:
        if self.share is None:
            return f"– ({self.before} → {self.now})"
        tenths = abs(self.share) * 1000
        return f"{'−' if self.share < 0 else '+'}{Rate(round(tenths), 1000, _ACCEPTED).percent} ({self.before} → {self.now})"
