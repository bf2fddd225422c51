"""Who may do something, and whom a refusal names."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import (
    ANYONE,
    BY_CLOCK,
    BY_JOIN,
    BY_RULE,
    CLOCK,
    JOIN,
    REQUESTER,
    RULE,
    Actor,
    AnyOf,
    Anyone,
    Clock,
    Holder,
    Join,
    Requester,
    Rule,
    Who,
    actors_at,
    addressees,
    addresses_of,
    may,
)
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.units import Appointment, Area, Body, Post, Row
from civicflow.ids import PersonId, PostId, UnitId

DAY = date(2026, 1, 1)
ROWS: list[Row] = [
    Area(id=UnitId("A1"), code="a1", name="三湾街社区", level="community", since=DAY),
    Area(id=UnitId("A2"), code="a2", name="中安街社区", level="community", since=DAY),
]
for _body, _area in (("B1", "A1"), ("B2", "A1"), ("B3", "A2")):
    ROWS.append(Body(id=UnitId(_body), code=_body, name=_body, kind="council", area=UnitId(_area), since=DAY))
    for _post in ("officer", "secretary"):
        _title = {"officer": "officer | 经办人", "secretary": "secretary | 书记"}[_post]
        ROWS.append(Post(id=PostId(f"{_body}.{_post}"), name=_post, unit=UnitId(_body), title=_title, since=DAY))
AREA_OF = {"B1": "A1", "B2": "A1", "B3": "A2"}
PERSONS = ("p1", "p2", "p3")
UNITS = ("A1", "A2", "B1", "B2", "B3", "gone")

actors = st.builds(
    Actor,
    st.sampled_from(PERSONS).map(PersonId),
    st.none() | st.sampled_from(["officer", "secretary"]),
    st.sampled_from(UNITS).map(UnitId),
) | st.sampled_from([CLOCK, JOIN, RULE])
SYSTEM: list[Who] = [REQUESTER, ANYONE, BY_CLOCK, BY_JOIN, BY_RULE]
simple: st.SearchStrategy[Who] = st.sampled_from(SYSTEM) | st.builds(
    Holder, st.sampled_from(["officer", "secretary"]), st.sampled_from(["unit", "supervisor"])
)
whos: st.SearchStrategy[Who] = simple | st.lists(simple, min_size=1, max_size=3).map(lambda each: AnyOf(*each))
anchors = st.fixed_dictionaries(
    {"requester": st.none() | st.sampled_from(PERSONS), "unit": st.none() | st.sampled_from(UNITS)},
    optional={"supervisor": st.sampled_from(UNITS)},
)
seats = st.sets(st.tuples(st.sampled_from(PERSONS), st.sampled_from(["officer", "secretary"]), st.sampled_from(["B1", "B2", "B3"])))  # fmt: skip


def chart_of(held: set[tuple[str, str, str]]) -> Chart:
    """The chart in which these persons hold these posts of these bodies."""
    appointed = [
        Appointment(id=f"{p}{n}{u}", person=PersonId(p), post=PostId(f"{u}.{n}"), since=DAY) for p, n, u in held
    ]
    return Chart(DAY, [*ROWS, *appointed])


def naive(actor: Actor, who: Who, at: dict[str, str | None], held: set[tuple[str, str, str]]) -> bool:
    """The rule again, body by body."""
    if isinstance(who, AnyOf):
        return any(naive(actor, one, at, held) for one in who.whos)
    if isinstance(who, (Clock, Join, Rule)):
        return actor.kind == who.kind
    if isinstance(who, Anyone):
        return actor.kind == "person"
    if isinstance(who, Requester):
        return actor.person is not None and actor.person == at.get("requester")
    meant = at.get(who.at)
    for person, post, body in held:
        if (person, post) == (actor.person, actor.post) == (actor.person, who.post):
            denoted = {body, AREA_OF[body]}
            if meant in denoted and actor.unit in denoted:
                return True
    return False


class TestMay:
    """Decided by post and unit at that moment."""

    @given(actors, whos, anchors, seats)
    def test_it_agrees_with_the_rule_said_naively(
        self, actor: Actor, who: Who, at: dict[str, str | None], held: set[tuple[str, str, str]]
    ) -> None:
        """Law: allowed exactly where some appointment makes both the case's unit and the claimed unit right."""
        needed = may(actor, who, at, chart_of(held))
        assert (needed == ()) == naive(actor, who, at, held)
        assert len(set(needed)) == len(needed)
        assert all(text.en and text.zh for text in needed)

    @given(whos, anchors, seats)
    def test_whom_an_address_reaches_may_act(
        self, who: Who, at: dict[str, str | None], held: set[tuple[str, str, str]]
    ) -> None:
        """Law: everybody who is asked is allowed, and finds the address among their own."""
        chart = chart_of(held)
        for address in addressees(who, at, chart):
            for actor in actors_at(address, chart):
                assert may(actor, who, at, chart) == ()
                assert address in addresses_of(actor.person or "", chart)

    def test_holding_a_post_elsewhere_is_not_enough(self) -> None:
        """The secretary of one community is nobody special in the next, whatever they claim."""
        chart = chart_of({("p1", "secretary", "B3")})
        at = {"unit": "A1"}
        needed = may(Actor(PersonId("p1"), "secretary", UnitId("A1")), Holder("secretary"), at, chart)
        assert [str(text) for text in needed] == ["the secretary of 三湾街社区 (vacant) | 三湾街社区书记（空缺）"]

    def test_a_post_may_be_claimed_at_its_body_or_its_area(self) -> None:
        """Whichever of the two the case names and the actor claims, it is one post; two bodies of an area are two."""
        chart = chart_of({("p1", "officer", "B1")})
        for named in ("A1", "B1"):
            for claimed in ("A1", "B1"):
                actor = Actor(PersonId("p1"), "officer", UnitId(claimed))
                assert may(actor, Holder("officer"), {"unit": named}, chart) == ()
            for claimed in ("B2", "B3", "A2", "gone"):
                actor = Actor(PersonId("p1"), "officer", UnitId(claimed))
                assert may(actor, Holder("officer"), {"unit": named}, chart)

    def test_a_refusal_names_the_post_in_both_languages(self) -> None:
        """Filled, vacant, not named yet, or of a unit that is gone: the sentence says which."""
        chart = chart_of({("p1", "secretary", "B1")})
        stranger = Actor(PersonId("p2"))

        def said(who: Who, **at: str | None) -> list[str]:
            return [str(text) for text in may(stranger, who, at, chart)]

        assert said(Holder("secretary"), unit="A1") == ["the secretary of 三湾街社区 | 三湾街社区书记"]
        assert said(Holder("officer", "supervisor")) == [
            "the officer of the supervising unit, which is not named yet | 督办单位经办人（尚未确定）"
        ]
        assert said(Holder("officer", "hall")) == [
            "the officer of the hall, which is not named yet | hall经办人（尚未确定）"
        ]
        assert said(Holder("officer"), unit="gone") == ["the officer of gone (vacant) | gone经办人（空缺）"]
        assert said(AnyOf(REQUESTER, BY_CLOCK, REQUESTER, BY_JOIN, BY_RULE)) == [
            "whoever raised it | 提出人",
            "the clock | 时钟（到期自动）",
            "the system, once the shares are complete | 系统（各承办环节齐备后自动）",
            "the system, by rule | 系统（按规则自动）",
        ]
        assert [str(text) for text in may(CLOCK, ANYONE, {}, chart)] == ["anyone | 任何人"]


class TestActor:
    """An actor is a person in a capacity, or the system."""

    @given(actors)
    def test_builtins_bring_it_back(self, actor: Actor) -> None:
        """Law: an actor survives JSON, and nothing empty is written."""
        data = json.loads(json.dumps(actor.to_builtins()))
        assert Actor.from_builtins(data) == actor
        assert all(data.values())

    def test_half_an_actor_is_refused(self) -> None:
        """A person is named exactly where a person acts, and a post comes with its unit."""
        with pytest.raises(InvalidInput, match="names a person"):
            Actor(None)
        with pytest.raises(InvalidInput, match="got 'clock' with 'p1'"):
            Actor(PersonId("p1"), kind="clock")
        with pytest.raises(InvalidInput, match="got the post 'officer' alone"):
            Actor(PersonId("p1"), "officer")
        with pytest.raises(InvalidInput, match="names at least one"):
            AnyOf()


class TestAddress:
    """Addresses stay valid when a post changes hands."""

    def test_of_several_posts_those_that_exist_are_asked(self) -> None:
        """A body without a secretary is not asked in vain, unless it has none of them; a vacant post is asked."""
        chart, either = chart_of(set()), AnyOf(Holder("officer", "body"), Holder("monitor", "body"), REQUESTER)
        assert addressees(either, {"body": "B1", "requester": "p1"}, chart) == ("post:officer@B1", "person:p1")
        nowhere = AnyOf(Holder("monitor", "body"), Holder("captain", "body"))
        assert addressees(nowhere, {"body": "B1"}, chart) == ("post:monitor@B1", "post:captain@B1")

    def test_who_is_asked(self) -> None:
        """The requester by person, a holder by post; the system, anyone and a unit that is gone not at all."""
        chart = chart_of({("p1", "officer", "B1"), ("p2", "officer", "B2")})
        at = {"requester": "p3", "unit": "A1"}
        who = AnyOf(REQUESTER, Holder("officer"), Holder("officer", "supervisor"), ANYONE, BY_CLOCK)
        assert addressees(who, at, chart) == ("person:p3", "post:officer@A1")
        assert addressees(Holder("officer"), {"unit": "gone"}, chart) == ()
        assert addressees(REQUESTER, {}, chart) == ()
        assert [actor.person for actor in actors_at("post:officer@A1", chart)] == ["p1", "p2"]
        assert actors_at("person:p3", chart) == (Actor(PersonId("p3")),)
        assert addresses_of("p1", chart) == ("person:p1", "post:officer@B1", "post:officer@A1")

    @pytest.mark.parametrize("address", ["", "person:", "post:officer", "post:@A1", "post:officer@", "mail:x@y"])
    def test_what_is_no_address_is_refused(self, address: str) -> None:
        """The message says how an address is written."""
        with pytest.raises(InvalidInput, match="person:ID or post:NAME@UNIT"):
            actors_at(address, chart_of(set()))
