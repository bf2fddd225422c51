"""The council proposal, from a delegate's draft to the settled account of what was built: stages in their order.

Source: Chengdu, Jinyang, Beiyuan compound: a group council of 5 members; a community council of 37, where two thirds or
more of all members carry a proposal: 24 in favour fail, 25 pass. Three works, 36,000 yuan, half from the community's
earmarked fund, half raised by residents. Shuangliu, Gongxing: a supervisory board beside the council, over the whole course.

Rules
-----
- A delegate of the group drafts a proposal, with a budget and the source of every yuan of it (`text`); another endorses it
  (`drafting`). The group deliberates and settles the text (`deliberation`); a major matter passes prior review first.
- The group's delegates vote: more than half of all seats. The resolution is on public notice for seven days.
- The group submits and presents it (`presentation`); the community council votes: two thirds or more of all seats, vacant
  ones too.
- Carried, the amounts are reserved in all funds at once or in none; where a fund is short, the proposal waits for money
  (`funding`).
- Then quotes are compared and one is awarded, the award hangs for three days, the work is built and paid by milestones, inspected,
  settled, and evaluated (`civicflow.workflows.works`). What is awarded, paid and settled is bound to the digest of the decision.
- Whoever drafted it may withdraw it before a vote on it has been opened, and between votes. What an inquiry has suspended stands
  still (`civicflow.workflows.suspending`).
- A decision that was against the law is annulled by the secretary one level up, with its ground, until what was built is settled; the
  account is settled then, and what was not paid goes back.

Ours: the group's majority, endorsing, withdrawing, annulling, and the time limits. Each stage is a function with its choices: another city
writes its own flow in a dozen lines.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.hierarchy.authority import REQUESTER, AnyOf, Holder
from civicflow.money import Money
from civicflow.workflows.councils.deliberation import deliberation
from civicflow.workflows.councils.drafting import drafting
from civicflow.workflows.councils.funding import funding
from civicflow.workflows.councils.presentation import presentation
from civicflow.workflows.councils.prior_review import MajorMatters, major, prior_review, reviewed
from civicflow.workflows.decisions.presets import MORE_THAN_HALF_OF_ALL_SEATS, TWO_THIRDS_OF_ALL_SEATS
from civicflow.workflows.engine.children import Afresh, Drop
from civicflow.workflows.engine.compose import ANYWHERE, Stage, compose
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, Step
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.notice import notice
from civicflow.workflows.pressing import SUPERVISOR
from civicflow.workflows.proposing import AS_IT_STANDS, IS_WHOLE, KEEPS_TEXT, READS_FUNDS, Propose
from civicflow.workflows.suspending import suspending
from civicflow.workflows.voting.vote import vote
from civicflow.workflows.works.building import building
from civicflow.workflows.works.evaluation import evaluating
from civicflow.workflows.works.inspecting import inspecting
from civicflow.workflows.works.quoting import quoting
from civicflow.workflows.works.settling import settling

GROUP_DELEGATE: Final = Holder("delegate", "group")
COUNCIL_CHAIR: Final = AnyOf(Holder("chair", "council"), Holder("secretary", "unit"))
SECRETARY: Final = Holder("secretary", "unit")
MAJOR_MATTERS: Final = MajorMatters(
    kinds={
        "own-rules": "the compound's own rules | 小区公约",
        "common-parts": "the use of common parts | 公共部位的使用",
        "property-company": "choice of the property company | 选聘物业服务企业",
        "maintenance-fund": "the maintenance fund | 维修资金",
    },
    above=Money(50000),
)
"""What is major where a place has said nothing else. The kinds are in the sense of the Civil Code, art. 278; the amount is ours."""


@attrs.frozen
class Withdraw:
    """Why a proposal is withdrawn.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


@attrs.frozen(kw_only=True)
class Annul:
    """Why a decision is annulled.

    Attributes:
        reason: public.
        ground: the law or rule that it was against, public.
    """

    reason: str = attrs.field(validator=said)
    ground: str = attrs.field(validator=said)


PROPOSE: Final = Step(
    "propose",
    "propose | 提出议案",
    NEW,
    "draft",
    GROUP_DELEGATE,
    Propose,
    IS_WHOLE,
    (*KEEPS_TEXT, Tell(GROUP_DELEGATE, "proposed", "new proposal: “{title}” | 新议案：“{title}”")),
    reads=READS_FUNDS,
)
WITHDRAW: Final = Step(
    "withdraw",
    "withdraw | 撤回议案",
    ("draft", "review", "deliberation", "group.called", "notice", "presentation", "council.called"),
    "withdrawn",
    REQUESTER,
    Withdraw,
    does=(
        Drop(("objection",), "dropped"),
        Tell(GROUP_DELEGATE, "withdrawn", "“{title}” was withdrawn | “{title}”已撤回"),
    ),
    asks=False,
)
ANNUL: Final = Step(
    "annul",
    "annul | 撤销决议",
    ("quoting", "announcement", "building", "inspecting"),
    "winding-up",
    SUPERVISOR,
    Annul,
    does=(
        Keep(("reason", "ground")),
        Drop(("objection",), "dropped"),
        TellRequester("annulled", "the decision on “{title}” was annulled | “{title}”的决议已被撤销"),
        Tell(SECRETARY, "annulled", "the decision on “{title}” was annulled | “{title}”的决议已被撤销"),
    ),
    asks=False,
)

COUNCIL_PROPOSAL: Final = compose(
    "council-proposal",
    1,
    "council proposal | 议事会议案",
    {
        "draft": Stage(
            drafting(member=GROUP_DELEGATE, major=major(MAJOR_MATTERS)),
            {"ready": "deliberation", "major": "review", "lapsed": "lapsed"},
        ),
        "review": Stage(prior_review(), {"passed": "deliberation", "returned": "draft", "lapsed": "lapsed"}),
        "deliberation": Stage(
            deliberation(member=GROUP_DELEGATE, major=major(MAJOR_MATTERS), reviewed=reviewed(MAJOR_MATTERS)),
            {"settled": "group", "major": "review", "lapsed": "lapsed"},
        ),
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
        "notice": Stage(
            notice(within="7 days"),
            {"cleared": "presentation", "upheld": "draft"},
            # What is posted again is objected to anew.
            does={"upheld": (Afresh(("objection",)),)},
        ),
        "presentation": Stage(
            presentation(group=GROUP_DELEGATE, chair=COUNCIL_CHAIR),
            {"presented": "council", "returned": "draft", "rejected": "rejected", "lapsed": "lapsed"},
        ),
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
            does={"passed": (AS_IT_STANDS,)},
        ),
        "funding": Stage(funding(secretary=SECRETARY), {"funded": "quoting", "unfunded": "unfunded"}),
        "quoting": Stage(
            quoting(at="group"), {"awarded": "announcement", "too-dear": "settling", "no-quotes": "settling"}
        ),
        "announcement": Stage(notice(within="3 days"), {"cleared": "building", "upheld": "settling"}),
        "building": Stage(building(at="group"), {"built": "inspecting", "ended": "settling"}),
        "inspecting": Stage(inspecting(at="group"), {"accepted": "settling", "rejected": "settling"}),
        "settling": Stage(settling(), {"settled": "evaluation", "returned": "not-built"}),
        "evaluation": Stage(evaluating(at="group"), {"evaluated": "evaluated", "unevaluated": "unevaluated"}),
        "winding-up": Stage(settling(), {"settled": "annulled", "returned": "annulled"}),
    },
    ends={
        "evaluated": "settled and evaluated | 已决算并评价",
        "unevaluated": "settled, but nobody evaluated it | 已决算但无人评价",
        "not-built": "not built, the money went back | 未实施，资金已退回",
        "annulled": "annulled | 已撤销",
        "unfunded": "approved, but no money was found | 已通过但资金未落实",
        "refused": "refused by the council | 议事会未通过",
        "refused-by-group": "refused by the group | 小组议事会未通过",
        "rejected": "rejected | 不予受理",
        "withdrawn": "withdrawn | 已撤回",
        "lapsed": "lapsed | 逾期失效",
    },
    begins=(PROPOSE,),
    beside=(WITHDRAW, ANNUL, *suspending(ANYWHERE)),
)
