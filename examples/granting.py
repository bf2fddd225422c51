"""Chengdu's grants (成都公益创投): 1,150 in four years for 140 million yuan, a cycle of 8.2 and 12 million, and Yudong's 30,000.

Every figure is worked out from the ledger. Reported are 1,150 projects for 140 million yuan in four years; one three-year cycle
with 8.2 million in 2016 and 12 million in 2017 (its third year is not reported, and not played); in Yudong (裕东) 30,000
yuan that moved 11 projects in half a year, with more than 1,000 participations. Reported figures are round: that the amounts sum to
140,000,000.00 to the fen is ours. Ours, from a seed, are what each project costs, who judged it and how, that some were not
selected, how the 1,150 lie in the four years, which years these were, how many projects the cycle had, and how many took part in each.

``python examples/granting.py`` tells it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import civicflow
from civicflow import Actor, Case, Money, Office
from civicflow.calendars import instant
from civicflow.money import total
from civicflow.testing import FrozenClock
from civicflow.workflows.funds.books import books
from civicflow.workflows.granting import EqualShares, Greedy, Milestone, SelectionRule, Ties
from seeds import drawn
from tables import table

ZONE: Final = "Asia/Shanghai"
CITY, COMMUNITY = "510100", "yudong"
PANEL: Final = ("judge-1", "judge-2", "judge-3")
REGISTER: Final = json.dumps(
    {
        "register": "chengdu",
        "scheme": "chengdu",
        "since": "2010-01-01",
        "areas": [
            {"code": CITY, "name": "Chengdu | 成都市", "level": "city"},
            {"code": "district", "name": "Chenghua District | 成华区", "level": "district", "parent": CITY},
            {"code": "subdistrict", "name": "Subdistrict | 街道", "level": "subdistrict", "parent": "district"},
            {"code": COMMUNITY, "name": "Yudong | 裕东社区", "level": "community", "parent": "subdistrict"},
        ],
        "bodies": [
            {
                "code": f"party-{area}",
                "name": f"Party Committee of {area} | 党委",
                "kind": "party-organisation",
                "area": area,
                "posts": {"secretary": f"secretary-{area}"},
            }
            for area in (CITY, COMMUNITY)
        ],
    }
)


@attrs.frozen(kw_only=True)
class Round:
    """One pot.

    Attributes:
        programme: whose pot it is.
        year: in which it is announced.
        pot: what there is.
        wins: what each project costs that is to be selected.
        losses: what each costs that is not.
        unit: whose call it is.
    """

    programme: str
    year: int
    pot: Money
    wins: tuple[Money, ...]
    losses: tuple[Money, ...]
    unit: str = CITY


def amounts(pot: Money, many: int, *what: object, seed: int = 2014) -> tuple[Money, ...]:
    """A pot shared among so many projects, unevenly, to the fen."""
    weights = [50 + drawn(seed, *what, number, below=100) for number in range(many)]
    return pot.shared([Fraction(weight, sum(weights)) for weight in weights])


def rounds() -> tuple[Round, ...]:
    """The pots: four years, two years of the cycle, and Yudong's."""
    made = []
    for number, many in enumerate((287, 288, 287, 288)):
        pot = Money("35000000")
        wins = amounts(pot, many, "year", number)
        losses = tuple(wins[place] for place in range(0, many, 12))
        made.append(Round(programme="four years", year=2014 + number, pot=pot, wins=wins, losses=losses))
    for year, pot, many in ((2016, Money("8200000"), 40), (2017, Money("12000000"), 60)):
        wins = amounts(pot, many, "cycle", year)
        made.append(Round(programme="cycle", year=year, pot=pot, wins=wins, losses=wins[:4]))
    pot = Money("30000")
    wins = amounts(pot, 11, "yudong")
    made.append(Round(programme="Yudong", year=2016, pot=pot, wins=wins, losses=wins[:4], unit=COMMUNITY))
    return tuple(made)


@attrs.frozen(kw_only=True)
class Account:
    """What came of a programme, from the ledger.

    Attributes:
        pots: what was announced.
        applied: how many applied.
        grants: how many were selected.
        completed: how many of them were.
        paid: what its fund paid for them.
        participations: how many took part, by the reports.
        months: how many calendar months it took from the call to the last acceptance.
    """

    pots: Money
    applied: int
    grants: int
    completed: int
    paid: Money
    participations: int
    months: int


def secretary(office: Office, area: str) -> Actor:
    """The secretary of an area."""
    return office.act_as(f"secretary-{area}", post="secretary", unit=area)


def live_through(office: Office, clock: FrozenClock, given: Sequence[Round]) -> dict[str, Account]:
    """All rounds, one after the other by year.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        given: the pots.

    Returns:
        By programme, what came of it.
    """
    office.register.read(REGISTER, source="chengdu.json", format="json")
    clock.set(instant("2014-01-02T09:00", ZONE))
    funds: dict[str, Case] = {}
    calls: dict[str, list[Case]] = {}
    for year in sorted({one.year for one in given}):
        of_year = [one for one in given if one.year == year]
        clock.set(instant(f"{year}-06-01T09:00", ZONE))
        begun = []
        for one in of_year:
            by = secretary(office, one.unit)
            if one.programme not in funds:
                funds[one.programme] = office.funds.open(one.programme, unit=one.unit, source="budget", by=by)
            office.funds.deposit(funds[one.programme], one.pot, by=by)
            call = announce(office, one, funds[one.programme])
            calls.setdefault(one.programme, []).append(call)
            begun.append((one, call, apply(office, one, call)))
        clock.set(instant(f"{year}-06-16T09:00", ZONE))
        office.tick()
        for one, call, applications in begun:
            judge(office, one, call, applications)
        clock.set(instant(f"{year}-07-02T09:00", ZONE))
        office.tick()
        clock.set(instant(f"{year}-11-20T09:00", ZONE))
        for one, _, applications in begun:
            deliver(office, one, applications)
    return {programme: figures(office, funds[programme], of) for programme, of in calls.items()}


def announce(office: Office, one: Round, fund: Case) -> Case:
    """A panel of three scores up to a hundred points; in Yudong residents approve, and each has an equal share."""
    residents = one.unit == COMMUNITY
    first = Ties("applied")
    rule: SelectionRule = (
        EqualShares(satisfaction="cost", completion="greedy", ties=first)
        if residents
        else Greedy("points", "skip", first)
    )
    return office.grants.announce(
        f"{one.programme} {one.year}",
        unit=one.unit,
        pot=one.pot,
        fund=fund,
        closes=date(one.year, 6, 15),
        rule=rule,
        judging="10 days",
        points=1 if residents else 100,
        panel=() if residents else PANEL,
        by=secretary(office, one.unit),
    )


def apply(office: Office, one: Round, call: Case) -> list[Case]:
    """Groups apply, those that will not be selected first; each is admitted."""
    found = []
    with office.together() as group:
        by = secretary(office, one.unit)
        for number, amount in enumerate((*one.losses, *one.wins)):
            who = office.act_as(f"group-{one.year}-{number}")
            milestone = Milestone("all of it | 全部", amount, date(one.year, 11, 30))
            name = f"Group {number} | 第{number}组"
            made = group.grants.apply(
                call, f"Project {number} | 项目{number}", group=name, milestones=(milestone,), by=who
            )
            found.append(group.grants.admit(made, by=by))
    return found


def judge(office: Office, one: Round, call: Case, applications: Sequence[Case]) -> None:
    """The panel scores every project; in Yudong ninety residents approve of some."""
    office.grants.begin_judging(call, by=secretary(office, one.unit))
    lost, won = applications[: len(one.losses)], applications[len(one.losses) :]
    with office.together() as group:
        if one.unit != COMMUNITY:
            for judge in PANEL:
                points = {case.id: drawn(one.year, judge, case.data["title"], below=50) for case in lost}
                points |= {case.id: 50 + drawn(one.year, judge, case.data["title"], below=51) for case in won}
                group.grants.vote(call, points, by=office.act_as(judge))
            return
        for number in range(110):
            # Ten residents stand behind each project that wins; those that lose have three in all.
            liked = [won[number // 10].id, *(case.id for case in lost if number < 3)]
            group.grants.vote(call, liked, by=office.act_as(f"resident-{number}"))


def deliver(office: Office, one: Round, applications: Sequence[Case]) -> None:
    """Each group reports with evidence, and is paid when the report is accepted."""
    with office.together() as group:
        by = secretary(office, one.unit)
        for number, application in enumerate(applications):
            grant = group.grants.grant(application)
            if grant is None:
                continue
            people = 91 + drawn(one.year, number, "people", below=20)
            who = office.act_as(str(application.requester))
            group.grants.report(grant, "done | 完成", evidence=(f"photo-{number}.jpg",), participants=people, by=who)
            group.grants.accept(grant, by=by)


def every(office: Office, flow: str) -> Iterator[Case]:
    """Every case of a flow, page by page."""
    after = ""
    while True:
        page = office.find(flow=flow, limit=1000, after=after)
        yield from page.cases
        if not page.next:
            return
        after = page.next


def figures(office: Office, fund: Case, calls: Sequence[Case]) -> Account:
    """The figures of a programme, from the entries of its fund and the cases of its calls."""
    ids = {call.id for call in calls}
    applied = [case for case in every(office, "grant-application") if case.brood.partition("#")[0] in ids]
    grants = [case for case in every(office, "grant") if case.data["call"] in ids]
    told = books(office.ledger.entries(fund))
    assert told.agrees(office.case(fund))
    first = min(call.opened for call in calls if call.opened)
    last = max(grant.closed for grant in grants if grant.closed)
    return Account(
        pots=total(Money(**call.data["pot"]) for call in calls),
        applied=len(applied),
        grants=len(grants),
        completed=sum(grant.outcome == "completed" for grant in grants),
        paid=total(told.paid().values()),
        participations=sum(grant.data["participants"] for grant in grants),
        months=(last.year - first.year) * 12 + last.month - first.month + 1,
    )


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{Path(folder) / 'granting.db'}", clock=clock) as office:
            told = live_through(office, clock, rounds())
    heads = [
        "programme | 项目",
        "pots | 资金",
        "applied | 申请",
        "grants | 入选",
        "paid | 已付",
        "took part | 参与人次",
    ]
    rows = [[name, one.pots, one.applied, one.grants, one.paid, one.participations] for name, one in told.items()]
    print(table(heads, rows))


if __name__ == "__main__":
    main()
