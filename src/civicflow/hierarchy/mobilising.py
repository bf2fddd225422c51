"""Mobilisation with an end: standing organisations form task forces on the spot, which stand down again (平急转换).

Rules
-----
- A task force is formed from one standing organisation, which goes on beside it; it works where that one stands, or elsewhere.
- All task forces of one emergency stand under one command (指挥部), so that what they do can be read together.
- *Ours:* a mobilisation ends on a day that is set when it begins. It may be prolonged before it ends, and may end earlier.
- What was done stays: the task forces, their posts and their people remain in the history, their matters in the ledger.
- What they leave open goes to the organisation from which they were formed, or to whoever has come after it since
  (`civicflow.hierarchy.attribution`).

A mobilisation is kept under a register name of its own, the code of its command, so that loading a file again does not end it;
the scheme of its area, with the posts that nobody holds at once, is its own, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.changes import Change, made_of
from civicflow.hierarchy.kinds import TITLES
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row, as_name
from civicflow.ids import IdSource, PersonId, PostId, UnitId
from civicflow.texts import Text

COMMAND: Final = "emergency-command"
TASK_FORCE: Final = "task-force"
FORMED_FROM: Final = "formed-from"


@attrs.frozen(kw_only=True)
class Force:
    """A task force that is to be formed.

    Attributes:
        code: what files and people call it.
        name: its name.
        of: the id of the standing organisation from which it is formed.
        area: the id of the area where it works; where the organisation stands if left out.
        posts: who holds which post in it, by the name of the post; a post has as many seats as persons, at least one.
    """

    code: str
    name: Text = attrs.field(converter=as_name)
    of: str
    area: str | None = None
    posts: Mapping[str, Sequence[str]] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class TaskForce:
    """A task force that is, was or is to be.

    Attributes:
        body: its id.
        of: the id of the standing organisation: from which it was formed, or which came after that while it was there; None
            where that one ended on the first day and nobody came after it.
        since: the first day on which it stands.
        until: the first day on which it no longer does.
        people: how many persons held a post in it at any time.
    """

    body: UnitId
    of: UnitId | None
    since: date
    until: date
    people: int


@made_of
def mobilise(
    register: Register,
    forces: Iterable[Force],
    *,
    code: str,
    name: Text | str,
    area: str,
    on: date,
    until: date,
    ids: IdSource,
    led_by: str | None = None,
    basis: str = "",
) -> Change:
    """Set up a command and form task forces from standing organisations, until a day.

    Args:
        register: the register as it is.
        forces: what is formed.
        code: the code of the command, and the name of the register that keeps it all.
        name: the name of the command.
        area: the id of the area for which it commands.
        on: the first day.
        until: the first day on which it is over.
        ids: makes the ids.
        led_by: the id of the body that leads the command; it hangs under that one.
        basis: the document that orders it.

    Raises:
        InvalidInput: it does not end after its beginning, no force is given, one is given twice, or an organisation from which
            one is to be formed does not exist on that day; every fault at once.
    """
    wanted = tuple(forces)
    faults = tuple(_faults(register, wanted, on, until))
    if faults:
        msg = f"the mobilisation {code!r} cannot be; nothing was changed"
        raise InvalidInput(msg, faults)
    forming = _Forming(register, code, on, until, ids)
    command = forming.body(COMMAND, code, name, UnitId(area), None if led_by is None else UnitId(led_by))
    rows: list[Row] = [command, *(row for force in wanted for row in forming.force(force, command.id))]
    scheme = register.schemes.get(getattr(register.row(area, on), "register", ""))
    return Change(act="mobilise", on=on, register=code, rows=tuple(rows), scheme=scheme, basis=basis)


@made_of
def prolong(register: Register, command: str, until: date, *, basis: str = "") -> Change:
    """Let a mobilisation that is not over go on until a later day: all of it that would have lasted to its end.

    Raises:
        InvalidInput: there is no such command, or the day is not after its present end.
    """
    end = _end(register, command)
    if until <= end:
        msg = f"the mobilisation ends on {end}; prolong it to a later day than that, or stand it down. Got {until}"
        raise InvalidInput(msg)
    last = [rows[-1] for rows in _records(register, command) if rows[-1].until == end]
    rows = tuple(attrs.evolve(row, since=end, until=until) for row in last)
    return Change(act="prolong", on=end, register=rows[0].register, rows=rows, basis=basis)


@made_of
def stand_down(register: Register, command: str, *, on: date, basis: str = "") -> Change:
    """End a mobilisation before its day: the command, its task forces, their posts and their people.

    Raises:
        InvalidInput: there is no such command, or it is over by then.
    """
    end = _end(register, command)
    if on >= end:
        msg = f"the mobilisation is over on {end} by itself; stand it down before that. Got {on}"
        raise InvalidInput(msg)
    ends = tuple(rows[-1].id for rows in _records(register, command) if (rows[-1].until or end) > on)
    return Change(act="stand-down", on=on, register=register.rows.of(command)[-1].register, ends=ends, basis=basis)


def task_forces(register: Register, command: str) -> tuple[TaskForce, ...]:
    """All task forces that a command has, had or is to have, by code, each with its standing organisation.

    Args:
        register: the register; one as it was known at an instant says what was known then.
        command: the id of the command.

    Raises:
        InvalidInput: there is no such command.
    """
    _end(register, command)
    histories = list(_records(register, command))
    of = {row.source: row.target for rows in histories for row in rows if isinstance(row, Affiliation)}
    posts = {row.id: row.unit for rows in histories for row in rows if isinstance(row, Post)}
    people = {(posts[row.post], row.person) for rows in histories for row in rows if isinstance(row, Appointment)}
    strength = Counter(unit for unit, _ in people)
    bodies = [rows for rows in histories if isinstance(rows[0], Body) and rows[0].id != command]
    return tuple(
        TaskForce(
            body=UnitId(rows[0].id),
            of=of.get(UnitId(rows[0].id)),
            since=rows[0].since,
            until=rows[-1].until or date.max,
            people=strength[UnitId(rows[0].id)],
        )
        for rows in sorted(bodies, key=lambda rows: (getattr(rows[-1], "code", ""), rows[-1].id))
    )


def _faults(register: Register, forces: Sequence[Force], on: date, until: date) -> Iterator[Fault]:
    if until <= on:
        yield Fault(
            reason=f"it ends on the first day on which it is over, after its beginning on {on}", value=str(until)
        )
    if not forces:
        yield Fault(reason="no task force is formed; give one at least")
    for code, n in Counter(force.code for force in forces).items():
        if n > 1:
            yield Fault(reason=f"{n} task forces have this code; give each its own", value=code, path=code)
    for force in forces:
        if not isinstance(register.row(force.of, on), Body):
            reason = f"there is no organisation with this id on {on} from which it could be formed"
            yield Fault(reason=reason, value=force.of, path=force.code)
        if force.area is not None and not isinstance(register.row(force.area, on), Area):
            yield Fault(reason=f"there is no area with this id on {on}", value=force.area, path=force.code)


@attrs.frozen
class _Forming:
    """What all records of one mobilisation have in common."""

    known: Register
    register: str
    since: date
    until: date
    ids: IdSource

    def body(self, kind: str, code: str, name: Text | str, area: UnitId | None, parent: UnitId | None) -> Body:
        """A body for as long as it lasts."""
        return Body(
            id=UnitId(self.ids("unit")),
            code=code,
            name=name,
            kind=kind,
            area=area,
            parent=parent,
            since=self.since,
            until=self.until,
            register=self.register,
        )

    def force(self, force: Force, command: UnitId) -> Iterator[Row]:
        """A task force with its tie to the standing organisation, its posts and its people."""
        area = UnitId(force.area) if force.area is not None else _stands_in(self.known, force.of, self.since)
        body = self.body(TASK_FORCE, force.code, force.name, area, command)
        yield body
        yield Affiliation(
            id=self.ids("affiliation"),
            kind=FORMED_FROM,
            source=body.id,
            target=UnitId(force.of),
            since=self.since,
            until=self.until,
            register=self.register,
        )
        for name, persons in force.posts.items():
            yield from self.post(body.id, name, persons)

    def post(self, body: UnitId, name: str, persons: Sequence[str]) -> Iterator[Row]:
        """A post with whoever holds it."""
        post = Post(
            id=PostId(self.ids("post")),
            name=name,
            unit=body,
            title=TITLES.get(name) or Text.same(name),
            seats=max(1, len(persons)),
            since=self.since,
            until=self.until,
            register=self.register,
        )
        yield post
        for person in persons:
            yield Appointment(
                id=self.ids("appointment"),
                person=PersonId(person),
                post=post.id,
                since=self.since,
                until=self.until,
                register=self.register,
            )


def _stands_in(register: Register, body: str, on: date) -> UnitId | None:
    row = register.row(body, on)
    while isinstance(row, Body) and row.area is None and row.parent is not None:
        row = register.row(row.parent, on)
    return row.area if isinstance(row, Body) else None


def _records(register: Register, command: str) -> Iterator[tuple[Row, ...]]:
    """The histories of everything that a command's own register keeps, the command first."""
    name = register.rows.of(command)[-1].register
    yield register.rows.of(command)
    for id, rows in register.rows.laid.items():
        if id != command and rows and rows[-1].register == name:
            yield rows


def _end(register: Register, command: str) -> date:
    """The first day on which a mobilisation is over."""
    rows = register.rows.of(command)
    last = rows[-1] if rows else None
    if not isinstance(last, Body) or last.kind != COMMAND or last.until is None:
        msg = f"{command!r} is no command of a mobilisation; a code becomes an id through chart(on).resolve()"
        raise InvalidInput(msg)
    return last.until
