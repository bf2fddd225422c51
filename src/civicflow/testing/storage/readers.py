"""Reading rights on the storage: a list shows what its reader may read, and nothing else.

The rule is told here a second time, slowly and from the register's file alone, and compared with what an office finds.
"""

from __future__ import annotations

import json
from typing import Any, Final

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from civicflow.hierarchy.authority import ANYONE
from civicflow.office.office import Office
from civicflow.office.opening import open_office
from civicflow.plugins.manager import Plugins
from civicflow.testing.clocks import FrozenClock
from civicflow.testing.storage.base import StorageSuite
from civicflow.workflows.engine.effects import Climb
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, State, Step
from civicflow.workflows.pressing import CAN_CLIMB

_ABOVE: Final = {"city": "", "east": "city", "west": "city", "lake": "east", "hill": "east", "mill": "west"}
AREAS: Final = tuple(_ABOVE)
_LEVELS: Final = {"city": "city", "east": "district", "west": "district"}
_KINDS: Final = ("party-organisation", "residents-committee", "council", "department", "warden")
_ANSWERING: Final = ("party-organisation", "residents-committee", "warden")
PERSONS: Final = ("p1", "p2", "p3")
_MATTER: Final = Flow(
    "matter",
    1,
    "matter | 事项",
    (State("open", "open | 办理中", standing=True),),
    (
        Step("raise", "raise | 提出", NEW, "open", ANYONE),
        Step("climb", "climb | 上报", "open", (Branch(CAN_CLIMB, STAY, (Climb(),)), Branch(ELSE, STAY)), ANYONE),
    ),
)


@attrs.frozen
class Body:
    """A body: its kind, its area, the body above it (of those before), and who holds its posts."""

    kind: str
    area: str
    above: int | None
    posts: dict[str, str]


@attrs.frozen
class Raised:
    """A matter: who raised it, where, which body it names besides, and how often it climbs."""

    by: str
    unit: str
    council: str
    climbs: int


@st.composite
def bodies_of_a_town(draw: st.DrawFn) -> list[Body]:
    """Some bodies with posts, in areas and in lines of their own."""
    bodies: list[Body] = []
    for number in range(draw(st.integers(2, 5))):
        above = draw(st.none() | st.integers(0, number - 1)) if number else None
        posts = draw(st.dictionaries(st.sampled_from(("head", "clerk")), st.sampled_from(PERSONS)))
        bodies.append(Body(draw(st.sampled_from(_KINDS)), draw(st.sampled_from(list(_ABOVE))), above, posts))
    return bodies


def _units(count: int) -> list[str]:
    return [*_ABOVE, *(f"body-{number}" for number in range(count))]


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Body], list[Raised]]:
    """Some bodies, and matters that were raised."""
    bodies = draw(bodies_of_a_town())
    units = st.sampled_from(_units(len(bodies)))
    named = st.just("") | st.sampled_from([f"body-{number}" for number in range(len(bodies))])
    raised = st.builds(Raised, st.sampled_from(PERSONS), units, named, st.integers(0, 2))
    return bodies, draw(st.lists(raised, min_size=1, max_size=6))


def register_of(bodies: list[Body]) -> str:
    """The register file of a town."""
    areas = [
        {"code": c, "name": c, "level": _LEVELS.get(c, "neighbourhood"), **({"parent": p} if p else {})}
        for c, p in _ABOVE.items()
    ]
    listed = [
        {
            "code": f"body-{number}",
            "name": f"body-{number}",
            "kind": body.kind,
            "area": body.area,
            "posts": body.posts,
            **({} if body.above is None else {"parent": f"body-{body.above}"}),
        }
        for number, body in enumerate(bodies)
    ]
    kinds = {"warden": {"text": "warden | 院长", "answers": True}}
    return json.dumps({"register": "town", "scheme": "generic", "kinds": kinds, "areas": areas, "bodies": listed})


def _line(bodies: list[Body], number: int | None) -> list[int]:
    """A body and all that stand above it in its own line."""
    line = []
    while number is not None:
        line.append(number)
        number = bodies[number].above
    return line


def _territory(bodies: list[Body], unit: str) -> set[str]:
    """All areas in which a unit lies."""
    area, found = bodies[int(unit[5:])].area if unit.startswith("body-") else unit, set()
    while area:
        found.add(area)
        area = _ABOVE[area]
    return found


def _above(bodies: list[Body], unit: str) -> str:
    """Where a matter climbs to: an area's parent; a body's parent, else the parent of its area."""
    if not unit.startswith("body-"):
        return _ABOVE[unit]
    body = bodies[int(unit[5:])]
    return _ABOVE[body.area] if body.above is None else f"body-{body.above}"


def _concerned(bodies: list[Body], raised: Raised) -> set[str]:
    """Every unit that has or had a part in a matter."""
    units = {raised.unit, raised.council} - {""}
    unit = raised.unit
    for _ in range(raised.climbs):
        unit = _above(bodies, unit) or unit
        units.add(unit)
    return units


def reads(bodies: list[Body], number: int, units: set[str]) -> bool:
    """Whether whoever holds a post in a body reads what concerns these units."""
    body = bodies[number]
    for unit in units:
        if unit.startswith("body-") and number in _line(bodies, int(unit[5:])):
            return True
        if body.kind in _ANSWERING and body.area in _territory(bodies, unit):
            return True
    return False


class ReaderSuite(StorageSuite):
    """What may be read is what is found."""

    concern = "reading rights"

    def test_a_list_shows_what_its_reader_may_read_and_nothing_else(self) -> None:
        """Whatever the town and its matters are; for everybody, in each post, claimed rightly or not, and without one."""

        @given(town=towns())
        @settings(deadline=None, max_examples=12)
        def check(town: tuple[list[Body], list[Raised]]) -> None:
            bodies, matters = town
            storage = self.open_storage(self.fresh())
            with open_office(storage, clock=FrozenClock(), flows=(_MATTER,), plugins=Plugins()) as office:
                office.register.read(register_of(bodies), source="town.json", format="json")
                told = {_raise(office, one): (one.by, _concerned(bodies, one)) for one in matters}
                _compare(office, bodies, told)
                assert office.ledger.verify()

        check()


def _raise(office: Office, raised: Raised) -> str:
    by = office.act_as(raised.by)
    anchors: dict[str, Any] = {"council": office.unit(raised.council)} if raised.council else {}
    case = office.begin("matter", "raise", None, by=by, unit=raised.unit, anchors=anchors)
    for _ in range(raised.climbs):
        office.take(case, "climb", by=by)
    return case.id


def _compare(office: Office, bodies: list[Body], told: dict[str, tuple[str, set[str]]]) -> None:
    for person in PERSONS:
        held = [
            (number, post) for number, body in enumerate(bodies) for post in body.posts if body.posts[post] == person
        ]
        actor = office.act_as(person)
        readable = {
            case for case, (by, units) in told.items() if by == person or any(reads(bodies, n, units) for n, _ in held)
        }
        _same(office, actor, readable, told)
        for number, body in enumerate(bodies):
            for post in ("head", "clerk"):
                actor = office.act_as(person, post=post, unit=f"body-{number}")
                mine = body.posts.get(post) == person
                readable = {case for case, (_, units) in told.items() if mine and reads(bodies, number, units)}
                _same(office, actor, readable, told)


def _same(office: Office, actor: Any, readable: set[str], told: dict[str, Any]) -> None:
    assert {case.id for case in office.find(by=actor).cases} == readable
    assert {case for case in told if office.may_read(actor, case)} == readable
