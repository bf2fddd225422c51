"""An application (申请) for a part of a pot: of a residents' group, with its milestones and what is paid for each of them.

Rules
-----
- Whoever may apply does so while the call is open, in their own name, once for each call. What they ask for is the sum of what the
  milestones cost, in the pot's currency, and no more than a project may cost.
- The clerk or secretary of the unit admits it, turns it down with a reason, or asks for what is missing. What is asked for and does not
  come in five working days lets it lapse. Without a word it is reminded of, then supervised.
- Until the selection the applicant may withdraw. Whatever becomes of it, they are told, and why.
- What is selected begins a grant in the same commit.

Source: Chengdu, where a pot of money calls for projects and residents' groups apply. Ours: one application each, and the time limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_RULE, REQUESTER, AnyOf, Holder
from civicflow.ids import CaseId, PersonId
from civicflow.money import Money
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Raise, Raising
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.granting.grant import GRANT, Award
from civicflow.workflows.granting.milestones import Milestone, cost, milestones
from civicflow.workflows.granting.oneself import ONESELF
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits

CLERK: Final = AnyOf(Holder("secretary", "unit"), Holder("clerk", "unit"))


def _people(given: Iterable[str]) -> tuple[PersonId, ...]:
    return tuple(map(PersonId, given))


def _some(_: object, __: object, value: tuple[Milestone, ...]) -> None:
    if not value:
        msg = "a project has at least one milestone, with what is paid for it; got none"
        raise InvalidInput(msg)
    if len({one.amount.currency for one in value}) > 1:
        msg = "the milestones of a project are paid in one currency; convert the others"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Apply:
    """What is asked of the pot.

    Attributes:
        title: the project's public headline.
        group: who asks, a residents' group by its name, public; it is paid.
        purpose: what is to be done, public.
        milestones: in order; together they cost what is asked.
        related: members of a panel who belong to the group or are close to it; they do not judge it.
        contact: private: how the group is reached.
    """

    title: str = attrs.field(validator=said)
    group: str = attrs.field(validator=said)
    purpose: str = ""
    milestones: tuple[Milestone, ...] = attrs.field(converter=milestones, validator=_some)
    related: tuple[PersonId, ...] = attrs.field(default=(), converter=_people)
    contact: str = private(default="")


@attrs.frozen
class Ask:
    """What is missing, or why it is turned down.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


@attrs.frozen
class Supply:
    """What was missing.

    Attributes:
        text: public.
    """

    text: str = attrs.field(validator=said)


@attrs.frozen(kw_only=True)
class Chosen:
    """The result of the selection for one project.

    Attributes:
        reason: why, in both languages.
        call: the call's id.
        fund: the fund that pays.
    """

    reason: str
    call: CaseId
    fund: CaseId


def _call(situation: Situation) -> Mapping[str, Any]:
    return situation.parent.data


def _fits(situation: Situation) -> bool:
    asked, most = cost(situation.data.milestones), Money(**_call(situation)["most"])
    return asked.currency == most.currency and asked <= most


FITS: Final = Guard(
    "fits-the-call",
    _fits,
    "it asks for more than a project may cost, or in another currency | 申请金额超过单个项目上限，或币种不符",
    asks_data=True,
)


def _award(situation: Situation) -> Raising:
    data, chosen = situation.case.data, situation.data
    return Raising(
        data=Award(
            title=data["title"],
            group=data["group"],
            call=chosen.call,
            fund=chosen.fund,
            milestones=data["milestones"],
        )
    )


_OPEN: Final = ("filed", "incomplete", SUPERVISED.name, "eligible")
_TOLD: Final = Keep(("reason",))

APPLICATION: Final = Flow(
    "grant-application",
    1,
    "application for a grant | 资助申请",
    (
        State("filed", "filed | 已提交", waits("3 workdays", "5 workdays")),
        State(
            "incomplete", "papers are missing | 待补正", (Limit("3 workdays", "press"), Limit("5 workdays", "lapse"))
        ),
        SUPERVISED,
        State("eligible", "eligible | 符合条件", follows=True),
        State("granted", "granted | 已入选", final="granted"),
        State("unfunded", "not selected | 未入选", final="unfunded"),
        State("ineligible", "turned down | 不符合条件", final="ineligible"),
        State("lapsed", "papers never came | 逾期未补正", final="lapsed"),
        State("withdrawn", "withdrawn | 已撤回", final="withdrawn"),
        State("called-off", "the call was called off | 遴选已取消", final="called-off"),
    ),
    (
        Step(
            "apply",
            "apply | 申请",
            NEW,
            "filed",
            ANYONE,
            Apply,
            guards=(ONESELF, FITS),
            does=(
                Keep(("title", "group", "purpose", "milestones", "related")),
                Tell(CLERK, "application", "“{title}” applies for a grant | “{title}”申请资助"),
            ),
        ),
        Step(
            "ask-for-papers",
            "ask for papers | 要求补正",
            ("filed", SUPERVISED.name),
            "incomplete",
            CLERK,
            Ask,
            does=(_TOLD, TellRequester("papers", "papers are missing for “{title}” | “{title}”需补正材料")),
            asks=False,
        ),
        Step("supply", "supply papers | 补正", "incomplete", "filed", REQUESTER, Supply),
        Step(
            "admit",
            "admit | 确认资格",
            ("filed", SUPERVISED.name),
            "eligible",
            CLERK,
            does=(TellRequester("admitted", "“{title}” takes part in the selection | “{title}”进入遴选"),),
        ),
        Step(
            "turn-down",
            "turn down | 不予受理",
            ("filed", SUPERVISED.name),
            "ineligible",
            CLERK,
            Ask,
            does=(_TOLD, Stamp(), TellRequester("turned-down", "“{title}” was turned down | “{title}”不符合条件")),
            asks=False,
        ),
        Step("withdraw", "withdraw | 撤回", _OPEN, "withdrawn", REQUESTER, does=(Stamp(),), asks=False),
        Step(
            "grant",
            "selected | 入选",
            "eligible",
            "granted",
            BY_RULE,
            Chosen,
            does=(
                _TOLD,
                Stamp(),
                TellRequester("selected", "“{title}” was selected | “{title}”入选"),
                Raise(GRANT.name, "award", Named("what-to-grant", _award), "grants"),
            ),
        ),
        Step(
            "reject",
            "not selected | 未入选",
            "eligible",
            "unfunded",
            BY_RULE,
            Chosen,
            does=(_TOLD, Stamp(), TellRequester("selected", "“{title}” was not selected | “{title}”未入选")),
        ),
        Step(
            "call-off",
            "the call was called off | 遴选取消",
            _OPEN,
            "called-off",
            BY_RULE,
            Ask,
            does=(
                _TOLD,
                Stamp(),
                TellRequester("called-off", "the call for “{title}” was called off | “{title}”所属遴选已取消"),
            ),
        ),
        Step(
            "press",
            "remind of papers | 催补正",
            "incomplete",
            STAY,
            BY_CLOCK,
            does=(TellRequester("papers", "papers are missing for “{title}” | “{title}”需补正材料"),),
        ),
        Step(
            "lapse",
            "papers never came | 逾期未补正",
            "incomplete",
            "lapsed",
            BY_CLOCK,
            does=(
                Stamp(),
                TellRequester("lapsed", "“{title}” lapsed without its papers | “{title}”因逾期未补正而终止"),
            ),
        ),
        reminds("filed", SUPERVISED.name, who=CLERK, text="“{title}” waits to be admitted | “{title}”待资格审核"),
        escalates("filed", text="“{title}” is not decided on | “{title}”资格审核逾期"),
    ),
)
