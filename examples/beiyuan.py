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


@attrs.frozen
class Attempt:
    """One attempt to carry the proposal.

    Attributes:
        key: what its commands' keys begin with.
        title: the public headline.
        month: in which it is proposed, on the 10th, the group's meeting day; the council sits in the next.
        sitting: the month of the council's sitting.
        in_favour: how many of the council's members vote for it.
        objection: what a resident objects while it is on public notice, or nothing.
    """

    key: str
    title: str
    month: str
    sitting: str
    in_favour: int
    objection: str = ""


FIRST = Attempt("works-1", "A new gate, a fire lane and anti-climb spikes", "2026-03", "2026-04", in_favour=24)
SECOND = Attempt(
    "works-2",
    "A wider gate, a fire lane and anti-climb spikes",
    "2026-05",
    "2026-06",
    in_favour=25,
    objection="The fire lane takes away the bicycle stand",
)


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

    clock.set(instant(f"{plan.month}-10T19:00", ZONE))
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
    office.councils.open_vote(proposal, by=group[0], key=f"{plan.key}:group")
    for delegate in group:
        office.councils.vote(proposal, "yes", by=delegate, key=f"{plan.key}:group:{delegate.person}")
    office.councils.close_vote(proposal, by=group[0], key=f"{plan.key}:group:close")

    _public_notice(office, clock, proposal, plan)

    clock.set(instant(f"{plan.month}-20T19:00", ZONE))
    office.councils.present(proposal, by=group[1], opinions="all owners were asked", key=f"{plan.key}:present")
    _decide(office, clock, proposal, plan)
    return office.case(proposal)


def _public_notice(office: Office, clock: FrozenClock, proposal: Case, plan: Attempt) -> None:
    """The resolution hangs in the compound for a week; who objects is answered within it."""
    if plan.objection:
        clock.set(instant(f"{plan.month}-12T18:00", ZONE))
        resident = office.act_as("resident-9")
        office.councils.object(proposal, plan.objection, by=resident, key=f"{plan.key}:object")
        clock.set(instant(f"{plan.month}-13T09:00", ZONE))
        secretary = office.act_as("secretary-jinyang-1", post="secretary", unit=COMMUNITY)
        for objection in office.councils.objections(proposal):
            office.councils.answer_objection(
                objection, "It moves to the other side of the gate", by=secretary, key=f"{plan.key}:answer"
            )
    clock.set(instant(f"{plan.month}-18T09:00", ZONE))
    office.tick()


def _decide(office: Office, clock: FrozenClock, proposal: Case, plan: Attempt) -> None:
    """The community council votes: two thirds of all its seats, vacant ones too."""
    chair = office.act_as("delegate-01", post="chair", unit=COUNCIL)
    clock.set(instant(f"{plan.sitting}-01T19:00", ZONE))
    office.councils.open_vote(proposal, by=chair, key=f"{plan.key}:council")
    for number, delegate in enumerate(delegates(office, COUNCIL)):
        choice: Choice = "yes" if number < plan.in_favour else "no"
        office.councils.vote(proposal, choice, by=delegate, key=f"{plan.key}:council:{delegate.person}")
    office.councils.close_vote(proposal, by=chair, key=f"{plan.key}:council:close")
