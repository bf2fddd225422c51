"""A pot and what it is asked for: projects with their costs, and ballots that say how much each voter is for which of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.money import Money, positive
from civicflow.texts import Text

Ballot: TypeAlias = Mapping[str, int]
"""Whole points that a voter gives, by project; who only approves gives 1. What is not named gets nothing."""


@attrs.frozen
class Project:
    """What is asked of the pot.

    Attributes:
        id: its id, unique in the pot.
        cost: more than zero.
        title: its headline, for reasons; the id where left out.
    """

    id: str
    cost: Money = attrs.field(validator=positive)
    title: str = ""

    @property
    def name(self) -> str:
        """What reasons call it."""
        return self.title or self.id


@attrs.frozen
class Verdict:
    """Why a project won or lost.

    Attributes:
        project: which.
        won: whether it gets its money.
        support: the points that it got.
        missing: what was missing to pay for it, where money was what it lacked.
        reason: for everybody to read.
    """

    project: Project
    won: bool
    support: int
    missing: Money | None
    reason: Text


@attrs.frozen
class Selection:
    """What a rule selects.

    Attributes:
        verdicts: of every project; those that won in the order in which they were selected, then the others as they applied.
        pot: what there was.
    """

    verdicts: tuple[Verdict, ...]
    pot: Money

    @property
    def winners(self) -> tuple[str, ...]:
        """The ids of those that won, in the order in which they were selected."""
        return tuple(verdict.project.id for verdict in self.verdicts if verdict.won)

    @property
    def spent(self) -> Money:
        """What the winners cost together; never more than the pot."""
        spent = Money(0, self.pot.currency)
        for verdict in self.verdicts:
            if verdict.won:
                spent += verdict.project.cost
        return spent

    @property
    def left(self) -> Money:
        """What is left of the pot."""
        return self.pot - self.spent

    def verdict(self, project: str) -> Verdict:
        """Why a project won or lost.

        Raises:
            InvalidInput: if there is no such project.
        """
        for verdict in self.verdicts:
            if verdict.project.id == project:
                return verdict
        msg = f"no project is called {project!r}; there are {', '.join(v.project.id for v in self.verdicts)}"
        raise InvalidInput(msg)


def fen(amount: Money) -> int:
    """An amount in hundredths, exactly."""
    return int(amount.amount.scaleb(2))


def support(projects: Sequence[Project], ballots: Iterable[Ballot]) -> dict[str, int]:
    """The points that each project got, by id."""
    total = dict.fromkeys([project.id for project in projects], 0)
    for ballot in ballots:
        for project, points in ballot.items():
            total[project] += points
    return total


def grouped(ballots: Iterable[Ballot]) -> list[tuple[dict[str, int], int]]:
    """Each different ballot, without what gets nothing, and how many voters cast it."""
    found = Counter(tuple(sorted((p, n) for p, n in ballot.items() if n)) for ballot in ballots)
    return [(dict(ballot), voters) for ballot, voters in found.items()]


def checked(pot: Money, projects: Sequence[Project], ballots: Sequence[Ballot]) -> None:
    """See that it can be selected from.

    Raises:
        InvalidInput: a project twice or in another currency, points that are no whole number from 0 on, or for no project;
            every fault at once.
    """
    ids = [project.id for project in projects]
    faults = [Fault(path=id, reason="is there twice; name each once") for id, n in Counter(ids).items() if n > 1]
    faults += [
        Fault(path=project.id, reason=f"costs {project.cost}, the pot is in {pot.currency}; convert it first")
        for project in projects
        if project.cost.currency != pot.currency
    ]
    known = set(ids)
    for number, ballot in enumerate(ballots):
        for project, points in ballot.items():
            if project not in known:
                faults.append(Fault(path=f"ballots[{number}]", reason=f"is for {project!r}, which does not apply"))
            if type(points) is not int or points < 0:
                reason = f"gives {points!r} to {project}; points are whole numbers from 0 on"
                faults.append(Fault(path=f"ballots[{number}]", reason=reason))
    if faults:
        msg = "nothing can be selected from this"
        raise InvalidInput(msg, faults)
