"""Random walks: whoever is there tries whatever a flow has, at any moment, and what holds for every flow always holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import civicflow
from civicflow import Case, InvalidInput, NotFound, Office, Refusal, Refused
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId
from civicflow.ledger.entries import Entry
from civicflow.office.codec import case_body
from civicflow.plugins.notify.contract import Notice
from civicflow.testing.clocks import FrozenClock
from civicflow.testing.flows.giving import given_with
from civicflow.testing.flows.place import BODIES, HERE, Place, is_meant
from civicflow.testing.sources import counting_bytes
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.flow import NEW, Flow, Step
from civicflow.workflows.engine.flows import Rules

Samples = Mapping[str, st.SearchStrategy[Any]]
"""By the name of a step, what is given with it, where its data class alone does not tell."""

PAUSES: Final = st.sampled_from([{"minutes": 1}, {"hours": 5}, {"days": 1}, {"days": 4}, {"days": 8}, {"days": 40}])


class _Sink:
    """A notifier that carries nothing: what would be said is made all the same."""

    api_version, name = 1, "sink"

    def send(self, notice: Notice) -> None:
        """Let it go."""

    def close(self) -> None:
        """Nothing to let go of."""


class Walk(RuleBasedStateMachine):
    """One office, one case of the flow and its children, and everybody who might try something."""

    flow: Flow
    beside: tuple[Flow, ...] = ()
    samples: ClassVar[Any]  # a function of the office; a callable here would be taken for a method
    began: ClassVar[list[str]]

    def __init__(self) -> None:
        super().__init__()
        self.place = Place((self.flow, *self.beside))
        self.clock = FrozenClock()
        self.office: Office = civicflow.open(
            "memory://",
            clock=self.clock,
            new_bytes=counting_bytes(),
            flows=(*self.beside, self.flow),
            plugins=civicflow.Plugins(),
            notify=[_Sink()],
        )
        self.office.register.read(self.place.register(), source="place.json", format="json")
        self.actors = self.place.actors(self.office)
        self.told = self.samples(self.office)
        self.root = CaseId("")

    def teardown(self) -> None:
        """Left alone from here, everything ends, stands, or is shown as stuck; and the ledger proves it."""
        try:
            self.leave_alone()
            self.office.seal()
            found = self.office.ledger.verify()
            assert found.ok, str(found)
        finally:
            self.office.close()

    # -- what happens ------------------------------------------------------------------------------------------------

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Somebody begins the case: whoever may, with something that the rules take."""
        rules = self.office.flows.latest(self.flow.name)
        plan = data.draw(st.sampled_from(sorted(rules.plans[NEW].values(), key=lambda plan: plan.step.name)))
        step = plan.step
        unit = self.office.unit
        anchors = {name: unit(name) for name in self.place.anchors}
        blank = Case(id=CaseId("C"), unit=unit(HERE), requester=None, anchors=anchors)
        may = [actor for actor in self.actors if is_meant(actor, step.by, blank, self.office)]
        actor = data.draw(st.sampled_from(may))
        given = data.draw(self._given(step))
        try:
            case = self.office.begin(self.flow.name, step.name, given, by=actor, unit=HERE, anchors=anchors)
        except (Refused, NotFound):
            return
        self.root = case.id
        self.began.append(case.id)

    @rule(data=st.data(), wild=st.integers(0, 3))
    def somebody_acts(self, data: st.DataObject, wild: int) -> None:
        """Somebody tries a step: mostly one that leads from where the case stands, at times any other."""
        case = self._some_case(data)
        if case is None:
            return
        rules = self.office.flows.rules(case.flow)
        steps = rules.flow.steps if not wild else tuple(plan.step for plan in rules.plans[case.state].values())
        if not steps:
            return
        step = data.draw(st.sampled_from(steps))
        meant = [actor for actor in self.actors if is_meant(actor, step.by, case, self.office)]
        actor = data.draw(st.sampled_from(meant if meant and wild != 1 else self.actors))
        self._try(case, rules, step, actor, data.draw(self._given(step)))

    @rule(data=st.data())
    def a_mass_child_is_born(self, data: st.DataObject) -> None:
        """A ballot, a signature or an objection, where the case takes them."""
        case = self._some_case(data)
        if case is None:
            return
        rules = self.office.flows.rules(case.flow)
        for brood in rules.states[case.state].broods:
            born = self.office.flows.latest(rules.flow.broods[brood])
            for plan in born.plans[NEW].values():
                actor, given = data.draw(st.sampled_from(self.actors)), data.draw(self._given(plan.step))
                before = self._position()
                try:
                    self.office.begin(
                        born.flow.name,
                        plan.step.name,
                        given,
                        by=actor,
                        unit=case.unit,
                        anchors=case.anchors,
                        parent=case,
                        brood=brood,
                        child=str(actor.person),
                    )
                except (Refused, InvalidInput):
                    assert self._position() == before

    @rule(pause=PAUSES)
    def time_passes(self, pause: dict[str, int]) -> None:
        """Time passes, and the office ticks."""
        self.clock.advance(**pause)
        before = self._position()
        ticked = self.office.tick()
        assert not ticked.failed, ticked.failed
        assert all(entry.by.kind != "person" for entry in self._since(before))

    # -- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def replay_is_the_record(self) -> None:
        """The entries of the matter lead to the very records; the tally counts the children; nothing waits for nothing."""
        if not self.root:
            return
        replayed: dict[CaseId, Case] = {}
        for entry in self.office.ledger.entries(self.root):
            apply_matter(replayed, entry)
        cases = {case.id: case for case in self._cases()}
        assert {i: case_body(c) for i, c in replayed.items()} == {i: case_body(c) for i, c in cases.items()}
        counted: dict[str, dict[str, int]] = {}
        for case in cases.values():
            if case.slot:
                states = counted.setdefault(case.slot, {})
                states[case.state] = states.get(case.state, 0) + 1
        assert {slot: dict(states) for slot, states in cases[self.root].tally.items()} == counted

    def leave_alone(self) -> None:
        """Driven by the clock alone: in finitely many ticks each case ends, or stands, or reminds again and again.

        A duty that recurs opens new ones for ever, so those count that are there now.
        """
        there = {case.id for case in self._cases()}
        for _ in range(100):
            waiting = [case for case in self._cases() if case.id in there and not self._may_stay(case)]
            due = min((case.due for case in waiting if case.due is not None), default=None)
            if due is None:
                break
            self.clock.set(max(self.clock(), due))
            self.clock.advance(microseconds=1)
            self.office.tick()
        stuck = {case.id for case in self.office.stuck(limit=10_000).cases}
        for case in (case for case in self._cases() if case.id in there):
            assert self._may_stay(case) or case.id in stuck, f"left alone, {case.id} never ends: it is {case.state}"

    def _may_stay(self, case: Case) -> bool:
        if case.outcome:
            return True
        state = self.office.flows.rules(case.flow).states[case.state]
        again = any(limit.again for limit in self.office.flows.rules(case.flow).limits[case.state].values())
        return state.standing or state.follows or again

    def _try(self, case: Case, rules: Rules, step: Step, actor: Actor, given: Any) -> None:
        before, meant = self._position(), is_meant(actor, step.by, case, self.office)
        leads = case.state in step.of
        told = self.office.what_can(actor, case).steps
        promised = any(p.allowed and not p.depends for p in told if (p.case, p.step) == (case.id, step.name))
        refusal = self._refused(case, step, actor, given)
        new = self._since(before)
        if refusal is not None:
            assert not new, "a refused step wrote something"
            self._explains(refusal, meant=meant, leads=leads)
            assert not promised or set(refusal.rules) <= {"branch"}, f"what_can promised {step.name}: {refusal}"
            return
        if not new:
            return  # malformed, or the very step had been taken before: a repeated command is answered
        assert meant, f"{step.name} is {step.by}'s to take, and {actor} took it"
        assert leads, f"{step.name} does not lead from {case.state}"
        assert (new[0].step, new[0].by, new[0].source) == (step.name, actor, case.state)
        assert all(entry.by.kind != "person" for entry in new[1:])
        event(f"{rules.flow.name}: {step.name} from {case.state} to {new[0].target}")

    def _refused(self, case: Case, step: Step, actor: Actor, given: Any) -> Refusal | None:
        """Try a step; None where it was taken, or where what was given is malformed."""
        before = self._position()
        try:
            self.office.take(case, step.name, given, by=actor)
        except Refused as refused:
            return refused.refusal
        except (InvalidInput, NotFound):
            if step.data is None:
                raise  # nothing was given that could be malformed
            assert not self._since(before), "a malformed step wrote something"
        return None

    @staticmethod
    def _explains(refusal: Refusal, *, meant: bool, leads: bool) -> None:
        """Which rule said no, in both languages; whose post it would have taken, where the actor's is not the one."""
        for text in (refusal.text, *(reason.text for reason in refusal.reasons), *refusal.needed):
            assert text.en
            assert text.zh
        if not leads:
            assert refusal.rules == ("state",)
            return
        assert ("authority" in refusal.rules) is not meant
        assert bool(refusal.needed) is not meant

    # -- looking -----------------------------------------------------------------------------------------------------

    def _given(self, step: Step) -> st.SearchStrategy[Any]:
        if step.name in self.told:
            told: st.SearchStrategy[Any] = self.told[step.name]
            return told
        return given_with(step, units=[self.office.unit(body) for body in BODIES], cases=[self.root])

    def _some_case(self, data: st.DataObject) -> Case | None:
        return data.draw(st.sampled_from(self._cases())) if self.root else None

    def _cases(self) -> list[Case]:
        if not self.root:
            return []
        root = self.office.case(self.root)
        return [root, *self.office.shares(root)]

    def _position(self) -> int:
        last = 0
        for position, _ in self.office.ledger.feed(after=self._last):
            last = position
        self._last = max(self._last, last)
        return self._last

    _last = 0

    def _since(self, position: int) -> list[Entry]:
        return [entry for _, entry in self.office.ledger.feed(after=position)]
