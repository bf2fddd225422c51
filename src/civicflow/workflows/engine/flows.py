"""The flows in use, compiled: for each state and step, everything that a decision looks up."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping

import attrs

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.authority import for_people
from civicflow.workflows.engine.checks import faults
from civicflow.workflows.engine.flow import NEW, Branch, Flow, Kept, Limit, LimitKey, State, Step
from civicflow.workflows.engine.machine import machine, table


@attrs.frozen
class Plan:
    """One step from one state.

    Attributes:
        step: the step.
        targets: the state that each of its branches leads to, or `STAY`.
        branches: its branches, each with its target.
    """

    step: Step
    targets: tuple[str, ...]
    branches: tuple[tuple[Branch, str], ...] = attrs.field(init=False)

    @branches.default
    def _paired(self) -> tuple[tuple[Branch, str], ...]:
        return tuple(zip(self.step.to, self.targets, strict=True))


@attrs.frozen(eq=False)
class Rules:
    """A flow, compiled.

    Attributes:
        flow: the definition.
        plans: by state, the steps that lead from it, by name.
        states: by name.
        asking: by state, the steps that it waits for and that people take.
        limits: by state, every limit whose clock may be there; see `Flow.limits_in`.
        kept: by state, those of them whose schedule the case keeps; states without one are left out.
    """

    flow: Flow
    plans: Mapping[str, Mapping[str, Plan]]
    states: Mapping[str, State]
    asking: Mapping[str, tuple[Step, ...]] = attrs.field(init=False)

    @asking.default
    def _waits_for(self) -> dict[str, tuple[Step, ...]]:
        return {
            state: tuple(plan.step for plan in plans.values() if plan.step.asks and for_people(plan.step.by))
            for state, plans in self.plans.items()
        }

    limits: Mapping[str, Mapping[LimitKey, Limit]] = attrs.field(init=False)

    @limits.default
    def _running(self) -> dict[str, dict[LimitKey, Limit]]:
        return {state: self.flow.limits_in(state) for state in self.states}

    kept: Mapping[str, Mapping[LimitKey, Limit]] = attrs.field(init=False)

    @kept.default
    def _said_by_the_case(self) -> dict[str, dict[LimitKey, Limit]]:
        found = {
            state: {key: limit for key, limit in limits.items() if isinstance(limit.within, Kept)}
            for state, limits in self.limits.items()
        }
        return {state: limits for state, limits in found.items() if limits}

    @classmethod
    def of(cls, flow: Flow, beside: Mapping[str, Flow] | None = None) -> Rules:
        """Compile a flow through its machine.

        Args:
            flow: the definition.
            beside: the flows in use by name, those of its children among them; None where they are not known.

        Raises:
            InvalidInput: with every fault of the definition.
        """
        found = faults(flow, beside)
        if found:
            msg = f"flow {flow.name}@{flow.version} is not sound"
            raise InvalidInput(msg, found)
        steps = {step.name: step for step in flow.steps}
        plans: dict[str, dict[str, Plan]] = {name: {} for name in (NEW, *(state.name for state in flow.states))}
        for (state, name), targets in table(machine(flow)).items():
            plans[state][name] = Plan(steps[name], targets)
        return cls(flow, plans, {state.name: state for state in flow.states})


class Flows:
    """The flows of an office, by name and by reference.

    A case names its rules as ``name@version#digest``; whoever changes a flow without raising its version is told so.

    Args:
        flows: taken into use at once.
        shipped: taken into use by name, with those of its children, when it is first asked for.
    """

    def __init__(self, flows: tuple[Flow, ...] = (), shipped: Mapping[str, Flow] | None = None) -> None:
        self._shipped = {} if shipped is None else shipped
        self._by_ref: dict[str, Rules] = {}
        self._latest: dict[str, Rules] = {}
        self._digests: dict[tuple[str, int], str] = {}
        self.extend(flows)

    def add(self, flow: Flow) -> None:
        """Take a flow into use; new cases begin under the highest version of its name.

        Raises:
            InvalidInput: if it is not sound, or if its name and version stand for other rules already.
        """
        self.extend((flow,))

    def extend(self, flows: Iterable[Flow]) -> None:
        """Take several flows into use, all of them or none.

        Raises:
            InvalidInput: as for `add`.
        """
        coming = tuple(flows)
        for flow in coming:
            for name in (flow.name, *_children(flow)):
                self._fetch(name)
        self._take(coming)

    def _fetch(self, name: str) -> None:
        """Take a shipped flow into use unless it is; two threads that do so at once do the same."""
        flow = self._shipped.get(name)
        if flow is not None and flow.ref not in self._by_ref:
            for child in _children(flow):
                self._fetch(child)
            self._take((flow,))

    def _take(self, flows: Iterable[Flow]) -> None:
        new: dict[tuple[str, int], Flow] = {}
        for flow in flows:
            if self._is_new(flow, new.get((flow.name, flow.version))):
                new[flow.name, flow.version] = flow
        beside = self._beside(new.values())
        found = [fault for flow in new.values() for fault in faults(flow, beside)]
        if found:
            names = ", ".join(dict.fromkeys(fault.source for fault in found))
            msg = f"not sound, and nothing was taken into use: {names}"
            raise InvalidInput(msg, found)
        for rules in [Rules.of(flow, beside) for flow in new.values()]:
            flow = rules.flow
            self._digests[flow.name, flow.version] = flow.digest
            latest = self._latest.get(flow.name)
            if latest is None or latest.flow.version < flow.version:
                self._latest[flow.name] = rules
            self._by_ref[flow.ref] = rules  # the last, for `_fetch` looks here

    def _beside(self, new: Iterable[Flow]) -> Mapping[str, Flow]:
        """The highest version of each flow, those in use and those that come; then what is shipped, loaded if looked at."""
        beside = {name: rules.flow for name, rules in self._latest.items()}
        for flow in new:
            if flow.name not in beside or beside[flow.name].version < flow.version:
                beside[flow.name] = flow
        return ChainMap(beside, self._shipped)  # type: ignore[arg-type]  # which is only written to in front

    def _is_new(self, flow: Flow, beside: Flow | None) -> bool:
        known = self._digests.get((flow.name, flow.version), None if beside is None else beside.digest)
        if known is not None and known != flow.digest:
            msg = f"flow {flow.name}@{flow.version} is in use with other rules; raise its version to {flow.version + 1}"
            raise InvalidInput(msg)
        return known is None

    def rules(self, ref: str) -> Rules:
        """The rules that a case names.

        Raises:
            NotFound: if they are not in use here, or stand here with another digest.
        """
        if (rules := self._by_ref.get(ref)) is None:
            self._fetch(ref.partition("@")[0])
            rules = self._by_ref.get(ref)
        if rules is None:
            name = ref.partition("#")[0]
            here = (
                ", ".join(sorted(known for known in self._by_ref if known.startswith(f"{name}#")))
                or "none of that name"
            )
            msg = f"the case keeps the rules {ref}, which are not in use here ({here}); add that version of the flow"
            raise NotFound(msg)
        return rules

    def flow(self, ref: str) -> Flow:
        """The definition that a case names.

        Raises:
            NotFound: as for `rules`.
        """
        return self.rules(ref).flow

    def latest(self, name: str) -> Rules:
        """The highest version of a flow.

        Raises:
            NotFound: if there is none of that name.
        """
        if (rules := self._latest.get(name)) is None:
            self._fetch(name)
            rules = self._latest.get(name)
        if rules is None:
            msg = f"no flow is called {name!r}; in use: {', '.join(sorted({*self._latest, *self._shipped}))}"
            raise NotFound(msg)
        return rules

    def version(self, name: str, version: int) -> Rules:
        """One version of a flow.

        Raises:
            NotFound: if it is not in use here; with those that are.
        """
        self._fetch(name)
        for rules in self._by_ref.values():
            if (rules.flow.name, rules.flow.version) == (name, version):
                return rules
        here = ", ".join(str(flow.version) for flow in self if flow.name == name) or "none"
        msg = f"version {version} of flow {name!r} is not in use here, there is {here}; add it first"
        raise NotFound(msg)

    def __iter__(self) -> Iterator[Flow]:
        for name in self._shipped:
            self._fetch(name)
        return iter([rules.flow for rules in self._by_ref.values()])

    def __contains__(self, name: object) -> bool:
        return name in self._latest or name in self._shipped


def _children(flow: Flow) -> tuple[str, ...]:
    return (*flow.slots.values(), *flow.broods.values())
