"""A call (征集): a pot of money is announced, projects apply, and what is selected stays within the pot.

Rules
-----
- Announcing names everything that decides: the pot, until when one applies, who may, what a project may cost at most, by which rule it
  is selected, and who judges: a panel by name, or the residents. In the same commit a fund reserves the whole pot, of what is available
  or of an earmark; without it nothing is announced.
- Applications come until the day that was said. Then the secretary has each decided on, and begins the judging; nobody applies after that
  and nobody is passed over by silence.
- Judging lasts as long as was said, and ends by the clock. Nobody ends it early, since whoever sees how it stands could choose the moment.
- Selecting is not done by anybody: the rule selects, in the same commit the grants begin, each applicant is told why, and what is left
  of the pot is released to the fund. Grants are paid out of what is reserved for the call, so the pot is never exceeded.
- A panel of which no more than half has scored selects nothing, nor does a vote without a voter: the call ends void.
- Before the selection the secretary may cancel with a reason; every applicant is told, and the pot is released.

Source: Chengdu: a pot calls for projects, residents' groups apply, a panel with residents' delegates or a vote selects within the pot.
Ours: the reservation, more than half of the panel, conflicts of interest, and the time limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit, day, time_limit
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, Holder
from civicflow.ids import CaseId, PersonId
from civicflow.money import Money, positive
from civicflow.texts import Text
from civicflow.workflows.engine.effects import Compute, Keep, Stamp, Turn
from civicflow.workflows.engine.fields import distinct
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Brood, CarryEach, CarryTo, Link, Linked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.engine.validators import at_least, said
from civicflow.workflows.funds.fund import Release, Reserve, covers
from civicflow.workflows.granting import SelectionRule
from civicflow.workflows.granting.application import APPLICATION, Ask
from civicflow.workflows.granting.choosing import (
    TellPanel,
    chosen,
    eligible,
    interests,
    result,
    rule_of,
    verdicts,
)
from civicflow.workflows.granting.sheet import SHEET
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits

SECRETARY: Final = Holder("secretary", "unit")
_NOBODY: Final = Text("nothing was selected: no valid judging", "评审无效，未作遴选")


def _members(given: Iterable[str]) -> tuple[PersonId, ...]:
    return tuple(map(PersonId, distinct(given)))


@attrs.frozen(kw_only=True)
class Announce:
    """A call, with everything that decides.

    Attributes:
        title: its public headline.
        pot: what there is; more than zero, in the fund's currency.
        fund: the fund that pays.
        purpose: the earmark of the fund on which the pot draws; empty for what is available.
        closes: the last day on which one may apply, in the zone of the place.
        who: who may apply, in words.
        rule: how it is selected: `Greedy` or `EqualShares`.
        judging: how long judging lasts.
        points: the most that a voter gives a project; 1 for approving.
        panel: the members of the panel; nobody where residents vote.
        most: what a project may cost at most; None for the whole pot.
    """

    title: str = attrs.field(validator=said)
    pot: Money = attrs.field(validator=positive)
    fund: CaseId
    purpose: str = ""
    closes: date = attrs.field(converter=day)
    who: str = ""
    rule: SelectionRule = attrs.field(converter=rule_of)
    judging: TimeLimit = attrs.field(converter=time_limit)
    points: int = attrs.field(default=1, validator=at_least(1))
    panel: tuple[PersonId, ...] = attrs.field(default=(), converter=_members)
    most: Money | None = attrs.field(default=None, validator=attrs.validators.optional(positive))


@attrs.frozen
class Recuse:
    """A conflict of interest (回避).

    Attributes:
        member: the member of the panel.
        application: the project that they do not judge.
    """

    member: PersonId
    application: CaseId


@attrs.frozen
class Cancel:
    """Why a call is called off.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


def _reserve(situation: Situation, *_: object) -> Reserve:
    return Reserve(situation.data.pot, situation.case.id, situation.data.purpose)


def pot(call: Case) -> Money:
    """What there is."""
    return Money(**call.data["pot"])


def spent(call: Case) -> Money:
    """What was selected for; nothing before that."""
    return Money(**call.data["spent"]) if "spent" in call.data else Money(0, pot(call).currency)


def _whole(situation: Situation, _: object) -> Release:
    return Release(pot(situation.case), situation.case.id)


def _applied(situation: Situation) -> list[Case]:
    return [matter.root for matter in situation.read("applications")]


def _most(situation: Situation) -> dict[str, Any]:
    given = situation.data
    return {"most": given.pot if given.most is None else given.most}


def _candidates(situation: Situation) -> dict[str, Any]:
    parts = eligible(_applied(situation))
    return {
        "candidates": {case.id: case.data["title"] for case in parts},
        "conflicts": interests(situation.case.data["panel"], parts),
    }


def _conflict(situation: Situation) -> dict[str, Any]:
    given, conflicts = situation.data, situation.case.data["conflicts"]
    theirs = sorted({*conflicts.get(given.member, ()), given.application})
    return {"conflicts": {**conflicts, given.member: theirs}}


def _is_valid(situation: Situation) -> bool:
    return 2 * len(situation.read("sheets")) > len(situation.case.data["panel"])


def _speaks_for_it(situation: Situation) -> bool:
    actor, unit = situation.actor, situation.case.unit
    if actor.person == situation.data.member:
        return True
    return unit is not None and SECRETARY.allows(actor, {"unit": unit}, situation.world.chart)


COVERED: Final = Guard(
    "pot-covered",
    lambda s: (
        [covers(matter.root, _reserve(s)) for matter in s.read("funds")] == [True]
    ),  # a fund that is not there is not read
    "the fund does not hold the pot for that purpose, or holds another currency | 资金账户该用途的余额不足或币种不符",
    asks_data=True,
    revision=3,
)
AHEAD: Final = Guard(
    "closes-ahead",
    lambda s: s.data.closes >= s.world.calendar.local_date(s.happened),
    "one may apply until a day that has not passed | 截止日期不得早于今日",
    asks_data=True,
)
ALL_DECIDED: Final = Guard(
    "all-decided",
    lambda s: all(case.outcome or case.state == "eligible" for case in _applied(s)),
    "applications wait to be admitted or turned down | 尚有申请未作资格审核",
)
HAS_CANDIDATES: Final = Guard(
    "has-candidates", lambda s: bool(eligible(_applied(s))), "nobody takes part | 无符合条件的申请"
)
VALID: Final = Guard(
    "valid",
    _is_valid,
    "more than half of the panel score, and somebody votes | 评审须有过半数成员评分，投票须有人参与",
)
IN_THE_PANEL: Final = Guard(
    "in-the-panel",
    lambda s: s.data.member in s.case.data["panel"] and s.data.application in s.case.data["candidates"],
    "only members of the panel stand back, from projects that take part | 仅评审组成员可就参评项目回避",
    asks_data=True,
)
SPEAKS_FOR_IT: Final = Guard(
    "speaks-for-it",
    _speaks_for_it,
    "a member stands back by themselves, or by the secretary | 由成员本人或书记提出回避",
    asks_data=True,
)


def _rest(situation: Situation, _: object) -> Release | None:
    left = chosen(situation).left
    return Release(left, situation.case.id) if left.amount else None


def _still_open(situation: Situation, matter: Matter) -> Ask | None:
    if matter.root.outcome:
        return None
    return Ask(str(_NOBODY) if situation.data is None else situation.data.reason)


_CALLS_OFF: Final = CarryTo("applications", "call-off", Named("still-open", _still_open))
_GIVES_BACK: Final = CarryTo("funds", "release", Named("whole-pot", _whole))
_SELECTS: Final = (
    Compute(Named("result", result)),
    CarryEach("applications", "grant", Named("winners", lambda s: verdicts(s, won=True))),
    CarryEach("applications", "reject", Named("losers", lambda s: verdicts(s, won=False))),
    CarryTo("funds", "release", Named("rest", _rest)),
)
_FUNDS: Final = Linked("funds")
_APPLICATIONS: Final = Brood("applications", back=1)

CALL: Final = Flow(
    "call",
    1,
    "call for projects | 项目征集",
    (
        State(
            "open",
            "open for applications | 征集中",
            (Limit(Kept("closes", "when the last day has passed | 截止日届满"), "close"),),
            broods=("application",),
        ),
        State("checking", "applications are checked | 资格审核中", waits("5 workdays", "10 workdays")),
        SUPERVISED,
        State(
            "judging",
            "judged | 评审中",
            (Limit(Kept("judging", "when the time for judging is over | 评审期满"), "end-judging"),),
            broods=("sheet",),
        ),
        State("selecting", "selected from | 遴选中", (Limit("0 hours", "select"),)),
        State("selected", "selected | 已遴选", final="selected"),
        State("void", "void | 遴选未成", final="void"),
        State("cancelled", "cancelled | 已取消", final="cancelled"),
    ),
    (
        Step(
            "announce",
            "announce | 发布",
            NEW,
            "open",
            SECRETARY,
            Announce,
            guards=(COVERED, AHEAD),
            does=(
                Keep(("title", "pot", "purpose", "closes", "who", "rule", "judging", "points", "panel")),
                Compute(Named("most", _most)),
                Link("funds", "fund"),
                CarryTo("funds", "reserve", Named("pot", _reserve, 2)),
            ),
            reads=(Linked("funds", "fund"),),
        ),
        Step(
            "close",
            "no more applications | 截止",
            "open",
            "checking",
            BY_CLOCK,
            does=(
                Turn(),
                Tell(SECRETARY, "closed", "applications for “{title}” are to be decided | “{title}”待资格审核"),
            ),
        ),
        Step(
            "begin-judging",
            "begin judging | 开始评审",
            ("checking", SUPERVISED.name),
            (
                Branch(
                    HAS_CANDIDATES,
                    "judging",
                    (
                        Compute(Named("candidates", _candidates)),
                        TellPanel("judging", Text("please score “{title}”", "请对“{title}”评分")),
                    ),
                ),
                Branch(ELSE, "void", (_GIVES_BACK, Stamp())),
            ),
            SECRETARY,
            guards=(ALL_DECIDED,),
            reads=(_APPLICATIONS, _FUNDS),
        ),
        Step(
            "recuse",
            "stand back | 回避",
            "judging",
            STAY,
            ANYONE,
            Recuse,
            guards=(IN_THE_PANEL, SPEAKS_FOR_IT),
            does=(Compute(Named("conflict", _conflict)),),
            asks=False,
        ),
        Step("end-judging", "judging is over | 评审结束", "judging", "selecting", BY_CLOCK, does=(Turn(),)),
        Step(
            "select",
            "select | 遴选",
            "selecting",
            (
                Branch(VALID, "selected", _SELECTS),
                Branch(ELSE, "void", (_CALLS_OFF, _GIVES_BACK)),
            ),
            BY_CLOCK,
            does=(Stamp(), Tell(SECRETARY, "selected", "“{title}” was selected from | “{title}”遴选结果已出")),
            reads=(Brood("applications", back=2), Brood("sheets", back=1), _FUNDS),
        ),
        Step(
            "cancel",
            "cancel | 取消",
            ("checking", SUPERVISED.name, "judging"),
            "cancelled",
            SECRETARY,
            Cancel,
            does=(Keep(("reason",)), _CALLS_OFF, _GIVES_BACK, Stamp()),
            asks=False,
            reads=(_APPLICATIONS, _FUNDS),
        ),
        reminds("checking", SUPERVISED.name, who=SECRETARY, text="“{title}” waits to be judged | “{title}”待开始评审"),
        escalates("checking", text="applications for “{title}” are not judged | “{title}”逾期未开始评审"),
    ),
    broods={"application": APPLICATION.name, "sheet": SHEET.name},
)
