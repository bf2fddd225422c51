"""Call, whistle, report: a community's lanes in Leshan, and a subdistrict of Zhengzhou that starts at the whistle.

Niu'erqiao (牛耳桥社区) has 33 problems in 6 categories in 8 lanes; each is a call, for which Tongjiang subdistrict whistles.
What the figures are is worked out from the ledger. Real are the areas, and of the figures those that the tests compare with:
33, 6, 8, and more than 5 million yuan. The problems themselves, the departments of Leshan, the persons, who comes too late
and what each piece of work costs are made from a seed.

``python examples/whistles.py`` tells it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import civicflow
from civicflow import Actor, Case, Money, Office
from civicflow.calendars import instant, to_micros
from civicflow.testing import FrozenClock
from civicflow.workflows.places import Place, place
from civicflow.workflows.whistles.figures import Arrivals, arrivals, spent
from seeds import drawn
from tables import table

REGISTERS = Path(__file__).parent / "registers"
ZONE = "Asia/Shanghai"
NIUERQIAO, TONGJIANG = "511102006013", "511102006"
ZHONGXIN_ROAD = "410106002"
BEGIN = instant("2026-03-02T09:00", ZONE)

CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "drainage": ("ls-housing", "ls-water"),
    "paving": ("ls-housing", "ls-transport"),
    "lighting": ("ls-urban-management",),
    "wires": ("ls-power", "ls-urban-management"),
    "parking": ("ls-traffic-police", "ls-urban-management"),
    "greening": ("ls-housing",),
}
"""Which departments are whistled for, by the category of a problem."""

DEPARTMENTS = """
register: leshan-departments
scheme: leshan
since: 2020-06-30
elsewhere: ["511102"]
bodies:
  - {code: ls-housing, name: "Housing and Construction Bureau | 住建局", kind: department, area: "511102", posts: {officer: ls-officer-1}}
  - {code: ls-water, name: "Water Bureau | 水务局", kind: department, area: "511102", posts: {officer: ls-officer-2}}
  - {code: ls-transport, name: "Transport Bureau | 交通局", kind: department, area: "511102", posts: {officer: ls-officer-3}}
  - {code: ls-urban-management, name: "Urban Management Bureau | 城管局", kind: department, area: "511102", posts: {officer: ls-officer-4}}
  - {code: ls-power, name: "Power Supply Bureau | 供电局", kind: department, area: "511102", posts: {officer: ls-officer-5}}
  - {code: ls-traffic-police, name: "Traffic Police | 交警大队", kind: department, area: "511102", posts: {officer: ls-officer-6}}
"""


@attrs.frozen(kw_only=True)
class Problem:
    """One problem of a lane, and what becomes of it.

    Attributes:
        title: what is wrong.
        category: one of `CATEGORIES`.
        lane: where, in words.
        cost: what each department spends on it, by its code.
        late: the departments that come too late.
        resolved: whether it is settled at the first whistle.
    """

    title: str
    category: str
    lane: str
    cost: Mapping[str, Money]
    late: frozenset[str] = frozenset()
    resolved: bool = True


def problems(seed: int = 2020, many: int = 33, lanes: int = 8) -> tuple[Problem, ...]:
    """The problems, made from a seed; each category and each lane has some."""
    made = []
    for number in range(many):
        category = list(CATEGORIES)[number % len(CATEGORIES)]
        bodies = CATEGORIES[category]
        cost = {body: Money(80_000 + drawn(seed, number, body, "cost", below=50_000)) for body in bodies}
        late = frozenset(body for body in bodies if not drawn(seed, number, body, "late", below=10))
        lane = f"牛耳桥{number % lanes + 1}巷"
        made.append(
            Problem(
                title=f"{lane} {category} {number + 1}",
                category=category,
                lane=lane,
                cost=cost,
                late=late,
                resolved=drawn(seed, number, "resolved", below=12) > 0,
            )
        )
    return tuple(made)


@attrs.frozen(kw_only=True)
class Lanes:
    """What came of the lanes, from the ledger.

    Attributes:
        by_outcome: how many problems ended in which way.
        by_category: how many problems there were of each category.
        lanes: in which lanes.
        spent: what all departments spent.
        again: how many were whistled for more than once.
        arrivals: how each department came, by its code.
    """

    by_outcome: Mapping[str, int]
    by_category: Mapping[str, int]
    lanes: frozenset[str]
    spent: Money
    again: int
    arrivals: Mapping[str, Arrivals]


def secretary(office: Office, area: str) -> Actor:
    """The secretary of an area."""
    (person,) = office.chart().holders("secretary", office.unit(area))
    return office.act_as(person, post="secretary", unit=area)


def officer(office: Office, body: str) -> Actor:
    """The officer of a department."""
    (person,) = office.chart().holders("officer", office.unit(body))
    return office.act_as(person, post="officer", unit=body)


def renew_lanes(office: Office, clock: FrozenClock, given: tuple[Problem, ...]) -> Lanes:
    """Each problem is called for, whistled for, worked on, rated, and confirmed by the community.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        given: the problems.
    """
    office.register.load(REGISTERS / "leshan.yaml")
    office.register.read(DEPARTMENTS, source="departments", format="yaml")
    clock.set(BEGIN)
    with office.together() as desk:
        for problem in given:
            _settle(desk, clock, problem)
    return figures_of_lanes(office, clock)


def _settle(office: Office, clock: FrozenClock, problem: Problem) -> None:
    community, subdistrict = secretary(office, NIUERQIAO), secretary(office, TONGJIANG)
    matter = office.whistles.call(
        problem.title,
        unit=NIUERQIAO,
        category=problem.category,
        place=Place(address=problem.lane),
        tried="residents' meeting in the lane",
        by=community,
    )
    for last in (problem.resolved, True):
        office.whistles.whistle(matter, to=list(problem.cost), within="1 workday", by=subdistrict)
        for body in sorted(problem.cost, key=lambda one: one in problem.late):
            clock.advance(hours=72 if body in problem.late else 1)
            office.tick()
            office.whistles.report_in(matter, by=officer(office, body))
            office.whistles.log(matter, "measured and begun", by=officer(office, body))
        for body, amount in problem.cost.items():
            office.whistles.complete(matter, by=officer(office, body), note="done", spent=amount if last else None)
            score, reason = (
                (2, "came days late") if body in problem.late else (5 if last else 3, "worked with the others")
            )
            office.whistles.rate(matter, score, reason, body=body, by=subdistrict)
        office.whistles.evaluate(matter, resolved=last, satisfied=4 if last else 2, by=community)
        if last:
            return


def figures_of_lanes(office: Office, clock: FrozenClock) -> Lanes:
    """The figures, from the ledger alone."""
    matters = [office.case(found) for found in _whistles(office)]
    chart = office.chart()
    found = arrivals(office.ledger.facts(flow="report-in", under=NIUERQIAO[:6]), to_micros(clock()))
    return Lanes(
        by_outcome=Counter(matter.outcome or matter.state for matter in matters),
        by_category=Counter(str(matter.data["category"]) for matter in matters),
        lanes=frozenset(where.address for matter in matters if (where := place(matter.data.get("place"))) is not None),
        spent=spent(report for matter in matters for report in office.whistles.reports(matter)),
        again=sum(bool(matter.data.get("reopened")) for matter in matters),
        arrivals={chart.code(body): one for body, one in found.items()},
    )


def _whistles(office: Office) -> Iterator[str]:
    after = ""
    while True:
        page = office.find(flow="whistle", after=after, limit=100)
        yield from (case.id for case in page.cases)
        if not page.next:
            return
        after = page.next


@attrs.frozen(kw_only=True)
class Market:
    """Stalls on a road: joint enforcement that starts at the whistle.

    Attributes:
        matter: how it ended.
        arrivals: how each department came, by its code.
    """

    matter: Case
    arrivals: Mapping[str, Arrivals]


def clear_the_market(office: Office, clock: FrozenClock) -> Market:
    """Zhongxin Road subdistrict whistles for three departments; one does not come, and is gone on without.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
    """
    office.register.load(REGISTERS / "shangjie.yaml")
    clock.set(BEGIN)
    by = secretary(office, ZHONGXIN_ROAD)
    matter = office.whistles.whistle_at_once(
        "Stalls block the fire lane",
        unit=ZHONGXIN_ROAD,
        kind="enforcement",
        to=["urban-management", "market-supervision", "traffic-police"],
        within="4 hours",
        because="clear the lane, check the licences, keep the traffic going",
        by=by,
    )
    clock.advance(hours=2)
    for body in ("urban-management", "market-supervision"):
        office.whistles.report_in(matter, by=officer(office, body))
        office.whistles.log(matter, "on the road", by=officer(office, body))
    clock.advance(days=2)
    office.tick()
    for body in ("urban-management", "market-supervision"):
        office.whistles.complete(matter, by=officer(office, body), note="lane is free")
        office.whistles.rate(matter, 5, "came at once", body=body, by=by)
    office.whistles.go_on_without(matter, "did not come in two days", body="traffic-police", by=by)
    office.whistles.evaluate(matter, resolved=True, satisfied=4, by=by)
    found = arrivals(office.ledger.facts(flow="report-in"), to_micros(clock()))
    chart = office.chart()
    return Market(matter=office.case(matter), arrivals={chart.code(body): one for body, one in found.items()})


def shown(found: Mapping[str, Arrivals]) -> str:
    """A table of how departments came."""
    rows = (
        (code, one.whistled, one.arrived, one.on_time, "–" if one.mean is None else f"{float(one.mean):.2f}")
        for code, one in found.items()
    )
    return table(("department | 部门", "whistled | 吹哨", "came | 到场", "on time | 按时报到", "rating | 评分"), rows)


def tell(folder: Path) -> Iterator[str]:
    """Both scenes, each in a store of its own under a folder."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'leshan.db'}", clock=clock) as office:
        lanes = renew_lanes(office, clock, problems())
        counts = (
            f"{sum(lanes.by_category.values())} problems, {len(lanes.by_category)} categories, {len(lanes.lanes)} lanes"
        )
        yield f"Niu'erqiao: {counts}, {lanes.spent}; whistled for again: {lanes.again}; {dict(lanes.by_outcome)}"
        yield shown(lanes.arrivals)
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'shangjie.db'}", clock=clock) as office:
        market = clear_the_market(office, clock)
        yield f"Zhongxin Road: {market.matter.outcome}"
        yield shown(market.arrivals)


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        for line in tell(Path(folder)):
            print(line)


if __name__ == "__main__":
    main()
