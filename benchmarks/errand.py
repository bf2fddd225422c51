"""The lifecycle that is measured: an errand with five steps and no children, in a real district.

Each step asks for a post or for the requester, each waiting state has time limits, the last step takes data and has a
guard. Peers run the same states and steps.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

import civicflow
from civicflow.calendars import china
from civicflow.hierarchy.authority import BY_CLOCK, REQUESTER, Actor, Holder
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.office.office import Office
from civicflow.plugins.manager import Plugins
from civicflow.testing import FrozenClock
from civicflow.workflows.engine.decide import Accepted, Act, Birth, begin
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Limit, State, Step
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import World

REGISTER = Path(__file__).parent.parent / "examples" / "registers" / "shangjie.yaml"
COMMUNITY, BUREAU = "410106001005", "emergency"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

STATES = ("filed", "ordered", "dispatched", "accepted", "handled", "closed")
STEPS = ("order", "dispatch", "accept", "complete", "evaluate")
POSTS = {"order": None, "dispatch": "secretary", "accept": "officer", "complete": "officer", "evaluate": None}


@attrs.frozen(kw_only=True)
class File:
    """What a resident asks for."""

    title: str


@attrs.frozen(kw_only=True)
class Evaluate:
    """What the resident says in the end."""

    resolved: bool
    satisfied: int


_FULL_RANGE = Guard("satisfied-1-to-5", lambda s: 1 <= s.data.satisfied <= 5, "from 1 to 5 | 1至5", asks_data=True)
_SECRETARY, _OFFICER = Holder("secretary", "unit"), Holder("officer", "bureau")
_LAPSE = Limit("3 workdays", "lapse")

ERRAND = Flow(
    "errand",
    1,
    "errand | 代办事项",
    (
        State("filed", "filed | 已登记", (_LAPSE,)),
        State("ordered", "ordered | 待派", (Limit("1 workday", "remind"), _LAPSE)),
        State("dispatched", "dispatched | 待接", (_LAPSE,)),
        State("accepted", "accepted | 办理中", (_LAPSE,)),
        State("handled", "handled | 待评价", (Limit("7 days", "lapse"),)),
        State("closed", "closed | 已办结", final="resolved"),
        State("lapsed", "lapsed | 已失效", final="lapsed"),
    ),
    (
        Step("file", "file | 登记", NEW, "filed", REQUESTER, File, does=(Keep(("title",)),)),
        Step("order", "order | 点单", "filed", "ordered", REQUESTER),
        Step("dispatch", "dispatch | 下单", "ordered", "dispatched", _SECRETARY),
        Step("accept", "accept | 接单", "dispatched", "accepted", _OFFICER),
        Step("complete", "complete | 办结", "accepted", "handled", _OFFICER, does=(Stamp(),)),
        Step(
            "evaluate",
            "evaluate | 评价",
            "handled",
            "closed",
            REQUESTER,
            Evaluate,
            guards=(_FULL_RANGE,),
            does=(Keep(("resolved", "satisfied")),),
        ),
        Step("remind", "remind | 催办", "ordered", STAY, BY_CLOCK),
        Step("lapse", "lapse | 失效", STATES[:-1], "lapsed", BY_CLOCK),
    ),
    anchors=("bureau",),
)

TITLE = "A hall to practise first aid and fire escape"
RESIDENT = Actor(PersonId("resident-1"))


def open_at(url: Any, *flows: Flow) -> Office:
    """An office with the district's register and these flows, whose clock stands still."""
    office = civicflow.open(url, clock=FrozenClock(NOW), flows=flows, plugins=Plugins())
    office.register.load(REGISTER)
    return office


@attrs.frozen
class Cast:
    """Who acts in the errand, and where."""

    unit: UnitId
    bureau: UnitId
    secretary: Actor
    officer: Actor

    @classmethod
    def of(cls, office: Office) -> Cast:
        unit, bureau = office.unit(COMMUNITY), office.unit(BUREAU)
        chart = office.chart()
        secretary, officer = chart.holders("secretary", unit)[0], chart.holders("officer", bureau)[0]
        return cls(unit, bureau, Actor(secretary, "secretary", unit), Actor(officer, "officer", bureau))

    def acts(self) -> tuple[Act, ...]:
        """The five steps."""
        return (
            Act(step="order", actor=RESIDENT),
            Act(step="dispatch", actor=self.secretary),
            Act(step="accept", actor=self.officer),
            Act(step="complete", actor=self.officer),
            Act(step="evaluate", actor=RESIDENT, data=Evaluate(resolved=True, satisfied=5)),
        )


def world_of(office: Office, flows: Flows) -> World:
    """What decisions in memory rest on: the office's chart and calendar at its clock's moment."""
    return World(
        flows=flows,
        chart=office.chart(),
        register=1,
        calendar=china(),
        recorded=NOW,
        salt=bytes(16),
    )


@attrs.frozen
class Stage:
    """Everything that the errand in memory needs: five acts on a filed case."""

    world: World
    filed: Matter
    acts: tuple[Act, ...]

    @classmethod
    def set(cls) -> Stage:
        office = open_at("memory://", ERRAND)
        cast = Cast.of(office)
        world = world_of(office, Flows((ERRAND,)))
        birth = Birth(case=CaseId("E-1"), flow="errand", unit=cast.unit, anchors={"bureau": cast.bureau})
        born = begin(world, birth, Act(step="file", actor=RESIDENT, data=File(title=TITLE)))
        assert isinstance(born, Accepted)
        office.close()
        return cls(world, Matter(born.case), cast.acts())
