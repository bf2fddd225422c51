"""A façade has a method for each step that somebody may take, and says what it asks for in types."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

import civicflow
from civicflow import Money, Place
from civicflow.calendars import TimeLimit
from civicflow.hierarchy.authority import BY_CLOCK, BY_JOIN, BY_RULE
from civicflow.office.flow_files import read_file
from civicflow.testing import FrozenClock
from civicflow.workflows.files import read_flow, write_facade
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.share import SHARE, Complete

FLOWS: Final = Path(__file__).parents[3] / "examples" / "flows"

EVERY_KIND: Final = """
flow: every-kind
version: 1
text: every kind | 各类
anchors: [council]
states:
  open: {text: open | 开, within: 9 days, then: end}
  done: {final: done | 毕}
steps:
  begin:
    text: begin | 始
    from: new
    to: open
    by: anyone
    data:
      note: text
      n: integer
      share: decimal
      sure: yes or no
      day: date
      at: instant
      within: time limit
      cost: money
      body: unit
      bodies: list of unit
      who: person
      other: case?
      where: place?
      way: one of [door, desk]
      ways: {type: list of text, one of: [a b, c], optional: true}
      by: {type: text, private: true}
    does: {keep: [note, n, share, sure, day, at, within, cost, body, bodies, who, way]}
  council.end: {text: end | 终, from: open, to: done, by: [requester, secretary of council], data: {key: text?}}
  end: {text: end | 终, from: open, to: done, by: clock}
"""


def module(text: str) -> ModuleType:
    """A façade as the module that it is."""
    made = ModuleType("facade")
    exec(compile(text, "facade.py", "exec"), vars(made))
    return made


def test_the_example_is_what_is_written() -> None:
    """So that `make check` holds the types of a façade, and its form, to what we hold ourselves to."""
    written = write_facade(read_file(FLOWS / "stall-permit.yaml"))
    assert (FLOWS / "stall_permit.py").read_text(encoding="utf-8") == written


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_every_flow_has_one(flow: Any) -> None:
    """Each step that somebody may take is a method; what the engine takes itself is none."""
    [facade] = [
        value
        for value in vars(module(write_facade(flow))).values()
        if inspect.isclass(value) and value.__module__ == "facade"
    ]
    methods = {name for name in vars(facade) if not name.startswith("__")} - {"_office"}
    taken = [step.name for step in flow.steps if step.by not in (BY_CLOCK, BY_JOIN, BY_RULE)]
    assert methods == {name.replace("-", "_").replace(".", "_") for name in taken}


def test_data_of_python_is_handed_on_as_it_is() -> None:
    """Its class is the type of one parameter, and may be left out where all its fields may."""
    made = module(write_facade(SHARE))
    assert made.Complete is Complete
    told = {name: inspect.signature(getattr(made.Share, name)).parameters["data"] for name in ("complete", "decline")}
    assert [str(parameter) for parameter in told.values()] == ["data: 'Complete | None' = None", "data: 'Decline'"]


def test_every_kind_goes_through_it(tmp_path: Path) -> None:
    """By values of Python, units by their codes; a name that is taken gets an underscore."""
    flow = read_flow(EVERY_KIND, source="f")
    office = civicflow.open(f"sqlite:///{tmp_path / 'o.db'}", clock=FrozenClock(), flows=[flow])
    office.register.read(
        """
register: riverside
scheme: generic
areas:
  - {code: riverside, name: "Riverside | 河畔街区", level: city}
bodies:
  - {code: desk, name: "Desk | 服务站", kind: station, area: riverside, posts: {secretary: bob}}
""",
        source="r",
        format="yaml",
    )
    facade = module(write_facade(flow)).EveryKind(office)
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    given = {
        "note": "x", "n": 3, "share": Decimal("0.5"), "sure": True, "day": date(2026, 1, 2), "at": noon,
        "within": TimeLimit(3, "days"), "cost": Money("5.00"), "body": "desk", "bodies": ["desk"], "who": "p",
        "way": "desk", "ways": ["a b"], "by_": "secret", "where": Place(address="1 High Street"),
    }  # fmt: skip
    case = facade.begin(**given, council="desk", unit="riverside", by=office.act_as("mei"))
    desk = office.unit("desk")
    assert (case.data["body"], case.data["bodies"], case.anchors["council"]) == (desk, [desk], desk)
    assert case.data["cost"] == {"amount": "5.00", "currency": "CNY"}
    assert "secret" not in str(office.ledger.entries(case.matter)[0])
    ended = facade.council_end(
        case, key_="x", by=office.act_as("bob", post="secretary", unit="desk"), seen=case.version
    )
    assert ended.state == "done"
