"""A standing duty that recurs (定期任务): whose it is, what kind, on which days; it stands until somebody ends it.

Source: Sichuan, Cangxi (receptions on a day of each township, yard meetings each quarter) and Yuechi (inspections,
drills and trainings at each standing hazard).

Rules
-----
- The secretary of the unit sets it up, or the level above for its units: whose duty (a body or an area, the ``bearer``), of
  which kind, on which days by a rule without an end. It may belong to another matter, for instance to a standing hazard.
- The next occasion is open from the beginning. When its day is over the one after it is opened, whatever became of it.
- Its days may be moved: the occasion ahead is dropped and one by the new days is opened. What is due already is held or
  missed first.
- It ends by whoever may set it up, with a reason, or with the matter that it belongs to: works that close a hazard end its
  inspections.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs

from civicflow.calendars import Recurrence, recurring
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf
from civicflow.ledger.canonical import plain
from civicflow.workflows.engine.children import Drop, Opening, Spawn
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Link, Linked
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.routines.occasion import ABOVE, BEARER, KINDS, OCCASION, SECRETARY, kind, occasion_of


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(ids)


@attrs.frozen(kw_only=True)
class SetUp:
    """A standing duty.

    Attributes:
        title: the public headline.
        category: what recurs: `KINDS`, with levels of the integrator's own after a ``/``.
        every: on which days.
        of: the ids of the matters that it belongs to, or none.
    """

    title: str
    category: str
    every: Recurrence = attrs.field(converter=recurring)
    of: tuple[str, ...] = attrs.field(default=(), converter=_ids)


@attrs.frozen
class Move:
    """On which days from now on.

    Attributes:
        every: the days.
    """

    every: Recurrence = attrs.field(converter=recurring)


@attrs.frozen
class End:
    """Why a standing duty ends.

    Attributes:
        reason: public.
    """

    reason: str


def _next(situation: Situation) -> list[Opening]:
    """The occasion after the day of the step, called by the day that the rule names."""
    kept: dict[str, Any] = dict(situation.case.data)
    for name in ("title", "category", "every"):
        given = getattr(situation.data, name, None)
        if given is not None:
            kept[name] = plain(given, path=name)
    calendar = situation.world.calendar
    following = recurring(kept["every"]).next(calendar, calendar.local_date(situation.happened))
    return [] if following is None else [Opening(following.nominal.isoformat(), data=occasion_of(kept))]


KNOWN_KIND: Final = Guard(
    "known-kind",
    lambda s: kind(s.data.category) in KINDS,
    f"the first level of its category is one of {', '.join(KINDS)}"
    f" | 类别的第一级须为以下之一：{'、'.join(f'{name}（{text.zh}）' for name, text in KINDS.items())}",
    asks_data=True,
)
ENDLESS: Final = Guard(
    "endless",
    lambda s: s.data.every.is_endless,
    "a standing duty recurs without an end; leave COUNT and UNTIL out, and end it with a reason"
    " | 定期任务不预设终点，请勿写COUNT或UNTIL，结束时须说明理由",
    asks_data=True,
)
KNOWN_MATTERS: Final = Guard(
    "known-matters",
    lambda s: {matter.root.id for matter in s.read("of")} == set(s.data.of),
    "a matter that it is to belong to is not known; give its id as the office spells it | 所属事项不存在，请核对事项标识",
    asks_data=True,
)
OTHER_DAYS: Final = Guard(
    "other-days",
    lambda s: s.data.every != recurring(s.case.data["every"]),
    "these are its days already | 现行日期与此相同",
    asks_data=True,
)
NONE_DUE: Final = Guard(
    "none-due",
    lambda s: "due" not in s.case.tally.get("occasions", {}),
    "an occasion is due; hold it, or let it be missed, before the days are moved | 有场次已到期，请先开展或记为未开展，再行改期",
)
_OPEN: Final = Spawn("occasions", Named("next-occasion", _next), "upcoming")
_DROP: Final = Drop(("occasions",), "dropped")
IN_CHARGE: Final = AnyOf(SECRETARY, ABOVE)

ROUTINE: Final = Flow(
    "routine",
    1,
    "standing duty | 定期任务",
    (
        State(
            "standing",
            "standing | 执行中",
            (Limit(Kept("every", "at the end of each of its days | 每逢其日结束时"), "go-on", again=True),),
        ),
        State("ended", "ended | 已终止", final="ended"),
    ),
    (
        Step(
            "begin",
            "set up | 设立",
            NEW,
            "standing",
            AnyOf(IN_CHARGE, BY_RULE),
            SetUp,
            (KNOWN_KIND, ENDLESS, KNOWN_MATTERS),
            (
                Keep(("title", "category", "every")),
                Link("of", "of"),
                _OPEN,
                Tell(BEARER, "duty", "“{title}” is your standing duty | “{title}”由您定期开展"),
            ),
            reads=(Linked("of", "of"),),
        ),
        Step("go-on", "open the next occasion | 开启下一场次", "standing", STAY, BY_CLOCK, does=(_OPEN,)),
        Step(
            "move",
            "move its days | 改期",
            "standing",
            STAY,
            IN_CHARGE,
            Move,
            (ENDLESS, OTHER_DAYS, NONE_DUE),
            (
                Keep(("every",)),
                _DROP,
                _OPEN,
                Tell(BEARER, "moved", "the days of “{title}” were moved | “{title}”已改期"),
                TellRequester("moved", "the days of “{title}” were moved | “{title}”已改期"),
            ),
            asks=False,
        ),
        Step(
            "end",
            "end | 终止",
            "standing",
            "ended",
            AnyOf(IN_CHARGE, BY_RULE),
            End,
            does=(
                Keep(("reason",)),
                _DROP,
                Tell(BEARER, "ended", "“{title}” ended | “{title}”已终止"),
                TellRequester("ended", "“{title}” ended | “{title}”已终止"),
            ),
            asks=False,
        ),
    ),
    slots={"occasions": OCCASION.name},
    anchors=("bearer",),
)
