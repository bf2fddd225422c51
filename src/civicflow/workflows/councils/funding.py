"""Funding (资金落实) as a stage: what was carried gets its money, from all its sources at once or from none.

Rules
-----
- The amounts of the text are reserved in all its funds in one commit, each of what is available or of the earmark that the text
  names; where one fund is short, nothing is reserved, and the proposal waits for money.
- The secretary tries again; what is not there after thirty days is given up.

Source: Chengdu, Beiyuan compound: half from the community's earmarked fund, half raised by residents. Ours: that money is reserved,
waited for, and at last given up.
"""

from __future__ import annotations

from typing import Final

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Who
from civicflow.workflows.engine.effects import Stamp
from civicflow.workflows.engine.flow import ELSE, NEW, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Linked
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import TellRequester
from civicflow.workflows.funds.fund import Reserve, covers
from civicflow.workflows.proposing import by_fund, text_of


def _reserve(situation: Situation, fund: Matter) -> Reserve:
    source = by_fund(text_of(situation.case))[fund.root.id]
    return Reserve(source.amount, situation.case.id, source.purpose)


def _suffice(situation: Situation) -> bool:
    funds = situation.read("funds")
    return {fund.root.id for fund in funds} == set(by_fund(text_of(situation.case))) and all(
        covers(fund.root, _reserve(situation, fund)) for fund in funds
    )


FUNDS_SUFFICE: Final = Guard(
    "funds-suffice", _suffice, "a fund does not hold enough for its purpose | 有资金账户所列用途的余额不足", revision=2
)


def funding(*, secretary: Who) -> Flow:
    """Reserving the money of a text; outcomes ``funded`` and ``unfunded``.

    Args:
        secretary: who tries again once money has come.
    """
    return Flow(
        "funding",
        1,
        "funding | 资金落实",
        (
            State("due", "to be funded | 待落实资金", (Limit("0 hours", "reserve"),)),
            State("short", "waiting for money | 资金不足待补", (Limit("30 days", "give-up"),)),
            State("funded", "funded | 已落实资金", final="funded"),
            State("unfunded", "no money was found | 资金未落实", final="unfunded"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "due", BY_RULE),
            Step(
                "reserve",
                "reserve the money | 预留资金",
                ("due", "short"),
                (
                    Branch(
                        FUNDS_SUFFICE, "funded", (CarryTo("funds", "reserve", Named("reserve", _reserve, 2)), Stamp())
                    ),
                    Branch(ELSE, "short"),
                ),
                AnyOf(BY_CLOCK, secretary),
                does=(
                    TellRequester("funding", "the money for “{title}” was looked for | “{title}”资金落实情况已更新"),
                ),
                reads=(Linked("funds"),),
            ),
            Step("give-up", "no money was found in time | 逾期资金未落实", "short", "unfunded", BY_CLOCK),
        ),
    )
