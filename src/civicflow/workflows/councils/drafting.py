"""Drafting (起草与附议) as a stage: a member drafts, others endorse, the draft is handed in.

Rules
-----
- A draft is handed in by whoever drafted it, once enough other members have endorsed it, each once.
- Whoever endorses means the text as it stands: an amended draft has to be endorsed anew.
- What is major by the place's own rule goes to prior review (`prior_review`), what is not to deliberation.
- A draft that nobody hands in is reminded of, and lapses.

Ours: the source only says that the residents' group proposes; how many endorse and the time limits are a default.
"""

from __future__ import annotations

from typing import Any

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, REQUESTER, Who
from civicflow.workflows.engine.effects import Compute
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.pressing import reminds
from civicflow.workflows.proposing import IS_WHOLE, KEEPS_TEXT, READS_FUNDS, Amend


def _endorsers(situation: Situation) -> list[str]:
    return list(situation.case.data.get("endorsers", ()))


def _endorsed(situation: Situation) -> dict[str, Any]:
    return {"endorsers": [*_endorsers(situation), situation.actor.person]}


_ANOTHER_MEMBER = Guard(
    "another-member",
    lambda s: s.actor.person not in (s.case.requester, *_endorsers(s)),
    "a draft is endorsed by members other than its author, each once | 附议须由提案人以外的成员作出，每人一次",
)


def drafting(*, member: Who, major: Guard, endorsers: int = 1) -> Flow:
    """Drafting a text and having it endorsed; outcomes ``ready``, ``major`` and ``lapsed``.

    Args:
        member: who may endorse.
        major: holds where the text is a major matter, which needs prior review.
        endorsers: how many others have to endorse it.
    """
    enough = Guard(
        f"endorsed-by-{endorsers}",
        lambda s: len(_endorsers(s)) >= endorsers,
        f"it takes {endorsers} more than its author to endorse a draft | 草案须另有{endorsers}人附议",
    )
    return Flow(
        "drafting",
        1,
        "drafting | 起草与附议",
        (
            State("drafted", "draft | 草案", (Limit("20 workdays", "remind"), Limit("60 workdays", "lapse"))),
            State("ready", "to be deliberated | 提交讨论", final="ready"),
            State("major", "to be reviewed | 提交前置审议", final="major"),
            State("lapsed", "never handed in | 逾期未提交", final="lapsed"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "drafted", BY_RULE),
            Step(
                "amend",
                "amend the draft | 修改草案",
                "drafted",
                STAY,
                REQUESTER,
                Amend,
                IS_WHOLE,
                (
                    *KEEPS_TEXT,
                    Compute(Named("endorse-anew", lambda _: {"endorsers": []})),
                    Tell(member, "amended", "the draft “{title}” was amended | 草案“{title}”已修改"),
                ),
                reads=READS_FUNDS,
                asks=False,
            ),
            Step(
                "endorse",
                "endorse | 附议",
                "drafted",
                STAY,
                member,
                guards=(_ANOTHER_MEMBER,),
                does=(
                    Compute(Named("endorsers", _endorsed)),
                    TellRequester("endorsed", "“{title}” was endorsed | “{title}”已获附议"),
                ),
            ),
            Step(
                "hand-in",
                "hand in | 提交",
                "drafted",
                (Branch(major, "major"), Branch(ELSE, "ready")),
                REQUESTER,
                guards=(enough,),
                does=(
                    Compute(Named("endorse-anew", lambda _: {"endorsers": []})),
                    Tell(member, "handed-in", "“{title}” is to be deliberated | “{title}”提交讨论"),
                ),
            ),
            reminds("drafted", who=REQUESTER, text="your draft “{title}” is not handed in | 您的草案“{title}”尚未提交"),
            Step("lapse", "never handed in | 逾期未提交", "drafted", "lapsed", BY_CLOCK),
        ),
    )
