"""One order that sixteen departments accept, each for itself; the last acceptance brings the order on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import attrs
from durable import folders
from errand import RESIDENT, Cast, open_at, world_of
from measuring import Contender, Goal, Pace, Table, Work, compared, race
from peers import stock
from replay import taped

from civicflow.hierarchy.authority import BY_CLOCK, BY_JOIN, REQUESTER, Actor, Holder
from civicflow.ids import CaseId, UnitId
from civicflow.office.office import Office
from civicflow.workflows.engine.children import Drop, Opening, Spawn
from civicflow.workflows.engine.decide import Accepted, Act, Birth, begin, decide
from civicflow.workflows.engine.effects import Stamp
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Join, Limit, Named, State, Step
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.joins import All
from civicflow.workflows.engine.records import Matter

DEPARTMENTS = 16
SPIFF = "SpiffWorkflow, parallel multi-instance, in memory"
STOCK = "stock `transitions`, a machine state for each share"
OURS = "civicflow: decide, shares and their join, in memory"
SPIFF_SAVED = "SpiffWorkflow: load, one task, save"
OURS_SAVED = "civicflow: Office.take on SQLite"
RAW = "raw `sqlite3`, the same statements and bytes"


@attrs.frozen
class Dispatch:
    """The departments."""

    to: tuple[UnitId, ...] = attrs.field(converter=tuple)


def _shares(situation: Any) -> list[Opening]:
    chart = situation.world.chart
    return [Opening(chart.code(body), body) for body in situation.data.to]


_LAPSE = Limit("3 workdays", "lapse")
ACCEPTANCE = Flow(
    "acceptance",
    1,
    "acceptance | 接单",
    (
        State("offered", "offered | 待接单", (Limit("1 workday", "remind"), _LAPSE)),
        State("accepted", "accepted | 已接单", final="accepted"),
        State("lapsed", "lapsed | 已失效", final="lapsed"),
    ),
    (
        Step("accept", "accept | 接单", "offered", "accepted", Holder("officer", "body"), does=(Stamp(),)),
        Step("remind", "remind | 催办", "offered", STAY, BY_CLOCK),
        Step("lapse", "lapse | 失效", "offered", "lapsed", BY_CLOCK),
    ),
    opened_in=("offered",),
)
SHARED_ORDER = Flow(
    "shared-order",
    1,
    "order for many | 多方工单",
    (
        State("ordered", "ordered | 待派", (_LAPSE,)),
        State("dispatched", "dispatched | 待接", (_LAPSE,), (Join(("share",), All("accepted"), "finish"),)),
        State("handled", "handled | 均已接单", final="handled"),
        State("lapsed", "lapsed | 已失效", final="lapsed"),
    ),
    (
        Step("order", "order | 点单", NEW, "ordered", REQUESTER),
        Step(
            "dispatch",
            "dispatch | 下单",
            "ordered",
            "dispatched",
            Holder("secretary", "unit"),
            Dispatch,
            does=(Spawn("share", Named("shares", _shares), "offered"),),
        ),
        Step("finish", "all have accepted | 均已接单", "dispatched", "handled", BY_JOIN),
        Step(
            "lapse", "lapse | 失效", ("ordered", "dispatched"), "lapsed", BY_CLOCK, does=(Drop(("share",), "lapsed"),)
        ),
    ),
    slots={"share": "acceptance"},
)


def measure(pace: Pace, store: Path) -> list[Table]:
    fresh = folders(store, "departments")
    memory = race({SPIFF: _spiff, STOCK: _stock, OURS: _deciding()}, pace)
    saved = race(
        {
            SPIFF_SAVED: lambda runs: _spiff_saved(next(fresh), runs),
            OURS_SAVED: lambda runs: _saved(next(fresh), runs),
            RAW: _replayed(fresh),
        },
        pace,
    )
    raw = saved[OURS_SAVED].times(saved[RAW])
    head = (f"one order, {DEPARTMENTS} departments", "orders/s", "us", "against the peer", "goal", "")
    rows = (
        *compared(memory, SPIFF, {OURS: Goal(12)}),
        *compared(saved, SPIFF_SAVED, {}),
        (f"{OURS_SAVED}, against raw", "", "", str(raw), "", ""),
    )
    return [Table(f"One order accepted by {DEPARTMENTS} departments", head, rows)]


# -- in memory ---------------------------------------------------------------------------------------------------------


@cache
def _process() -> Any:
    from peers import spiff

    return spiff.spec(DEPARTMENTS)


def _spiff(runs: int) -> Work:
    from peers import spiff

    def work() -> None:
        for _ in range(runs):
            spiff.accept_all(_process(), DEPARTMENTS)

    return work


def _stock(runs: int) -> Work:
    machine = stock.shared_order()

    def work() -> None:
        for _ in range(runs):
            stock.accept_all(machine, DEPARTMENTS)

    return work


def _departments(office: Office) -> tuple[Actor, ...]:
    chart, found = office.chart(), []
    for unit in sorted(chart.units):
        officers = chart.holders("officer", unit)
        if len(officers) == 1:
            found.append(Actor(officers[0], "officer", unit))
    assert len(found) == DEPARTMENTS
    return tuple(found)


def _deciding() -> Contender:
    office = open_at("memory://", ACCEPTANCE, SHARED_ORDER)
    cast, officers = Cast.of(office), _departments(office)
    world = world_of(office, Flows((ACCEPTANCE, SHARED_ORDER)))
    office.close()
    birth = Birth(case=CaseId("O-1"), flow="shared-order", unit=cast.unit)
    born = begin(world, birth, Act(step="order", actor=RESIDENT))
    assert isinstance(born, Accepted)
    ordered = Matter(born.case)
    dispatch = Act(step="dispatch", actor=cast.secretary, data=Dispatch([officer.unit for officer in officers]))
    accepts = {officer.unit: Act(step="accept", actor=officer) for officer in officers}

    def contender(runs: int) -> Work:
        def work() -> None:
            for _ in range(runs):
                root, *shares = decide(world, ordered, ordered.root.id, dispatch).moves[0].cases
                for share in shares:
                    # As the office loads them: the root, whose tally knows the others, and the share itself.
                    decided = decide(world, Matter(root, {share.id: share}), share.id, accepts[share.body])
                    root = decided.moves[0].cases[0]
                assert root.state == "handled"

        return work

    return contender


# -- on SQLite ---------------------------------------------------------------------------------------------------------


def _spiff_saved(folder: Path, runs: int) -> Work:
    from peers import spiff

    saved = spiff.Store(folder / "peer.db")

    def work() -> None:
        for _ in range(runs):
            saved.accept_all(_process(), DEPARTMENTS)

    return work


def _office(place: Path) -> Office:
    return open_at(f"sqlite:///{place}", ACCEPTANCE, SHARED_ORDER)


def live(office: Office, runs: int) -> None:
    """So many orders through the office, a commit for each step."""
    cast, officers = Cast.of(office), _departments(office)
    dispatch = Dispatch([officer.unit for officer in officers])
    codes = [(office.chart().code(officer.unit), officer) for officer in officers]
    for _ in range(runs):
        order = office.begin("shared-order", "order", None, by=RESIDENT, unit=cast.unit)
        office.take(order, "dispatch", dispatch, by=cast.secretary)
        for code, officer in codes:
            office.take(f"{order.id}/{code}@2", "accept", by=officer)


def _saved(folder: Path, runs: int) -> Work:
    office = _office(folder / "ours.db")
    live(office, 1)
    return lambda: live(office, runs)


def _replayed(fresh: Any) -> Contender:
    tapes: dict[int, Any] = {}

    def contender(runs: int) -> Work:
        if runs not in tapes:
            kept = next(fresh).parent / f"departments-tape-{runs}"
            kept.mkdir()
            tapes[runs] = taped(kept, _office, lambda office: live(office, runs))
        return tapes[runs].player(next(fresh) / "raw.db")

    return contender
