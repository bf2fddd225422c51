"""A resolution: one question put to the delegates of a body, by itself, for or against.

Rules
-----
- The secretary or the chair puts it; more than half of those entitled take part, and more than half of the ballots carry it.
- Whoever is recused leaves base and quorum. A delegate may vote for one other, who says in writing how.
- A signed paper may be recorded by a teller. A second ballot is kept and does not count; so does one that comes within two days of
  the close.
- It closes with its time, or once all have voted. The chair breaks a tie.

Ours: all of it, a default; a body makes its own with `resolving`. The other stages that vote take the same stage, see `vote`.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.hierarchy.authority import AnyOf, Holder, Who
from civicflow.workflows.decisions.policies import Policies, Proxies
from civicflow.workflows.decisions.requirements import Majority, Quorum, Requirement
from civicflow.workflows.decisions.rules import Rule
from civicflow.workflows.engine.compose import Stage, compose
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, Flow, Step
from civicflow.workflows.engine.telling import TellRequester
from civicflow.workflows.voting.vote import vote

CHAIR: Final = AnyOf(Holder("secretary", "unit"), Holder("chair", "council"))

RULE_OF_RESOLUTIONS: Final = Rule(
    name="resolution",
    requires=Majority(1, 2, "cast", strict=True),
    quorum=Quorum(1, 2, "entitled", "cast", strict=True),
    policies=Policies(
        recusal="leaves-quorum",
        proxies=Proxies(most=1, written=True, bound=True),
        duplicate="first-wins",
        late="evidence",
        tie="chair",
        early="all-voted",
    ),
)
"""The rule of the resolution that every office has."""


@attrs.frozen(kw_only=True)
class Put:
    """A question.

    Attributes:
        title: the question, public.
        purpose: what it is about, public.
    """

    title: str
    purpose: str = ""


def resolving(
    name: str,
    rule: Rule | Requirement,
    *,
    version: int = 1,
    within: str = "7 days",
    by: Who = CHAIR,
    post: str = "delegate",
    secret: bool = False,
    tellers: Who | None = None,
    sitting: bool = False,
) -> Flow:
    """A flow by which the holders of a post at a body decide one question.

    Args:
        name: of the flow.
        rule: what carries.
        version: of the flow.
        within: how long the vote lasts.
        by: who puts, opens and closes it, and breaks a tie.
        post: whose holders vote; the body is the case's ``council``.
        secret: choices are sealed or on paper, and told by two tellers.
        tellers: who tells a secret vote; whoever puts it where left out.
        sitting: it is voted on at a sitting, which the opener names.

    Raises:
        InvalidInput: for what `vote` refuses.
    """
    stage = vote(
        "vote",
        at="council",
        post=post,
        opener=by,
        rule=rule,
        within=within,
        secret=secret,
        paper=not secret,
        tellers=tellers,
        sitting=sitting,
        recusals=True,
        chair=by,
    )
    return compose(
        name,
        version,
        "resolution | 决议",
        {"vote": Stage(stage, {"passed": "carried", "failed": "not-carried", "lapsed": "lapsed"})},
        ends={
            "carried": "carried | 通过",
            "not-carried": "not carried | 未通过",
            "lapsed": "lapsed | 逾期失效",
        },
        begins=(
            Step(
                "put",
                "put the question | 提交表决",
                NEW,
                "vote",
                by,
                Put,
                does=(
                    Keep(("title", "purpose")),
                    TellRequester("put", "“{title}” was put to the vote | “{title}”已提交表决"),
                ),
            ),
        ),
    )


RESOLUTION: Final = resolving("resolution", RULE_OF_RESOLUTIONS)
