"""The search: breadth first over situations, every act by everybody who may, the clock to the next deadline."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from civicflow.calendars import WorkingCalendar, weekdays
from civicflow.errors import CivicflowError, InvalidInput
from civicflow.hierarchy.authority import RULE, Actor, Anyone, Rule, Who, actors_at, for_people
from civicflow.ids import CaseId, MatterId, PersonId, UnitId, matter_of
from civicflow.ledger.canonical import plain
from civicflow.ledger.entries import read, seal
from civicflow.refusals import Refusal
from civicflow.texts import Text
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.checks.paths import effects
from civicflow.workflows.engine.clocks import anchors_of, entering
from civicflow.workflows.engine.decide import Accepted, Act, Birth
from civicflow.workflows.engine.exploring.asking import Asking
from civicflow.workflows.engine.exploring.report import WORDS, Explored, Finding
from civicflow.workflows.engine.exploring.samples import samples
from civicflow.workflows.engine.exploring.scene import MAIN, Incident, Scene
from civicflow.workflows.engine.exploring.situations import Key, Standing, cases_of, counting, tallied
from civicflow.workflows.engine.exploring.town import DAWN, OFFICES, OTHER, Town, alternatives
from civicflow.workflows.engine.exploring.watching import Noted, watched
from civicflow.workflows.engine.flow import NEW, Flow, Step
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.matters import Raise
from civicflow.workflows.engine.records import Case, Clock, Matter
from civicflow.workflows.engine.ring import NotYet

_MOMENT: Final = timedelta(seconds=1)


def explore(
    flow: Flow,
    beside: Iterable[Flow] = (),
    *,
    scene: Scene | None = None,
    calendar: WorkingCalendar | None = None,
) -> Explored:
    """Every story of a flow in the small town.

    Args:
        flow: the flow; it has to be sound.
        beside: the flows of its children, of what it begins, and of whatever the scene brings in; others have no part in it.
        scene: what else there is, and what may be given; small values by type and nothing else where left out.
        calendar: in which limits are counted; working days from Monday to Friday where left out.

    Returns:
        What was found. It is true where nothing is wrong.

    Raises:
        InvalidInput: if a flow is not sound, or the scene's prelude is refused.
    """
    return _Search(flow, tuple(beside), scene or Scene(), calendar or weekdays("Asia/Shanghai")).run()


@attrs.frozen
class _Done:
    """One act as it went."""

    label: str
    text: Text
    after: Standing


class _Search:
    """One exploration in the making."""

    def __init__(self, flow: Flow, beside: tuple[Flow, ...], scene: Scene, calendar: WorkingCalendar) -> None:
        self.scene, self.calendar = scene, calendar
        self.noted: Noted = set()
        family = _family(flow, beside, scene)
        Flows(tuple(family.values()))
        self.flows = Flows(tuple(watched(one, self.noted) for one in family.values()))
        self.flow = self.flows.latest(flow.name).flow
        self.town = Town.of(family.values(), scene.vacant, scene.shared)
        self.asking = Asking(self.flows, self.town.chart, calendar)
        self.findings: dict[tuple[str, str], Finding] = {}
        self.bounds: set[str] = set()
        self.graph: dict[Key, dict[str, Key]] = {}
        self.came: dict[Key, tuple[Key, Text] | None] = {}
        self.clock_moves: dict[Key, list[tuple[Key, str]]] = {}
        self.acts = 0
        self.whos: dict[Key, tuple[Actor, ...]] = {}
        self.untried: dict[str, str] = {}
        self.given: dict[str, tuple[Any, ...]] = {}

    # -- the search --------------------------------------------------------------------------------------------------

    def run(self) -> Explored:
        """All of it, breadth first."""
        first = self._prelude()
        waiting: deque[tuple[Key, Standing, int]] = deque()
        self.graph[()] = {}
        self.came[()] = None
        begun = [_Done("on the way", WORDS["on-the-way"], first)] if self.scene.way else self._begun(first)
        for done in begun:
            self._arrive((), done, 0, waiting)
        while waiting:
            here, standing, depth = waiting.popleft()
            for done in self._onward(here, standing):
                self._arrive(here, done, depth, waiting)
        self._circles()
        for untried, why in self.untried.items():
            self._find("no-samples", (), untried, this=untried, why=why)
        return Explored(
            flow=self.flow.name,
            scene=self.scene.name,
            findings=tuple(self.findings.values()),
            bounds=frozenset(self.bounds),
            graph=self.graph,
            acts=self.acts,
            noted=frozenset(self.noted),
        )

    def _arrive(self, here: Key, done: _Done, depth: int, waiting: deque[tuple[Key, Standing, int]]) -> None:
        key = done.after.key()
        if any(n > self.scene.most_children for states in self._counting(done.after) for n in [sum(states.values())]):
            self.bounds.add("children")
            return
        new = key not in self.graph
        if new and len(self.graph) >= self.scene.most_states:
            self.bounds.add("states")
            return
        self.graph[here][done.label] = key
        if not new:
            return
        self.graph[key] = {}
        self.came[key] = (here, done.text)
        for case in cases_of(done.after.main):
            self.noted.add((case.flow_name, "reached", case.state))
        self._look(key, done.after)
        if depth + 1 >= self.scene.most_depth:
            self.bounds.add("depth")
        elif not done.after.main.root.outcome:
            waiting.append((key, done.after, depth + 1))

    @staticmethod
    def _counting(standing: Standing) -> Iterable[Mapping[str, int]]:
        return counting(standing.main.root).values()

    def _find(self, rule: str, here: Key, about: str = "", **gaps: object) -> None:
        self.findings.setdefault((rule, about), Finding(rule, WORDS.say(rule, **gaps), self._story(here)))

    def _story(self, key: Key) -> tuple[Text, ...]:
        told: list[Text] = []
        came = self.came.get(key)
        while came is not None:
            key, text = came
            told.append(text)
            came = self.came[key]
        return tuple(reversed(told))

    # -- how it begins -----------------------------------------------------------------------------------------------

    def _prelude(self) -> Standing:
        begins = self.scene.begins or DAWN
        standing = Standing({}, begins, frozenset(range(len(self.scene.incidents))), living=self.scene.living)
        for incident in (*self.scene.prelude, *self.scene.way):
            if incident.by == "clock":
                due = standing.matters[matter_of(CaseId(incident.case))].case(CaseId(incident.case)).due
                standing = attrs.evolve(standing, at=max(standing.at, due or standing.at))
            try:
                answer: object = self._happen(standing, incident)
            except Exception as error:  # noqa: BLE001  # whatever a flow's own code raises: the scene cannot begin
                answer = f"{type(error).__name__}: {error}"
            if not isinstance(answer, Accepted) or all(
                e.step != incident.step for m in answer.moves for e in m.entries
            ):
                came = f"it is {answer.case.state}" if isinstance(answer, Accepted) else answer
                msg = f"the scene {self.scene.name.en!r} cannot begin: {incident.step} on {incident.case}: {came}"
                raise InvalidInput(msg)
            self._prove((), standing, answer)
            standing = standing.after(answer, standing.at)
        return standing

    def _happen(self, standing: Standing, incident: Incident) -> Accepted | Refusal | NotYet:
        if incident.by == "clock":
            return self.asking.ring(standing, CaseId(incident.case))
        actor = RULE if incident.by == "rule" else self.town.actors[incident.by]
        act = Act(step=incident.step, actor=actor, data=incident.data)
        if incident.brood:
            root = standing.matters[MatterId(incident.parent)].root
            birth = self._ballot(root, incident.flow, incident.brood, actor)
            named = birth if incident.case == MAIN else attrs.evolve(birth, case=CaseId(incident.case))
            return self.asking.begin(standing, named, act)
        if incident.flow:
            unit = UnitId(incident.unit)
            birth = Birth(case=CaseId(incident.case), flow=incident.flow, unit=unit, anchors=self.town.anchors)
            return self.asking.begin(standing, birth, act)
        return self.asking.decide(standing, CaseId(incident.case), act)

    def _begun(self, first: Standing) -> Iterator[_Done]:
        for state in self.flow.opened_in:
            yield self._opened(first, state)
        for step in (step for step in self.flow.steps if NEW in step.of):
            unborn = Case(id=MAIN, flow=self.flow.ref, unit=UnitId(self.scene.unit), anchors=self.town.anchors)
            for actor in self._who(step, unborn, everybody=self.scene.parent is not None):
                for data in self._data(self.flow, step):
                    yield from self._try(first, (), None, step, actor, data)

    def _opened(self, first: Standing, state: str) -> _Done:
        """A child as a parent opens it, here without one."""
        opened = self.flow.state(state)
        case = Case(
            id=MAIN,
            flow=self.flow.ref,
            state=state,
            version=1,
            unit=UnitId(self.scene.unit),
            body=OFFICES[0],
            requester=PersonId("requester"),
            anchors=self.town.anchors,
            data=plain(dict(self.scene.opened)),
            opened=DAWN,
            recorded=DAWN,
        )
        clocks = entering(self.flow.spans, Case(id=MAIN), opened, DAWN, None, self.calendar, case.data)
        case = attrs.evolve(case, clocks=tuple(Clock(*clock) for clock in clocks))
        standing = attrs.evolve(first, matters={**first.matters, MatterId(MAIN): Matter(case, complete=True)})
        return _Done(f"begins {state}", WORDS.say("begins", state=opened.text), standing)

    # -- what may happen ---------------------------------------------------------------------------------------------

    def _onward(self, here: Key, standing: Standing) -> Iterator[_Done]:
        for case in cases_of(standing.main):
            if case.outcome:
                continue
            rules = self.flows.rules(case.flow)
            for plan in rules.plans[case.state].values():
                for actor in self._who(plan.step, case):
                    for data in self._data(rules.flow, plan.step):
                        yield from self._try(standing, here, case, plan.step, actor, data)
        yield from self._born(here, standing)
        for number in sorted(standing.ahead):
            yield from self._befallen(here, standing, number)
        yield from self._time_passes(here, standing)

    def _who(self, step: Step, case: Case, *, everybody: bool = False) -> tuple[Actor, ...]:
        """One actor for each alternative of who may; all who hold the post where each counts by themselves."""
        named = (
            step.name,
            case.flow,
            case.unit,
            case.body,
            case.requester,
            tuple(sorted(case.anchors.items())),
            everybody,
        )
        if named not in self.whos:
            found: dict[Actor, None] = {}
            for who in alternatives(step.by):
                found.update(dict.fromkeys(self._allowed(who, step, case, everybody=everybody)))
            self.whos[named] = tuple(found)
        return self.whos[named]

    def _allowed(self, who: Who, step: Step, case: Case, *, everybody: bool) -> list[Actor]:
        if isinstance(who, Rule):
            # What people begin, too, begins the same story with a rule: only a scene that asks for it hears it twice.
            alone = NEW in step.of and not for_people(step.by)
            return [RULE] if step.name in self.scene.by_rule or alone else []
        if isinstance(who, Anyone) and not everybody:
            return [OTHER]
        anchors, chart = anchors_of(case, self.town.chart), self.town.chart
        allowed = [a for a in self.town.actors.values() if who.allows(a, {**anchors, "actor": a.unit}, chart)]
        return allowed if everybody or _of_actor(who) else allowed[:1]

    def _data(self, flow: Flow, step: Step) -> tuple[Any, ...]:
        name = f"{flow.name}.{step.name}"
        if name not in self.given:
            for given in (name, step.name):
                if given in self.scene.data:
                    self.given[name] = self.scene.data[given]
                    break
            else:
                try:
                    self.given[name] = samples(step.data, _telling(flow))
                except LookupError as why:
                    self.untried[name] = str(why.args[0])
                    self.given[name] = ()
        return self.given[name]

    def _try(
        self, standing: Standing, here: Key, case: Case | None, step: Step, actor: Actor, data: Any
    ) -> Iterator[_Done]:
        act = Act(step=step.name, actor=actor, data=data)
        birth = None if case is not None else self._birth(standing, actor)
        if case is not None and step.guards and case.due is not None:
            self._late(here, standing, case, step, act)
        yield from self._tried(here, standing, None if case is None else case.id, act, birth, step)

    def _tried(
        self, here: Key, standing: Standing, case: CaseId | None, act: Act, birth: Birth | None, step: Step
    ) -> Iterator[_Done]:
        """One act; a refusal is a part of the story too, which leads nowhere."""
        self.acts += 1
        answer = self._answer(here, standing, case, act, birth, step.text)
        who = self._name(act.actor)
        if isinstance(answer, Accepted):
            yield self._went(standing, answer, who, step, act.data)
        elif answer is not None:
            self.graph[here][f"{who}: {step.name}{_given(act.data)}: {_no(answer)}"] = here

    def _birth(self, standing: Standing, actor: Actor) -> Birth:
        parent, brood = self.scene.parent or ("", "")
        if not parent:
            told = self.scene.requester if actor.person is None else "requester" if actor == OTHER else ""
            requester = PersonId(told) if told else None
            unit = UnitId(self.scene.unit)
            return Birth(case=MAIN, flow=self.flow.name, unit=unit, anchors=self.town.anchors, requester=requester)
        root = standing.matters[MatterId(parent)].root
        key = self.scene.child or str(actor.person)
        return Birth(
            case=MAIN, flow=self.flow.name, unit=root.unit, anchors=root.anchors, parent=root, brood=brood, key=key
        )

    def _late(self, here: Key, standing: Standing, case: Case, step: Step, act: Act) -> None:
        """The same act after the deadline, while nobody ticked: whether it is taken then is told, and not followed."""
        if case.due is None:
            return
        self.acts += 1
        later = attrs.evolve(standing, at=max(standing.at, case.due + _MOMENT))
        answer = self._answer(here, later, case.id, act, None, step.text)
        said = "taken" if isinstance(answer, Accepted) else "fails" if answer is None else _no(answer)
        self.graph[here][f"{self._name(act.actor)}, late: {step.name}{_given(act.data)}: {said}"] = here

    def _born(self, here: Key, standing: Standing) -> Iterator[_Done]:
        """Mass children: each voter once."""
        root = standing.main.root
        rules = self.flows.rules(root.flow)
        for brood in rules.states[root.state].broods:
            child = self.flows.latest(rules.flow.broods[brood])
            for plan in child.plans[NEW].values():
                for actor in self._who(plan.step, root, everybody=True):
                    yield from self._cast(here, standing, brood, child.flow, plan.step, actor)

    def _cast(self, here: Key, standing: Standing, brood: str, flow: Flow, step: Step, actor: Actor) -> Iterator[_Done]:
        birth = self._ballot(standing.main.root, flow.name, brood, actor)
        if MatterId(birth.case) in standing.matters:
            return
        for data in self._data(flow, step):
            act = Act(step=step.name, actor=actor, data=data)
            yield from self._tried(here, standing, None, act, birth, step)

    @staticmethod
    def _ballot(root: Case, flow: str, brood: str, actor: Actor) -> Birth:
        """The mass child of somebody, in a case's present round."""
        return Birth(
            case=CaseId(f"{root.id}~{root.round}~{actor.person}".replace("@", "-").replace("#", "-")),
            flow=flow,
            unit=root.unit,
            anchors=root.anchors,
            parent=root,
            brood=brood,
            key=str(actor.person),
        )

    def _befallen(self, here: Key, standing: Standing, number: int) -> Iterator[_Done]:
        incident = self.scene.incidents[number]
        if not incident.flow and matter_of(CaseId(incident.case)) not in standing.matters:
            return  # it has not begun yet
        self.acts += 1
        try:
            answer = self._happen(standing, incident)
        except InvalidInput:
            return
        except Exception as error:  # noqa: BLE001  # whatever a flow's own code raises is a finding
            self._failed(here, Text.same(incident.step), error)
            return
        if isinstance(answer, Accepted):
            flow = self.flows.rules(answer.case.flow).flow
            step = next(step for step in flow.steps if step.name == incident.step)
            done = self._went(standing, answer, incident.by, step, incident.data)
            yield attrs.evolve(done, after=attrs.evolve(done.after, ahead=standing.ahead - {number}))

    # -- the clock ---------------------------------------------------------------------------------------------------

    def _time_passes(self, here: Key, standing: Standing) -> Iterator[_Done]:
        """The clock goes on to the next deadline, or nobody ticks until a later one; every case that is due rings."""
        dues = sorted({case.due for case in cases_of(standing.main) if case.due is not None})
        for number, due in enumerate(dues):
            yield from self._ticked(here, standing, max(due, standing.at), in_time=not number)

    def _ticked(self, here: Key, standing: Standing, at: datetime, *, in_time: bool) -> Iterator[_Done]:
        self.acts += 1
        later, labels, again = attrs.evolve(standing, at=at), list[str](), not in_time
        for case in sorted(cases_of(standing.main), key=lambda case: (case.due or at, case.id)):
            now = later.main.case(case.id)
            if now.due is None or now.due > at or now.outcome:
                continue
            again = again or self._is_again(now)
            try:
                rung = self.asking.ring(later, now.id)
            except Exception as error:  # noqa: BLE001  # whatever a flow's own code raises is a finding
                self._failed(here, WORDS["who.clock"], error)
                return
            if isinstance(rung, Accepted):
                self._prove(here, later, rung)
                later = later.after(rung, at)
                labels.append(_label(rung, at))
        if labels:
            text = WORDS.say("act", who=WORDS["who.clock"], step=Text.same("; ".join(labels)), state=self._state(later))
            if not again:
                self.clock_moves.setdefault(here, []).append((later.key(), labels[0]))
            yield _Done(f"clock{'' if in_time else ', late'}: {'; '.join(labels)}", text, later)

    def _is_again(self, case: Case) -> bool:
        """Whether what rings next is a standing reminder."""
        if case.holds:
            return False
        clock = min((c for c in case.clocks if c.stopped is None), key=lambda c: c.due)
        return self.flows.rules(case.flow).limits[case.state][clock.limit].again

    def _circles(self) -> None:
        """The clock's moves, but for standing reminders, come to an end from everywhere."""
        state: dict[Key, int] = {}
        for start in list(self.clock_moves):
            way, here = [], start
            while here in self.clock_moves and state.get(here, 0) == 0:
                state[here] = 1
                to, label = self.clock_moves[here][0]
                way.append((here, label))
                here = to
            if state.get(here) == 1:
                began = next(number for number, (key, _) in enumerate(way) if key == here)
                labels = " → ".join(label for _, label in way[began:])
                self._find("clock-circle", here, labels, way=labels)
            for key, _ in way:
                state[key] = 2

    # -- the engine --------------------------------------------------------------------------------------------------

    def _answer(
        self, here: Key, standing: Standing, case: CaseId | None, act: Act, birth: Birth | None, text: Text
    ) -> Accepted | Refusal | InvalidInput | None:
        """What the engine says; None where the flow's own code failed, which is a finding."""
        try:
            answer = self._asked(standing, case, act, birth)
        except InvalidInput as error:
            return error
        except Exception as error:  # noqa: BLE001  # whatever a flow's own code raises is a finding
            self._failed(here, text, error)
            return None
        if isinstance(answer, Accepted):
            self._prove(here, standing, answer)
        return answer

    def _asked(self, standing: Standing, case: CaseId | None, act: Act, birth: Birth | None) -> Accepted | Refusal:
        if birth is not None:
            return self.asking.begin(standing, birth, act)
        return self.asking.decide(standing, case or MAIN, act)

    def _failed(self, here: Key, text: Text, error: Exception) -> None:
        said = str(error) if isinstance(error, CivicflowError) else f"{type(error).__name__}: {error}"
        self._find("exception", here, f"{text.en} {type(error).__name__}", step=text, error=said.partition("\n")[0])

    # -- what is looked at -------------------------------------------------------------------------------------------

    def _prove(self, here: Key, standing: Standing, accepted: Accepted) -> None:
        """The entries, read again, give the same records."""
        for move in accepted.moves:
            before = standing.matters.get(move.matter)
            cases = {} if before is None else {before.root.id: before.root, **before.children}
            for entry in move.entries:
                again = read(seal(entry))
                apply_matter(cases, again)
                flow = again.flow.partition("@")[0]
                self.noted.add((flow, "reached", again.target))
                if again.step == "pass-over":
                    self.noted.add((flow, "refused", str(again.data["step"])))
                else:
                    self.noted.add((flow, "taken", again.step))
            if any(cases.get(case.id) != case for case in move.cases):
                self._find("replay", here, move.entries[0].step, step=move.entries[0].step)

    def _look(self, key: Key, standing: Standing) -> None:
        """What holds in every situation."""
        matter, root = standing.main, standing.main.root
        if {slot: dict(states) for slot, states in root.tally.items()} != tallied(matter.children.values()):
            self._find("tally", key)
        rules = self.flows.rules(root.flow)
        state = rules.states[root.state]
        still_open = [
            c for c in matter.children.values() if not c.outcome and not self.flows.rules(c.flow).flow.outlives
        ]
        if root.outcome and still_open:
            self._find("left-open", key, root.state, state=state.text, n=len(still_open))
        for join in () if root.holds else state.joins:
            finals = self.flows.latest(rules.flow.slots[join.slots[0]]).flow.finals
            counted: dict[str, int] = {}
            for slot in join.slots:
                for name, n in counting(root).get(slot, {}).items():
                    counted[name] = counted.get(name, 0) + n
            if join.rule.holds(counted, finals):
                self._find("join-missed", key, root.state, state=state.text)
        for case in cases_of(matter):
            if not case.outcome and not self._is_brought_on(standing, case, still_open):
                self._find(
                    "waits",
                    key,
                    f"{case.flow_name} {case.state}",
                    state=self.flows.rules(case.flow).states[case.state].text,
                )

    def _is_brought_on(self, standing: Standing, case: Case, still_open: list[Case]) -> bool:
        state = self.flows.rules(case.flow).states[case.state]
        if state.standing or state.follows or case.due is not None or (state.joins and still_open):
            return True
        return any(actors_at(address, self.town.chart) for address in self.asking.asked(standing, case))

    # -- words -------------------------------------------------------------------------------------------------------

    def _went(self, standing: Standing, answer: Accepted, who: str, step: Step, data: Any) -> _Done:
        after = standing.after(answer, standing.at)
        text = WORDS.say("act", who=self._who_text(who), step=step.text, state=self._state(after))
        return _Done(f"{who}: {_label(answer, standing.at)}{_given(data)}", text, after)

    def _state(self, standing: Standing) -> Text:
        if MatterId(MAIN) not in standing.matters:
            return Text.same("-")
        return self.flows.rules(standing.main.root.flow).states[standing.main.root.state].text

    def _name(self, actor: Actor) -> str:
        if actor.kind != "person":
            return actor.kind
        return next(name for name, known in self.town.actors.items() if known == actor)

    @staticmethod
    def _who_text(who: str) -> Text:
        return WORDS.get(f"who.{who}") or Text.same(who)


def _family(flow: Flow, beside: Iterable[Flow], scene: Scene) -> dict[str, Flow]:
    """The flow, those of what it opens and begins, and those of the scene; whoever else there is has no part in its stories."""
    known = {one.name: one for one in (*beside, flow)}
    found: dict[str, Flow] = {}
    waiting = [*(incident.flow for incident in (*scene.prelude, *scene.way, *scene.incidents)), flow.name]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found[name] = one = known[name]
            raised = (effect.flow for step in one.steps for effect in effects(step) if isinstance(effect, Raise))
            waiting += [*one.slots.values(), *one.broods.values(), *raised]
    return found


def _telling(flow: Flow) -> Mapping[str, tuple[Any, ...]]:
    """By field, the values at which a rule of the flow makes a difference: another step may ask for what one has kept."""
    told: dict[str, tuple[Any, ...]] = {}
    for step in flow.steps:
        for guard in (*step.guards, *(branch.when for branch in step.to)):
            for field, values in guard.telling().items():
                told[field] = (*told.get(field, ()), *values)
    return told


def _of_actor(who: Who) -> bool:
    """Whether it depends on the actor's own unit, so that each of them counts."""
    return getattr(who, "at", "") == "actor"


def _given(data: Any) -> str:
    return "" if data is None else f" {data!r}"


def _no(answer: Refusal | InvalidInput) -> str:
    """Which rules said no; what is malformed says it by its kind."""
    return f"refused by {', '.join(answer.rules)}" if isinstance(answer, Refusal) else type(answer).__name__


def _label(answer: Accepted, at: datetime) -> str:
    """What came of an act: the steps, who was told what, and how long the case has from then on."""
    entries = [entry for move in answer.moves for entry in move.entries]
    parts = [", ".join(f"{entry.step}>{entry.target}" for entry in entries)]
    if answer.notices:
        parts.append(f"[{', '.join(f'{notice.topic}!{notice.to}' for notice in answer.notices)}]")
    for said, instant in (("due", answer.case.due), ("promised", answer.case.promise)):
        if instant is not None and not answer.case.outcome:
            parts.append(f"({said} {instant - at})")
    return " ".join(parts)
