"""The Method of Equal Shares: every voter has the same part of the pot, and pays for what they want together with others.

Rules
-----
- Each voter is given an equal share of the pot. A project is paid by its supporters alone, each in proportion to what it gives them
  (its *satisfaction*), and nobody more than they have left: so each pays ``min(what is left, price x satisfaction)``.
- In each round the project wins whose price is the lowest; ties by a named rule. It ends when no project's supporters have enough.
- The **satisfaction** is named: a project gives a supporter what it costs (``cost``), the same whatever it costs (``count``), or the points
  that they gave (``points``).
- What is then left of the pot is filled up as is named: not at all (``none``); greedily by the same satisfaction for each yuan, in all
  (``greedy``); or by giving every voter a bit more, so long as the winners together stay within the pot (``add1``).

Source: Peters, Pierczyński and Skowron, "Proportional Participatory Budgeting with Additive Utilities" (NeurIPS 2021); names and
completions as in pabutools (Rey and Maly, 2023) and on equalshares.net. Exact: whole numbers only. All that voters have left is held over
one denominator, so that comparing and adding are those of integers, however long the fractions get.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import gcd, lcm
from typing import Literal

import attrs

from civicflow.money import Money, positive
from civicflow.texts import Text
from civicflow.workflows.engine.validators import one_of
from civicflow.workflows.granting.greedy import fill, in_order
from civicflow.workflows.granting.pot import Ballot, Project, Selection, Verdict, checked, fen, grouped, support
from civicflow.workflows.granting.ties import Ties

Satisfaction = Literal["cost", "count", "points"]
Completion = Literal["none", "greedy", "add1"]

_SATISFACTIONS = {
    "cost": Text("a project gives its supporters what it costs", "满意度按项目金额计"),
    "count": Text("every project gives its supporters the same", "满意度按项目个数计"),
    "points": Text("a project gives each voter the points that they gave", "满意度按所投分数计"),
}
_COMPLETIONS = {
    "none": Text("what is left stays in the pot", "余额留存"),
    "greedy": Text("what is left is filled up greedily", "余额按得分补选"),
    "add1": Text("voters are given {step} more each until the pot is full", "每人份额逐次增加{step}直至资金用满"),
}
_WON = Text(
    "its supporters ({voters}) pay {cost} together, nobody more than {most}",
    "{voters}名支持者共同承担{cost}，每人不超过{most}",
)
_LOST = Text(
    "its supporters ({voters}) had {have} left together, it costs {cost}: {missing} missing",
    "{voters}名支持者合计余额{have}，需{cost}，尚缺{missing}",
)
_NOBODY = Text("nobody is for it", "无人支持")
_ADDED = Text("from what was left of the pot: {reason}", "以资金余额补选：{reason}")


@attrs.frozen(kw_only=True)
class EqualShares:
    """The Method of Equal Shares with its choices.

    Attributes:
        satisfaction: ``cost``, ``count`` or ``points``.
        completion: ``none``, ``greedy`` or ``add1``.
        step: by how much more each voter is given at a time, for ``add1``.
        ties: which of several that are alike comes first.
    """

    satisfaction: Satisfaction = attrs.field(validator=one_of("cost", "count", "points"))
    completion: Completion = attrs.field(validator=one_of("none", "greedy", "add1"))
    ties: Ties
    step: Money = attrs.field(default=Money(1), validator=positive)

    @property
    def text(self) -> Text:
        """The rule in words."""
        completion = _COMPLETIONS[self.completion].fill(step=self.step)
        return Text(
            "Method of Equal Shares: {satisfaction}; {completion}; ties: {ties}",
            "等额份额法：{satisfaction}；{completion}；并列时{ties}",
        ).fill(satisfaction=_SATISFACTIONS[self.satisfaction], completion=completion, ties=self.ties.text)

    def select(self, pot: Money, projects: Sequence[Project], ballots: Sequence[Ballot]) -> Selection:
        """Select within the pot.

        Args:
            pot: what there is.
            projects: as they applied.
            ballots: one for each voter; one that is empty counts as a voter, too.

        Raises:
            InvalidInput: if the projects and ballots do not fit.
        """
        checked(pot, projects, ballots)
        election = _Election(self, pot, projects, ballots)
        shared = election.run(election.share)
        if self.completion == "add1":
            shared = election.add1(shared)
        verdicts = election.verdicts(shared)
        if self.completion == "greedy":
            verdicts = election.filled_up(verdicts)
        return Selection(in_order(verdicts, projects), pot)


@attrs.frozen
class _Paid:
    """A project that won: the price of a unit of satisfaction in fen, and the most that one of its supporters pays."""

    project: int
    price: Fraction
    most: Fraction


@attrs.frozen
class _Run:
    """One run: who won in order, and what the supporters of each other project had left in the end, in fen."""

    paid: tuple[_Paid, ...]
    have: dict[int, Fraction]


class _Election:
    """An election in whole numbers: groups of voters with the same ballot, costs in fen."""

    def __init__(self, rule: EqualShares, pot: Money, projects: Sequence[Project], ballots: Sequence[Ballot]) -> None:
        self.rule, self.pot, self.projects = rule, pot, projects
        self.points = support(projects, ballots)
        self.costs = [fen(project.cost) for project in projects]
        self.voters = len(ballots)
        groups = grouped(ballots)
        self.many = [many for _, many in groups]
        number = {project.id: place for place, project in enumerate(projects)}
        self.supporters: list[list[int]] = [[] for _ in projects]
        self.worth: list[dict[int, int]] = [{} for _ in projects]
        for group, (ballot, _) in enumerate(groups):
            for id, points in ballot.items():
                place = number[id]
                self.supporters[place].append(group)
                self.worth[place][group] = points if rule.satisfaction == "points" else 1
        place_of = rule.ties.order(projects, self.points)
        self.place = [place_of[project.id] for project in projects]

    @property
    def share(self) -> Fraction:
        """What each voter is given at first, in fen."""
        return Fraction(fen(self.pot), self.voters or 1)

    def gives(self, project: int) -> int:
        """What a project gives for each unit of a ballot's worth."""
        return self.costs[project] if self.rule.satisfaction == "cost" else 1

    def run(self, share: Fraction) -> _Run:
        """Projects win by the lowest price until no supporters have enough."""
        left, scale = [share.numerator] * len(self.many), share.denominator
        # A price never falls, as supporters only get poorer: an old one is a lower bound, and is asked again when its turn comes.
        waiting = [
            (Fraction(0), place, project) for project, place in enumerate(self.place) if self.supporters[project]
        ]
        heapify(waiting)
        paid: list[_Paid] = []
        while waiting:
            best: tuple[Fraction, int, int] | None = None
            asked: list[tuple[Fraction, int, int]] = []
            while waiting and (best is None or waiting[0][0] <= best[0]):
                _, place, project = heappop(waiting)
                price = self.price(project, left, scale)
                if price is None:
                    continue
                now = (price, place, project)
                asked.append(now)
                best = now if best is None or now < best else best
            if best is None:
                break
            for one in asked:
                if one is not best:
                    heappush(waiting, one)
            price, _, project = best
            left, scale = self.pay(project, price, left, scale)
            worth = self.worth[project]
            most = price * self.gives(project) * max(worth.values())
            paid.append(_Paid(project, price, most))
        winners = {one.project for one in paid}
        have = {
            project: Fraction(sum(self.many[group] * left[group] for group in groups), scale)
            for project, groups in enumerate(self.supporters)
            if project not in winners
        }
        return _Run(tuple(paid), have)

    def price(self, project: int, left: list[int], scale: int) -> Fraction | None:
        """The lowest price of a unit of satisfaction at which its supporters pay for a project; None where they cannot."""
        worth, many, gives = self.worth[project], self.many, self.gives(project)
        groups = self.supporters[project]
        cost = self.costs[project] * scale
        if sum([many[group] * left[group] for group in groups]) < cost:
            return None
        if self.rule.satisfaction == "points":
            # By what is left for each point, over a common multiple of the points: it sorts alike and needs no fractions.
            multiple = lcm(*set(worth.values()))
            groups = sorted(groups, key=lambda group: left[group] * (multiple // worth[group]))
        else:
            groups = sorted(groups, key=left.__getitem__)
        units = sum([many[group] * worth[group] for group in groups])
        for group in groups:
            # Whoever has less than their part at this price gives all that they have, and the others pay the rest.
            if left[group] * units >= cost * worth[group]:
                return Fraction(cost, units * gives * scale)
            cost -= many[group] * left[group]
            units -= many[group] * worth[group]
        return None

    def pay(self, project: int, price: Fraction, left: list[int], scale: int) -> tuple[list[int], int]:
        """What voters have left once a project is paid, and over which denominator."""
        unit = price * self.gives(project) * scale
        factor = unit.denominator
        left = [amount * factor for amount in left] if factor > 1 else list(left)
        for group, worth in self.worth[project].items():
            left[group] -= min(left[group], unit.numerator * worth)
        common = gcd(scale * factor, *left)
        return (
            ([amount // common for amount in left], scale * factor // common) if common > 1 else (left, scale * factor)
        )

    def add1(self, first: _Run) -> _Run:
        """Give every voter a bit more at a time, until the pot is full or the winners cost more than there is."""
        pot, run, share = fen(self.pot), first, self.share
        wanted = [project for project, groups in enumerate(self.supporters) if groups]
        while True:
            spent = sum(self.costs[one.project] for one in run.paid)
            winners = {one.project for one in run.paid}
            if all(spent + self.costs[project] > pot for project in wanted if project not in winners):
                return run
            share += fen(self.rule.step)
            more = self.run(share)
            if sum(self.costs[one.project] for one in more.paid) > pot:
                return run
            run = more

    def verdicts(self, run: _Run) -> list[Verdict]:
        """Why each project won or lost."""
        found: list[Verdict] = []
        for one in run.paid:
            project = self.projects[one.project]
            gaps = {"voters": self.supporting(one.project), "cost": project.cost, "most": self.up(one.most)}
            found.append(
                Verdict(project, won=True, support=self.points[project.id], missing=None, reason=_WON.fill(**gaps))
            )
        for number, have in run.have.items():
            project = self.projects[number]
            if not self.supporters[number]:
                found.append(Verdict(project, won=False, support=0, missing=None, reason=_NOBODY))
                continue
            missing = self.up(self.costs[number] - have)
            gaps = {
                "voters": self.supporting(number),
                "have": project.cost - missing,
                "cost": project.cost,
                "missing": missing,
            }
            support = self.points[project.id]
            found.append(Verdict(project, won=False, support=support, missing=missing, reason=_LOST.fill(**gaps)))
        return found

    def filled_up(self, verdicts: list[Verdict]) -> list[Verdict]:
        """The same, with what the rest of the pot pays for greedily: by satisfaction for each yuan, of all supporters."""
        won = [one for one in verdicts if one.won]
        spent = Money(0, self.pot.currency)
        for one in won:
            spent += one.project.cost
        number = {project.id: place for place, project in enumerate(self.projects)}

        def rank(project: Project) -> tuple[Fraction, int]:
            place = number[project.id]
            gives = sum(self.many[g] * worth for g, worth in self.worth[place].items()) * self.gives(place)
            return (-Fraction(gives, self.costs[place]), self.place[place])

        rest = sorted([one.project for one in verdicts if not one.won], key=rank)
        added = [
            attrs.evolve(one, reason=_ADDED.fill(reason=one.reason)) if one.won else one
            for one in fill(self.pot, spent, rest, self.points, "skip")
        ]
        return [*won, *added]

    def supporting(self, project: int) -> int:
        """How many voters are for a project."""
        return sum(self.many[group] for group in self.supporters[project])

    def up(self, fens: Fraction) -> Money:
        """An amount of fen, rounded up to whole ones, for what is read."""
        whole, part = divmod(-(-fens.numerator // fens.denominator), 100)
        return Money(f"{whole}.{part:02}", self.pot.currency)
