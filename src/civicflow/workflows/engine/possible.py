"""`what_can`: what is allowed now, by whom, until when; asked before anyone tries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from civicflow.calendars import zone_named
from civicflow.hierarchy.authority import Actor, addressees, may
from civicflow.ids import CaseId
from civicflow.texts import Language, Text, listing
from civicflow.workflows.engine.clocks import anchors_of
from civicflow.workflows.engine.flow import Step
from civicflow.workflows.engine.given import typed
from civicflow.workflows.engine.records import NEW, Case, Matter
from civicflow.workflows.engine.situation import PARENT, Situation, World


@attrs.frozen(kw_only=True)
class Possible:
    """One step that leads from where a case stands.

    Attributes:
        case: the case it would move.
        step: its name, for `Office.take`.
        text: what a clerk reads.
        data: the names of what has to be given, those that may be left out with ``=``.
        allowed: whether this actor may take it now.
        depends: whether that depends on what is given, so that it cannot be told yet.
        objections: why it would be refused now, whoever asked.
        needed: who may take it, where this actor may not.
        until: the instant on which the case's clock acts by itself, in the zone of the place.
    """

    case: CaseId
    step: str
    text: Text
    data: tuple[str, ...]
    allowed: bool
    depends: bool
    objections: tuple[Text, ...]
    needed: tuple[Text, ...]
    until: datetime | None


@attrs.frozen(kw_only=True)
class Possibilities:
    """Everything that may happen to a matter next, as one actor sees it.

    Attributes:
        case: the root.
        state: where it stands, as a clerk reads it.
        steps: the steps that people may take, this actor's first.
    """

    case: CaseId
    state: Text
    steps: tuple[Possible, ...]

    @property
    def allowed(self) -> tuple[str, ...]:
        """The names of the steps that this actor may take now."""
        return tuple(dict.fromkeys(possible.step for possible in self.steps if possible.allowed))

    def __bool__(self) -> bool:
        return bool(self.allowed)

    def say(self, language: Language = "en") -> str:
        """A readable list in one language."""
        yours, others = ("you may", "others may") if language == "en" else ("您可以", "他人可以")
        lines = [f"{self.case}: {self.state.say(language)}"]
        for possible in self.steps:
            if possible.allowed:
                lines.append(f"  {yours}: {_line(possible, language)}")
        for possible in self.steps:
            if not possible.allowed and possible.needed:
                who = listing(possible.needed).say(language)
                lines.append(f"  {others}: {_line(possible, language)}: {who}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.say()


def _line(possible: Possible, language: Language) -> str:
    given = f"({', '.join(possible.data)})"
    until = f" [{possible.until:%Y-%m-%d %H:%M}]" if possible.until else ""
    why = f" ({listing(possible.objections).say(language)})" if possible.objections else ""
    return f"{possible.step}{given} “{possible.text.say(language)}”{until}{why}"


def what_can(world: World, matter: Matter, actor: Actor) -> Possibilities:
    """What people may do with a matter now, on its root and on every open child that was loaded.

    Steps of the clock, of joins and of rules are nobody's to take and are left out.
    """
    steps: list[Possible] = []
    for case in (matter.root, *matter.shares()):
        rules = world.flows.rules(case.flow)
        for step in (*_births(world, case), *(plan.step for plan in rules.plans[case.state].values())):
            possible = _possible(world, matter, case, step, actor)
            if possible is not None:
                steps.append(possible)
    steps.sort(key=lambda possible: not possible.allowed)
    state = world.flows.rules(matter.root.flow).states[matter.root.state].text
    return Possibilities(case=matter.root.id, state=state, steps=tuple(steps))


def _possible(world: World, matter: Matter, case: Case, step: Step, actor: Actor) -> Possible | None:
    chart = world.chart
    anchors = {**anchors_of(case, chart), "actor": actor.unit}
    needed = may(actor, step.by, anchors, chart)
    if needed and not addressees(step.by, anchors, chart):
        return None
    ready = [guard for guard in step.guards if not guard.asks_data]
    reads = {**world.reads, PARENT: (matter,)} if NEW in step.of else world.reads
    unread = any(r.name not in reads and not (step.data is None and r.idle(case, None)) for r in step.reads)
    objections: list[Text] = []
    if not unread:
        situation = Situation(
            # A mass child is asked about under the actor's own name.
            case=attrs.evolve(case, key=str(actor.person)) if NEW in step.of else case,
            root=matter.root,
            data=typed(step, None) if step.data is None else None,
            actor=actor,
            happened=world.recorded,
            version=matter.root.version + 1,
            world=world if reads is world.reads else attrs.evolve(world, reads=reads),
            children=matter.children,
        )
        objections = [guard.reason for guard in ready if not guard.test(situation)]
    held = bool(case.holds) and not step.while_held
    return Possible(
        case=case.id,
        step=step.name,
        text=step.text,
        data=_fields(step.data),
        allowed=not needed and not objections and not held,
        depends=unread or len(ready) < len(step.guards),
        objections=tuple(objections),
        needed=needed,
        until=None if case.due is None else case.due.astimezone(zone_named(world.calendar.zone)),
    )


def _fields(data: type[Any] | None) -> tuple[str, ...]:
    if data is None:
        return ()
    return tuple(f.name if f.default is attrs.NOTHING else f"{f.name}=" for f in attrs.fields(data))


def _births(world: World, case: Case) -> list[Step]:
    """The steps by which mass children may be born of a case now."""
    rules = world.flows.rules(case.flow)
    broods = [world.flows.latest(rules.flow.broods[brood]) for brood in rules.states[case.state].broods]
    return [plan.step for brood in broods for plan in brood.plans[NEW].values()]


def asked(world: World, cases: Iterable[Case]) -> dict[CaseId, tuple[str, ...]]:
    """For each case the addresses of whoever is asked to act now: those who may take a step that it waits for.

    A case that ended, or that stands or follows, asks nobody; one that waits for its children leaves that to them; one
    in which mass children may be born asks whoever may bring one about.
    """
    found: dict[CaseId, tuple[str, ...]] = {}
    for case in cases:
        rules = world.flows.rules(case.flow)
        state = rules.states[case.state]
        if state.final or state.standing or state.follows or state.joins:
            found[case.id] = ()
            continue
        steps = _births(world, case) if state.broods else rules.asking[case.state]
        anchors = anchors_of(case, world.chart)
        to: dict[str, None] = {}
        for step in steps:
            if step.asks:
                for address in addressees(step.by, anchors, world.chart):
                    to[address] = None
        found[case.id] = tuple(to)
    return found
