"""Effects: what a step does beside moving its case. Each is one line in a flow's table.

The fields of an effect are part of the flow's digest, so everything that it does is in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import attrs

from civicflow.calendars import TimeLimit, check_aware
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Holder, Requester, Who, addressees
from civicflow.ids import CaseId, PersonId, UnitId, child_id, raised_id
from civicflow.ledger.canonical import plain
from civicflow.texts import Text, bilingual
from civicflow.workflows.engine.clocks import anchors_of, entering, held, put_off, resumed
from civicflow.workflows.engine.flow import Limit, LimitKey, Named
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Carry, Change, Notice, Raised, Situation, Wanted


@attrs.frozen
class Keep:
    """Keep fields of what the actor gave in the case, for guards, figures and views.

    Attributes:
        fields: kept as they are, empty ones too, so that a later step takes back what an earlier one kept.
        given: kept only where something was given.
    """

    fields: tuple[str, ...]
    given: tuple[str, ...] = ()

    def apply(self, situation: Situation, change: Change) -> None:
        for field in self.fields:
            change.data[field] = plain(getattr(situation.data, field), path=field)
        for field in self.given:
            value = getattr(situation.data, field)
            if value is not None:
                change.data[field] = plain(value, path=field)


@attrs.frozen
class Count:
    """Count up by one in the case's data."""

    field: str

    def apply(self, situation: Situation, change: Change) -> None:
        change.data[self.field] = situation.case.data.get(self.field, 0) + 1


@attrs.frozen
class Stamp:
    """Note the moment of a step.

    Attributes:
        of: what ended then: ``handled`` or ``evaluated``.
        keep: an earlier moment stands.
        clear: it goes on after all, no moment stands.
    """

    of: str = "handled"
    keep: bool = False
    clear: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        if not (self.keep and getattr(situation.case, self.of)):
            change.set[self.of] = None if self.clear else situation.happened


@attrs.frozen
class Promise:
    """Promise that handling ends within what the actor gave: a time limit, or an instant, or nothing.

    Attributes:
        field: in which they gave it.
        kept: not now, but in an earlier step, which kept the time limit in the case.
    """

    field: str
    kept: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        given = situation.case.data.get(self.field) if self.kept else getattr(situation.data, self.field)
        promise = promised(TimeLimit(**given) if isinstance(given, Mapping) else given, situation)
        if promise is not None:
            change.set["promise"] = promise


def promised(within: Any, situation: Situation) -> Any:
    """The instant that a promise falls on: a limit counts from when the step happened; None where none is given."""
    if within is None:
        return None
    if not isinstance(within, TimeLimit):
        return check_aware(within)
    return situation.world.calendar.due(within, situation.happened).at


@attrs.frozen
class Anchor:
    """Name one of the case's units anew, for what its flow calls it from now on; ``unit`` is the case's own, as it was."""

    name: str
    of: str

    def apply(self, situation: Situation, change: Change) -> None:
        case = situation.case
        unit = case.unit if self.of == "unit" else case.anchors[self.of]
        change.set["anchors"] = {**case.anchors, self.name: unit}


@attrs.frozen
class HandTo:
    """Hand the case to a body, which has to act on it from now on.

    Attributes:
        name: the field of what the actor gave that holds the body's id, or an anchor of the case.
        anchor: it is an anchor.
    """

    name: str
    anchor: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        change.set["body"] = situation.case.anchors[self.name] if self.anchor else getattr(situation.data, self.name)


@attrs.frozen
class Climb:
    """Hand the case one level up; the step's branch has made sure that there is one."""

    def apply(self, situation: Situation, change: Change) -> None:
        change.set["unit"] = situation.above


@attrs.frozen
class Opening:
    """One child to open.

    Attributes:
        key: its name within the slot, spelled into its id.
        body: the body that has to act on it, or None.
        data: what it begins with.
        requester: who raised it, if not whoever raised its parent.
        unit: whose matter it is, if not its parent's.
        within: the time promised for it alone, counted from now; None where what is promised for all counts.
    """

    key: str
    body: UnitId | None = None
    data: dict[str, Any] = attrs.field(factory=dict)
    requester: PersonId | None = None
    unit: UnitId | None = None
    within: TimeLimit | None = None


@attrs.frozen
class EachBody:
    """A child for each body that a field of what the actor gave names: one id, or several.

    Attributes:
        field: the name of the field.
    """

    field: str

    def of(self, situation: Situation) -> list[Opening]:
        """The children, by the codes of their bodies."""
        given = getattr(situation.data, self.field)
        bodies = (given,) if isinstance(given, str) else (given or ())
        return [opening(situation, UnitId(body)) for body in bodies]


_PATH_SAFE = re.compile(r"[A-Za-z0-9._-]+")


def opening(situation: Situation, body: UnitId) -> Opening:
    """A child for one body, called by its code; by its id where the code cannot stand in a path.

    Raises:
        NotFound: if there is no such body on that day.
    """
    code = situation.world.chart.code(body)
    return Opening(code if _PATH_SAFE.fullmatch(code) else body, body)


@attrs.frozen
class Spawn:
    """Open children in a slot, one for each `Opening` that ``openings`` makes of the situation.

    Attributes:
        slot: the slot of the flow.
        openings: makes the children of the situation, as `Opening` values.
        state: the state in which they begin.
        promised: the field of what the actor gave that holds their promise, or empty.
        binding: where nothing was promised, the time limit of their state that would heed a promise is one.
    """

    slot: str
    openings: Named | EachBody
    state: str = ""
    promised: str = ""
    binding: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        world = situation.world
        rules = world.flows.latest(world.flows.rules(situation.case.flow).flow.slots[self.slot])
        state = rules.states[self.state]
        promise = promised(getattr(situation.data, self.promised), situation) if self.promised else None
        unborn, their_own = Case(id=situation.case.id), state.name in rules.kept

        def armed(promise: datetime | None, data: dict[str, Any]) -> list[Any]:
            return entering(rules.flow.spans, unborn, state, situation.happened, promise, world.calendar, data)

        alike = [] if their_own else armed(promise, {})
        taken = {child["id"] for child in change.opened}
        for opening in self.openings.of(situation):
            own = promise if opening.within is None else promised(opening.within, situation)
            clocks = armed(own, opening.data) if their_own or own is not promise else alike
            child: dict[str, Any] = {
                "id": child_id(situation.case.id, opening.key, situation.version),
                "flow": rules.flow.ref,
                "state": state.name,
                "slot": self.slot,
                "key": opening.key,
            }
            if opening.body is not None:
                child["body"] = opening.body
            if opening.requester is not None:
                child["requester"] = opening.requester
            if opening.unit is not None:
                child["unit"] = opening.unit
            if opening.data:
                child["data"] = opening.data
            if clocks:
                child["clocks"] = clocks
            owed = self._owed(clocks, rules.limits[state.name]) if own is None else own
            if owed is not None:
                child["promise"] = owed
            if child["id"] in taken:
                msg = f"{opening.key!r} is named twice; name each body once"
                raise InvalidInput(msg)
            taken.add(child["id"])
            change.opened.append(child)

    def _owed(self, clocks: Sequence[Any], limits: Mapping[LimitKey, Limit]) -> datetime | None:
        """What binds a child to which nothing was promised: when the first clock falls that would heed a promise."""
        heeding = (due for key, _, due, *_ in clocks if limits[key].promised) if self.binding else ()
        return min(heeding, default=None)


@attrs.frozen
class Afresh:
    """Children that have ended no longer count in joins: what is opened now is a round of its own."""

    slots: tuple[str, ...]

    def apply(self, situation: Situation, change: Change) -> None:
        world, case = situation.world, situation.case
        flow = world.flows.rules(case.flow).flow
        past = dict(case.past)
        for slot in self.slots:
            finals = world.flows.latest(flow.slots[slot]).flow.finals
            ended = {state: n for state, n in case.tally.get(slot, {}).items() if state in finals}
            if ended:
                past[slot] = ended
        if past != case.past:
            change.set["past"] = past


@attrs.frozen
class Drop:
    """End the children of some slots that are still open, in a final state of their flow."""

    slots: tuple[str, ...]
    state: str

    def apply(self, situation: Situation, change: Change) -> None:
        world = situation.world
        flows = {slot: world.flows.rules(situation.case.flow).flow.slots[slot] for slot in self.slots}
        finals = {slot: world.flows.latest(name).flow.finals for slot, name in flows.items()}
        still_open = {slot for slot in self.slots if set(situation.case.tally.get(slot, ())) - finals[slot]}
        if not still_open:
            return
        for child in whole(situation):
            if child.slot in still_open and not child.outcome:
                outcome = world.flows.rules(child.flow).states[self.state].final
                change.ended[child.id] = (child.slot, child.state, self.state, outcome)


def whole(situation: Situation) -> tuple[Case, ...]:
    """All children of the matter, by id.

    Raises:
        Wanted: if they were not all loaded.
    """
    loaded = sorted((case.id, case) for case in situation.children.values() if not case.is_root)
    expected = sum(n for states in situation.root.tally.values() for n in states.values())
    if len(loaded) < expected:
        raise Wanted(matter=situation.root.matter)
    return tuple(case for _, case in loaded)


@attrs.frozen
class Tell:
    """Tell somebody, a fixed role or whoever may act.

    Attributes:
        who: whom, relative to the case.
        topic: what it is about.
        text: what is said; ``{title}`` is the case's headline.
    """

    who: Who
    topic: str
    text: Text = attrs.field(converter=bilingual)

    def apply(self, situation: Situation, change: Change) -> None:
        chart = situation.world.chart
        title = change.data.get("title") or situation.root.title or situation.case.id
        for to in addressees(self.who, anchors_of(_after(situation, change), chart), chart):
            change.notices.append(
                Notice(
                    case=situation.case.id,
                    version=situation.version,
                    to=to,
                    topic=self.topic,
                    template=self.text,
                    title=title,
                )
            )


@attrs.frozen
class TellEach:
    """Tell the holder of a post at each unit that a field of what the actor gave names, or each person that it names.

    Whoever the step tells of the topic already is not told twice.

    Attributes:
        field: the name of the field: one id, or several.
        topic: what it is about.
        text: what is said; ``{title}`` is the case's headline.
        post: whose post; empty where the field names persons.
    """

    field: str
    topic: str
    text: Text = attrs.field(converter=bilingual)
    post: str = ""

    def apply(self, situation: Situation, change: Change) -> None:
        given = getattr(situation.data, self.field)
        named = (given,) if isinstance(given, str) else (given or ())
        title = change.data.get("title") or situation.root.title or situation.case.id
        who: Who = Holder(self.post, "unit") if self.post else Requester()
        told = {notice.to for notice in change.notices if notice.topic == self.topic}
        for one in named:
            for to in addressees(who, {"unit": one, "requester": one}, situation.world.chart):
                if to in told:
                    continue
                told.add(to)
                change.notices.append(
                    Notice(
                        case=situation.case.id,
                        version=situation.version,
                        to=to,
                        topic=self.topic,
                        template=self.text,
                        title=title,
                    )
                )


def _after(situation: Situation, change: Change) -> Case:
    fields = {name: change.set[name] for name in ("unit", "body", "requester", "anchors") if name in change.set}
    return attrs.evolve(situation.case, **fields) if fields else situation.case


@attrs.frozen
class TellRequester:
    """Tell whoever raised the matter."""

    topic: str
    text: Text = attrs.field(converter=bilingual)

    def apply(self, situation: Situation, change: Change) -> None:
        Tell(Requester(), self.topic, self.text).apply(situation, change)


@attrs.frozen
class PutOnHold:
    """Stop the case's clocks until something ends the hold, at the latest after what the actor gave in ``within``."""

    name: str
    then: str
    within: str = "within"

    def apply(self, situation: Situation, change: Change) -> None:
        until = situation.world.calendar.due(getattr(situation.data, self.within), situation.happened).at
        change.holds = held(situation.case, self.name, situation.happened, until, self.then)


@attrs.frozen
class Lift:
    """End a hold: the clocks run on with the time they had left."""

    name: str

    def apply(self, situation: Situation, change: Change) -> None:
        limits = situation.world.flows.rules(situation.case.flow).limits[situation.case.state]
        change.holds, change.clocks = resumed(
            situation.case, self.name, situation.happened, limits, situation.world.calendar
        )


@attrs.frozen
class Extend:
    """Put off the time limits of a span by what the actor gave, counted from when they would have passed.

    A promise moves with them. What was promised at first stays in the ledger.

    Attributes:
        span: the name of the span.
        field: of what the actor gave: a `TimeLimit`.
    """

    span: str
    field: str = "within"

    def apply(self, situation: Situation, change: Change) -> None:
        case, world = situation.case, situation.world
        limits = world.flows.rules(case.flow).limits[case.state]
        within = getattr(situation.data, self.field)
        change.clocks = put_off(case, self.span, within, situation.happened, limits, world.calendar)
        if case.promise is not None:
            promised = [due for key, _, due, *_ in change.clocks if limits[key].promised]
            change.set["promise"] = min(promised, default=world.calendar.due(within, case.promise).at)


@attrs.frozen
class Turn:
    """Begin a new round: mass children of the former one no longer count."""

    def apply(self, situation: Situation, change: Change) -> None:
        change.set["round"] = situation.case.round + 1


@attrs.frozen
class Link:
    """Tie the case to the matters named in a field of what the actor gave."""

    name: str
    field: str

    def apply(self, situation: Situation, change: Change) -> None:
        given = attrgetter(self.field)(situation.data)
        ids = (given,) if isinstance(given, str) else tuple(given)
        if not ids:
            return
        change.links[self.name] = [*situation.case.links.get(self.name, ()), *ids]


@attrs.frozen
class CarryTo:
    """Take a step on every matter that was read under a name, in the same commit.

    Attributes:
        read: the name of the read.
        step: the step on the other matter, whose actor is RULE.
        data: makes what the step is given, of the situation and the other matter; None leaves that matter alone.
    """

    read: str
    step: str
    data: Named

    def apply(self, situation: Situation, change: Change) -> None:
        for matter in situation.read(self.read):
            given = self.data.of(situation, matter)
            if given is not None:
                change.carried.append(Carry(matter.root.id, self.step, given))


@attrs.frozen(kw_only=True)
class Raising:
    """One matter to begin.

    Attributes:
        data: what its first step is given, as its data class.
        unit: the area whose matter it is; None for the case's own.
        requester: who raised it; None for whoever raised the case, an empty id for nobody who is known.
        anchors: other units that its flow names.
    """

    data: Any
    unit: UnitId | None = None
    requester: PersonId | None = None
    anchors: Mapping[str, UnitId] = attrs.field(factory=dict)


@attrs.frozen
class Raise:
    """Begin matters of another flow in the same commit, each tied to this case, and this case to it.

    Their first step is taken by the actor RULE, so it has to allow a rule.

    Attributes:
        flow: the name of the other flow.
        step: its first step.
        matters: makes of the situation what to begin: one `Raising`, several, or None.
        tie: what the case calls them among its links.
        back: what they call the case among theirs.
    """

    flow: str
    step: str
    matters: Named
    tie: str
    back: str = "origin"

    def apply(self, situation: Situation, change: Change) -> None:
        case, asked = situation.case, self.matters.of(situation)
        for raising in (asked,) if isinstance(asked, Raising) else asked or ():
            new = raised_id(self.flow, case.id, situation.version, len(change.raised))
            requester = case.requester if raising.requester is None else raising.requester or None
            unit = case.unit if raising.unit is None else raising.unit
            change.links.setdefault(self.tie, list(case.links.get(self.tie, ()))).append(new)
            change.raised.append(
                Raised(
                    case=new,
                    flow=self.flow,
                    step=self.step,
                    data=raising.data,
                    unit=unit,
                    requester=requester,
                    anchors=raising.anchors,
                    links={self.back: (case.id,)},
                )
            )


@attrs.frozen
class Compute:
    """Keep values computed from the situation."""

    values: Named

    def apply(self, situation: Situation, change: Change) -> None:
        for field, value in self.values.of(situation).items():
            change.data[field] = plain(value, path=field)


@attrs.frozen
class Linked:
    """Read the matters that a field of what the actor gave names, or those that the case is tied to, each once."""

    name: str
    field: str = ""

    def idle(self, case: Case, data: Any) -> bool:
        """Whether the case is tied to none."""
        return not self.ids(case, data)

    def ids(self, case: Case, data: Any) -> tuple[CaseId, ...]:
        """The ids to load."""
        if not self.field:
            return tuple(CaseId(i) for i in dict.fromkeys(case.links.get(self.name, ())))
        given = attrgetter(self.field)(data)
        return (CaseId(given),) if isinstance(given, str) else tuple(CaseId(i) for i in dict.fromkeys(given))


@attrs.frozen
class Brood:
    """Read the mass children of the case's present round, or of one before it."""

    name: str
    back: int = 0

    def idle(self, case: Case, data: Any) -> bool:
        """Never: there may always be some."""
        return False

    def of(self, case: Case) -> str:
        """The brood as `Case.brood` spells it."""
        return f"{case.id}#{case.round - self.back}"
