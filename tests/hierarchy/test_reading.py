"""Who may read a matter: the rule, sentence by sentence, on one small town."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.hierarchy.authority import CLOCK, Actor
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.kinds import KINDS
from civicflow.hierarchy.reading import may_read, reach, readers
from civicflow.hierarchy.register import Register
from civicflow.ids import IdSource, PersonId, UnitId
from civicflow.testing.storage.readers import AREAS, PERSONS, Body, bodies_of_a_town, register_of
from civicflow.testing.storage.readers import reads as told

DAY: Final = date(2026, 3, 2)
TOWN = """
register: town
scheme: generic
kinds:
  warden: {text: warden | 院长, answers: true}
  guild: guild | 行会
areas:
  - {code: city, name: City | 市, level: city}
  - {code: east, name: East | 东区, level: district, parent: city}
  - {code: lake, name: Lake | 湖社区, level: neighbourhood, parent: east}
  - {code: hill, name: Hill | 山社区, level: neighbourhood, parent: east}
bodies:
  - {code: government, name: Government | 政府, kind: government, area: east, posts: {head: mayor}}
  - {code: outpost, name: Outpost | 驻外站, kind: station, area: city, parent: government}
  - {code: lake-committee, name: Lake committee | 湖居委会, kind: residents-committee, area: lake, posts: {clerk: ann}}
  - {code: hill-committee, name: Hill committee | 山居委会, kind: residents-committee, area: hill, posts: {clerk: ben}}
  - {code: council, name: Council | 议事会, kind: council, area: lake, posts: {chair: cai}}
  - {code: bureau, name: Bureau | 局, kind: department, area: city, posts: {officer: dan, clerk: ann}}
  - {code: station, name: Station | 站, kind: station, area: hill, parent: bureau, posts: {officer: eve}}
  - {code: house, name: House | 院, kind: warden, area: hill, posts: {head: fay}}
  - {code: bakers, name: Bakers | 面包师, kind: guild, area: hill, posts: {head: gus}}
"""


@pytest.fixture
def chart(ids: IdSource) -> Chart:
    """The town on the day on which it was loaded."""
    register = Register()
    document = read(TOWN, source="town.yaml", format="yaml")
    return register.apply(register.diff(document, DAY, ids), 1).chart(DAY)


class _Reads:
    """Who reads what concerns some units."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    def __call__(self, person: str, *units: str, post: str = "", at: str = "") -> bool:
        actor = Actor(PersonId(person), post or None, self.chart.resolve(at) if at else None)
        return may_read(actor, [f"unit:{self.chart.resolve(unit)}" for unit in units], self.chart)


@pytest.fixture
def reads(chart: Chart) -> _Reads:
    """Whether somebody reads what concerns some units."""
    return _Reads(chart)


class TestWhoeverRaisedIt:
    """Whoever raised a matter reads it."""

    def test_they_alone_of_those_without_a_post(self, chart: Chart) -> None:
        """And not while they look with a post of theirs."""
        assert may_read(Actor(PersonId("zoe")), ["person:zoe", "unit:x"], chart)
        assert not may_read(Actor(PersonId("yan")), ["person:zoe", "unit:x"], chart)
        assert may_read(Actor(PersonId("ann")), ["person:ann"], chart)
        assert not may_read(Actor(PersonId("ann"), "clerk", chart.resolve("bureau")), ["person:ann"], chart)


class TestABody:
    """Whoever holds a post in a body reads what concerns that body, and the bodies below it in its own line."""

    def test_its_own_and_those_below(self, reads: _Reads) -> None:
        """A department its stations; a station not its department."""
        assert reads("dan", "bureau")
        assert reads("dan", "station")
        assert reads("eve", "station")
        assert not reads("eve", "bureau")

    @pytest.mark.parametrize(("person", "area"), [("dan", "city"), ("cai", "lake"), ("eve", "hill"), ("gus", "hill")])
    def test_not_the_area_it_stands_in(self, reads: _Reads, person: str, area: str) -> None:
        """Departments, councils, stations and guilds do not answer for it, nor for other bodies there."""
        assert not reads(person, area)
        assert not reads(person, f"{area}-committee" if area != "city" else "government")


class TestAnArea:
    """Where that body answers for its area, they read what concerns that area and all in its subtree."""

    def test_their_own_area_and_every_body_in_it(self, reads: _Reads) -> None:
        """The committee of a community reads what its council is about."""
        assert reads("ann", "lake")
        assert reads("ann", "council")

    def test_the_supervisor_above_reads_what_stands_below(self, reads: _Reads) -> None:
        """The district both communities and their bodies; a community not the district."""
        for unit in ("east", "lake", "hill", "council", "station"):
            assert reads("mayor", unit), unit
        for unit in ("city", "bureau"):
            assert not reads("mayor", unit), unit
        assert not reads("ben", "east")

    def test_the_bodies_below_in_its_own_line_wherever_they_stand(self, reads: _Reads) -> None:
        """An outpost of the district's government stands outside the district."""
        assert reads("mayor", "outpost")

    def test_a_neighbour_does_not(self, reads: _Reads) -> None:
        """One party is enough: what concerns both communities is read by both."""
        assert not reads("ben", "lake")
        assert reads("ben", "lake", "hill")

    def test_a_register_may_say_so_of_its_own_kinds(self, reads: _Reads) -> None:
        """`answers: true` beside the text; in the short form they do not."""
        assert reads("fay", "hill")
        assert reads("fay", "station")

    def test_of_the_known_kinds_eight_do(self) -> None:
        """Party organisations, governments, offices and committees; nobody else."""
        assert sorted(kind.name for kind in KINDS.values() if kind.answers) == [
            "discipline-committee",
            "government",
            "party-organisation",
            "residents-committee",
            "residents-supervisory-committee",
            "subdistrict-office",
            "supervisory-board",
            "villagers-committee",
        ]


class TestWithWhat:
    """Somebody who acts in a post looks with that post alone, and only while they hold it."""

    def test_each_post_by_itself(self, reads: _Reads) -> None:
        """Ann is clerk of a committee and of a bureau; without a post she looks with both."""
        assert reads("ann", "lake", post="clerk", at="lake-committee")
        assert not reads("ann", "bureau", post="clerk", at="lake-committee")
        assert reads("ann", "bureau", post="clerk", at="bureau")
        assert not reads("ann", "lake", post="clerk", at="bureau")
        assert reads("ann", "lake")
        assert reads("ann", "bureau")

    def test_a_post_may_be_claimed_at_the_area_of_its_body(self, reads: _Reads) -> None:
        """As everywhere: the post at the area is that of any body attached to it."""
        assert reads("ann", "lake", post="clerk", at="lake")

    def test_a_post_that_is_not_held_reads_nothing(self, chart: Chart) -> None:
        """Nor does the clock."""
        assert reach(Actor(PersonId("dan"), "clerk", chart.resolve("lake-committee")), chart) == ()
        assert reach(Actor(PersonId("ann"), "clerk", UnitId("gone")), chart) == ()
        assert reach(CLOCK, chart) == ()


@given(bodies=bodies_of_a_town(), data=st.data())
def test_the_rule_is_what_it_says(bodies: list[Body], data: st.DataObject) -> None:
    """In any town, for any units that a matter concerns: as the rule is told slowly, from the file alone."""
    numbers = count(1)
    document = read(register_of(bodies), source="town.json", format="json")
    changes = Register().diff(document, DAY, lambda kind: f"{kind[:1].upper()}-{next(numbers)}")
    chart = Register().apply(changes, 1).chart(DAY)
    units = data.draw(
        st.sets(st.sampled_from([*AREAS, *(f"body-{n}" for n in range(len(bodies)))]), min_size=1, max_size=2)
    )
    parties = [f"unit:{chart.resolve(unit)}" for unit in units]
    for person in PERSONS:
        held = [number for number, body in enumerate(bodies) if person in body.posts.values()]
        wanted = any(told(bodies, number, units) for number in held)
        assert may_read(Actor(PersonId(person)), parties, chart) == wanted


def test_a_refusal_names_posts_and_no_person(chart: Chart) -> None:
    """Each unit once, in both languages; one that is no more is left out."""
    lake = f"unit:{chart.resolve('lake')}"
    texts = readers([lake, "person:zoe", "unit:gone", lake], chart)
    assert [text.en for text in texts] == ["whoever raised it", "a post of Lake, or above it"]
    assert texts[1].zh == "湖社区及其上级的任职人员"
