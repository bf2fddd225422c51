"""What cities quarrel about, as named settings of the four-part ticket.

Rules
-----
- May residents re-open, and how often? Some councils want no re-opening at all, Chengdu's and Beijing's hotlines live by it.
- How often may departments return what is not theirs before the level above decides?
- May somebody order who gives no name? An anonymous order cannot be evaluated, so it lapses.
- Which promises are allowed? Beijing's hotline grades four: 2 hours where life is at stake, 24 hours for water, power, gas and
  heat, 7 days in general, 15 days where it is hard.
- When is late very late? At three times the promise, as Amsterdam's Signalen counts, the level above is told.

Sources: mysociety/fixmystreet #897, #1148 and pull request #4725 (re-opening wanted, and not wanted); #4457 (who may refuse);
press on the 2021 draft of Beijing's hotline standard (the four grades); Amsterdam/signals (deadlines at 1 and 3 times). Which
setting is the default is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK
from civicflow.workflows.engine.effects import Count
from civicflow.workflows.engine.flow import STAY, Flow, Guard, Limit, Step
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.pressing import SUPERVISOR
from civicflow.workflows.tickets import guards
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET

FOUR_GRADES: Final = ("2 hours", "24 hours", "7 days", "15 days")
"""The four grades of Beijing's hotline."""


def _limits(given: Iterable[TimeLimit | str]) -> tuple[TimeLimit, ...]:
    return tuple(map(time_limit, given))


@attrs.frozen(kw_only=True)
class TicketPolicy:
    """A city's answers.

    >>> TicketPolicy(reopenings=0, grades=FOUR_GRADES, very_late=3).flow(101).ref.partition("#")[0]
    'four-part-ticket@101'

    Attributes:
        reopenings: how often an unresolved ticket is re-opened before it goes one level up; 0 for never.
        returns: how often a ticket may come back to its dispatcher before it goes one level up; 0 for never.
        anonymous: whether somebody may order who gives no name.
        grades: the promises that a dispatch may make, for instance `FOUR_GRADES`; any where empty. A dispatch then has to make
            one of them.
        very_late: how many times over the promise has passed when the level above is told that it is very late; 0 for never.

    Raises:
        InvalidInput: a number is negative, or ``very_late`` is 1; every fault at once.
    """

    reopenings: int = 1
    returns: int = 1
    anonymous: bool = True
    grades: tuple[TimeLimit, ...] = attrs.field(default=(), converter=_limits)
    very_late: int = 0

    def __attrs_post_init__(self) -> None:
        faults = [
            Fault(path=name, reason="is a whole number from 0", value=repr(n))
            for name in ("reopenings", "returns", "very_late")
            if type(n := getattr(self, name)) is not int or n < 0
        ]
        if self.very_late == 1:
            faults.append(Fault(path="very_late", reason="once over is late; very late is from 2 on", value="1"))
        if faults:
            raise InvalidInput("this is no policy of a ticket", faults)

    def flow(self, version: int) -> Flow:
        """The ticket under this policy; take it into use with ``civicflow.open(flows=[…])``.

        Args:
            version: of the flow, above 1: running tickets keep the rules that they began with.

        Raises:
            InvalidInput: if the version is not above that of the shipped ticket.
        """
        if version <= FOUR_PART_TICKET.version:
            msg = f"a policy makes a version of its own; give one above {FOUR_PART_TICKET.version}, got {version}"
            raise InvalidInput(msg)
        flow = attrs.evolve(FOUR_PART_TICKET, version=version)
        flow = attrs.evolve(flow, steps=tuple(self._step(step) for step in flow.steps))
        return self._with_very_late(flow) if self.very_late else flow

    def _step(self, step: Step) -> Step:
        """A step with this policy's conditions in place of the usual ones."""
        instead: dict[Guard, Guard] = {}
        if self.reopenings != 1:
            instead[guards.FIRST_TIME] = _fewer("reopened", self.reopenings, "re-opened | 重办")
        if self.returns != 1:
            instead[guards.RETURNED_FIRST] = _fewer("returned", self.returns, "returned | 退回")
        to = tuple(attrs.evolve(branch, when=instead.get(branch.when, branch.when)) for branch in step.to)
        more: tuple[Guard, ...] = ()
        if step.name == "order" and not self.anonymous:
            more = (NAMED,)
        elif step.name == "dispatch" and self.grades:
            more = (_graded(self.grades),)
        return attrs.evolve(step, to=to, guards=(*step.guards, *more))

    def _with_very_late(self, flow: Flow) -> Flow:
        overrun = Limit(f"{20 * self.very_late} workdays", "overrun", promised=True, times=self.very_late)
        told = f"“{{title}}” is past {self.very_late} times its time | “{{title}}”已超时限{self.very_late}倍"
        step = Step(
            "overrun",
            "very late | 严重超时",
            "dispatched",
            STAY,
            BY_CLOCK,
            does=(Count("very_late"), Tell(SUPERVISOR, "very-late", told)),
        )
        states = tuple(
            attrs.evolve(state, limits=(*state.limits, overrun)) if state.name == "dispatched" else state
            for state in flow.states
        )
        return attrs.evolve(flow, states=states, steps=(*flow.steps, step))


NAMED: Final = Guard(
    "named",
    lambda s: s.actor.kind != "person" or s.case.requester is not None,
    "whoever orders gives a name here | 此处点单须具名",
)


def _fewer(field: str, most: int, what: str) -> Guard:
    """It has happened fewer times than that."""
    en, zh = what.split(" | ")

    def fewer(situation: Any) -> bool:
        return int(situation.case.data.get(field, 0)) < most

    return Guard(f"{field}-under-{most}", fewer, f"it may be {en} {most} times at the most | 最多{zh}{most}次")


def _graded(grades: tuple[TimeLimit, ...]) -> Guard:
    """The promise is one of the grades."""
    en, zh = ", ".join(grade.text.en for grade in grades), "、".join(grade.text.zh for grade in grades)
    spelt = "-".join(f"{grade.n}{grade.unit}" for grade in grades)

    def graded(situation: Any) -> bool:
        return situation.data.within in grades

    return Guard(f"graded-{spelt}", graded, f"the promise is one of: {en} | 承诺时限须为：{zh}", asks_data=True)
