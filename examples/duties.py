"""Problem list → duty list in Yuechi county (四川省广安市岳池县): residents put up topics, ten become duties under supervision.

Every figure is worked out from the ledger. Real are the county, and of the figures those that the tests compare with: the ten
matters that residents are least satisfied with, and solar lamps for 148 villages in stages by the end of 2022. The residents
and what they name, the villages, the departments, the stages' sizes and what is found are made up, from a seed where there
are many.

``python examples/duties.py`` tells it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import civicflow
from civicflow import Actor, Case, Office
from civicflow.calendars import instant
from civicflow.testing import FrozenClock
from civicflow.workflows.duties.duty import Stage
from civicflow.workflows.duties.figures import Progress, progress
from seeds import drawn
from tables import table

ZONE: Final = "Asia/Shanghai"
COUNTY: Final = "511621"
SUBJECTS: Final = (
    "路灯",
    "道路",
    "饮水",
    "垃圾",
    "医保",
    "物业",
    "噪音",
    "停车",
    "低保",
    "灌溉",
    "校车",
    "公厕",
    "电梯",
    "养老",
)
"""What residents name, the first ones more often."""

LAMPS: Final = SUBJECTS[0]
VILLAGES: Final = tuple(f"village-{number:03}" for number in range(1, 149))
STAGES: Final = (
    Stage(until=date(2022, 6, 30), places=VILLAGES[:50]),
    Stage(until=date(2022, 9, 30), places=VILLAGES[50:100]),
    Stage(until=date(2022, 12, 31), places=VILLAGES[100:]),
)
SEED: Final = "2022-07-01"
"""From which the villages of the spot check are drawn: the day on which it was announced."""


def topics(seed: int = 2022, residents: int = 300) -> tuple[str, ...]:
    """What each resident names, made from a seed: the smaller of two draws, so that the first subjects come more often."""
    many = len(SUBJECTS)
    return tuple(
        SUBJECTS[min(drawn(seed, number, "one", below=many), drawn(seed, number, "other", below=many))]
        for number in range(residents)
    )


def register() -> str:
    """The county, its secretary, its commission for discipline inspection, and the departments that bear duties."""
    departments = {"lighting": "Power and Lighting | 电力照明", "affairs": "Departments in charge | 职能部门"}
    bodies = [
        {
            "code": "party-county",
            "name": "County Committee | 县委",
            "kind": "party-organisation",
            "area": COUNTY,
            "posts": {"secretary": "secretary-county"},
        },
        {
            "code": "discipline",
            "name": "Commission for Discipline Inspection | 县纪委监委",
            "kind": "station",
            "area": COUNTY,
            "posts": {"officer": "officer-discipline"},
        },
        *(
            {"code": code, "name": name, "kind": "department", "area": COUNTY, "posts": {"officer": f"officer-{code}"}}
            for code, name in departments.items()
        ),
    ]
    areas = [{"code": COUNTY, "name": "Yuechi County | 岳池县", "level": "county"}]
    return json.dumps(
        {"register": "yuechi", "scheme": "sichuan", "since": "2021-01-01", "areas": areas, "bodies": bodies}
    )


@attrs.frozen(kw_only=True)
class Year:
    """What came of the year, from the ledger.

    Attributes:
        topics: how many topics were put up, and how they ended.
        on_list: the subjects on the list and how many residents named each, the most frequent first.
        lamps: the villages' lamps.
        lit: in how many villages each stage's lamps burn, by its day.
        all: all duties.
        ways: how many supervisions there were, by way.
        drawn: the villages that were drawn for the spot check.
        rectified: how what was ordered to be put right ended.
    """

    topics: Mapping[str, int]
    on_list: Mapping[str, int]
    lamps: Progress
    lit: Mapping[str, int]
    all: Progress
    ways: Mapping[str, int]
    drawn: tuple[str, ...]
    rectified: Mapping[str, int]


def _secretary(office: Office) -> Actor:
    return office.act_as("secretary-county", post="secretary", unit=COUNTY)


def _officer(office: Office, body: str) -> Actor:
    return office.act_as(f"officer-{body}", post="officer", unit=body)


def live_through(office: Office, clock: FrozenClock, given: tuple[str, ...], dark: int = 1) -> Year:
    """The year: topics, the list, duties in stages, supervision.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        given: what each resident names.
        dark: in how many of the drawn villages lamps are found dark.
    """
    clock.set(instant("2022-01-10T09:00", ZONE))
    office.register.read(register(), source="yuechi", format="json")
    with office.together() as desk:
        on = desk.duties.open_list(
            "What are you least satisfied with? | 您最不满意的是什么？",
            within="30 days",
            supervisor="discipline",
            unit=COUNTY,
            by=_secretary(desk),
        )
        for number, subject in enumerate(given):
            desk.duties.put_up(on, subject, by=desk.act_as(f"resident-{number}"))
        clock.set(instant("2022-02-14T09:00", ZONE))
        desk.tick()
        duties = desk.duties.on_list(on)
        for duty in duties:
            _assign(desk, duty)
        _light(desk, clock, next(duty for duty in duties if duty.title == LAMPS), dark)
        for duty in duties:
            _fulfil(desk, duty)
    return figures(office, on)


def _assign(office: Office, duty: Case) -> None:
    lamps = duty.title == LAMPS
    office.duties.assign(
        duty,
        to="lighting" if lamps else "affairs",
        until=date(2022, 12, 31),
        stages=STAGES if lamps else (),
        by=_secretary(office),
    )


def _light(office: Office, clock: FrozenClock, duty: Case, dark: int) -> None:
    """Lamps for the villages, stage by stage; after the first one the supervisor comes, announced by lot and undercover."""
    bearer = _officer(office, "lighting")
    for number, stage in enumerate(office.duties.stages(duty)):
        clock.set(instant(f"{stage.data['until'][:8]}20T16:00", ZONE))
        office.tick()
        office.duties.report(stage, stage.data["places"], by=bearer)
        if not number:
            clock.set(instant(f"{SEED}T09:00", ZONE))
            _spot_check(office, duty, stage.data["places"], dark)
            _undercover(office, duty)


def _spot_check(office: Office, duty: Case, villages: list[str], dark: int) -> None:
    by = _officer(office, "discipline")
    check = office.supervision.begin(
        "Do the lamps burn? | 路灯亮不亮？",
        duty,
        "spot-check",
        supervisor="discipline",
        by=by,
        among=villages,
        draws=5,
        seed=SEED,
    )
    for number, village in enumerate(check.data["drawn"]):
        sound = number >= dark
        office.supervision.record(check, "they burn" if sound else "dark", sound=sound, where=village, by=by)
        if not sound:
            office.supervision.order(check, f"light {village} | {village}亮灯", until=date(2022, 7, 15), by=by)
    for wrong in office.supervision.rectifications(check):
        office.supervision.report(wrong, "they burn", by=_officer(office, "lighting"))
        office.supervision.accept(wrong, by=by)
    office.supervision.end(check, by=by)


def _undercover(office: Office, duty: Case) -> None:
    by = _officer(office, "discipline")
    visit = office.supervision.begin("By night | 夜访", duty, "undercover-visit", supervisor="discipline", by=by)
    office.supervision.record(visit, "they burn", sound=True, by=by)
    office.supervision.end(visit, by=by)


def _fulfil(office: Office, duty: Case) -> None:
    for stage in office.duties.stages(duty):
        if not stage.outcome:
            office.duties.report(stage, by=_officer(office, "affairs"))
    office.duties.accept(duty, by=_officer(office, "discipline"))


def figures(office: Office, on: Case) -> Year:
    """The figures, from the ledger alone."""
    duties = office.duties.on_list(on)
    stages = {duty.id: office.duties.stages(duty) for duty in duties}
    lamps = next(duty for duty in duties if duty.title == LAMPS)
    watches = office.find(flow="supervision").cases
    return Year(
        topics=Counter(str(facts.outcome) for facts in office.ledger.facts(flow="topic")),
        on_list={duty.title: duty.data["named"] for duty in duties},
        lamps=progress((lamps, *stages[lamps.id])),
        lit={stage.data["until"]: len(stage.data["done"]) for stage in stages[lamps.id]},
        all=progress(case for duty in duties for case in (duty, *stages[duty.id])),
        ways=Counter(str(watch.data["way"]) for watch in watches),
        drawn=tuple(village for watch in watches for village in watch.data.get("drawn", ())),
        rectified=Counter(one.outcome for watch in watches for one in office.supervision.rectifications(watch)),
    )


def main() -> None:
    """Tell the year."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{Path(folder) / 'yuechi.db'}", clock=clock) as office:
            year = live_through(office, clock, topics())
    print(table(["subject | 问题", "named by | 点题人数"], year.on_list.items()))
    print(table(["by | 期限", "villages lit | 亮灯村数"], year.lit.items()))
    print(year.all)


if __name__ == "__main__":
    main()
