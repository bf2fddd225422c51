"""The account of a work (决算) as a stage: what was retained is paid, what was saved goes back to its sources, all is published.

Rules
-----
- What was retained is paid once the whole was accepted, else not.
- Whatever was not paid goes back to the sources in proportion to what each gave, and is available there again, in the same commit
  in which the account is entered; also where nothing was built, so that no money stays reserved for nothing.
- The account is public: budget, award, changes, payments and what was saved, and of each source what it gave, paid and gets back.
- Nothing is settled but what was decided (see `decision`).

Source: Chengdu: 34,500 yuan instead of 36,000. Ours: that the saving goes back in proportion, and the limits.
"""

from __future__ import annotations

from typing import Any, Final

from civicflow.hierarchy.authority import BY_RULE, Who
from civicflow.money import Money, total
from civicflow.workflows.engine.effects import Compute
from civicflow.workflows.engine.flow import ELSE, NEW, Branch, Flow, Guard, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Linked
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.funds.fund import Pay, Release
from civicflow.workflows.pressing import reminds
from civicflow.workflows.works.accounts import from_each, holds, paid_of, sources_of
from civicflow.workflows.works.decision import AS_DECIDED, Execute
from civicflow.workflows.works.roles import CONTRACTOR, PAYER, money_of, presses, waiting

RETAINED: Final = "what was retained | 质保金"


def _nothing(situation: Situation) -> Money:
    return Money(0, situation.case.data["budget"]["currency"])


def _due(situation: Situation) -> Money:
    """What was retained and is to be paid now: only of a whole that was accepted."""
    data = situation.case.data
    retained = data.get("plan", {}).get("retained")
    accepted = bool(data.get("signed")) and not data.get("defects")
    return money_of(retained) if retained and accepted else _nothing(situation)


def _retained(situation: Situation) -> tuple[Money, ...]:
    """What is paid now of each source."""
    case, due = situation.case, _due(situation)
    if not due.amount:
        return tuple(due for _ in sources_of(case))
    return from_each(due, [amount for _, amount in sources_of(case)], paid_of(case))


def _back(situation: Situation) -> tuple[Money, ...]:
    """What goes back to each source."""
    case = situation.case
    gave = [amount for _, amount in sources_of(case)]
    return tuple(g - paid - now for g, paid, now in zip(gave, paid_of(case), _retained(situation), strict=True))


def _of(situation: Situation, fund: Matter, parts: tuple[Money, ...]) -> Money:
    by_fund = dict(zip((one for one, _ in sources_of(situation.case)), parts, strict=True))
    return by_fund.get(fund.root.id, _nothing(situation))


def _pay(situation: Situation, fund: Matter) -> Pay | None:
    amount, case = _of(situation, fund, _retained(situation)), situation.case
    return Pay(amount, case.id, case.data["award"]["bidder"], RETAINED) if amount.amount else None


def _release(situation: Situation, fund: Matter) -> Release | None:
    amount = _of(situation, fund, _back(situation))
    return Release(amount, situation.case.id) if amount.amount else None


def _account(situation: Situation) -> dict[str, Any]:
    case, data = situation.case, situation.case.data
    nothing, due, currency = _nothing(situation), _due(situation), data["budget"]["currency"]
    back = _back(situation)
    paid = total([*paid_of(case), *_retained(situation)], currency)
    changes = total([money_of(change["by"]) for change in data.get("changes", ())], currency)
    sources = [
        {"fund": fund, "gave": gave, "paid": gave - returned, "back": returned}
        for (fund, gave), returned in zip(sources_of(case), back, strict=True)
    ]
    account = {
        "budget": data["budget"],
        "award": data.get("award", {}).get("amount", nothing),
        "changes": changes,
        "retained": due,
        "paid": paid,
        "saved": total(back, currency),
        "sources": sources,
        "decision": situation.data.decision,
    }
    return {"account": account}


NOTHING_PAID: Final = Guard(
    "nothing-paid",
    lambda s: not total([*paid_of(s.case), *_retained(s)], s.case.data["budget"]["currency"]).amount,
    "something was paid | 已有支付",
)
ALL_IS_THERE: Final = Guard(
    "all-is-there",
    lambda s: holds(s, [a + b for a, b in zip(_retained(s), _back(s), strict=True)]),
    "a fund has no longer reserved what is to be paid of it or goes back to it | 有资金账户的预留款与应付、应退数额不符",
)


def settling(*, payer: Who = PAYER) -> Flow:
    """The account is settled and published. Its outcomes: ``settled``, or ``returned`` where nothing was paid at all.

    It reads ``title``, ``budget``, ``sources`` and ``decision`` of the case, whatever the stages before have kept, and the funds to
    which it is tied; it keeps ``account``.

    Args:
        payer: who settles.
    """
    return Flow(
        "settling",
        1,
        "account | 决算",
        (
            State("due", "account to be settled | 待决算", waiting("5 workdays")),
            State("settled", "settled | 已决算", final="settled"),
            State("returned", "the money went back | 资金已退回", final="returned"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "due", BY_RULE),
            Step(
                "settle",
                "settle the account | 决算并公布",
                "due",
                (Branch(NOTHING_PAID, "returned"), Branch(ELSE, "settled")),
                payer,
                Execute,
                (AS_DECIDED, ALL_IS_THERE),
                (
                    CarryTo("funds", "pay", Named("pay-retained", _pay)),
                    CarryTo("funds", "release", Named("release-saved", _release)),
                    Compute(Named("settle-account", _account)),
                    Tell(CONTRACTOR, "settled", "the account of “{title}” is settled | “{title}”已决算"),
                    TellRequester("settled", "the account of “{title}” is settled and public | “{title}”决算已公布"),
                ),
                reads=(Linked("funds"),),
            ),
            reminds("due", who=payer, text="the account of “{title}” is to be settled | “{title}”待决算"),
            presses("due", who=payer, text="the account of “{title}” is overdue | “{title}”决算逾期"),
        ),
    )
