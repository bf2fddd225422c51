"""The council proposal, from a residents' group to the community council and its money.

The group resolves, the resolution hangs for a week, the group presents it to the community council, which votes; what is
carried is funded.

Source: Chengdu, Jinyang, Beiyuan compound: a group council of 5 members; a community council of 37, where two thirds or
more of all members carry a proposal: 24 in favour fail, 25 pass. Three works, 36,000 yuan, half from the community's
earmarked fund, half raised by residents.

Rules
-----
- A delegate of the group proposes, with a budget and the source of every yuan of it.
- The group's delegates vote: more than half of all seats. The resolution is on public notice for seven days.
- The group presents it; the community council votes: two thirds or more of all seats, vacant ones too.
- Carried, the amounts are reserved in all funds at once or in none; where a fund is short, the proposal waits for money.

Ours: the group's majority, the time limits, and that money is reserved, waited for, and at last given up.
"""

from __future__ import annotations

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Holder
from civicflow.money import Money
from civicflow.workflows.councils.notice import notice
from civicflow.workflows.councils.text import EVERY_YUAN, KNOWN_FUNDS, Propose, Source
from civicflow.workflows.decisions.presets import MORE_THAN_HALF_OF_ALL_SEATS, TWO_THIRDS_OF_ALL_SEATS
from civicflow.workflows.engine.compose import Stage, compose
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.flow import ELSE, NEW, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Link, Linked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.funds.fund import Reserve, available
from civicflow.workflows.pressing import reminds
from civicflow.workflows.voting.vote import vote

GROUP_DELEGATE = Holder("delegate", "group")
COUNCIL_CHAIR = AnyOf(Holder("chair", "council"), Holder("secretary", "unit"))
SECRETARY = Holder("secretary", "unit")


@attrs.frozen
class Present:
    """How the group presents its proposal ("roadshow").

    Attributes:
        opinions: what the owners said, public.
    """

    opinions: str = ""


def _amounts(situation: Situation) -> dict[str, Money]:
    kept = situation.case.data["sources"]
    return {source["fund"]: Money(source["amount"]["amount"], source["amount"]["currency"]) for source in kept}


def _suffice(situation: Situation) -> bool:
    amounts = _amounts(situation)
    funds: dict[str, Case] = {matter.root.id: matter.root for matter in situation.read("funds")}
    return all(
        fund in funds and not funds[fund].outcome and available(funds[fund]) >= amount
        for fund, amount in amounts.items()
    )


FUNDS_SUFFICE = Guard("funds-suffice", _suffice, "a fund does not hold enough | 有资金账户余额不足")


def _reserve(situation: Situation, fund: Matter) -> Reserve:
    return Reserve(_amounts(situation)[fund.root.id], situation.case.id)


PRESENTATION = Flow(
    "presentation",
    1,
    "presentation | 项目路演",
    (
        State("awaited", "to be presented | 待路演", (Limit("5 workdays", "remind"), Limit("20 workdays", "lapse"))),
        State("presented", "presented | 已路演", final="presented"),
        State("lapsed", "never presented | 未路演", final="lapsed"),
    ),
    (
        Step("begin", "begin | 开始", NEW, "awaited", BY_RULE),
        Step("present", "present | 路演", "awaited", "presented", GROUP_DELEGATE, Present, does=(Keep(("opinions",)),)),
        reminds("awaited", who=GROUP_DELEGATE, text="“{title}” is to be presented | “{title}”待路演"),
        Step("lapse", "nobody presented it | 逾期未路演", "awaited", "lapsed", BY_CLOCK),
    ),
    anchors=("group",),
)

FUNDING = Flow(
    "funding",
    1,
    "funding | 资金落实",
    (
        State("due", "to be funded | 待落实资金", (Limit("0 hours", "reserve"),)),
        State("short", "waiting for money | 资金不足待补", (Limit("30 days", "give-up"),)),
        State("funded", "approved and funded | 已通过并落实资金", final="funded"),
        State("unfunded", "no money was found | 资金未落实", final="unfunded"),
    ),
    (
        Step("begin", "begin | 开始", NEW, "due", BY_RULE),
        Step(
            "reserve",
            "reserve the money | 预留资金",
            ("due", "short"),
            (
                Branch(FUNDS_SUFFICE, "funded", (CarryTo("funds", "reserve", Named("reserve", _reserve)), Stamp())),
                Branch(ELSE, "short"),
            ),
            AnyOf(BY_CLOCK, SECRETARY),
            does=(TellRequester("funding", "the money for “{title}” was looked for | “{title}”资金落实情况已更新"),),
            reads=(Linked("funds"),),
        ),
        Step("give-up", "no money was found in time | 逾期资金未落实", "short", "unfunded", BY_CLOCK),
    ),
)

COUNCIL_PROPOSAL = compose(
    "council-proposal",
    1,
    "council proposal | 议事会议案",
    {
        "group": Stage(
            vote(
                "group",
                at="group",
                post="delegate",
                opener=GROUP_DELEGATE,
                rule=MORE_THAN_HALF_OF_ALL_SEATS,
                within="7 days",
            ),
            {"passed": "notice", "failed": "refused-by-group", "lapsed": "lapsed"},
        ),
        "notice": Stage(notice(within="7 days"), {"cleared": "presentation", "upheld": "sent-back"}),
        "presentation": Stage(PRESENTATION, {"presented": "council", "lapsed": "lapsed"}),
        "council": Stage(
            vote(
                "council",
                at="council",
                post="delegate",
                opener=COUNCIL_CHAIR,
                rule=TWO_THIRDS_OF_ALL_SEATS,
                within="7 days",
            ),
            {"passed": "funding", "failed": "refused", "lapsed": "lapsed"},
        ),
        "funding": Stage(FUNDING, {"funded": "funded", "unfunded": "unfunded"}),
    },
    ends={
        "funded": "approved and funded | 已通过并落实资金",
        "unfunded": "approved, but no money was found | 已通过但资金未落实",
        "refused": "refused by the council | 议事会未通过",
        "refused-by-group": "refused by the group | 小组议事会未通过",
        "sent-back": "an objection was upheld | 异议成立退回",
        "lapsed": "lapsed | 逾期失效",
    },
    begins=(
        Step(
            "propose",
            "propose | 提出议案",
            NEW,
            "group",
            GROUP_DELEGATE,
            Propose,
            guards=(EVERY_YUAN, KNOWN_FUNDS),
            does=(
                Keep(("title", "purpose", "budget", "sources")),
                Link("funds", "funds"),
                Tell(GROUP_DELEGATE, "proposed", "new proposal: “{title}” | 新议案：“{title}”"),
            ),
            reads=(Linked("sources", "funds"),),
        ),
    ),
)

__all__ = ["COUNCIL_PROPOSAL", "Present", "Propose", "Source"]
