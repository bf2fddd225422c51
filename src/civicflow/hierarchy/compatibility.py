"""Posts that nobody holds at once: the incompatibilities of the schemes, on every day of the history.

A rule of a scheme holds for two posts of which its register keeps one at least. An acting holder counts as any other:
who acts for a supervisor supervises.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Final

from civicflow.hierarchy.histories import Histories
from civicflow.hierarchy.integrity import Broken
from civicflow.hierarchy.rules import Incompatible
from civicflow.hierarchy.scheme import LevelScheme
from civicflow.hierarchy.units import Appointment, Body, Post, holds_on, overlapping
from civicflow.ids import UnitId
from civicflow.texts import Catalogue, Text

_SENTENCES: Final = Catalogue(
    {
        "incompatible": "{person} cannot be {one} of {here} and {other} of {there} at once (on {on}): {why};"
        " relieve them of one first"
        " | {person}不得同时担任{here}{one}和{there}{other}（{on}）：{why}；须先免去其一",
    }
)


def clashing(rows: Histories, schemes: Mapping[str, LevelScheme]) -> Iterator[Broken]:
    """Every appointment that a scheme forbids beside another one of the same person."""
    rules = [(register, rule) for register, scheme in schemes.items() for rule in scheme.incompatible]
    if not rules:
        return
    held: defaultdict[str, list[Appointment]] = defaultdict(list)
    for history in rows.laid.values():
        for row in history:
            if isinstance(row, Appointment):
                held[row.person].append(row)
    for found in held.values():
        for pair in combinations(sorted(found, key=lambda row: (row.since, row.id)), 2):
            if pair[0].post != pair[1].post and overlapping(*pair):
                yield from _clash(rows, rules, *pair)


def _clash(
    rows: Histories, rules: list[tuple[str, Incompatible]], one: Appointment, other: Appointment
) -> Iterator[Broken]:
    """The first day on which a rule forbids two appointments that hold together."""
    begun = [rule.since for _, rule in rules if rule.since is not None]
    for day in _days(rows, one, other, begun):
        first, second = _seat(rows, one, day), _seat(rows, other, day)
        if first is None or second is None:
            continue
        for register, rule in rules:
            if (
                register in (first[0].register, second[0].register)
                and (rule.since is None or day >= rule.since)
                and rule.forbids(first, second)
                and _near(rows, rule, first[1], second[1], day)
            ):
                yield _refused(rule, other, first, second, day)
                return


def _refused(
    rule: Incompatible, row: Appointment, one: tuple[Post, Body], other: tuple[Post, Body], day: date
) -> Broken:
    text: Text = _SENTENCES.say(
        "incompatible",
        person=row.person,
        one=one[0].title,
        here=one[1].name,
        other=other[0].title,
        there=other[1].name,
        on=day,
        why=rule.why,
    )
    return Broken(row.id, text.en, row.person, "incompatible", text)


def _days(rows: Histories, one: Appointment, other: Appointment, begun: list[date]) -> list[date]:
    """The days on which a rule, a post, its body or one above begins while both hold; nothing is otherwise between."""
    start = max(one.since, other.since)
    ends = [row.until for row in (one, other) if row.until is not None]
    days = {start, *begun}
    for appointment in (one, other):
        for id in _resting(rows, appointment.post):
            days.update(row.since for row in rows.of(id))
    return sorted(day for day in days if day >= start and all(day < end for end in ends))


def _resting(rows: Histories, post: str) -> Iterator[str]:
    """A post, its bodies and all bodies above them, on whatever day."""
    todo, seen = [post], set()
    while todo:
        id = todo.pop()
        if id in seen:
            continue
        seen.add(id)
        yield id
        for row in rows.of(id):
            if isinstance(row, Post):
                todo.append(row.unit)
            elif isinstance(row, Body) and row.parent is not None:
                todo.append(row.parent)


def _seat(rows: Histories, appointment: Appointment, day: date) -> tuple[Post, Body] | None:
    post = next((row for row in rows.of(appointment.post) if holds_on(row, day)), None)
    body = None if not isinstance(post, Post) else _body(rows, post.unit, day)
    return None if not isinstance(post, Post) or body is None else (post, body)


def _body(rows: Histories, id: str | None, day: date) -> Body | None:
    found = next((row for row in rows.of(id or "") if holds_on(row, day)), None)
    return found if isinstance(found, Body) else None


def _near(rows: Histories, rule: Incompatible, one: Body, other: Body, day: date) -> bool:
    if rule.within == "anywhere" or one.id == other.id:
        return True
    return rule.within == "area" and _area(rows, one, day) == _area(rows, other, day) is not None


def _area(rows: Histories, body: Body | None, day: date) -> UnitId | None:
    while body is not None and body.area is None:
        body = _body(rows, body.parent, day)
    return None if body is None else body.area
