"""What affiliations and delegates must keep to, on every day of their history.

1. A kind of affiliation is one of the known ones, and its ends are what that kind joins: a department guides a body, an
   organisation or a person reports in at an area.
2. Nothing is affiliated with itself, and the same two are joined once at a time in one way.
3. Of an exclusive kind a target has one on any day: a body that is managed vertically (垂直管理) belongs to one line.
4. Who sits in a joint conference (联席会议) for an organisation sits for a member of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from civicflow.hierarchy.affiliations import AFFILIATIONS, End, is_a, tie
from civicflow.hierarchy.histories import Histories
from civicflow.hierarchy.integrity import Broken, called, first_gap
from civicflow.hierarchy.scheme import near
from civicflow.hierarchy.units import Affiliation, Appointment, Body, Post, Row, overlapping
from civicflow.texts import Catalogue, Text

CONFERENCE: Final = "joint-conference"
"""The kind of body whose members are organisations."""

_SENTENCES: Final = Catalogue(
    {
        "kind": "there is no such kind of affiliation{hint} | 没有“{kind}”这种关系",
        "end": "{unit} cannot be the {end} of “{kind}”, which is {wanted} | “{kind}”关系的{end}须为{wanted}，不能是{unit}",
        "source": "source | 主体",
        "target": "target | 对象",
        "area": "an area | 辖区",
        "body": "a body | 机构",
        "person": "a person | 个人",
        "or": "{one} or {other} | {one}或{other}",
        "self": "{unit} is affiliated with itself; name another one | {unit}不能与自身建立关系",
        "twice": "{one} is already said from {on}; say it once, with one beginning and one end"
        " | {one}自{on}起已有记载，不得重复",
        "exclusive": "{one} and {other} cannot both be tied to {unit} by “{kind}” (on {on}), only one may; end one of them first"
        " | {one}与{other}不得同时对{unit}{kind}（{on}），须先终止其一",
        "delegate": "{person} sits in {conference} for {organisation}, which is no member on {on}; make it a member first"
        " | {person}代表{organisation}参加{conference}，但该单位于{on}不是成员单位",
    }
)


def loose(rows: Histories) -> Iterator[Broken]:
    """Every affiliation and every delegate's appointment that breaks one of the rules at the top of this module."""
    ties = [row for history in rows.laid.values() for row in history if isinstance(row, Affiliation)]
    for one in ties:
        yield from _ends(rows, one)
    yield from _doubled(rows, ties)
    yield from _strangers(rows, ties)


def _said(id: str, rule: str, value: str, **gaps: object) -> Broken:
    text = _SENTENCES.say(rule, **gaps)
    return Broken(id, text.en, value, f"affiliation-{rule}", text)


def _ends(rows: Histories, row: Affiliation) -> Iterator[Broken]:
    kind = AFFILIATIONS.get(row.kind)
    if kind is None:
        hint = near(row.kind, AFFILIATIONS) or f"; there are {', '.join(AFFILIATIONS)}"
        yield _said(row.id, "kind", row.kind, kind=row.kind, hint=hint)
        return
    if row.source == row.target:
        yield _said(row.id, "self", row.target, unit=_name(rows, row.target))
    if row.person is not None and "person" not in kind.source:
        yield _said(
            row.id,
            "end",
            row.person,
            end=_SENTENCES["source"],
            kind=kind.text,
            unit=row.person,
            wanted=_or(kind.source),
        )
    for end, id, wanted in (("source", row.source, kind.source), ("target", row.target, kind.target)):
        wrong = [] if id is None else [other for other in rows.of(id) if overlapping(row, other)]
        if any(not is_a(other, wanted) for other in wrong):
            name = _name(rows, str(id))
            yield _said(row.id, "end", str(id), end=_SENTENCES[end], kind=kind.text, unit=name, wanted=_or(wanted))


def _doubled(rows: Histories, ties: list[Affiliation]) -> Iterator[Broken]:
    alike: defaultdict[tuple[object, ...], list[Affiliation]] = defaultdict(list)
    exclusive: defaultdict[tuple[str, str], list[Affiliation]] = defaultdict(list)
    for row in ties:
        alike[row.kind, row.source, row.person, row.target].append(row)
        if row.kind in AFFILIATIONS and AFFILIATIONS[row.kind].exclusive:
            exclusive[row.kind, row.target].append(row)
    for found in alike.values():
        for one, other in _meeting(found):
            yield _said(other.id, "twice", tie(other), one=tie(one), on=one.since)
    for (name, target), found in exclusive.items():
        for one, other in _meeting(found):
            if one.source != other.source:
                yield _said(
                    other.id,
                    "exclusive",
                    target,
                    on=other.since,
                    kind=AFFILIATIONS[name].text,
                    unit=_name(rows, target),
                    one=_name(rows, str(one.source)),
                    other=_name(rows, str(other.source)),
                )


def _meeting(found: list[Affiliation]) -> Iterator[tuple[Affiliation, Affiliation]]:
    """Neighbours in time that hold on one day, each pair once."""
    for one, other in pairwise(sorted(found, key=lambda row: (row.since, row.id))):
        if overlapping(one, other):
            yield one, other


def _strangers(rows: Histories, ties: list[Affiliation]) -> Iterator[Broken]:
    members: defaultdict[tuple[str | None, str], list[Row]] = defaultdict(list)
    for one in sorted(ties, key=lambda row: row.since):
        if one.kind == "member-of":
            members[one.source, one.target].append(one)
    for history in rows.laid.values():
        for row in history:
            if isinstance(row, Appointment) and row.on_behalf_of is not None:
                yield from _stranger(rows, row, row.on_behalf_of, members)


def _stranger(
    rows: Histories, row: Appointment, sent_by: str, members: dict[tuple[str | None, str], list[Row]]
) -> Iterator[Broken]:
    for post in rows.of(row.post):
        if not (isinstance(post, Post) and overlapping(post, row) and _confers(rows, post, row)):
            continue
        gap: date | None = first_gap(members.get((sent_by, post.unit), ()), (Affiliation,), row.since, row.until)
        if gap is not None:
            yield _said(
                row.id,
                "delegate",
                sent_by,
                person=row.person,
                conference=_name(rows, post.unit),
                organisation=_name(rows, sent_by),
                on=gap,
            )
            return


def _confers(rows: Histories, post: Post, row: Appointment) -> bool:
    bodies = rows.of(post.unit)
    return any(isinstance(body, Body) and body.kind == CONFERENCE and overlapping(body, row) for body in bodies)


def _name(rows: Histories, id: str) -> Text:
    found = rows.of(id)
    name = getattr(found[-1], "name", None) if found else None
    if isinstance(name, Text):
        return name
    return Text.same(called(found[-1]) if found else id)


def _or(ends: tuple[End, ...]) -> Text:
    first, *rest = (_SENTENCES[end] for end in ends)
    for other in rest:
        first = _SENTENCES.say("or", one=first, other=other)
    return first
