"""Standing hazards of Yuechi county (四川省广安市岳池县) over a year: 49 points, inspected, drilled at, trained for, and 4 removed.

Every figure is worked out from the ledger. Real are the county, and of the figures those that the tests compare with: 49
points, 49 drills, 4 trainings, 4 works that removed the hazard for 97 households with 351 people, and the report's count of
5,200 people evacuated from 100 households. The towns, the persons, the points, what is missed and how the 97 households
lie at the four points are made up, from a seed where there are many.

``python examples/hazards.py`` tells it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs

import civicflow
from civicflow import Actor, Case, Office
from civicflow.calendars import Recurrence, instant
from civicflow.testing import FrozenClock
from civicflow.workflows.hazards.figures import Standing, standing
from civicflow.workflows.routines.figures import Keeping, keeping
from seeds import drawn
from tables import table

ZONE: Final = "Asia/Shanghai"
COUNTY: Final = "511621"
TOWNS: Final = tuple(f"town-{number}" for number in range(1, 8))
YEAR: Final = (date(2022, 1, 1), date(2022, 12, 31))
INSPECTED: Final = Recurrence(rule="FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10", first=date(2022, 2, 1), roll="none")
DRILLED: Final = Recurrence(rule="FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=12", first=date(2022, 1, 1), roll="none")
TRAINED: Final = Recurrence(rule="FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20", first=date(2022, 3, 1), roll="none")


@attrs.frozen(kw_only=True)
class Point:
    """One hazard.

    Attributes:
        title: what it is called.
        town: where it is.
        households: how many households it threatens.
        people: how many people of them.
        removed: whether works remove it in the year.
        missed: in which months its inspection is missed.
    """

    title: str
    town: str
    households: int
    people: int
    removed: bool = False
    missed: frozenset[int] = frozenset()


REMOVED: Final = ((24, 88), (31, 112), (19, 70), (23, 81))
"""Households and people at the four points that works remove."""


def points(seed: int = 2022, many: int = 49) -> tuple[Point, ...]:
    """The hazards, made from a seed: in each town some, and at every twelfth works."""
    made = []
    for number in range(many):
        works = number // 12 if number % 12 == 5 else len(REMOVED)
        households = 5 + drawn(seed, number, "households", below=20)
        people = households * 3 + drawn(seed, number, "people", below=10)
        if works < len(REMOVED):
            households, people = REMOVED[works]
        made.append(
            Point(
                title=f"滑坡隐患点{number + 1}号",
                town=TOWNS[number % len(TOWNS)],
                households=households,
                people=people,
                removed=works < len(REMOVED),
                missed=frozenset(month for month in (2, 5, 8) if not drawn(seed, number, month, below=30)),
            )
        )
    return tuple(made)


def register() -> str:
    """The county and its towns: a Party committee with a secretary in each, a station of officers and monitors in each town."""

    def party(area: str) -> dict[str, Any]:
        name = f"Party Committee of {area} | {area}党委"
        return {
            "code": f"party-{area}",
            "name": name,
            "kind": "party-organisation",
            "area": area,
            "posts": {"secretary": f"secretary-{area}"},
        }

    def station(town: str) -> dict[str, Any]:
        posts = {"officer": f"officer-{town}", "monitor": f"monitor-{town}"}
        name = f"Natural Resources Station of {town} | {town}自然资源所"
        return {"code": f"station-{town}", "name": name, "kind": "station", "area": town, "posts": posts}

    def commission() -> dict[str, Any]:
        posts = {"officer": "officer-discipline"}
        name = "Commission for Discipline Inspection | 县纪委监委"
        return {"code": "discipline", "name": name, "kind": "discipline-committee", "area": COUNTY, "posts": posts}

    areas = [{"code": COUNTY, "name": "Yuechi County | 岳池县", "level": "county"}]
    areas += [
        {"code": town, "name": f"Town {number} | 第{number}镇", "level": "town", "parent": COUNTY}
        for number, town in enumerate(TOWNS, 1)
    ]
    bodies = [party(COUNTY), commission(), *map(party, TOWNS), *map(station, TOWNS)]
    return json.dumps(
        {"register": "yuechi", "scheme": "sichuan", "since": "2021-01-01", "areas": areas, "bodies": bodies}
    )


@attrs.frozen(kw_only=True)
class Year:
    """What came of the year, from the ledger.

    Attributes:
        standing: how many points there were, how many works removed, and for whom.
        kept: by kind of standing duty, what was held and missed.
        tickets: how many missed inspections became tickets.
        monitored: how many points have a plan and a monitor by name.
        doubts: what was said about counts that could not well be true.
        evacuated: how many people were evacuated, by the counts that stand.
        accounts: how those ended who were referred to the discipline line.
    """

    standing: Standing
    kept: Mapping[str, Keeping]
    tickets: int
    monitored: int
    doubts: tuple[str, ...]
    evacuated: int
    accounts: Mapping[str, int]


def secretary(office: Office, area: str) -> Actor:
    """The secretary of an area."""
    return office.act_as(f"secretary-{area}", post="secretary", unit=area)


def officer(office: Office, town: str) -> Actor:
    """The officer of a town's station."""
    return office.act_as(f"officer-{town}", post="officer", unit=f"station-{town}")


def live_through(office: Office, clock: FrozenClock, given: tuple[Point, ...]) -> Year:
    """The year: points are registered, their duties kept or missed, people evacuated, works accepted.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        given: the points.
    """
    clock.set(instant("2022-01-04T09:00", ZONE))
    office.register.read(register(), source="yuechi", format="json")
    with office.together() as desk:
        hazards = {point: _register(desk, point) for point in given}
        training = desk.routines.begin(
            "Training of monitors | 监测员培训",
            category="training",
            every=TRAINED,
            bearer="station-town-1",
            unit=COUNTY,
            by=secretary(desk, COUNTY),
        )
        _quarters(desk, clock, hazards, training)
        desk.tick()
    return figures(office)


def _register(office: Office, point: Point) -> Case:
    by = secretary(office, point.town)
    hazard = office.hazards.register(
        point.title,
        plan="sound the gong, leave by the marked path | 鸣锣示警，沿标示路线撤离",
        monitor=f"monitor-{point.town}",
        every=INSPECTED,
        bearer=f"station-{point.town}",
        unit=point.town,
        by=by,
        category="landslide",
        households=point.households,
        people=point.people,
    )
    return office.hazards.schedule(hazard, "drill", DRILLED, by=by)


def _quarters(office: Office, clock: FrozenClock, hazards: Mapping[Point, Case], training: Case) -> None:
    for month in (2, 5, 8, 11):
        clock.set(instant(f"2022-{month:02}-10T10:00", ZONE))
        for point, hazard in hazards.items():
            inspections, drill = office.hazards.duties(hazard)
            if not inspections.outcome and month not in point.missed:
                office.routines.hold(inspections, people=2, found="no movement", by=officer(office, point.town))
            if month == 5:
                office.routines.hold(drill, people=point.people, by=officer(office, point.town))
        _ticked(office, clock, f"2022-{month:02}-13T09:00", f"2022-{month:02}-18T09:00")
        if month == 8:
            _flood(office, clock, next(iter(hazards.values())))
            _works(office, clock, hazards)
        clock.set(instant(f"2022-{month + 1:02}-20T10:00", ZONE))
        office.tick()
        office.routines.hold(training, people=49, by=officer(office, "town-1"))
        _ticked(office, clock, f"2022-{month + 1:02}-21T09:00")


def _ticked(office: Office, clock: FrozenClock, *mornings: str) -> None:
    for morning in mornings:
        clock.set(instant(morning, ZONE))
        office.tick()


def _flood(office: Office, clock: FrozenClock, hazard: Case) -> None:
    """People are evacuated; the count that the report gives is doubted, and corrected."""
    town = office.chart().code(hazard.unit or "")
    office.hazards.evacuate(hazard, by=secretary(office, town))
    (out,) = office.hazards.evacuations(hazard)
    office.hazards.count(out, households=100, people=5_200, by=officer(office, town))
    clock.advance(hours=1)
    office.hazards.count(out, households=100, people=352, by=officer(office, town))
    clock.advance(hours=30)
    office.hazards.bring_home(out, by=secretary(office, town))


def _works(office: Office, clock: FrozenClock, hazards: Mapping[Point, Case]) -> None:
    """Works at four points; who missed two inspections is referred to the discipline line."""
    county = secretary(office, COUNTY)
    discipline = office.act_as("officer-discipline", post="officer", unit="discipline")
    for point, hazard in hazards.items():
        if point.removed:
            office.hazards.plan_works(
                hazard, "a retaining wall | 挡土墙", until=date(2022, 9, 15), by=secretary(office, point.town)
            )
        if len(point.missed) > 1:
            office.hazards.refer(hazard, to="discipline", ground="two inspections missed", by=county)
            (account,) = office.hazards.accounts(hazard)
            office.hazards.decide(account, "a talk | 约谈", by=discipline)
    clock.set(instant("2022-09-14T16:00", ZONE))
    for point, hazard in hazards.items():
        if point.removed:
            office.hazards.finish_works(hazard, by=officer(office, point.town))
            office.hazards.accept(hazard, households=point.households, people=point.people, by=county)


def figures(office: Office) -> Year:
    """The figures, from the ledger alone."""
    hazards = list(_all(office, "hazard"))
    occasions = list(office.ledger.facts(flow="occasion", under=COUNTY))
    evacuations = [out for hazard in hazards for out in office.hazards.evacuations(hazard)]
    counts = [
        str(entry.delta["data"]["doubt"])
        for hazard in hazards
        for entry in office.ledger.entries(hazard)
        if entry.step == "count"
    ]
    tickets = [ticket for ticket in _all(office, "four-part-ticket") if ticket.links.get("origin")]
    return Year(
        standing=standing(hazards),
        kept={kind: keeping(occasions, *YEAR, category=kind) for kind in ("inspection", "drill", "training")},
        tickets=len(tickets),
        monitored=sum(bool(hazard.data["plan"]) and bool(hazard.data["monitor"]) for hazard in hazards),
        doubts=tuple(filter(None, counts)),
        evacuated=sum(out.data["people"] for out in evacuations if out.outcome == "home"),
        accounts=Counter(one.outcome for hazard in hazards for one in office.hazards.accounts(hazard)),
    )


def _all(office: Office, flow: str) -> Iterator[Case]:
    after = ""
    while True:
        page = office.find(flow=flow, after=after, limit=200)
        yield from page.cases
        if not page.next:
            return
        after = page.next


def main() -> None:
    """Tell the year."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{Path(folder) / 'yuechi.db'}", clock=clock) as office:
            year = live_through(office, clock, points())
    rows = [[kind, kept.held, kept.missed, kept.open] for kind, kept in year.kept.items()]
    print(table(["duty | 任务", "held | 已开展", "missed | 未开展", "open | 待开展"], rows))
    print(year.standing)
    print(*year.doubts, sep="\n")


if __name__ == "__main__":
    main()
