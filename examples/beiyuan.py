"""Beiyuan compound in Chengdu: a proposal that misses two thirds of all seats by one vote, and its second attempt.

Reported are the compound's council of 5, the community's of 37 and the sums; codes, persons and days are synthetic (see
``registers/beiyuan.yaml``). As in the other scenes each command carries a key and has an instant of its own.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from civicflow import Actor, Case, Money, Office, Source
from civicflow.calendars import instant
from civicflow.testing import FrozenClock
from civicflow.workflows.voting.ballots import Choice

REGISTER = Path(__file__).parent / "registers" / "beiyuan.yaml"
COMMUNITY = "jinyang-1"
GROUP = "council-beiyuan"
COUNCIL = "council-jinyang-1"
HALF = Money("18000")
ZONE = "Asia/Shanghai"


@attrs.frozen(kw_only=True)
class Attempt:
    """One attempt to carry the proposal.

    Attributes:
        key: what its commands' keys begin with.
        title: the public headline.
        proposed: the day on which it is proposed and the group votes, at seven in the evening.
        presented: the day on which the group presents it.
        sitting: the day on which the community council sits.
        in_favour: how many of the council's members vote for it.
        objection: what a resident objects while it is on public notice, or nothing.
        objected: the day of the objection.
        answered: the day on which the secretary answers it.
    """

    key: str
    title: str
    proposed: str
    presented: str
    sitting: str
    in_favour: int
    objection: str = ""
    objected: str = ""
    answered: str = ""


FIRST = Attempt(
    key="works-1",
    title="A new gate, a fire lane and anti-climb spikes",
    proposed="2026-03-10",
    presented="2026-03-20",
    sitting="2026-04-01",
    in_favour=24,
)
SECOND = Attempt(
    key="works-2",
    title="A wider gate, a fire lane and anti-climb spikes",
    proposed="2026-05-10",
    presented="2026-05-20",
    sitting="2026-06-01",
    in_favour=25,
    objection="The fire lane takes away the bicycle stand",
    objected="2026-05-12",
    answered="2026-05-13",
)
OVER_THE_HOLIDAY = attrs.evolve(
    SECOND,
    key="works-3",
    proposed="2026-09-28",
    objected="2026-10-01",
    answered="2026-10-09",
    presented="2026-10-12",
    sitting="2026-10-20",
)
"""The same over National Day: the notice hangs for its seven days, holidays or not; the secretary answers in working days."""


def delegates(office: Office, council: str) -> list[Actor]:
    """The members of a council."""
    holders = office.chart().holders("delegate", office.unit(council))
    return [office.act_as(person, post="delegate", unit=council) for person in holders]


def open_funds(office: Office, clock: FrozenClock) -> tuple[Case, Case]:
    """The community's earmarked fund and the residents' own, with half of the budget in each."""
    clock.set(instant("2026-03-02T09:00", ZONE))
    secretary = office.act_as("secretary-jinyang-1", post="secretary", unit=COMMUNITY)
    opened = []
    for title, source in (("Earmarked fund of the community", "budget"), ("Raised by residents", "residents")):
        fund = office.funds.open(title, unit=COMMUNITY, source=source, by=secretary, key=f"fund:{source}")
        office.funds.deposit(fund, HALF, by=secretary, key=f"fund:{source}:deposit")
        opened.append(office.case(fund))
    earmarked, raised = opened
    return earmarked, raised


def attempt(office: Office, clock: FrozenClock, funds: tuple[Case, Case], plan: Attempt) -> Case:
    """One attempt, from the group's resolution to the council's decision and its funding."""
    group = delegates(office, GROUP)

    clock.set(instant(f"{plan.proposed}T19:00", ZONE))
    proposal = office.councils.propose(
        plan.title,
        group=GROUP,
        council=COUNCIL,
        unit=COMMUNITY,
        budget=HALF + HALF,
        sources=[Source(fund.id, HALF) for fund in funds],
        by=group[0],
        key=plan.key,
    )
    office.councils.endorse(proposal, by=group[1], key=f"{plan.key}:endorse")
    office.councils.hand_in(proposal, by=group[0], key=f"{plan.key}:hand-in")
    office.councils.settle(proposal, by=group[2], key=f"{plan.key}:settle")
    office.councils.open_vote(proposal, by=group[0], key=f"{plan.key}:group")
    for delegate in group:
        office.councils.vote(proposal, "yes", by=delegate, key=f"{plan.key}:group:{delegate.person}")
    office.councils.close_vote(proposal, by=group[0], key=f"{plan.key}:group:close")

    _public_notice(office, clock, proposal, plan)

    clock.set(instant(f"{plan.presented}T19:00", ZONE))
    office.tick()
    chair = office.act_as("delegate-01", post="chair", unit=COUNCIL)
    office.councils.submit(proposal, by=group[0], key=f"{plan.key}:submit")
    office.councils.admit(proposal, by=chair, key=f"{plan.key}:admit")
    office.councils.present(proposal, by=group[1], opinions="all owners were asked", key=f"{plan.key}:present")
    _decide(office, clock, proposal, plan)
    return office.case(proposal)


def _public_notice(office: Office, clock: FrozenClock, proposal: Case, plan: Attempt) -> None:
    """The resolution hangs in the compound for a week; who objects is answered within it."""
    if plan.objection:
        clock.set(instant(f"{plan.objected}T18:00", ZONE))
        resident = office.act_as("resident-9")
        office.councils.object(proposal, plan.objection, by=resident, key=f"{plan.key}:object")
        clock.set(instant(f"{plan.answered}T09:00", ZONE))
        office.tick()
        secretary = office.act_as("secretary-jinyang-1", post="secretary", unit=COMMUNITY)
        for objection in office.councils.objections(proposal):
            office.councils.answer_objection(
                objection, "It moves to the other side of the gate", by=secretary, key=f"{plan.key}:answer"
            )


def _decide(office: Office, clock: FrozenClock, proposal: Case, plan: Attempt) -> None:
    """The community council votes: two thirds of all its seats, vacant ones too."""
    chair = office.act_as("delegate-01", post="chair", unit=COUNCIL)
    clock.set(instant(f"{plan.sitting}T19:00", ZONE))
    office.councils.open_vote(proposal, by=chair, key=f"{plan.key}:council")
    for number, delegate in enumerate(delegates(office, COUNCIL)):
        choice: Choice = "yes" if number < plan.in_favour else "no"
        office.councils.vote(proposal, choice, by=delegate, key=f"{plan.key}:council:{delegate.person}")
    office.councils.close_vote(proposal, by=chair, key=f"{plan.key}:council:close")
