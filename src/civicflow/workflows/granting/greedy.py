"""Greedy selection: the best first, while the pot lasts.

Rules
-----
- Projects are ranked by their support (``points``), or by support for each yuan (``points-per-cost``), whichever the call names;
  ties by a named rule. A project that nobody is for is never selected.
- One after the other gets its money. The first that the pot cannot pay is skipped, and cheaper ones after it still get theirs
  (``skip``); or the selection stops there (``stop``). The call names which.

Source: the names of the rules and measures are those of pabutools (Rey and Maly, 2023) and of the literature it cites; ranking by
votes and skipping is what most cities do that vote on a budget. That the call has to name every choice is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import attrs

from civicflow.money import Money
from civicflow.texts import Text
from civicflow.workflows.engine.validators import one_of
from civicflow.workflows.granting.pot import Ballot, Project, Selection, Verdict, checked, fen, support
from civicflow.workflows.granting.ties import Ties

_WON = Text(
    "place {place} with {points} points; {cost} of {left} that were left",
    "得{points}分，居第{place}位；在余额{left}中安排{cost}",
)
_SKIPPED = Text(
    "place {place} with {points} points; it costs {cost}, and {left} were left: {missing} missing",
    "得{points}分，居第{place}位；需{cost}，余额{left}，尚缺{missing}",
)
_STOPPED = Text(
    "place {place} with {points} points; the selection stopped at “{first}”, which the pot could not pay",
    "得{points}分，居第{place}位；遴选至“{first}”因余额不足而终止",
)
_NOBODY = Text("nobody is for it", "无人支持")


@attrs.frozen
class Greedy:
    """A greedy rule.

    Attributes:
        by: ``points`` or ``points-per-cost``.
        unaffordable: ``skip`` or ``stop``.
        ties: which of several that are alike comes first.
    """

    by: Literal["points", "points-per-cost"] = attrs.field(validator=one_of("points", "points-per-cost"))
    unaffordable: Literal["skip", "stop"] = attrs.field(validator=one_of("skip", "stop"))
    ties: Ties

    @property
    def text(self) -> Text:
        """The rule in words."""
        by = {
            "points": Text("by points", "按得分"),
            "points-per-cost": Text("by points for each yuan", "按每元得分"),
        }[self.by]
        then = {
            "skip": Text("what the pot cannot pay is skipped", "资金不足者跳过"),
            "stop": Text("it stops at the first that the pot cannot pay", "遇资金不足即止"),
        }[self.unaffordable]
        return Text("{by}, the best first; {then}; ties: {ties}", "{by}从高到低；{then}；并列时{ties}").fill(
            by=by, then=then, ties=self.ties.text
        )

    def select(self, pot: Money, projects: Sequence[Project], ballots: Sequence[Ballot]) -> Selection:
        """Select within the pot.

        Args:
            pot: what there is.
            projects: as they applied.
            ballots: one for each voter, or each member of a panel.

        Raises:
            InvalidInput: if the projects and ballots do not fit.
        """
        checked(pot, projects, ballots)
        points = support(projects, ballots)
        verdicts = fill(pot, Money(0, pot.currency), self.ranked(projects, points), points, self.unaffordable)
        return Selection(in_order(verdicts, projects), pot)

    def ranked(self, projects: Sequence[Project], points: dict[str, int]) -> list[Project]:
        """The projects, the best first."""
        place = self.ties.order(projects, points)
        worth = {
            project.id: Fraction(points[project.id], fen(project.cost) if self.by == "points-per-cost" else 1)
            for project in projects
        }
        return sorted(projects, key=lambda project: (-worth[project.id], place[project.id]))


def fill(
    pot: Money, spent: Money, ranked: Sequence[Project], points: dict[str, int], unaffordable: str
) -> list[Verdict]:
    """One after the other gets its money while the pot lasts; a verdict for each.

    Args:
        pot: what there is.
        spent: what is spent of it already.
        ranked: the best first.
        points: by project.
        unaffordable: ``skip`` or ``stop``.
    """
    verdicts: list[Verdict] = []
    left, stopped = pot - spent, ""
    for place, project in enumerate(ranked, 1):
        gaps = {"place": place, "points": points[project.id], "cost": project.cost, "left": left}
        if not points[project.id]:
            verdicts.append(Verdict(project, won=False, support=0, missing=None, reason=_NOBODY))
        elif stopped:
            reason = _STOPPED.fill(**gaps, first=stopped)
            verdicts.append(Verdict(project, won=False, support=points[project.id], missing=None, reason=reason))
        elif project.cost > left:
            missing = project.cost - left
            stopped = project.name if unaffordable == "stop" else ""
            reason = _SKIPPED.fill(**gaps, missing=missing)
            verdicts.append(Verdict(project, won=False, support=points[project.id], missing=missing, reason=reason))
        else:
            reason = _WON.fill(**gaps)
            verdicts.append(Verdict(project, won=True, support=points[project.id], missing=None, reason=reason))
            left -= project.cost
    return verdicts


def in_order(verdicts: Sequence[Verdict], projects: Sequence[Project]) -> tuple[Verdict, ...]:
    """Those that won as they were selected, then the others as they applied."""
    applied = {project.id: number for number, project in enumerate(projects)}
    lost = sorted([one for one in verdicts if not one.won], key=lambda one: applied[one.project.id])
    return (*(one for one in verdicts if one.won), *lost)
