"""A grant (资助): what a selected project is paid, milestone by milestone, and what it gives back where it does not deliver.

Rules
-----
- By the day of each milestone the group reports: what was done, with evidence, and how many took part. When the day passes, the group,
  the secretary and the level above are told, and again every ten working days.
- The secretary accepts a report: in the same commit the fund pays the milestone's amount out of what is reserved for the call, and never
  twice. Or sends it back with a reason and another day. Without a word they are reminded, then supervised.
- What is not delivered is not paid. The secretary may stop a grant with a reason, the group may give it up; what was not paid is released
  to the fund in the same commit.
- Where something was paid for what was not kept up, the stop names what is to be recovered, no more than was paid. It is asked for every
  ten working days, up to the level above, until it is returned, which is paid into the fund; or the level above writes it off with a reason.

Source: Chengdu and Yudong: results are reported. Ours: that instalments follow milestones, recovering, and all time limits.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import attrs

from civicflow.calendars import day
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, REQUESTER, Holder
from civicflow.ids import CaseId
from civicflow.ledger.canonical import plain
from civicflow.money import Money, positive
from civicflow.workflows.engine.effects import Compute, Keep, Stamp
from civicflow.workflows.engine.fields import texts
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Link, Linked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import TellRequester, each_told
from civicflow.workflows.engine.validators import at_least, said
from civicflow.workflows.funds.fund import TREASURER, Deposit, Pay, Release, purpose_of
from civicflow.workflows.granting.milestones import Milestone, cost_of, milestones
from civicflow.workflows.pressing import SUPERVISED, SUPERVISOR, escalates, reminds, waits

SECRETARY: Final = Holder("secretary", "unit")
_FUNDS: Final = Linked("funds")
_DUE: Final = Kept("due", "when the day of the milestone has passed | 节点日期届满")


@attrs.frozen(kw_only=True)
class Award:
    """What was selected.

    Attributes:
        title: the project's headline.
        group: who is paid.
        call: the id of the call, for which the fund has reserved the money.
        fund: the fund that pays.
        milestones: in order.
    """

    title: str
    group: str
    call: CaseId
    fund: CaseId
    milestones: tuple[Milestone, ...] = attrs.field(converter=milestones)


def _some(_: object, __: object, value: tuple[str, ...]) -> None:
    if not any(one.strip() for one in value):
        msg = "a report comes with evidence: photographs, receipts, the digest of a file; got none"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class ReportMilestone:
    """What was done for the milestone that is due.

    Attributes:
        text: what was done, public.
        evidence: what shows it: at least one; digests of files that are attached, or where they lie.
        participants: how many took part.
    """

    text: str = attrs.field(validator=said)
    evidence: tuple[str, ...] = attrs.field(converter=texts, validator=_some)
    participants: int = attrs.field(default=0, validator=at_least(0))


@attrs.frozen
class Postpone:
    """Another day for the milestone that is due.

    Attributes:
        due: the day.
        reason: why, public.
    """

    due: date = attrs.field(converter=day)
    reason: str = attrs.field(validator=said)


@attrs.frozen
class StopGrant:
    """Why a grant ends before its last milestone.

    Attributes:
        reason: public.
        recover: what the group has to give back of what it was paid; None for nothing.
    """

    reason: str = attrs.field(validator=said)
    recover: Money | None = attrs.field(default=None, validator=attrs.validators.optional(positive))


@attrs.frozen
class Why:
    """A reason.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


def granted(grant: Case) -> Money:
    """What was granted in all."""
    return cost_of(grant)


def paid_out(grant: Case) -> Money:
    """What was paid of it."""
    return Money(**grant.data["paid"])


def unpaid(grant: Case) -> Money:
    """What was not paid yet."""
    return granted(grant) - paid_out(grant)


def _milestone(grant: Case) -> Milestone:
    return milestones(grant.data["milestones"])[int(grant.data["next"])]


def _begun(situation: Situation) -> dict[str, Any]:
    first = situation.data.milestones[0]
    return {"next": 0, "due": first.by, "paid": Money(0, first.amount.currency), "participants": 0}


def _taken_part(situation: Situation) -> dict[str, Any]:
    return {"reported": situation.data.participants}


def _accepted(situation: Situation) -> dict[str, Any]:
    case = situation.case
    after: dict[str, Any] = {
        "next": case.data["next"] + 1,
        "paid": paid_out(case) + _milestone(case).amount,
        "participants": case.data["participants"] + case.data["reported"],
    }
    if not _is_last(situation):
        after["due"] = milestones(case.data["milestones"])[case.data["next"] + 1].by
    return after


def _is_last(situation: Situation) -> bool:
    data = situation.case.data
    return bool(data["next"] + 1 == len(data["milestones"]))


def _pay(situation: Situation, _: object) -> Pay:
    case, milestone = situation.case, _milestone(situation.case)
    return Pay(milestone.amount, case.data["call"], case.data["group"], f"{case.data['title']}: {milestone.name}")


def _release(situation: Situation, _: object) -> Release:
    return Release(unpaid(situation.case), situation.case.data["call"])


def _recovers(situation: Situation) -> bool:
    return situation.data.recover is not None


def _recoverable(situation: Situation) -> bool:
    asked, had = situation.data.recover, paid_out(situation.case)
    return asked is None or (asked.currency == had.currency and asked <= had)


def _recovering(situation: Situation) -> dict[str, Any]:
    return {"recover": plain(situation.data.recover)}


def _deposit(situation: Situation, fund: Matter) -> Deposit:
    """What comes back is for what the pot was for."""
    case = situation.case
    note = f"returned of “{case.data['title']}”"
    purpose = purpose_of(fund.root, case.data["call"])
    return Deposit(Money(**case.data["recover"]), note, source=case.data["group"], purpose=purpose)


LAST: Final = Guard("last-milestone", _is_last, "milestones are still to come | 尚有后续节点")
RECOVERS: Final = Guard("recovers", _recovers, "nothing is to be recovered | 无须追回", asks_data=True)
RECOVERABLE: Final = Guard(
    "recoverable",
    _recoverable,
    "no more can be recovered than was paid, in the same currency | 追回金额不得超过已付金额，且币种须一致",
    asks_data=True,
)
AHEAD: Final = Guard(
    "due-ahead",
    lambda s: s.data.due >= s.world.calendar.local_date(s.happened),
    "a milestone is put off to a day that has not passed | 节点不得延至已过日期",
    asks_data=True,
)
FUND_IS_OPEN: Final = Guard(
    "fund-is-open",
    lambda s: all(not matter.root.outcome for matter in s.read("funds")),
    "the fund is closed; write off what cannot be paid into it | 资金账户已销户，请核销",
)
_RELEASES: Final = CarryTo("funds", "release", Named("unpaid", _release))
_DAY: Final = Keep(("due", "reason"))

GRANT: Final = Flow(
    "grant",
    1,
    "grant | 资助",
    (
        State("running", "running | 实施中", (Limit(_DUE, "overdue"),)),
        State("overdue", "its report is overdue | 报告逾期", (Limit("10 workdays", "press", again=True),)),
        State("reported", "reported | 已报告", waits("5 workdays", "10 workdays")),
        SUPERVISED,
        State("recovering", "money to be returned | 待退回资金", (Limit("10 workdays", "ask-back", again=True),)),
        State("completed", "completed | 已完成", final="completed"),
        State("stopped", "stopped | 已终止", final="stopped"),
        State("given-up", "given up | 已放弃", final="given-up"),
        State("written-off", "written off | 已核销", final="written-off"),
    ),
    (
        Step(
            "award",
            "award | 授予",
            NEW,
            "running",
            BY_RULE,
            Award,
            does=(
                Keep(("title", "group", "call", "milestones")),
                Link("funds", "fund"),
                Compute(Named("begun", _begun)),
            ),
        ),
        Step(
            "report",
            "report | 报告",
            ("running", "overdue"),
            "reported",
            REQUESTER,
            ReportMilestone,
            does=(
                Compute(Named("taken-part", _taken_part)),
                *each_told(
                    SECRETARY, topic="report", text="a milestone of “{title}” was reported | “{title}”已提交节点报告"
                ),
            ),
        ),
        Step(
            "accept",
            "accept and pay | 验收并支付",
            ("reported", SUPERVISED.name),
            (Branch(LAST, "completed", (Stamp(),)), Branch(ELSE, "running")),
            SECRETARY,
            does=(
                CarryTo("funds", "pay", Named("instalment", _pay)),
                Compute(Named("accepted", _accepted)),
                TellRequester("accepted", "a milestone of “{title}” was accepted and paid | “{title}”节点已验收并支付"),
            ),
            reads=(_FUNDS,),
        ),
        Step(
            "send-back",
            "send back | 退回补充",
            ("reported", SUPERVISED.name),
            "running",
            SECRETARY,
            Postpone,
            guards=(AHEAD,),
            does=(_DAY, TellRequester("sent-back", "a report of “{title}” was sent back | “{title}”节点报告被退回")),
            asks=False,
        ),
        Step(
            "put-off",
            "put off | 延期",
            ("running", "overdue"),
            "running",
            SECRETARY,
            Postpone,
            guards=(AHEAD,),
            does=(_DAY, TellRequester("put-off", "a milestone of “{title}” was put off | “{title}”节点已延期")),
            asks=False,
        ),
        Step(
            "stop",
            "stop | 终止",
            ("running", "overdue", "reported", SUPERVISED.name),
            (
                Branch(RECOVERS, "recovering", (Compute(Named("recovering", _recovering)),)),
                Branch(ELSE, "stopped", (Stamp(),)),
            ),
            SECRETARY,
            StopGrant,
            guards=(RECOVERABLE,),
            does=(
                Keep(("reason",)),
                _RELEASES,
                TellRequester("stopped", "the grant for “{title}” was stopped | “{title}”的资助已终止"),
            ),
            asks=False,
            reads=(_FUNDS,),
        ),
        Step(
            "give-up",
            "give up | 放弃",
            ("running", "overdue"),
            "given-up",
            REQUESTER,
            Why,
            does=(
                Keep(("reason",)),
                _RELEASES,
                Stamp(),
                *each_told(SECRETARY, topic="given-up", text="“{title}” was given up | “{title}”已放弃资助"),
            ),
            asks=False,
            reads=(_FUNDS,),
        ),
        Step(
            "enter-return",
            "enter what was returned | 登记退回",
            "recovering",
            "stopped",
            TREASURER,
            guards=(FUND_IS_OPEN,),
            does=(
                CarryTo("funds", "deposit", Named("returned", _deposit, 2)),
                Stamp(),
                TellRequester("returned", "what was to be returned of “{title}” has come | “{title}”应退资金已到账"),
            ),
            reads=(_FUNDS,),
        ),
        Step(
            "write-off",
            "write off | 核销",
            "recovering",
            "written-off",
            SUPERVISOR,
            Why,
            does=(
                Keep(("reason",)),
                Stamp(),
                TellRequester("written-off", "what was owed of “{title}” was written off | “{title}”应退资金已核销"),
            ),
            asks=False,
        ),
        Step(
            "overdue",
            "the day has passed | 逾期",
            "running",
            "overdue",
            BY_CLOCK,
            does=(
                TellRequester("overdue", "a report of “{title}” is overdue | “{title}”节点报告逾期"),
                *each_told(
                    SECRETARY,
                    SUPERVISOR,
                    topic="overdue",
                    text="a report of “{title}” is overdue | “{title}”节点报告逾期",
                ),
            ),
        ),
        Step(
            "press",
            "press for the report | 催报告",
            "overdue",
            STAY,
            BY_CLOCK,
            does=(
                TellRequester("overdue", "a report of “{title}” is overdue | “{title}”节点报告逾期"),
                *each_told(
                    SECRETARY,
                    SUPERVISOR,
                    topic="overdue",
                    text="a report of “{title}” is overdue | “{title}”节点报告逾期",
                ),
            ),
        ),
        Step(
            "ask-back",
            "ask for the money | 催退",
            "recovering",
            STAY,
            BY_CLOCK,
            does=(
                TellRequester("return", "money of “{title}” is to be returned | “{title}”有资金待退回"),
                *each_told(
                    SECRETARY,
                    SUPERVISOR,
                    topic="return",
                    text="money of “{title}” is to be returned | “{title}”有资金待退回",
                ),
            ),
        ),
        reminds(
            "reported", SUPERVISED.name, who=SECRETARY, text="a report of “{title}” waits | “{title}”节点报告待验收"
        ),
        escalates("reported", text="a report of “{title}” is not accepted or sent back | “{title}”节点报告逾期未验收"),
    ),
)
