"""Calls in the town: a fund of 100 yuan, a call for all of it, and groups that apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import Actor, Case, Money
from civicflow.ids import CaseId
from civicflow.workflows.granting import Greedy, Milestone, SelectionRule, Ties

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

BY_POINTS = Greedy("points", "skip", Ties("applied"))


class Calls:
    """A call, and those who apply, judge and report."""

    def __init__(self, town: Town, pot: str = "100", fund: str = "") -> None:
        self.town, self.grants = town, town.office.grants
        self.fund = fund or town.fund(pot).id
        self.pot = Money(pot)

    def person(self, name: str) -> Actor:
        """A resident."""
        return self.town.office.act_as(name)

    def call(self, rule: SelectionRule = BY_POINTS, **more: Any) -> Case:
        """A call that closes in five days."""
        given: dict[str, Any] = {
            "unit": "community",
            "pot": self.pot,
            "fund": self.fund,
            "closes": self.today() + timedelta(days=5),
            "rule": rule,
            "judging": "3 days",
            "by": self.town.secretary(),
        }
        return self.grants.announce("Lively lanes | 活力小巷", **{**given, **more})

    def today(self) -> Any:
        """The day by the office's clock."""
        return self.town.office.now().date()

    def apply(self, call: Case, group: str, *amounts: str, admit: bool = True, **more: Any) -> Case:
        """A group's application, with a milestone for each amount, a month apart."""
        milestones = [
            Milestone(f"part {n}", Money(amount), self.today() + timedelta(days=30 * n))
            for n, amount in enumerate(amounts, 1)
        ]
        case = self.grants.apply(
            call, f"project of {group}", group=group, milestones=milestones, by=self.person(group), **more
        )
        return self.grants.admit(case, by=self.town.secretary()) if admit else case

    def passes(self, days: int) -> None:
        """Days pass, and the clock rings."""
        self.town.clock.advance(days=days)
        self.town.office.tick()

    def judging(self, call: Case) -> Case:
        """The call closes, and judging begins."""
        self.passes(6)
        return self.grants.begin_judging(call, by=self.town.secretary())

    def judged(self, call: Case, *sheets: tuple[str, Mapping[CaseId, int]]) -> Case:
        """Sheets are cast, and the rule selects."""
        for person, points in sheets:
            self.grants.vote(call, points, by=self.person(person))
        self.passes(4)
        self.town.office.tick()
        return self.town.now(call)

    def granted(self, *amounts: str) -> Case:
        """A grant with a milestone for each amount."""
        call = self.call()
        application = self.apply(call, "gate", *amounts)
        self.judging(call)
        self.judged(call, ("v1", {application.id: 1}))
        grant = self.grants.grant(application)
        assert grant is not None
        return grant

    def report(self, grant: Case, evidence: Sequence[str] = ("photo",)) -> Case:
        """The group reports."""
        return self.grants.report(grant, "done", evidence=evidence, participants=20, by=self.person("gate"))


@pytest.fixture
def calls(open_town: OpenTown) -> Calls:
    """A town with a fund."""
    return Calls(open_town())
