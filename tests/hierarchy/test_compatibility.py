"""Posts that nobody holds at once: refused on exactly the days on which somebody would, and never otherwise."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.rules import Incompatible, PostPattern, Requirement, Within
from civicflow.hierarchy.scheme import Level, LevelScheme
from civicflow.hierarchy.units import Appointment, Area, Body, Post, Row, holds_on
from civicflow.ids import PersonId, PostId, UnitId

DAY0 = date(2026, 1, 1)
DAYS = 8
LEVEL = Level("town", "Town | 镇")
WHY = "whoever decides does not supervise | 决策者不得监督"


def day(n: int) -> date:
    """The day so many days after DAY0."""
    return DAY0 + timedelta(days=n)


def scheme(*rules: Incompatible) -> LevelScheme:
    """One level, with rules."""
    return LevelScheme("town", (LEVEL,), incompatible=rules)


PLACES: tuple[Row, ...] = (
    Area(id=UnitId("A1"), code="a1", name="A1", level="town", since=DAY0),
    Area(id=UnitId("A2"), code="a2", name="A2", level="town", since=DAY0),
    Body(id=UnitId("B1"), code="b1", name="B1", kind="council", area=UnitId("A1"), since=DAY0),
    Body(id=UnitId("B2"), code="b2", name="B2", kind="supervisory-board", area=UnitId("A1"), since=DAY0),
    # It stands where the body above it stands, and moves with it on the fifth day.
    Body(id=UnitId("B3"), code="b3", name="B3", kind="committee", area=UnitId("A2"), since=DAY0, until=day(4)),
    Body(id=UnitId("B3"), code="b3", name="B3", kind="committee", area=UnitId("A1"), since=day(4)),
    Body(id=UnitId("B4"), code="b4", name="B4", kind="supervisory-board", parent=UnitId("B3"), since=DAY0),
    *(
        Post(id=PostId(f"P{n}{name}"), name=name, unit=UnitId(f"B{n}"), title=name, seats=9, since=DAY0)
        for n in (1, 2, 3, 4)
        for name in ("chair", "member")
    ),
)
SPELLS = st.tuples(st.integers(0, DAYS - 1), st.integers(1, DAYS)).map(lambda two: (two[0], two[0] + two[1]))


@st.composite
def appointments(draw: st.DrawFn) -> tuple[Appointment, ...]:
    """One person's and another's posts, each for some days, no post twice at once."""
    found: list[Appointment] = []
    for n, (person, post, (since, until), kind) in enumerate(
        draw(
            st.lists(
                st.tuples(
                    st.sampled_from("pq"),
                    st.sampled_from([row.id for row in PLACES if isinstance(row, Post)]),
                    SPELLS,
                    st.sampled_from(["substantive", "acting", "concurrent"]),
                ),
                max_size=6,
            )
        )
    ):
        row = Appointment(
            id=f"X{n}",
            person=PersonId(person),
            post=PostId(post),
            kind=kind,  # type: ignore[arg-type]  # drawn from its names
            since=day(since),
            until=day(until),
        )
        found.append(row)
    return tuple(found)


PATTERNS = st.sampled_from(
    ["council/*", "*/chair", "supervisory-board/*", "committee/member", "supervisory-board/chair"]
)
RULES = st.builds(
    lambda one, other, within, since: Incompatible(
        posts=(one, other), why=WHY, within=within, since=None if since is None else day(since)
    ),
    PATTERNS,
    PATTERNS,
    st.sampled_from(["body", "area", "anywhere"]),
    st.none() | st.integers(0, DAYS),
)


def forbidden(rule: Incompatible, found: tuple[Appointment, ...]) -> bool:
    """Brute force: whether somebody holds two such posts on some day."""
    bodies = [row for row in PLACES if isinstance(row, Body)]
    posts = {row.id: row for row in PLACES if isinstance(row, Post)}

    def body(id: str, on: date) -> Body:
        return next(row for row in bodies if row.id == id and holds_on(row, on))

    def area(id: str, on: date) -> str | None:
        row = body(id, on)
        return row.area if row.parent is None else area(row.parent, on)

    for n in range(2 * DAYS):
        on = day(n)
        here = [row for row in found if holds_on(row, on)] if rule.since is None or on >= rule.since else []
        for one in here:
            for other in here:
                a, b = posts[PostId(one.post)], posts[PostId(other.post)]
                near = {
                    "anywhere": True,
                    "area": area(a.unit, on) == area(b.unit, on),
                    "body": a.unit == b.unit,
                }[rule.within]
                first, second = rule.posts
                if (
                    one.person == other.person
                    and a.id != b.id
                    and near
                    and first.matches(a, body(a.unit, on))
                    and second.matches(b, body(b.unit, on))
                ):
                    return True
    return False


@given(appointments(), RULES)
def test_a_rule_refuses_what_it_forbids_and_nothing_else(found: tuple[Appointment, ...], rule: Incompatible) -> None:
    """Law: the register takes some appointments exactly if on no day somebody holds two posts that the rule names."""
    act = Change(act="establish", on=DAY0, rows=(*PLACES, *found), scheme=scheme(rule))
    if forbidden(rule, found):
        with pytest.raises(InvalidInput) as caught:
            Register().apply([act], 1)
        assert {fault.rule for fault in caught.value.faults} == {"incompatible"}
        assert all("决策者不得监督" in fault.say("zh") for fault in caught.value.faults)
    else:
        assert Register().apply([act], 1).rows


def test_a_rule_of_another_file_leaves_posts_alone() -> None:
    """A scheme rules over two posts of which its own register keeps one at least."""
    found = tuple(Appointment(id=f"X{n}", person=PersonId("p"), post=PostId(f"P{n}chair"), since=DAY0) for n in (1, 2))
    rule = Incompatible(posts=("council/*", "supervisory-board/*"), why=WHY)
    elsewhere = Change(act="adopt", on=DAY0, register="elsewhere", scheme=scheme(rule))
    register = Register().apply([Change(act="establish", on=DAY0, rows=(*PLACES, *found)), elsewhere], 1)
    with pytest.raises(InvalidInput, match="chair of B1 and chair of B2 at once"):
        register.apply([Change(act="adopt", on=DAY0, scheme=scheme(rule))], 2)


def test_a_rule_from_a_day_on_leaves_the_past_as_it_was() -> None:
    """What was lawful then stays; whoever still holds both on that day is named with the day."""
    rows = [
        Appointment(id=f"X{n}", person=PersonId("p"), post=PostId(f"P{n}chair"), since=DAY0, until=day(5))
        for n in (1, 2)
    ]
    register = Register().apply([Change(act="establish", on=DAY0, rows=(*PLACES, *rows))], 1)
    rule = Incompatible(posts=("council/*", "supervisory-board/*"), why=WHY, since=day(5))
    assert register.apply([Change(act="adopt", on=day(5), scheme=scheme(rule))], 2).version == 2
    early = attrs.evolve(rule, since=day(3))
    with pytest.raises(InvalidInput, match=r"at once \(on 2026-01-04\)"):
        register.apply([Change(act="adopt", on=day(3), scheme=scheme(early))], 2)


@given(RULES, st.sampled_from(["mediator", ""]), st.sampled_from([("council", "committee"), ("council",)]))
def test_rules_survive_json(rule: Incompatible, post: str, body: tuple[str, ...]) -> None:
    """Law: a scheme read back from what it wrote is the same; one without rules writes what it always wrote."""
    asked = Requirement(level="town", body=body, post=post, unless="alliance" if post else "")
    ruled = attrs.evolve(scheme(rule), requires=(asked,))
    assert LevelScheme.from_builtins(ruled.to_builtins()) == ruled
    assert scheme().to_builtins().keys() == {"name", "levels"}


@pytest.mark.parametrize("text", ["chair", "/chair", "council/", "*/*", ""])
def test_a_pattern_names_a_kind_and_a_post(text: str) -> None:
    """Anything else is refused with the way to write it."""
    with pytest.raises(InvalidInput, match="KIND/POST"):
        PostPattern.of(text)


def test_a_rule_is_of_two_posts_and_a_requirement_of_something() -> None:
    """Neither is taken half made."""
    with pytest.raises(InvalidInput, match="two posts are incompatible with each other; got 1"):
        Incompatible(posts=("council/*",), why=WHY)
    within: Within = "nowhere"  # type: ignore[assignment]  # what is refused
    with pytest.raises(ValueError, match="within"):
        Incompatible(posts=("council/*", "*/chair"), why=WHY, within=within)
    with pytest.raises(InvalidInput, match="names a body or a post"):
        Requirement(level="town")
    with pytest.raises(InvalidInput, match="the scheme has no such level; did you mean 'town'"):
        LevelScheme("t", (LEVEL,), (Requirement(level="towm", post="chair"),))
