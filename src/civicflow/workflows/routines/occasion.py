"""An occasion (场次) of a standing duty: one reception, inspection, drill, training or visit.

Source: Sichuan, Cangxi: a monthly reception in 31 townships and towns, a quarterly yard meeting in 454 villages and
communities. Yuechi: 49 standing hazards are inspected, 49 drills and 4 trainings were held.

Rules
-----
- It is held on its day, by whoever bears the duty, and recorded: who took part, how many, what was found. Inspections,
  drills, trainings and visits may be held before, any time since the one before fell due; a reception has its day, on which
  residents come.
- When its day is over it is due: whoever bears it is reminded, and has three working days to hold it late, or to record
  what was held in time.
- After that it is missed, which is recorded for good; the level above is told. A missed inspection is itself a ticket,
  which somebody has to see to.
- The last rule and the three working days are ours, a default.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.calendars import recurring
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Holder
from civicflow.texts import Text
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import ELSE, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Raise, Raising
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester, each_told
from civicflow.workflows.pressing import reminds
from civicflow.workflows.tickets.parts import Order

BEARER: Final = AnyOf(Holder("officer", "bearer"), Holder("monitor", "bearer"))
"""Who bears a duty: at the body or area that it names as its ``bearer``."""

SECRETARY: Final = Holder("secretary", "unit")
ABOVE: Final = Holder("secretary", "above")

KINDS: Final = {
    "sitting": Text("sitting", "接访（坐班）"),
    "inspection": Text("inspection", "巡查"),
    "drill": Text("drill", "演练"),
    "training": Text("training", "培训"),
    "visit": Text("visit", "走访"),
}
"""What recurs, by the first level of a category: ``inspection/landslide`` is an inspection."""


def kind(category: str) -> str:
    """The first level of a category.

    >>> kind("inspection/landslide")
    'inspection'
    """
    return category.partition("/")[0]


def _count(_: object, attribute: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int or value < 0:
        msg = f"{attribute.name} is a whole number, 0 or more; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Held:
    """How an occasion was held.

    Attributes:
        people: how many took part or came.
        matters: how many things were found, raised or received.
        found: what was found or done, public.
        present: private: who took part, by name.
    """

    people: int = attrs.field(default=0, validator=_count)
    matters: int = attrs.field(default=0, validator=_count)
    found: str = ""
    present: str = private(default="")


def _day_has_come(situation: Situation) -> bool:
    case, calendar = situation.case, situation.world.calendar
    if kind(case.data.get("category", "")) != "sitting" or case.opened is None:
        return True
    today = calendar.local_date(situation.happened)
    fixed = recurring(case.data["every"]).next(calendar, calendar.local_date(case.opened))
    return fixed is None or today >= fixed.day


ON_ITS_DAY: Final = Guard(
    "its-day-has-come",
    _day_has_come,
    "a reception is held on its day, on which residents come | 接访须在公布之日开展",
)

IS_INSPECTION: Final = Guard(
    "is-inspection",
    lambda s: kind(s.case.data.get("category", "")) == "inspection",
    "only a missed inspection becomes a ticket | 仅未开展的巡查转为工单",
)


def _ticket(situation: Situation) -> Raising:
    """The ticket that a missed inspection is: called by what was missed, and when."""
    data = situation.case.data
    return Raising(data=Order(title=f"{data['title']} {situation.case.key}", category=f"missed/{data['category']}"))


_AS_TICKET: Final = Raise("four-part-ticket", "order", Named("missed-inspection", _ticket), tie="ticket")

OCCASION: Final = Flow(
    "occasion",
    1,
    "occasion of a standing duty | 定期任务场次",
    (
        State(
            "upcoming", "upcoming | 待开展", (Limit(Kept("every", "at the end of its day | 当日结束时"), "fall-due"),)
        ),
        State("due", "due | 已到期", (Limit("1 workday", "remind"), Limit("3 workdays", "miss"))),
        State("held", "held | 已开展", final="held"),
        State("missed", "missed | 未开展", final="missed"),
        State("dropped", "no longer needed | 不再需要", final="dropped"),
    ),
    (
        Step(
            "hold",
            "hold and record | 开展并登记",
            ("upcoming", "due"),
            "held",
            BEARER,
            Held,
            (ON_ITS_DAY,),
            (Keep(("people", "matters", "found")), Stamp()),
        ),
        Step(
            "fall-due",
            "fall due | 到期",
            "upcoming",
            "due",
            BY_CLOCK,
            does=(Tell(BEARER, "due", "“{title}” was due today; record it | “{title}”今日到期，请登记"),),
        ),
        reminds("due", who=BEARER, text="“{title}” is due and not recorded | “{title}”已到期，尚未登记"),
        Step(
            "miss",
            "miss | 记为未开展",
            "due",
            (Branch(IS_INSPECTION, "missed", (_AS_TICKET,)), Branch(ELSE, "missed")),
            BY_CLOCK,
            does=(
                *each_told(BEARER, ABOVE, topic="missed", text="“{title}” was missed | “{title}”未按期开展"),
                TellRequester("missed", "“{title}” was missed | “{title}”未按期开展"),
            ),
        ),
        # Whoever moves or ends the duty ends what is open of it (see `Drop`); nobody takes this step alone.
        Step("drop", "no longer needed | 不再需要", ("upcoming", "due"), "dropped", BY_RULE),
    ),
    opened_in=("upcoming",),
    anchors=("bearer",),
)


def occasion_of(case_data: dict[str, Any]) -> dict[str, Any]:
    """What an occasion begins with, of what its duty keeps."""
    return {name: case_data[name] for name in ("title", "category", "every")}
