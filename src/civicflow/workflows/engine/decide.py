"""`decide`: may this step be taken, and what becomes of it? Pure: nothing is read, stored or sent.

The questions are asked in this order: does the step lead from this state; is the case on hold; may this actor take it;
do its guards hold; which branch is taken. The answer is an `Accepted` with entries and changed cases, or a `Refusal`
with every reason. Children that move are asked at their parent's joins; a join fires an ordinary step by the actor
JOIN, with an entry of its own in the same commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from civicflow.calendars import check_aware, zone_named
from civicflow.catalogue import CATALOGUE
from civicflow.drafts import maker
from civicflow.errors import Fault, InternalError, InvalidInput, NotFound
from civicflow.hierarchy.authority import JOIN, RULE, Actor, for_people, may
from civicflow.ids import CaseId, MatterId, PersonId, UnitId, matter_of, parent_of
from civicflow.ledger.canonical import encode
from civicflow.ledger.entries import Entry
from civicflow.ledger.private import digest
from civicflow.refusals import Reason, Refusal
from civicflow.texts import Text
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.clocks import anchors_of, entering, moved
from civicflow.workflows.engine.flow import ELSE, STAY, Branch, Flow, Join, Step
from civicflow.workflows.engine.flows import Plan, Rules
from civicflow.workflows.engine.given import parts, typed
from civicflow.workflows.engine.records import NEW, Case, Matter
from civicflow.workflows.engine.situation import PARENT, Change, Notice, Raised, Situation, Wanted, World


@attrs.frozen(kw_only=True, weakref_slot=False)
class Move:
    """What becomes of one matter.

    Attributes:
        matter: its id.
        expected: the version that the decision rested on; 0 where it begins.
        entries: in order.
        cases: the cases that changed, as they stand afterwards; the root first.
        private: version and body of the entries' private parts.
    """

    matter: MatterId
    expected: int
    entries: tuple[Entry, ...]
    cases: tuple[Case, ...]
    private: tuple[tuple[int, bytes], ...] = ()


@attrs.frozen(kw_only=True, weakref_slot=False)
class Accepted:
    """A step that is lawful, and everything that follows from it. Nothing is stored yet.

    Attributes:
        case: the case that moved, as it stands afterwards.
        moves: one for each matter that changes, the first being the case's own.
        read: what else the decision rested on, ``{matter: version}``.
        rounds: rounds that it rested on, ``{matter: round}``.
        notices: who is told what.
        salt: of the private parts.
        erased: (matter, version) of the private parts that it erases.
    """

    case: Case
    moves: tuple[Move, ...]
    read: Mapping[MatterId, int]
    rounds: Mapping[MatterId, int]
    notices: tuple[Notice, ...]
    salt: bytes
    erased: tuple[tuple[str, int], ...] = ()


@attrs.frozen(kw_only=True)
class Birth:
    """The first step of a case that does not exist yet.

    Attributes:
        case: its new id.
        flow: the name of its flow; the latest version is taken.
        unit: the area whose matter it is.
        requester: who raised it; None stands for the actor, an empty id for somebody unknown.
        anchors: other units that its flow names.
        parent: for a mass child, the root that it belongs to; only its round is expected.
        brood: the kind of mass child, as the parent's flow names it.
        key: the mass child's key, for instance the voter.
    """

    case: CaseId
    flow: str
    unit: UnitId | None
    requester: PersonId | None = None
    anchors: Mapping[str, UnitId] = attrs.field(factory=dict)
    parent: Case | None = None
    brood: str = ""
    key: str = ""


@attrs.define(eq=False)
class _Working:
    """A matter while a decision changes it."""

    root: CaseId
    cases: dict[CaseId, Case]
    expected: int
    version: int
    entries: list[Entry] = attrs.field(factory=list)
    changed: dict[CaseId, None] = attrs.field(factory=dict)
    private: list[tuple[int, bytes]] = attrs.field(factory=list)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Act:
    """One step that somebody asks for.

    Attributes:
        step: its name.
        actor: who asks.
        data: what they give, as the step's data class, a mapping, or None.
        happened: when it happened; None is now.
        why: their reason.
        key: the command's idempotency key.
        cause: the entry that brings it about.
    """

    step: str
    actor: Actor
    data: Any = None
    happened: datetime | None = None
    why: str = ""
    key: str = ""
    cause: str = ""


# Every step makes one of each, or nearly so.
_new_situation: Final = maker(Situation)
_new_entry: Final = maker(Entry)
_new_move: Final = maker(Move)
_new_accepted: Final = maker(Accepted)


def decide(world: World, matter: Matter, case: CaseId, act: Act) -> Accepted | Refusal:
    """Decide on a step of a case that exists.

    Raises:
        InvalidInput: what the actor gave is malformed, or it happened in the future.
        Wanted: something that the decision needs was not loaded.
    """
    deciding = Deciding(world)
    deciding.load(matter)
    refusal = deciding.take(case, act)
    return refusal if refusal is not None else deciding.accepted(case)


def begin(world: World, birth: Birth, act: Act) -> Accepted | Refusal:
    """Decide on the first step of a new case.

    Raises:
        InvalidInput, Wanted: as for `decide`.
    """
    deciding = Deciding(world)
    refusal = deciding.bear(birth, act)
    return refusal if refusal is not None else deciding.accepted(birth.case)


class Deciding:
    """One decision in the making: the matters it touches and what follows from one step to the next."""

    __slots__ = ("matters", "notices", "rounds", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.matters: dict[MatterId, _Working] = {}
        self.notices: list[Notice] = []
        self.rounds: dict[MatterId, int] = {}

    def load(self, matter: Matter) -> None:
        """Take a matter into the decision."""
        root = matter.root
        cases = {root.id: root, **matter.children}
        self.matters[MatterId(root.id)] = _Working(root.id, cases, root.version, root.version)

    def accepted(self, case: CaseId) -> Accepted:
        """What was decided, all matters together."""
        moves = [_move(matter, working) for matter, working in self.matters.items() if working.entries]
        return _new_accepted(
            self.matters[matter_of(case)].cases[case],
            tuple(moves),
            self._read() if self.world.reads else {},
            self.rounds,
            tuple(self.notices),
            self.world.salt,
        )

    def _read(self) -> dict[MatterId, int]:
        # Ballots are frozen by their round, and of a parent only the round is expected.
        read = [m.root for name, ms in self.world.reads.items() for m in ms if name != PARENT and not m.root.brood]
        written = {matter for matter, working in self.matters.items() if working.entries}
        return {root.matter: root.version for root in read if root.matter not in written}

    # -- one step ----------------------------------------------------------------------------------------------------

    def bear(self, birth: Birth, act: Act, links: Mapping[str, tuple[str, ...]] | None = None) -> Refusal | None:
        """Take the first step of a new case, which begins with these ties."""
        rules = self.world.flows.latest(birth.flow)
        requester = act.actor.person if birth.requester is None else birth.requester or None
        case = Case(
            id=birth.case,
            flow=rules.flow.ref,
            unit=birth.unit,
            requester=requester,
            anchors=birth.anchors,
            key=birth.key,
        )
        first: dict[str, Any] = {"requester": requester} if requester else {}
        if birth.unit is not None:
            first["unit"] = birth.unit
        if birth.anchors:
            first["anchors"] = dict(birth.anchors)
        if birth.key:
            first["key"] = birth.key
        if birth.case in self.world.numbers:
            first["number"] = self.world.numbers[birth.case]
        if birth.parent is not None:
            refusal = self._belongs(birth, act)
            if refusal is not None:
                return refusal
            first["brood"] = f"{birth.parent.id}#{birth.parent.round}"
            self.world = attrs.evolve(self.world, reads={**self.world.reads, PARENT: (Matter(birth.parent),)})
            self.rounds[birth.parent.matter] = birth.parent.round
        _check_named(rules.flow, birth)
        self.matters[case.matter] = _Working(case.id, {case.id: case}, 0, 0)
        change = Change(set=first)
        change.links.update({name: list(ids) for name, ids in (links or {}).items()})
        return self.take(case.id, act, change)

    def _belongs(self, birth: Birth, act: Act) -> Refusal | None:
        parent = birth.parent
        if parent is None:
            return None
        state = self.world.flows.rules(parent.flow).states[parent.state]
        if birth.brood in state.broods:
            if self.world.flows.rules(parent.flow).flow.broods[birth.brood] != birth.flow:
                meant = self.world.flows.rules(parent.flow).flow.broods[birth.brood]
                msg = f"{birth.brood!r} of {parent.id} is of flow {meant!r}; got {birth.flow!r}"
                raise InvalidInput(msg)
            plan = self.world.flows.latest(birth.flow).plans[NEW].get(act.step)
            if plan is None or not parent.holds:
                return None
            return Refusal(case=parent.id, step=act.step, reasons=(_waits(parent, plan.step),))
        reason = Reason(rule="state", text=CATALOGUE.say("refusal.state", step=act.step, state=state.text))
        return Refusal(case=parent.id, step=act.step, reasons=(reason,))

    def take(self, case_id: CaseId, act: Act, change: Change | None = None) -> Refusal | None:
        """Take one step, and everything that it brings about; None when it was taken."""
        working = self.matters[matter_of(case_id)]
        case = working.cases.get(case_id)
        if case is None:
            raise Wanted(matter=matter_of(case_id))
        rules = self.world.flows.rules(case.flow)
        plan = rules.plans[case.state].get(act.step)
        if plan is None:
            return self._impossible(working, rules, case, act)
        situation = self._situation(working, case, plan, act)
        reasons, needed = self._objections(case, plan, situation)
        if reasons:
            return self._refusal(working, rules, case, act, reasons, needed)
        chosen = self._branch(plan, situation)
        if chosen is None:
            reason = Reason(rule="branch", text=CATALOGUE.say("refusal.branch", step=plan.step.text))
            return self._refusal(working, rules, case, act, (reason,))
        branch, to = chosen
        change = self._record(working, rules, situation, plan, branch, to, change or Change(), act)
        self._follow(working, rules, situation, to, change)
        return None

    def _situation(self, working: _Working, case: Case, plan: Plan, act: Act) -> Situation:
        world = self.world
        happened = world.recorded if act.happened is None else self._past(case, act.happened)
        data = typed(plan.step, act.data)
        if plan.step.reads:
            missing = [
                (read, case, data)
                for read in plan.step.reads
                if read.name not in world.reads and not read.idle(case, data)
            ]
            if missing:
                raise Wanted(reads=tuple(missing), basis=working.expected)
        root, version = working.cases[working.root], working.version + 1
        return _new_situation(case, root, data, act.actor, happened, version, world, working.cases)

    def _past(self, case: Case, happened: datetime) -> datetime:
        happened, now = check_aware(happened), self.world.recorded
        if happened > now:
            msg = f"a step cannot happen in the future; got {happened.isoformat()}, it is {now.isoformat()}"
            raise InvalidInput(msg)
        if case.opened is not None and happened < case.opened:
            began = case.opened.isoformat()
            msg = f"a step cannot happen before its case began; got {happened.isoformat()}, it began {began}"
            raise InvalidInput(msg)
        return happened

    def _objections(self, case: Case, plan: Plan, situation: Situation) -> tuple[tuple[Reason, ...], tuple[Text, ...]]:
        step = plan.step
        reasons: list[Reason] = []
        if case.holds and not step.while_held:
            reasons.append(_waits(case, step))
        chart = self.world.chart
        anchors = anchors_of(case, chart)
        anchors["actor"] = situation.actor.unit
        needed = may(situation.actor, step.by, anchors, chart)
        if needed:
            reasons.append(Reason(rule="authority", text=CATALOGUE.say("refusal.authority", step=step.text)))
        for guard in step.guards:
            if not guard.test(situation):
                reasons.append(Reason(rule=guard.name, text=guard.reason))
        return tuple(reasons), needed

    @staticmethod
    def _branch(plan: Plan, situation: Situation) -> tuple[Branch, str] | None:
        for chosen in plan.branches:
            when = chosen[0].when
            if when is ELSE or when.test(situation):
                return chosen
        return None

    def _record(
        self,
        working: _Working,
        rules: Rules,
        situation: Situation,
        plan: Plan,
        branch: Branch,
        to: str,
        change: Change,
        act: Act,
    ) -> Change:
        case, step, world = situation.case, plan.step, self.world
        for effect in step.does:
            effect.apply(situation, change)
        for effect in branch.does:
            effect.apply(situation, change)
        if change.data and case.state in rules.kept:
            self._move_clocks(rules, situation, change)
        if to != STAY:
            self._enter(rules, situation, to, change)
        public, hidden = parts(situation.data)
        sealed = ""
        if hidden:
            body = encode(hidden)
            sealed = digest(world.salt, body)
            working.private.append((situation.version, body))
        recorded, before = world.recorded, situation.root.recorded
        if before is not None and before > recorded:
            recorded = before
        entry = _new_entry(
            case.id,
            situation.version,
            case.flow,
            step.name,
            case.state,
            to or case.state,
            act.actor,
            situation.happened,
            recorded,
            world.register,
            public,
            change.delta(),
            sealed,
            act.why,
            act.cause,
            "",  # corrects nothing
            act.key,
        )
        working.entries.append(entry)
        working.version = situation.version
        for changed in apply_matter(working.cases, entry):
            working.changed[changed] = None
        self.notices += change.notices
        return change

    def _move_clocks(self, rules: Rules, situation: Situation, change: Change) -> None:
        """The case may say another schedule by what a step keeps."""
        case, promise = situation.case, change.set.get("promise", situation.case.promise)
        data, limits, calendar = {**case.data, **change.data}, rules.kept[case.state], self.world.calendar
        clocks = moved(case, rules.flow.spans, limits, data, situation.happened, promise, calendar, change.clocks)
        if clocks is not None:
            change.clocks = clocks

    def _enter(self, rules: Rules, situation: Situation, to: str, change: Change) -> None:
        state = rules.states[to]
        if state.final:
            change.set["outcome"] = state.final
            change.set["closed"] = situation.happened
            if situation.case.holds:
                change.holds = []
        clocks: list[Any] = []
        if state.limits or rules.flow.spans:
            promise, calendar = change.set.get("promise", situation.case.promise), self.world.calendar
            case = situation.case
            data = {**case.data, **change.data} if to in rules.kept else case.data
            clocks = entering(
                rules.flow.spans, case, state, situation.happened, promise, calendar, data, running=change.clocks
            )
        if clocks or situation.case.clocks:
            change.clocks = clocks

    # -- what follows ------------------------------------------------------------------------------------------------

    def _follow(self, working: _Working, rules: Rules, situation: Situation, to: str, change: Change) -> None:
        case, entry = situation.case, working.entries[-1]
        for carry in change.carried:
            self._carry(carry.case, Act(step=carry.step, actor=RULE, data=carry.data, cause=entry.ref))
        for raised in change.raised:
            self._raise(raised, entry)
        parent = None if case is situation.root else parent_of(case.id)
        if parent is not None:
            self._join(working, working.cases[parent], entry)
        elif to != STAY and rules.states[to].joins:
            self._join(working, working.cases[case.id], entry)

    def _carry(self, case: CaseId, act: Act) -> None:
        matter = matter_of(case)
        if matter not in self.matters:
            self.load(next(m for ms in self.world.reads.values() for m in ms if m.root.matter == matter))
        refusal = self.take(case, act)
        if refusal is not None:
            # The guards of the first step have to ask what the second one needs; if they did not, the flow is wrong.
            msg = f"a step brought about {act.step!r} on {case}, which was refused: {refusal}"
            raise InternalError(msg)

    def _raise(self, raised: Raised, cause: Entry) -> None:
        birth = Birth(
            case=raised.case,
            flow=raised.flow,
            unit=raised.unit,
            requester=raised.requester or PersonId(""),
            anchors=raised.anchors,
        )
        refusal = self.bear(birth, Act(step=raised.step, actor=RULE, data=raised.data, cause=cause.ref), raised.links)
        if refusal is not None:
            msg = f"{cause.ref} was to raise a matter by {raised.flow}.{raised.step}, which was refused: {refusal}"
            raise InternalError(msg)

    def _join(self, working: _Working, parent: Case, cause: Entry) -> None:
        rules = self.world.flows.rules(parent.flow)
        for join in rules.states[parent.state].joins:
            if self._joined(rules, join, parent):
                act = Act(step=join.then, actor=JOIN, happened=cause.happened, cause=cause.ref)
                refusal = self.take(parent.id, act)
                if refusal is not None:
                    msg = f"the join of {parent.id} fired {join.then!r}, which was refused: {refusal}"
                    raise InternalError(msg)
                return

    def _joined(self, rules: Rules, join: Join, parent: Case) -> bool:
        flow = rules.flow.slots[join.slots[0]]
        return join.rule.holds(_counted(join, parent), self.world.flows.latest(flow).flow.finals)

    # -- refusals ----------------------------------------------------------------------------------------------------

    def _impossible(self, working: _Working, rules: Rules, case: Case, act: Act) -> Refusal:
        step = next((step for step in rules.flow.steps if step.name == act.step), None)
        if step is None:
            names = ", ".join(step.name for step in rules.flow.steps)
            msg = f"flow {rules.flow.name} has no step {act.step!r}; it has {names}"
            raise NotFound(msg)
        state = rules.states.get(case.state)
        text = CATALOGUE.say("refusal.state", step=step.text, state=state.text if state else CATALOGUE["state.new"])
        return self._refusal(working, rules, case, act, (Reason(rule="state", text=text),))

    def _refusal(
        self,
        working: _Working,
        rules: Rules,
        case: Case,
        act: Act,
        reasons: tuple[Reason, ...],
        needed: tuple[Text, ...] = (),
    ) -> Refusal:
        root, now = working.cases[working.root], self.world.recorded
        bare = _new_situation(case, root, None, act.actor, now, working.version + 1, self.world, working.cases)
        leading = [] if case.state == NEW else [plan.step for plan in rules.plans[case.state].values()]
        return Refusal(
            case=case.id,
            step=act.step,
            reasons=reasons,
            needed=needed,
            possible={step.name: step.text for step in leading if _is_open(step, bare)},
            until=None if case.due is None else case.due.astimezone(zone_named(self.world.calendar.zone)),
        )


def _is_open(step: Step, situation: Situation) -> bool:
    """Whether somebody may take the step now, as far as that can be told before anything is given or read."""
    if not for_people(step.by) or (situation.case.holds and not step.while_held):
        return False
    return bool(step.reads) or all(guard.asks_data or guard.test(situation) for guard in step.guards)


def _check_named(flow: Flow, birth: Birth) -> None:
    missing = [name for name in flow.anchors if name not in birth.anchors]
    if missing:
        faults = [Fault(reason="is not named; give the unit it is", path=f"anchors.{name}") for name in missing]
        msg = f"a case of {flow.name} begins with the units that it names"
        raise InvalidInput(msg, faults)


def _waits(case: Case, step: Step) -> Reason:
    """A case on hold has its steps wait, and mass children are not born to it either."""
    until = f"{case.holds[0].until:%Y-%m-%d}"
    return Reason(rule="held", text=CATALOGUE.say("refusal.held", step=step.text, until=until))


def _move(matter: MatterId, working: _Working) -> Move:
    """What becomes of one matter; its root comes first and is always among what changed."""
    root, cases = working.root, working.cases
    changed = [cases[root], *[cases[case] for case in working.changed if case != root]]
    return _new_move(matter, working.expected, tuple(working.entries), tuple(changed), tuple(working.private))


def _counted(join: Join, parent: Case) -> Mapping[str, int]:
    """How many children of a join's slots stand in each state, without those of an earlier round."""
    if len(join.slots) == 1 and not parent.past:
        return parent.tally.get(join.slots[0], {})
    counted: dict[str, int] = {}
    for slot in join.slots:
        past = parent.past.get(slot, {})
        for state, n in parent.tally.get(slot, {}).items():
            if n > past.get(state, 0):
                counted[state] = counted.get(state, 0) + n - past.get(state, 0)
    return counted
