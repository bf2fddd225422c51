"""Choosing: from applications and sheets to what is selected, by the rule that the call named.

Rules
-----
- Scores of a panel count by their mean over those who scored, so that whoever leaves a project to the others neither helps nor harms it.
  Exact: points are multiplied alike for all projects until every mean is a whole number.
- The selection takes those that are eligible when it is made; whoever withdrew before is not among them.
- It rests on entries alone, so anybody works it out again: `selection`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import attrs

from civicflow.hierarchy.authority import Requester, addressees
from civicflow.ids import CaseId
from civicflow.money import Money
from civicflow.texts import Text
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Change, Notice, Situation
from civicflow.workflows.granting import SelectionRule
from civicflow.workflows.granting.application import Chosen
from civicflow.workflows.granting.equal_shares import EqualShares
from civicflow.workflows.granting.greedy import Greedy
from civicflow.workflows.granting.milestones import cost_of
from civicflow.workflows.granting.pot import Ballot, Project, Selection
from civicflow.workflows.granting.ties import Ties


def rule_of(given: SelectionRule | Mapping[str, Any]) -> SelectionRule:
    """A converter: a rule as it is, or as a case keeps it."""
    if isinstance(given, Greedy | EqualShares):
        return given
    fields = {**given, "ties": Ties(**given["ties"])}
    if "step" in fields:
        fields["step"] = Money(**fields["step"])
    return EqualShares(**fields) if "satisfaction" in fields else Greedy(**fields)


def eligible(applications: Iterable[Case]) -> list[Case]:
    """Those that take part, in the order in which they applied."""
    found = [case for case in applications if case.state == "eligible"]
    return sorted(found, key=lambda case: (str(case.opened), case.id))


def interests(panel: Iterable[str], applications: Iterable[Case]) -> dict[str, list[CaseId]]:
    """By member of a panel, the applications in which they have an interest as the applications say."""
    found: dict[str, list[CaseId]] = {}
    for member in panel:
        theirs = [case.id for case in applications if member in (case.requester, *case.data["related"])]
        if theirs:
            found[member] = theirs
    return found


def ballots(call: Mapping[str, Any], projects: Iterable[str], sheets: Iterable[Case]) -> list[Ballot]:
    """The ballots that count.

    Args:
        call: the data of the call.
        projects: the ids of those that take part.
        sheets: as they were cast.
    """
    conflicts, among = call.get("conflicts", {}), set(projects)
    cast: list[Ballot] = [
        {id: n for id, n in sheet.data["points"].items() if id in among and id not in conflicts.get(sheet.key, ())}
        for sheet in sheets
    ]
    if not call["panel"]:
        return cast
    scored = {id: sum(id in ballot for ballot in cast) for id in among}
    common = lcm(*(n for n in scored.values() if n))
    return [{id: n * (common // scored[id]) for id, n in ballot.items()} for ballot in cast]


def selection(call: Case, applications: Iterable[Case], sheets: Iterable[Case]) -> Selection:
    """What the rule of a call selects of what takes part.

    Args:
        call: the call.
        applications: all of them; those that are eligible take part.
        sheets: all that were cast.
    """
    parts = eligible(applications)
    projects = [Project(case.id, cost_of(case), case.data["title"]) for case in parts]
    counted = ballots(call.data, [project.id for project in projects], sheets)
    return rule_of(call.data["rule"]).select(Money(**call.data["pot"]), projects, counted)


def chosen(situation: Situation) -> Selection:
    """What the step ``select`` selects."""
    applications = [matter.root for matter in situation.read("applications")]
    return selection(situation.case, applications, [matter.root for matter in situation.read("sheets")])


def result(situation: Situation) -> dict[str, Any]:
    """The public result, as the call keeps it: what is spent, and each project's verdict."""
    found = chosen(situation)
    told = {
        verdict.project.id: {
            "won": verdict.won,
            "points": verdict.support,
            "missing": verdict.missing,
            "reason": str(verdict.reason),
        }
        for verdict in found.verdicts
    }
    return {"spent": found.spent, "result": told}


def verdicts(situation: Situation, *, won: bool) -> dict[str, Chosen]:
    """What those that won, or those that lost, are told, by application."""
    call = situation.case
    (fund,) = call.links["funds"]
    return {
        verdict.project.id: Chosen(reason=str(verdict.reason), call=call.id, fund=CaseId(fund))
        for verdict in chosen(situation).verdicts
        if verdict.won is won
    }


@attrs.frozen
class TellPanel:
    """Tell each member of the panel of a call, where it has one.

    Attributes:
        topic: what it is about.
        text: what is said.
    """

    topic: str
    text: Text

    def apply(self, situation: Situation, change: Change) -> None:
        """One notice for each."""
        case = situation.case
        for member in case.data["panel"]:
            for to in addressees(Requester(), {"requester": member}, situation.world.chart):
                change.notices.append(
                    Notice(
                        case=case.id,
                        version=situation.version,
                        to=to,
                        topic=self.topic,
                        template=self.text,
                        title=case.data["title"],
                    )
                )


def mean_points(call: Case, application: str, sheets: Iterable[Case]) -> Fraction | None:
    """The mean of what a panel gave a project; None where nobody scored it."""
    conflicts = call.data.get("conflicts", {})
    given = [
        sheet.data["points"][application]
        for sheet in sheets
        if application in sheet.data["points"] and application not in conflicts.get(sheet.key, ())
    ]
    return Fraction(sum(given), len(given)) if given else None
