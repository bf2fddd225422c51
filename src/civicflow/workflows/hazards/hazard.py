"""A standing hazard (隐患点): a slope, a dam, a shaft; watched for as long as it stands, closed by works that remove it.

Source: Sichuan, Yuechi: 49 points, each with a plan and a named monitor; 49 drills and 4 trainings; 4 works, which removed
the hazard for 97 households with 351 people; who fails or shirks is held to account.

Rules
-----
- A point without a plan, or without a monitor by name who holds that post with the duty-bearer, is not registered. From
  the beginning it has its inspections, a standing duty of the bearer; drills and trainings are scheduled as more of them.
- Plan and monitor may be renewed, never taken away.
- People are evacuated and counted (`evacuation`). Who fails or shirks is referred to the discipline line (`accountability`);
  a missed inspection is a ticket by itself (`civicflow.workflows.routines`).
- Works are planned with a day by which they end, by the secretary of the unit or one level up; the bearer reports them
  finished; the level above, which did not do them, accepts or sends them back with another day. Accepted, they remove
  the hazard: it is closed, with whom it no longer threatens, and its standing duties end.
- So many people have to live in so many households (`plausibility`), or whoever says so gives the reason.
- Acceptance by the level above, renewal and the limits are ours, a default.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import attrs

from civicflow.calendars import Recurrence, day, recurring
from civicflow.hierarchy.authority import BY_CLOCK
from civicflow.ids import PersonId
from civicflow.workflows.accountability import ACCOUNTABILITY, NOT_ITSELF, REFERS, Refer
from civicflow.workflows.engine.children import Opening, Spawn
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Linked, Raise, Raising
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester, each_told
from civicflow.workflows.hazards.evacuation import EVACUATION, count
from civicflow.workflows.hazards.plausibility import doubt
from civicflow.workflows.places import Place, place
from civicflow.workflows.pressing import reminds, waits
from civicflow.workflows.routines.occasion import ABOVE, BEARER, SECRETARY
from civicflow.workflows.routines.routine import ENDLESS, IN_CHARGE, KNOWN_KIND, ROUTINE, End, SetUp


@attrs.frozen(kw_only=True)
class Register:
    """A hazard.

    Attributes:
        title: the public headline.
        plan: what is done when it moves, public.
        monitor: who watches it, a pseudonymous id.
        every: on which days it is inspected.
        category: of the integrator's own, for instance ``landslide``.
        households: how many households it threatens.
        people: how many people of them.
        reason: why the two are true, where they do not look so.
        place: where it is.
    """

    title: str
    plan: str = ""
    monitor: PersonId | None = None
    every: Recurrence = attrs.field(converter=recurring)
    category: str = ""
    households: int = attrs.field(default=0, validator=count)
    people: int = attrs.field(default=0, validator=count)
    reason: str = ""
    place: Place | None = attrs.field(default=None, converter=place)


@attrs.frozen(kw_only=True)
class Renew:
    """Another plan and another monitor, or the same.

    Attributes:
        plan: what is done when it moves, public.
        monitor: who watches it, a pseudonymous id.
    """

    plan: str
    monitor: PersonId


@attrs.frozen
class ScheduleDuty:
    """Another standing duty at the hazard.

    Attributes:
        category: ``drill``, ``training``, with levels of the integrator's own after a ``/``.
        every: on which days.
    """

    category: str
    every: Recurrence = attrs.field(converter=recurring)


@attrs.frozen
class Works:
    """Works that are to remove the hazard.

    Attributes:
        works: what is built, public.
        until: the day by whose end they are finished.
    """

    works: str
    until: date = attrs.field(converter=day)


@attrs.frozen
class SendBack:
    """Why works are not accepted, and by when they are.

    Attributes:
        reason: public.
        until: the day by whose end they are finished.
    """

    reason: str
    until: date = attrs.field(converter=day)


@attrs.frozen(kw_only=True)
class Accept:
    """Whom the hazard no longer threatens.

    Attributes:
        households: how many households.
        people: how many people of them.
        reason: why the two are true, where they do not look so.
    """

    households: int = attrs.field(validator=count)
    people: int = attrs.field(validator=count)
    reason: str = ""


def _watches(situation: Situation) -> bool:
    monitor, bearer = situation.data.monitor, situation.case.anchors["bearer"]
    return monitor is not None and situation.world.chart.holds(monitor, "monitor", bearer)


HAS_PLAN: Final = Guard(
    "has-plan",
    lambda s: bool(s.data.plan.strip()),
    "a hazard has a plan: say what is done when it moves | 隐患点须有预案，请写明险情发生时如何处置",
    asks_data=True,
)
HAS_MONITOR: Final = Guard(
    "has-monitor",
    _watches,
    "a hazard has a monitor by name: somebody who holds that post with the duty-bearer today"
    " | 隐患点须落实监测员：请指定现任该责任单位监测员的人员",
    asks_data=True,
)
PLAUSIBLE_OR_SAID: Final = Guard(
    "plausible",
    lambda s: doubt(s.data.households, s.data.people) is None or bool(s.data.reason.strip()),
    "so many people do not live in so many households; correct the numbers, or give the reason"
    " | 户数与人数不合常理，请更正，或说明理由",
    asks_data=True,
)


def _inspections(situation: Situation) -> Raising:
    data = situation.data
    category = f"inspection/{data.category}" if data.category else "inspection"
    return Raising(
        data=SetUp(title=data.title, category=category, every=data.every), anchors=dict(situation.case.anchors)
    )


def _duty(situation: Situation) -> Raising:
    data = situation.data
    return Raising(
        data=SetUp(title=situation.case.title, category=data.category, every=data.every),
        anchors=dict(situation.case.anchors),
    )


def _end(_: Situation, routine: Matter) -> End | None:
    return None if routine.root.outcome else End("the hazard was removed | 隐患已消除")


def _evacuation(situation: Situation) -> Iterable[Opening]:
    return [Opening("evacuation", data={"title": situation.case.title})]


_OPEN: Final = ("standing", "in-works", "finished")

HAZARD: Final = Flow(
    "hazard",
    1,
    "standing hazard | 隐患点",
    (
        State("standing", "standing | 在册", standing=True),
        State(
            "in-works",
            "in works | 治理中",
            (Limit(Kept("until", "at the end of the day on which works are to end | 治理到期日结束时"), "be-late"),),
        ),
        State("overdue", "works overdue | 治理逾期", (Limit("5 workdays", "press", again=True),)),
        State(
            "finished", "works finished | 待验收", (waits("3 workdays")[0], Limit("10 workdays", "press", again=True))
        ),
        State("removed", "removed | 已销号", final="removed"),
    ),
    (
        Step(
            "register",
            "register | 登记",
            NEW,
            "standing",
            IN_CHARGE,
            Register,
            (HAS_PLAN, HAS_MONITOR, PLAUSIBLE_OR_SAID),
            (
                Keep(("title", "plan", "monitor", "category", "households", "people", "reason"), ("place",)),
                Raise(ROUTINE.name, "begin", Named("inspections", _inspections), tie="duties", back="of"),
            ),
        ),
        Step(
            "renew",
            "renew plan and monitor | 更新预案和监测员",
            (*_OPEN, "overdue"),
            STAY,
            IN_CHARGE,
            Renew,
            (HAS_PLAN, HAS_MONITOR),
            (
                Keep(("plan", "monitor")),
                Tell(BEARER, "renewed", "plan or monitor of “{title}” changed | “{title}”预案或监测员已更新"),
            ),
            asks=False,
        ),
        Step(
            "schedule",
            "schedule a standing duty | 安排定期任务",
            (*_OPEN, "overdue"),
            STAY,
            IN_CHARGE,
            ScheduleDuty,
            (KNOWN_KIND, ENDLESS),
            (Raise(ROUTINE.name, "begin", Named("another-duty", _duty), tie="duties", back="of"),),
            asks=False,
        ),
        Step(
            "evacuate",
            "evacuate | 组织撤离",
            (*_OPEN, "overdue"),
            STAY,
            IN_CHARGE,
            does=(
                Spawn("evacuations", Named("evacuation", _evacuation), "ordered"),
                Tell(BEARER, "evacuate", "evacuate “{title}” and call the roll | 请组织“{title}”撤离并清点人数"),
                Tell(ABOVE, "evacuate", "“{title}” is being evacuated | “{title}”正在组织撤离"),
            ),
            asks=False,
        ),
        Step(
            "refer",
            "refer for accountability | 移送问责",
            (*_OPEN, "overdue"),
            STAY,
            ABOVE,
            Refer,
            (NOT_ITSELF,),
            REFERS,
            asks=False,
        ),
        Step(
            "plan-works",
            "plan works | 治理立项",
            "standing",
            "in-works",
            IN_CHARGE,
            Works,
            does=(
                Keep(("works", "until")),
                Tell(BEARER, "works", "works are to remove “{title}” | “{title}”已立项治理"),
                TellRequester("works", "works are to remove “{title}” | “{title}”已立项治理"),
            ),
            asks=False,
        ),
        Step(
            "finish-works",
            "report works finished | 报告完工",
            ("in-works", "overdue"),
            "finished",
            BEARER,
            does=(
                Stamp(),
                Tell(ABOVE, "finished", "the works at “{title}” are to be accepted | “{title}”治理完工，待验收"),
            ),
        ),
        Step(
            "accept",
            "accept and close | 验收销号",
            "finished",
            "removed",
            ABOVE,
            Accept,
            (PLAUSIBLE_OR_SAID,),
            (
                Keep(("households", "people", "reason")),
                CarryTo("duties", "end", Named("end-duties", _end)),
                Tell(BEARER, "removed", "“{title}” is removed | “{title}”已销号"),
                TellRequester("removed", "“{title}” is removed | “{title}”已销号"),
            ),
            reads=(Linked("duties"),),
        ),
        Step(
            "send-back",
            "send back | 退回整改",
            "finished",
            "in-works",
            ABOVE,
            SendBack,
            does=(
                Keep(("until",)),
                Stamp(clear=True),
                Tell(BEARER, "sent-back", "the works at “{title}” were not accepted | “{title}”验收未通过"),
            ),
            asks=False,
        ),
        Step(
            "be-late",
            "be late | 逾期",
            "in-works",
            "overdue",
            BY_CLOCK,
            does=each_told(BEARER, ABOVE, topic="late", text="the works at “{title}” are late | “{title}”治理逾期"),
        ),
        reminds("finished", who=ABOVE, text="works at “{title}” wait for acceptance | “{title}”待验收"),
        Step(
            "press",
            "press | 督办",
            ("overdue", "finished"),
            STAY,
            BY_CLOCK,
            does=each_told(SECRETARY, ABOVE, topic="overdue", text="“{title}” is overdue | “{title}”逾期"),
        ),
    ),
    slots={"evacuations": EVACUATION.name, "accountability": ACCOUNTABILITY.name},
    anchors=("bearer",),
)
