"""Who holds a post from when until when, by both axes of time, and acts that appoint, relieve, affiliate and part."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.appointing import affiliate, appoint, part, relieve, tenures
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.memberships import crossings, delegates, reported_in
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Area, Body, Post, Row
from civicflow.ids import PostId, UnitId
from civicflow.testing import sequential_ids

DAY0 = date(2026, 1, 1)
DAYS = 10


def day(n: int) -> date:
    """The day so many days after DAY0."""
    return DAY0 + timedelta(days=n)


def body(id: str, kind: str = "council") -> list[Row]:
    """A body with a post of two seats."""
    return [
        Body(id=UnitId(id), code=id, name=f"{id} | {id}", kind=kind, area=UnitId("A"), since=DAY0),
        Post(id=PostId(f"{id}P"), name="member", unit=UnitId(id), title="member | 委员", seats=2, since=DAY0),
    ]


def town() -> Register:
    """An area with three bodies."""
    area = Area(id=UnitId("A"), code="A", name="A | 甲", level="town", since=DAY0)
    rows = (area, *body("B1"), *body("B2"), *body("C", "joint-conference"))
    return Register().apply([Change(act="establish", on=DAY0, rows=rows)], 1)


PERSONS = st.sampled_from(["p", "q", "r"])
DAY = st.integers(0, DAYS - 1)


@given(st.lists(st.tuples(st.booleans(), PERSONS, DAY), max_size=8))
def test_the_chart_of_each_day_is_what_the_acts_said(said: list[tuple[bool, str, int]]) -> None:
    """Law: after any appointments and reliefs, each day's holders are those of a model that keeps every day by itself.

    What the model cannot do (a third holder, relieving nobody) is refused and changes nothing.
    """
    register, ids = town(), sequential_ids()
    model: list[list[str]] = [[] for _ in range(DAYS)]
    for appointing, person, n in said:
        after = [list(held) for held in model]
        for held in after[n:]:
            held[:] = [*held, person] if appointing else [one for one in held if one != person]
        possible = all(len(held) <= 2 for held in after) if appointing else any(person in held for held in model[n:])
        try:
            change = (
                appoint(register, person, "member", "B1", on=day(n), ids=ids)
                if appointing
                else relieve(register, person, "member", "B1", on=day(n))
            )
            register = register.apply([change], register.version + 1)
        except InvalidInput:
            assert not possible
            continue
        assert possible
        model = after
    for n in range(DAYS):
        assert register.chart(day(n)).holders("member", "B1") == tuple(sorted(set(model[n])))
    rows = tenures(register, "member", "A")
    assert [row.since for row in rows] == sorted(row.since for row in rows)
    assert {row.person for row in rows} == {person for held in model for person in held}


def test_an_acting_holder_takes_no_seat() -> None:
    """Beside the two who hold it somebody may act; how each holds it is on the chart."""
    register, ids = town(), sequential_ids()
    changes = [
        appoint(register, "p", "member", "B1", on=DAY0, ids=ids),
        appoint(register, "q", "member", "B1", on=DAY0, ids=ids, kind="concurrent", on_behalf_of="B2"),
        appoint(register, "r", "member", "B1", on=DAY0, ids=ids, kind="acting", until=day(3)),
    ]
    register = register.apply(changes, 2)
    assert [(one.person, one.kind, one.on_behalf_of) for one in register.chart(DAY0).appointed("B1P")] == [
        ("p", "substantive", None),
        ("q", "concurrent", "B2"),
        ("r", "acting", None),
    ]
    assert register.chart(day(3)).holders("member", "B1") == ("p", "q")
    with pytest.raises(InvalidInput, match="3 hold member of B1, which has 2 seats; relieve someone first"):
        register.apply([appoint(register, "s", "member", "B1", on=DAY0, ids=ids)], 3)


def test_what_is_not_there_is_said_with_what_is() -> None:
    """An unknown post, kind, holder, unit or tie: the fact, the value, the remedy."""
    register, ids = town(), sequential_ids()
    with pytest.raises(
        InvalidInput, match="B1 has no post 'chair' on 2026-01-01; it is a body, with these posts: member"
    ):
        appoint(register, "p", "chair", "B1", on=DAY0, ids=ids)
    with pytest.raises(InvalidInput, match="an area, whose bodies have posts"):
        appoint(register, "p", "member", "A", on=DAY0, ids=ids)
    with pytest.raises(InvalidInput, match="held in one of these ways: substantive, acting"):
        appoint(register, "p", "member", "B1", on=DAY0, ids=ids, kind="forever")  # type: ignore[arg-type]  # is refused
    with pytest.raises(InvalidInput, match="p does not hold member of B1"):
        relieve(register, "p", "member", "B1", on=DAY0)
    with pytest.raises(InvalidInput, match="there is no unit with the id 'X'"):
        affiliate(register, "guides", "B1", source="X", on=DAY0, ids=ids)
    with pytest.raises(InvalidInput, match="B2 has no tie 'guides' to B1"):
        part(register, "guides", "B1", source="B2", on=DAY0)


class TestMemberships:
    """Joint conferences, cross-appointments, report-in."""

    def test_a_joint_conference_and_its_delegates(self) -> None:
        """Organisations are members and send delegates; a member that sent none is there with nobody."""
        register, ids = town(), sequential_ids()
        for source in ("B1", "B2"):
            register = register.apply(
                [affiliate(register, "member-of", "C", source=source, on=DAY0, ids=ids)], register.version + 1
            )
        sent = appoint(register, "p", "member", "C", on=DAY0, ids=ids, kind="concurrent", on_behalf_of="B1")
        register = register.apply([sent], register.version + 1)
        assert delegates(register.chart(DAY0), "C") == {"B1": ("p",), "B2": ()}
        left = register.apply([part(register, "member-of", "C", source="B2", on=day(2))], register.version + 1)
        assert delegates(left.chart(day(2)), "C") == {"B1": ("p",)}
        with pytest.raises(InvalidInput, match="which is no member on 2026-01-03; make it a member first"):
            register.apply([part(register, "member-of", "C", source="B1", on=day(2))], register.version + 1)

    @given(st.sets(st.tuples(st.sampled_from(["B1", "B2", "C"]), st.sampled_from(["B1", "B2", "C"])), max_size=6))
    def test_cross_appointments_go_one_way_or_both(self, ways: set[tuple[str, str]]) -> None:
        """Law: between two bodies it goes both ways exactly if somebody of each sits in the other."""
        register, ids = town(), sequential_ids()
        changes = [
            appoint(
                register,
                f"{home}-{there}",
                "member",
                there,
                on=DAY0,
                ids=ids,
                kind="cross-appointed",
                on_behalf_of=home,
            )
            for home, there in sorted(ways)
            if home != there and "C" not in (home, there)
        ]
        register = register.apply(changes, 2)
        real = {(change.rows[0].on_behalf_of, change.rows[0].post[:-1]) for change in changes}  # type: ignore[union-attr]  # appointments
        found = crossings(register.chart(DAY0), "A")
        assert {(c.one, c.other) for c in found} == {tuple(sorted(pair)) for pair in real}  # type: ignore[type-var]  # no None
        for crossing in found:
            assert crossing.both_ways == ({("B1", "B2"), ("B2", "B1")} <= real)

    def test_whoever_was_sent_by_nobody_comes_from_where_they_hold_a_post(self) -> None:
        """A file need not say from where someone is cross-appointed if the register knows."""
        register, ids = town(), sequential_ids()
        changes = [
            appoint(register, "p", "member", "B1", on=DAY0, ids=ids),
            appoint(register, "p", "member", "B2", on=DAY0, ids=ids, kind="cross-appointed"),
        ]
        (crossing,) = crossings(register.apply(changes, 2).chart(DAY0), "A")
        assert (crossing.one, crossing.other, crossing.both_ways) == ("B1", "B2", False)
        assert [one.person for one in crossing.into_other] == ["p"]

    def test_organisations_and_persons_report_in(self) -> None:
        """Both at an area, from a day until another."""
        register, ids = town(), sequential_ids()
        changes = [
            affiliate(register, "reports-in", "A", source="B1", on=DAY0, ids=ids, until=day(4)),
            affiliate(register, "reports-in", "A", person="p", on=day(1), ids=ids),
        ]
        register = register.apply(changes, 2)
        found = [reported_in(register.chart(day(n)), "A") for n in (0, 1, 4)]
        assert [(one.bodies, one.persons) for one in found] == [(("B1",), ()), (("B1",), ("p",)), ((), ("p",))]
