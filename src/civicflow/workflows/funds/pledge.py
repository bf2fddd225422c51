"""A pledge (自筹承诺): money promised to a fund, paid in whole or in parts, reminded, and lapsed where it does not come.

Rules
-----
- Whoever promises says how much, to which fund, from what source and, if they wish, for what purpose alone.
- It is paid in parts as it comes; the treasurer enters each, and the fund books it in the same commit, earmarked where it was
  promised for a purpose. Never more than was promised is entered as the pledge: what is above it is another deposit.
- A promise is no money: nothing is available, or may be reserved, before it is paid in.
- After 30 days without a payment whoever promised is reminded, after 45 the secretary is told, after 60 the rest lapses. Each
  payment gives new time. What was paid in stays.
- Until the money has passed, whoever promised may withdraw the rest; not where the promise was notarised, or is for relief of a
  disaster, of the poor or the disabled.

Source: withdrawing, Civil Code, article 658. Ours: the days, and that a promise that is not kept lapses instead of being claimed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, Holder, Requester
from civicflow.money import Money, positive
from civicflow.workflows.engine.effects import Compute, Keep, Stamp
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Link, Linked
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.funds.fund import FUND, TREASURER, Deposit
from civicflow.workflows.reasons import HAS_REASON

SECRETARY: Final = Holder("secretary", "unit")


@attrs.frozen(kw_only=True)
class Pledge:
    """What is promised.

    Attributes:
        title: the public headline.
        amount: more than zero, in the fund's currency.
        fund: the fund to which it is promised.
        source: from whom the fund books it, public.
        purpose: what it may be used for alone; empty for whatever the fund is for.
        binding: whether it was notarised, or is for relief: then it is not withdrawn.
    """

    title: str
    amount: Money = attrs.field(validator=positive)
    fund: str
    source: str = attrs.field(validator=said)
    purpose: str = ""
    binding: bool = False


@attrs.frozen
class PayIn:
    """A payment of what was promised.

    Attributes:
        amount: more than zero, and no more than is outstanding.
        note: public.
    """

    amount: Money = attrs.field(validator=positive)
    note: str = ""


@attrs.frozen
class Withdraw:
    """Why the rest does not come.

    Attributes:
        reason: public.
    """

    reason: str


def pledged(pledge: Case) -> Money:
    """What was promised in all."""
    return Money(Decimal(pledge.data["pledged"]), pledge.data["currency"])


def paid_in(pledge: Case) -> Money:
    """What has come of it."""
    return Money(Decimal(pledge.data["paid"]), pledge.data["currency"])


def outstanding(pledge: Case) -> Money:
    """What is still to come, or never came."""
    return pledged(pledge) - paid_in(pledge)


def _begun(situation: Situation) -> dict[str, Any]:
    amount = situation.data.amount
    return {"pledged": str(amount.amount), "paid": "0.00", "currency": amount.currency}


def _entered(situation: Situation) -> dict[str, Any]:
    return {"paid": str((paid_in(situation.case) + situation.data.amount).amount)}


def _booked(situation: Situation, _: object) -> Deposit:
    asked, kept = situation.data, situation.case.data
    return Deposit(asked.amount, asked.note, kept["source"], kept["purpose"])


def _takes(situation: Situation, currency: str) -> bool:
    """Whether there is a fund, and it takes the money; one that is not there is not read."""
    return [
        fund.root.flow_name == FUND.name
        and not fund.root.outcome
        and fund.root.unit == situation.case.unit
        and fund.root.data["currency"] == currency
        for fund in situation.read("fund")
    ] == [True]


FUND_TAKES: Final = Guard(
    "fund-takes-pledges",
    lambda s: _takes(s, s.data.amount.currency),
    "promise it to an open fund of this area, in its currency | 请向本区域启用中的资金账户承诺，且币种一致",
    asks_data=True,
    revision=2,
)
STILL_TAKES: Final = Guard(
    "fund-still-takes",
    lambda s: _takes(s, s.case.data["currency"]),
    "the fund takes no money any more | 资金账户已不能收款",
    revision=2,
)
OUTSTANDING: Final = Guard(
    "outstanding",
    lambda s: (
        s.data.amount.currency == s.case.data["currency"] and not (outstanding(s.case) - s.data.amount).amount < 0
    ),
    "no more than is outstanding of the promise, in its currency | 金额超过未到账的承诺，或币种不一致",
    asks_data=True,
)
WHOLE: Final = Guard(
    "whole-promise",
    lambda s: outstanding(s.case) == s.data.amount,
    "the promise is not yet paid in whole | 承诺尚未全部到账",
    asks_data=True,
)
REVOCABLE: Final = Guard(
    "revocable",
    lambda s: not s.case.data["binding"],
    "a promise that was notarised, or is for relief, is not withdrawn (Civil Code, article 658) "
    "| 经公证或具有救灾、扶贫、助残等性质的承诺不得撤销（《民法典》第六百五十八条）",
)

PLEDGE: Final = Flow(
    "pledge",
    1,
    "pledge | 自筹承诺",
    (
        State(
            "promised",
            "promised | 已承诺",
            (Limit("30 days", "remind"), Limit("45 days", "warn"), Limit("60 days", "lapse")),
        ),
        State("kept", "kept | 已兑现", final="kept"),
        State("withdrawn", "withdrawn | 已撤回", final="withdrawn"),
        State("lapsed", "lapsed | 已失效", final="lapsed"),
    ),
    (
        Step(
            "promise",
            "promise | 承诺出资",
            NEW,
            "promised",
            ANYONE,
            Pledge,
            (FUND_TAKES,),
            (
                Keep(("title", "source", "purpose", "binding")),
                Compute(Named("promised-sum", _begun)),
                Link("fund", "fund"),
                Tell(SECRETARY, "promised", "“{title}” was promised to your fund | 资金账户收到承诺“{title}”"),
            ),
            reads=(Linked("fund", "fund"),),
        ),
        Step(
            "pay-in",
            "enter a payment | 登记到账",
            "promised",
            (Branch(WHOLE, "kept", (Stamp(),)), Branch(ELSE, "promised")),
            TREASURER,
            PayIn,
            (STILL_TAKES, OUTSTANDING),
            (
                Compute(Named("entered", _entered)),
                CarryTo("fund", "deposit", Named("booked", _booked)),
                TellRequester("paid-in", "your payment for “{title}” has come in | “{title}”的款项已到账"),
            ),
            reads=(Linked("fund"),),
        ),
        Step(
            "withdraw",
            "withdraw the rest | 撤回未到账部分",
            "promised",
            "withdrawn",
            Requester(),
            Withdraw,
            (REVOCABLE, HAS_REASON),
            (
                Keep(("reason",)),
                Tell(SECRETARY, "withdrawn", "what was left of “{title}” was withdrawn | “{title}”的未到账部分已撤回"),
            ),
            asks=False,
        ),
        Step(
            "remind",
            "remind | 催办",
            "promised",
            STAY,
            BY_CLOCK,
            does=(
                TellRequester(
                    "reminder", "you promised “{title}”; please pay it in | 您承诺的“{title}”尚未到账，请兑现"
                ),
            ),
        ),
        Step(
            "warn",
            "warn | 预警",
            "promised",
            STAY,
            BY_CLOCK,
            does=(
                TellRequester("warning", "“{title}” lapses in 15 days | “{title}”将于15日后失效"),
                Tell(SECRETARY, "overdue", "“{title}” was promised and has not come | 承诺的“{title}”逾期未到账"),
            ),
        ),
        Step(
            "lapse",
            "lapse | 失效",
            "promised",
            "lapsed",
            BY_CLOCK,
            does=(
                TellRequester("lapsed", "what was left of “{title}” has lapsed | “{title}”的未到账部分已失效"),
                Tell(SECRETARY, "lapsed", "what was left of “{title}” has lapsed | “{title}”的未到账部分已失效"),
            ),
        ),
    ),
)
