"""Re-drawing with everything that hangs on it: what an act would touch, and open matters that go to the successor.

A matter whose unit is gone waits for nobody who exists. Carrying it over is an entry of its own: which unit it went to,
by which acts, decided by which policy. What no policy decides stays where it is and is named, so that somebody decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.attribution import Policy, Unresolved, attribute
from civicflow.hierarchy.changes import ACTS, Change
from civicflow.hierarchy.reading import unit_party
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Appointment, Area, Body, Post, Row
from civicflow.ids import CaseId, UnitId, matter_of
from civicflow.office.commands import Commands, wishes_of
from civicflow.office.committing import Committer
from civicflow.office.loading import Loaded, Wishes
from civicflow.office.mapping import largest, last_day, place_of
from civicflow.office.open_cases import open_cases
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Storage
from civicflow.texts import Catalogue, Language, Text, listing
from civicflow.workflows.engine.amending import amended, carried_over
from civicflow.workflows.engine.decide import Accepted
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.ring import NotYet

_SENTENCES = Catalogue(
    {
        "act": "{act} on {on}: {units} re-drawn, {children} areas and bodies move | {on}{act}：涉及{units}个单位，{children}个辖区和机构划转",
        "acts": "{count} acts on {on}: {units} re-drawn, {children} areas and bodies move"
        " | {on}共{count}项变更：涉及{units}个单位，{children}个辖区和机构划转",
        "begun": "what begins: {listed} | 新增：{listed}",
        "ended": "what ends: {listed} | 终止：{listed}",
        "Area": "areas {n} | 辖区{n}个",
        "Body": "bodies {n} | 机构{n}个",
        "Post": "posts {n} | 岗位{n}个",
        "Appointment": "appointments {n} | 任职{n}项",
        "Affiliation": "affiliations {n} | 联系{n}项",
        "Site": "sites {n} | 阵地{n}处",
        "cases": "{cases} open matters and {funds} funds belong to what ends | 所涉单位有{cases}件未结事项、{funds}个资金账户",
        "fault": "it does not fit: {fault} | 与名录不符：{fault}",
    }
)


@attrs.frozen(kw_only=True)
class Redrawing:
    """What acts would touch. Nothing was changed.

    Attributes:
        changes: the acts, in their order.
        begun: the records that are new, each as it begins.
        ended: the records that end, each as it was last.
        moving: the areas and bodies that go elsewhere, each with the unit that they hang under or at from then.
        posts: the posts that end.
        relieved: the persons whose appointments end, each with the post's id.
        cases: the ids of the open matters whose unit or body ends.
        funds: those of them that are funds.
        faults: why the register would not take it; empty where it would.
    """

    changes: tuple[Change, ...]
    begun: tuple[Row, ...]
    ended: tuple[Row, ...]
    moving: tuple[tuple[UnitId, UnitId | None], ...]
    posts: tuple[str, ...]
    relieved: tuple[tuple[str, str], ...]
    cases: tuple[CaseId, ...]
    funds: tuple[CaseId, ...]
    faults: tuple[Fault, ...] = ()

    def __bool__(self) -> bool:
        return not self.faults

    @property
    def text(self) -> Text:
        """What it comes to."""
        several = len(self.changes) > 1
        parts = [
            _SENTENCES.say(
                "acts" if several else "act",
                act=ACTS[self.changes[0].act],
                count=len(self.changes),
                on=min(change.on for change in self.changes),
                units=len({unit for change in self.changes for unit in change.originals}),
                children=len(self.moving),
            ),
            *(
                _SENTENCES.say(name, listed=_counted(rows))
                for name, rows in (("begun", self.begun), ("ended", self.ended))
                if rows
            ),
            _SENTENCES.say("cases", cases=len(self.cases), funds=len(self.funds)),
            *(_SENTENCES.say("fault", fault=Text(fault.say("en"), fault.say("zh"))) for fault in self.faults),
        ]
        return Text("\n".join(part.en for part in parts), "\n".join(part.zh for part in parts))

    def say(self, language: Language = "en") -> str:
        """The same in one language."""
        return self.text.say(language)

    def __str__(self) -> str:
        return self.say()


def _counted(rows: Iterable[Row]) -> Text:
    """How many records of each kind there are."""
    return listing(_SENTENCES.say(kind, n=n) for kind, n in Counter(type(row).__name__ for row in rows).items())


@attrs.frozen(kw_only=True)
class CarriedOver:
    """What became of open matters whose unit is gone.

    Attributes:
        moved: the cases that went to a successor.
        asked: those for which nobody knows one, each with the reason and the candidates.
    """

    moved: tuple[CaseId, ...]
    asked: tuple[tuple[CaseId, Unresolved], ...]


class Redraws:
    """Re-drawing in one office."""

    __slots__ = ("_around", "_commands", "_committer", "_storage")

    def __init__(self, storage: Storage, around: Surroundings, commands: Commands) -> None:
        self._storage, self._around, self._commands = storage, around, commands
        self._committer = Committer(storage, around)

    def plan(self, changes: tuple[Change, ...]) -> Redrawing:
        """See `RegisterDesk.plan`."""
        if not changes:
            msg = "there is no act to plan; give one or more"
            raise InvalidInput(msg)
        register = self._around.register()
        faults: tuple[Fault, ...] = ()
        try:
            register.apply(changes, register.version + 1)
        except InvalidInput as error:
            faults = error.faults or (Fault(reason=str(error)),)
        gone = dict.fromkeys(id for change in changes for id in change.ends if id in register.rows)
        ended = [register.rows[id][-1] for id in gone]
        units = [UnitId(row.id) for row in ended if isinstance(row, (Area, Body))]
        cases = list(self._open(units))
        return Redrawing(
            changes=changes,
            begun=tuple(
                {row.id: row for change in changes for row in change.rows if row.id not in register.rows}.values()
            ),
            ended=tuple(ended),
            moving=tuple(_moving(register, changes)),
            posts=tuple(row.id for row in ended if isinstance(row, Post)),
            relieved=tuple((row.person, row.post) for row in ended if isinstance(row, Appointment)),
            cases=tuple(case.id for case in cases),
            funds=tuple(case.id for case in cases if case.flow_name == "fund"),
            faults=faults,
        )

    def carry_over(self, policy: Policy) -> CarriedOver:
        """See `RegisterDesk.carry_over`."""
        register, today = self._around.register(), self._around.chart().on
        gone = [unit for unit in _once(register) if register.row(unit, today) is None]
        moved: list[CaseId] = []
        asked: list[tuple[CaseId, Unresolved]] = []
        for case in self._open(gone):
            answer = self._carried(case.id, policy)
            if isinstance(answer, Unresolved):
                asked.append((case.id, answer))
            elif answer:
                moved.append(case.id)
        return CarriedOver(moved=tuple(moved), asked=tuple(asked))

    def _open(self, units: Iterable[UnitId]) -> Iterator[Case]:
        """The open cases that name some of these units: as theirs, as whom they are asked of, as their council …."""
        wanted = frozenset(units)
        concerning = open_cases(self._storage, parties=tuple(sorted(map(unit_party, wanted)))) if wanted else ()
        yield from (case for case in concerning if wanted & {case.unit, case.body, *case.anchors.values()})

    def _carried(self, case: CaseId, policy: Policy) -> Unresolved | bool:
        """Carry a case over as it is now; whether it moved, or why nobody knows where to."""
        told: Unresolved | bool = False

        def decision(loaded: Loaded, _: Wishes) -> Accepted | NotYet:
            nonlocal told
            matter, world = loaded.matter(matter_of(case)), loaded.world
            now, register, today = matter.case(case), self._around.register(), world.chart.on
            told = False
            if now.outcome:
                return NotYet(None)
            found = successors(register, now, today, policy)
            if isinstance(found, Unresolved):
                told = found
            if isinstance(found, Unresolved) or not found:
                return NotYet(None)
            told = True
            return amended(matter, carried_over(matter, case, found, policy, world), world)

        self._commands.enter(wishes_of(case), decision, self._committer.commit)
        return told


def successors(register: Register, case: Case, today: date, policy: Policy) -> Mapping[str, Any] | Unresolved:
    """The fields of a case that name a unit which is gone, each with its successor; or why nobody knows one."""
    named: dict[str, UnitId | None] = {"unit": case.unit, "body": case.body, **case.anchors}
    found: dict[str, UnitId] = {}
    for name, unit in named.items():
        if unit is None or unit not in register.rows or register.row(unit, today) is not None:
            continue
        answer = attribute(
            register, unit, raised=last_day(register, unit, today), on=today, policy=policy, place=place_of(case)
        )
        if isinstance(answer, Unresolved):
            return answer
        found[name] = largest(answer).unit
    anchors = {name: found.pop(name) for name in case.anchors if name in found}
    return {**found, **({"anchors": {**case.anchors, **anchors}} if anchors else {})}


def _once(register: Register) -> Iterator[UnitId]:
    """Every area and body that ever was."""
    for id, rows in register.rows.items():
        if isinstance(rows[0], (Area, Body)):
            yield UnitId(id)


def _moving(register: Register, changes: tuple[Change, ...]) -> Iterator[tuple[UnitId, UnitId | None]]:
    """What hangs elsewhere after all acts than before them, and goes on."""
    after = register.overlaid(changes, register.version + 1)
    days = {row.id: change.on for change in changes for row in change.rows}
    for id, on in days.items():
        before, row = register.row(id, on), after.row(id, on)
        if isinstance(row, Area) and isinstance(before, Area) and before.parent != row.parent:
            yield row.id, row.parent
        elif isinstance(row, Body) and isinstance(before, Body) and before.area != row.area:
            yield row.id, row.area
        elif isinstance(row, Body) and isinstance(before, Body) and before.parent != row.parent:
            yield row.id, row.parent
