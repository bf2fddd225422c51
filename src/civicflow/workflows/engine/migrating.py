"""Migration: an open case takes on a later version of its flow. Never by itself; it is an entry, made by somebody.

Rules
-----
- A case keeps its rules until it is migrated, and a case that has ended keeps them for good.
- Each state leads to the one of the same name, or to the one that the mapping names; never to an end, since only the
  rules themselves end a matter.
- Whoever waits at a join moves only where the new state waits for the same shares. So does a case that is on hold, or in
  which mass children may be born: what would end the wait has to be there.
- A limit that both versions have counts on from when it began, at its new length; what has rung does not ring again. A
  limit that is new counts from the migration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from civicflow.calendars import WorkingCalendar
from civicflow.hierarchy.authority import Actor, AnyOf, Holder, Who
from civicflow.ids import CaseId
from civicflow.ledger.entries import Entry
from civicflow.refusals import Reason
from civicflow.texts import Catalogue, Text, listing
from civicflow.workflows.engine.amending import beside
from civicflow.workflows.engine.clocks import Spelled, anchors_of, arm, lengthened, run_on, scheduled, spelled, stop
from civicflow.workflows.engine.flow import Limit, LimitKey, State
from civicflow.workflows.engine.flows import Rules
from civicflow.workflows.engine.records import Case, Clock, Matter
from civicflow.workflows.engine.situation import World

MIGRATE: Final = "migrate"
"""The step of an entry by which a case takes on other rules."""

_SENTENCES: Final = Catalogue(
    {
        "unmapped": "version {version} has no state {state}; say which one it becomes | 第{version}版没有状态“{state}”，请指明对应状态",
        "unknown": "version {version} has no state {state}, which the mapping names | 第{version}版没有对应表所指的状态“{state}”",
        "final": "“{state}” is an end in version {version}; only a step ends a case | “{state}”在第{version}版中为终结状态，事项只能由动作终结",
        "shares": "it waits for its shares ({slots}), and “{state}” of version {version} does not wait for them"
        " | 事项在等待分项（{slots}），而第{version}版的“{state}”不等待这些分项",
        "slot": "its shares ({slots}) are of another flow in version {version} | 其分项（{slots}）在第{version}版中属于另一流程",
        "hold": "it is on hold, and “{step}”, which ends the hold, does not lead from “{state}” in version {version}"
        " | 事项已挂起，而第{version}版的“{state}”没有结束挂起的动作“{step}”",
        "brood": "votes or the like are open, and “{state}” of version {version} does not take them"
        " | 表决等正在进行，而第{version}版的“{state}”不接受",
        "anchor": "version {version} asks the {post} of the {anchor}, which the case does not name"
        " | 第{version}版需由“{anchor}”的“{post}”办理，而事项未指定该单位",
    }
)


@attrs.frozen(kw_only=True)
class Migrating:
    """From which rules to which.

    Attributes:
        new: the version that cases take on.
        states: for a state of an earlier version the state that it becomes; one of the same name where left out.
    """

    new: Rules
    states: Mapping[str, str] = attrs.field(factory=dict)

    def target(self, state: str) -> str:
        """The state that one of an earlier version becomes."""
        return self.states.get(state, state)

    def objections(self, case: Case, old: Rules, world: World) -> tuple[Reason, ...]:
        """Why a case cannot move; empty where it can."""
        version, name = self.new.flow.version, self.target(case.state)
        to = self.new.states.get(name)
        if to is None:
            rule = "unknown" if case.state in self.states else "unmapped"
            return (_reason(rule, version=version, state=name),)
        if to.final:
            return (_reason("final", version=version, state=to.text),)
        return tuple(self._waits(case, old, to, world))

    def _waits(self, case: Case, old: Rules, to: State, world: World) -> Iterator[Reason]:
        """What the case waits for and would not get."""
        new, version = self.new, self.new.flow.version
        waited = _open_slots(case, old, world)
        foreign = [slot for slot in waited if new.flow.slots.get(slot) != old.flow.slots[slot]]
        if foreign:
            yield _reason("slot", slots=_named(foreign), version=version)
        joined = {slot for join in old.states[case.state].joins for slot in join.slots}
        counted = {slot for join in to.joins for slot in join.slots}
        lost = [slot for slot in waited if slot in joined - counted and slot not in foreign]
        if lost:
            yield _reason("shares", slots=_named(lost), state=to.text, version=version)
        for hold in case.holds:
            if hold.then not in new.plans[to.name]:
                yield _reason("hold", step=hold.then, state=to.text, version=version)
        if set(old.states[case.state].broods) - set(to.broods):
            yield _reason("brood", state=to.text, version=version)
        known = anchors_of(case, world.chart).keys() | {"actor"}
        for post, anchor in sorted(set(_posts(new, to.name))):
            if anchor not in known:
                yield _reason("anchor", post=post, anchor=anchor, version=version)

    def entry(self, matter: Matter, case: CaseId, old: Rules, by: Actor, why: str, world: World) -> Entry:
        """The entry by which a case moves; there are no `objections`."""
        now = matter.case(case)
        target = self.target(now.state)
        clocks = self._clocks(now, old, target, world)
        return attrs.evolve(
            beside(now, matter, MIGRATE, by, why, world),
            flow=self.new.flow.ref,
            target=target,
            data={"from": now.flow, "to": self.new.flow.ref},
            delta={"clocks": clocks} if clocks or now.clocks else {},
        )

    def _clocks(self, case: Case, old: Rules, target: str, world: World) -> list[Spelled]:
        before, after, at, calendar = old.limits[case.state], self.new.limits[target], world.recorded, world.calendar
        known = _same(before, after)
        running = {clock.limit: clock for clock in case.clocks}
        paused = {span.key(n) for span in self.new.flow.spans if target in span.paused for n in range(len(span.limits))}
        clocks: list[Spelled] = []
        for key, limit in after.items():
            was = known.get(key)
            if was is None:
                clocks += arm([(key, limit)], at, case.promise, calendar, case.data)
            elif was in running:
                clocks.append(_lengthened(case, running[was], key, before[was], limit, calendar))
        onward = (
            stop(c, at) if c[0] in paused else run_on(c, at, scheduled(after[c[0]], case.data), calendar)
            for c in clocks
        )
        return [clock for clock in onward if clock is not None]


def _same(before: Mapping[LimitKey, Limit], after: Mapping[LimitKey, Limit]) -> dict[LimitKey, LimitKey]:
    """For each limit of the new state the one of the former state that it is: it calls the same step, in the same place."""
    of: dict[tuple[Any, ...], LimitKey] = {place: key for key, place in _places(before)}
    return {key: of[place] for key, place in _places(after) if place in of}


def _places(limits: Mapping[LimitKey, Limit]) -> Iterator[tuple[LimitKey, tuple[Any, ...]]]:
    """Each limit with its span, the step that it calls, and how many before it call the same."""
    seen: dict[tuple[str, str], int] = {}
    for key, limit in limits.items():
        place = (key.rpartition("/")[0] if isinstance(key, str) else "", limit.then)
        seen[place] = seen.get(place, -1) + 1
        yield key, (*place, seen[place])


def _lengthened(case: Case, clock: Clock, key: LimitKey, old: Limit, new: Limit, calendar: WorkingCalendar) -> Spelled:
    """A clock that counts on from when it began, at its new length."""
    written = [key, *spelled(clock)[1:]]
    before, after = scheduled(old, case.data), scheduled(new, case.data)
    if before == after or (new.promised and case.promise is not None):
        return written
    return lengthened(written, before, after, clock.since, calendar) or written


def _open_slots(case: Case, old: Rules, world: World) -> list[str]:
    """The slots with children that have not ended."""
    found = []
    for slot, states in case.tally.items():
        finals = world.flows.latest(old.flow.slots[slot]).flow.finals
        if states.keys() - finals:
            found.append(slot)
    return found


def _posts(rules: Rules, state: str) -> Iterator[tuple[str, str]]:
    """The posts, each with the anchor of its unit, that the steps from a state ask."""
    for plan in rules.plans[state].values():
        yield from _holders(plan.step.by)


def _holders(who: Who) -> Iterator[tuple[str, str]]:
    match who:
        case Holder(post, at):
            yield post, at
        case AnyOf(whos):
            for one in whos:
                yield from _holders(one)


def _named(slots: list[str]) -> Text:
    return listing(Text.same(slot) for slot in slots)


def _reason(rule: str, **gaps: object) -> Reason:
    return Reason(rule=rule, text=_SENTENCES.say(rule, **gaps))
