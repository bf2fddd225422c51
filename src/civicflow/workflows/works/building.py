"""Building by milestones (分期建设与支付) as a stage: a plan that adds up to the award, and each part reported, inspected, paid.

Rules
-----
- The office agrees with the contractor on milestones, each with its day and its amount, and on what is retained. Together they
  are the award, to the fen. No more than 3 in a hundred is retained; it is paid when the whole has been accepted.
- One milestone after the other: reported with evidence, inspected by somebody who neither built nor reported it, then paid out
  of what is reserved for the work, from each source in proportion. Defects are named and the milestone is sent back, with a day.
- Late, the contractor, the office and the level above are told, and the latter two again every five working days; the day is put off
  with a reason only.
- The amount of a milestone that is not reported yet may be changed by those who asked for the work, with a reason, as long as all
  stays within the budget: whoever pays does not decide how much.
- The office may end the contract with a reason: what was paid stays paid, the rest goes back (see `settling`).
- Nothing is planned or paid but what was decided (see `decision`).

Source: Chengdu: after quotes were compared a plan and a contractor are chosen, then it is built. The cap of the retention is that
of the Ministries of Housing and of Finance for building works, notice 138 of 2017, article 7: 3 in a hundred of the final account.
(Read in a copy of April 2025.) Ours: milestones in order, their inspection, and the limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import attrs

from civicflow.calendars import day
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Holder, Who
from civicflow.money import Money, positive, total
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.fields import texts
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Linked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester, each_told
from civicflow.workflows.funds.fund import Pay
from civicflow.workflows.pressing import SUPERVISOR
from civicflow.workflows.reasons import HAS_REASON
from civicflow.workflows.works.accounts import from_each, holds, paid_of, sources_of
from civicflow.workflows.works.decision import AS_DECIDED, Execute
from civicflow.workflows.works.roles import (
    CONTRACTOR,
    NOT_THE_BUILDER,
    PAYER,
    SECRETARY,
    GiveUp,
    money_of,
    waiting,
)

MOST_RETAINED: Final = Fraction(3, 100)
"""Of the award: notice 138 of 2017, article 7."""


@attrs.frozen(kw_only=True)
class Milestone:
    """A part of the work that is reported, inspected and paid by itself.

    Attributes:
        name: what is done by then, public; another one for each.
        until: the day by whose end it is reported.
        amount: what is paid for it.
    """

    name: str
    until: date = attrs.field(converter=day)
    amount: Money = attrs.field(validator=positive)


def shared_out(award: Money, named: Iterable[tuple[str, date | str, Fraction]]) -> tuple[Milestone, ...]:
    """Milestones by their shares of an award.

    >>> [
    ...     m.amount
    ...     for m in shared_out(
    ...         Money("100"), [("a", "2026-05-01", Fraction(1, 3)), ("b", "2026-06-01", Fraction(2, 3))]
    ...     )
    ... ]
    [Money('33.33', 'CNY'), Money('66.67', 'CNY')]

    Args:
        award: what is shared out, to the fen.
        named: name, day and share of each, in order.

    Raises:
        InvalidInput: if the shares do not sum to one.
    """
    several = tuple(named)
    amounts = award.shared([share for _, _, share in several])
    return tuple(
        Milestone(name=name, until=day(until), amount=amount)
        for (name, until, _), amount in zip(several, amounts, strict=True)
    )


def _milestones(given: Iterable[Milestone]) -> tuple[Milestone, ...]:
    return tuple(given)


def _several(_: object, __: object, value: tuple[Milestone, ...]) -> None:
    names = [milestone.name for milestone in value]
    if not names or len(set(names)) < len(names):
        msg = f"a plan has milestones, each with a name of its own; got {names}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Plan(Execute):
    """What contractor and office agree on.

    Attributes:
        milestones: in order.
        retained: what is paid only when the whole has been accepted; None for nothing.
    """

    milestones: tuple[Milestone, ...] = attrs.field(converter=_milestones, validator=_several)
    retained: Money | None = attrs.field(default=None, validator=attrs.validators.optional(positive))


@attrs.frozen
class Report:
    """What was done.

    Attributes:
        done: in words, public.
        evidence: what shows it: names of attached photos or papers, one or more.
    """

    done: str
    evidence: tuple[str, ...] = attrs.field(converter=texts)


@attrs.frozen
class Defects:
    """What is not as it should be, and by when it is mended.

    Attributes:
        defects: one by one, public.
        until: the day by whose end it is reported again.
    """

    defects: tuple[str, ...] = attrs.field(converter=texts)
    until: date = attrs.field(converter=day)


@attrs.frozen
class PutOff:
    """Another day for the milestone in work.

    Attributes:
        until: the day by whose end it is reported.
        reason: public.
    """

    until: date = attrs.field(converter=day)
    reason: str


@attrs.frozen
class Vary:
    """Another amount for a milestone.

    Attributes:
        milestone: by name.
        amount: what is paid for it now.
        reason: public.
    """

    milestone: str
    amount: Money = attrs.field(validator=positive)
    reason: str


# -- what the case keeps ---------------------------------------------------------------------------------------------------


def contract_sum(data: Mapping[str, Any]) -> Money:
    """What the contract comes to: milestones as they are now, and what is retained."""
    plan, currency = data["plan"], data["award"]["amount"]["currency"]
    retained = [money_of(plan["retained"])] if plan["retained"] else []
    return total([*(money_of(one["amount"]) for one in plan["milestones"]), *retained], currency)


def current(case: Case) -> Mapping[str, Any]:
    """The milestone that is in work, or was reported and is to be inspected or paid."""
    found: Mapping[str, Any] = case.data["plan"]["milestones"][case.data["reached"]]
    return found


def _planned(situation: Situation) -> dict[str, Any]:
    given: Plan = situation.data
    return {
        "plan": {"milestones": list(given.milestones), "retained": given.retained, "decision": given.decision},
        "reached": 0,
        "until": given.milestones[0].until,
        "payments": [],
        "changes": [],
        "reporters": [],
    }


def reporting(situation: Situation) -> dict[str, Any]:
    """The actor had a hand in what is to be inspected."""
    return {"reporters": sorted({*situation.case.data.get("reporters", ()), str(situation.actor.person)})}


def _reported(situation: Situation) -> dict[str, Any]:
    return {**reporting(situation), "defects": []}


def _varied(situation: Situation) -> dict[str, Any]:
    given, data = situation.data, situation.case.data
    milestones = data["plan"]["milestones"]
    was = next(money_of(one["amount"]) for one in milestones if one["name"] == given.milestone)
    change = {"milestone": given.milestone, "by": given.amount - was, "reason": given.reason}
    now = [{**one, "amount": given.amount} if one["name"] == given.milestone else one for one in milestones]
    return {"plan": {**data["plan"], "milestones": now}, "changes": [*data["changes"], change]}


def _payment(situation: Situation) -> tuple[Money, ...]:
    """What the milestone takes from each source, in their order."""
    gave = [amount for _, amount in sources_of(situation.case)]
    return from_each(money_of(current(situation.case)["amount"]), gave, paid_of(situation.case))


def _paid(situation: Situation) -> dict[str, Any]:
    data, case = situation.case.data, situation.case
    funds = [fund for fund, _ in sources_of(case)]
    payment = {
        "for": current(case)["name"],
        "amount": current(case)["amount"],
        "of": [{"fund": f, "amount": a} for f, a in zip(funds, _payment(situation), strict=True)],
        "decision": situation.data.decision,
    }
    reached = data["reached"] + 1
    milestones: Sequence[Mapping[str, Any]] = data["plan"]["milestones"]
    following = {"until": milestones[reached]["until"]} if reached < len(milestones) else {}
    return {"payments": [*data["payments"], payment], "reached": reached, **following}


def _pay(situation: Situation, fund: Matter) -> Pay | None:
    case = situation.case
    parts = dict(zip((one for one, _ in sources_of(case)), _payment(situation), strict=True))
    amount = parts.get(fund.root.id)
    if not amount or not amount.amount:
        return None
    return Pay(amount, case.id, case.data["award"]["bidder"], current(case)["name"])


# -- the rules -------------------------------------------------------------------------------------------------------------


def _adds_up(situation: Situation) -> bool:
    given: Plan = situation.data
    award = money_of(situation.case.data["award"]["amount"])
    amounts = [*(one.amount for one in given.milestones), *([given.retained] if given.retained else [])]
    return {amount.currency for amount in amounts} == {award.currency} and total(amounts, award.currency) == award


def _is_in_order(situation: Situation) -> bool:
    days = [milestone.until for milestone in situation.data.milestones]
    today = situation.world.calendar.local_date(situation.happened)
    return days[0] >= today and all(one <= other for one, other in pairwise(days))


def _may_retain(situation: Situation) -> bool:
    retained, award = situation.data.retained, money_of(situation.case.data["award"]["amount"])
    return retained is None or Fraction(retained.amount) <= MOST_RETAINED * Fraction(award.amount)


def _is_unreported(situation: Situation) -> bool:
    data = situation.case.data
    return situation.data.milestone in [one["name"] for one in data["plan"]["milestones"][data["reached"] :]]


def _stays_within(situation: Situation) -> bool:
    given: Vary = situation.data
    data = situation.case.data
    budget = money_of(data["budget"])
    was = [money_of(one["amount"]) for one in data["plan"]["milestones"] if one["name"] == given.milestone]
    if given.amount.currency != budget.currency or not was:
        return given.amount.currency == budget.currency
    return contract_sum(data) - was[0] + given.amount <= budget


def _is_ahead(situation: Situation) -> bool:
    return bool(situation.data.until >= situation.world.calendar.local_date(situation.happened))


ADDS_UP: Final = Guard(
    "adds-up",
    _adds_up,
    "milestones and what is retained have to be the award, to the fen | 各期款项与质保金合计须等于成交价，分毫不差",
    asks_data=True,
)
IN_ORDER: Final = Guard(
    "milestones-in-order",
    _is_in_order,
    "the milestones' days follow each other, from today on | 各期日期须自今日起依次排列",
    asks_data=True,
)
MAY_RETAIN: Final = Guard(
    "retains-3-in-100",
    _may_retain,
    "no more than 3 in a hundred of the award is retained | 质保金不得超过成交价的3%",
    asks_data=True,
)
HAS_EVIDENCE: Final = Guard(
    "has-evidence",
    lambda s: bool(s.data.evidence) and all(one.strip() for one in s.data.evidence),
    "a milestone is reported with evidence: name a photo or a paper | 报告完工须附佐证：请注明照片或凭证",
    asks_data=True,
)
NAMES_DEFECTS: Final = Guard(
    "names-defects",
    lambda s: bool(s.data.defects) and all(one.strip() for one in s.data.defects),
    "name the defects, one by one | 请逐项列明问题",
    asks_data=True,
)
IS_AHEAD: Final = Guard(
    "is-ahead",
    _is_ahead,
    "the day is over: name today or a later one | 日期已过：请指定今日或以后的日期",
    asks_data=True,
)
IS_UNREPORTED: Final = Guard(
    "is-unreported",
    _is_unreported,
    "there is no such milestone that is still to be built | 没有该名称的未完工节点",
    asks_data=True,
)
STAYS_WITHIN: Final = Guard(
    "stays-within",
    _stays_within,
    "with this change the contract would be above the budget, or in another currency | 变更后合同价将超出预算或币种不一致",
    asks_data=True,
)
MONEY_IS_THERE: Final = Guard(
    "money-is-there",
    lambda s: holds(s, _payment(s)),
    "a fund has no longer reserved what is to be paid of it | 有资金账户的预留款不足以支付",
)
MORE_TO_BUILD: Final = Guard(
    "more-to-build",
    lambda s: s.case.data["reached"] + 1 < len(s.case.data["plan"]["milestones"]),
    "it was the last milestone | 已是最后一期",
)


def building(
    *,
    at: str,
    post: str = "delegate",
    office: Who = SECRETARY,
    payer: Who = PAYER,
) -> Flow:
    """The work is built and paid by milestones. Its outcomes: ``built``, ``ended``.

    It reads ``title``, ``budget``, ``sources``, ``decision`` and ``award`` of the case and pays of the funds to which it is
    tied; it keeps ``plan``, ``reached`` (how many milestones are paid), ``payments``, ``changes`` and ``reporters``.

    Args:
        at: the anchor of the body that asked for the work.
        post: whose holders inspect, beside the office, and may change the contract.
        office: who agrees on the plan, and enters what a contractor says in writing.
        payer: who pays.
    """
    delegate = Holder(post, at)
    inspector = AnyOf(delegate, office)
    builder = AnyOf(CONTRACTOR, office)
    in_work, mine = ("building", "late"), ("contracting", "payable")
    tells_late = "a milestone of “{title}” is late | “{title}”有节点逾期"
    return Flow(
        "building",
        1,
        "building by milestones | 分期建设",
        (
            State("contracting", "to be contracted | 待签约", waiting()),
            State(
                "building",
                "being built | 建设中",
                (Limit(Kept("until", "at the end of the milestone's day | 节点到期日结束时"), "be-late"),),
            ),
            State("late", "a milestone is late | 节点逾期", (Limit("5 workdays", "press", again=True),)),
            State(
                "reported",
                "to be inspected | 节点待验收",
                (Limit("3 workdays", "remind-inspectors"), Limit("10 workdays", "press", again=True)),
            ),
            State("payable", "to be paid | 待付款", waiting()),
            State("built", "built | 已建成", final="built"),
            State("ended", "the contract was ended | 合同终止", final="ended"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "contracting", BY_RULE),
            Step(
                "plan",
                "agree on a plan | 签订合同",
                "contracting",
                "building",
                office,
                Plan,
                (AS_DECIDED, ADDS_UP, IN_ORDER, MAY_RETAIN),
                (
                    Compute(Named("plan-works", _planned)),
                    Tell(CONTRACTOR, "planned", "the plan of “{title}” is agreed on | “{title}”合同已签订"),
                    TellRequester("planned", "“{title}” is being built | “{title}”已开工"),
                ),
            ),
            Step(
                "report",
                "report a milestone | 报告节点完工",
                in_work,
                "reported",
                builder,
                Report,
                (HAS_EVIDENCE,),
                (
                    Compute(Named("report-milestone", _reported)),
                    Tell(delegate, "inspect", "please inspect a milestone of “{title}” | 请验收“{title}”节点"),
                ),
            ),
            Step(
                "pass",
                "pass a milestone | 节点验收通过",
                "reported",
                "payable",
                inspector,
                guards=(NOT_THE_BUILDER,),
                does=(Tell(payer, "payable", "a milestone of “{title}” is to be paid | “{title}”节点款待支付"),),
            ),
            Step(
                "send-back",
                "send a milestone back | 节点退回整改",
                "reported",
                "building",
                inspector,
                Defects,
                (NOT_THE_BUILDER, NAMES_DEFECTS, IS_AHEAD),
                (
                    Keep(("defects", "until")),
                    Tell(CONTRACTOR, "sent-back", "“{title}” has defects to be mended | “{title}”有问题需整改"),
                ),
                asks=False,
            ),
            Step(
                "pay",
                "pay a milestone | 支付节点款",
                "payable",
                (Branch(MORE_TO_BUILD, "building"), Branch(ELSE, "built")),
                payer,
                Execute,
                (AS_DECIDED, MONEY_IS_THERE),
                (
                    CarryTo("funds", "pay", Named("pay-milestone", _pay)),
                    Compute(Named("milestone-paid", _paid)),
                    Tell(CONTRACTOR, "paid", "a milestone of “{title}” was paid | “{title}”节点款已支付"),
                    TellRequester("paid", "a milestone of “{title}” was paid | “{title}”节点款已支付"),
                ),
                reads=(Linked("funds"),),
            ),
            Step(
                "put-off",
                "put the milestone off | 延期",
                in_work,
                "building",
                office,
                PutOff,
                (HAS_REASON, IS_AHEAD),
                (
                    Keep(("until",)),
                    Tell(CONTRACTOR, "put-off", "a milestone of “{title}” was put off | “{title}”节点已延期"),
                    TellRequester("put-off", "a milestone of “{title}” was put off | “{title}”节点已延期"),
                ),
                asks=False,
            ),
            Step(
                "vary",
                "change the contract | 合同变更",
                in_work,
                STAY,
                delegate,
                Vary,
                (HAS_REASON, IS_UNREPORTED, STAYS_WITHIN),
                (
                    Compute(Named("vary", _varied)),
                    Tell(CONTRACTOR, "varied", "the contract of “{title}” was changed | “{title}”合同已变更"),
                    TellRequester("varied", "the contract of “{title}” was changed | “{title}”合同已变更"),
                ),
                asks=False,
            ),
            Step(
                "end",
                "end the contract | 终止合同",
                ("contracting", *in_work),
                "ended",
                office,
                GiveUp,
                (HAS_REASON,),
                (
                    Tell(CONTRACTOR, "ended", "the contract of “{title}” was ended | “{title}”合同已终止"),
                    TellRequester("ended", "the contract of “{title}” was ended | “{title}”合同已终止"),
                ),
                asks=False,
            ),
            Step(
                "be-late",
                "be late | 逾期",
                "building",
                "late",
                BY_CLOCK,
                does=each_told(CONTRACTOR, office, SUPERVISOR, topic="late", text=tells_late),
            ),
            Step(
                "remind",
                "remind | 催办",
                mine,
                STAY,
                BY_CLOCK,
                does=(Tell(AnyOf(office, payer), "reminder", "“{title}” is waiting for you | “{title}”待您办理"),),
            ),
            Step(
                "remind-inspectors",
                "remind | 催办",
                "reported",
                STAY,
                BY_CLOCK,
                does=(
                    Tell(inspector, "reminder", "a milestone of “{title}” is to be inspected | “{title}”节点待验收"),
                ),
            ),
            Step(
                "press",
                "press | 督办",
                ("late", "reported", *mine),
                STAY,
                BY_CLOCK,
                does=each_told(office, SUPERVISOR, topic="overdue", text="“{title}” is overdue | “{title}”逾期"),
            ),
        ),
        anchors=(at,),
    )
