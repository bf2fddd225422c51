"""Deliberation (讨论修改) as a stage: the members amend the text until it is settled and can be voted on.

Rules
-----
- Any member amends, with a reason; each amendment is another version of the text.
- A member settles the text, and nothing changes in it any more before it is voted on.
- A major matter is settled only as the branch committee has reviewed it: who amends it sends it there again.
- A text that nobody settles is reminded of, and lapses.

Source: Chengdu and Leshan: council members deliberate before they vote; prior deliberation by the branch committee (前置审议) where
the matter is major. Ours: versions, and the time limits.
"""

from __future__ import annotations

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, Who
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Limit, State, Step
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.pressing import reminds
from civicflow.workflows.proposing import IS_WHOLE, KEEPS_TEXT, READS_FUNDS, Amend


def deliberation(*, member: Who, major: Guard, reviewed: Guard) -> Flow:
    """Deliberating on a text; outcomes ``settled``, ``major`` and ``lapsed``.

    Args:
        member: who deliberates.
        major: holds where the text is a major matter.
        reviewed: holds where the text may be settled: it is no major matter, or it was reviewed as it stands.
    """
    return Flow(
        "deliberation",
        1,
        "deliberation | 讨论修改",
        (
            State("discussed", "deliberated | 讨论中", (Limit("10 workdays", "remind"), Limit("40 workdays", "lapse"))),
            State("settled", "settled | 已定稿", final="settled"),
            State("major", "to be reviewed | 提交前置审议", final="major"),
            State("lapsed", "never settled | 逾期未定稿", final="lapsed"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "discussed", BY_RULE),
            Step(
                "amend",
                "amend | 修改",
                "discussed",
                STAY,
                member,
                Amend,
                IS_WHOLE,
                (*KEEPS_TEXT, TellRequester("amended", "“{title}” was amended | “{title}”已修改")),
                reads=READS_FUNDS,
                asks=False,
            ),
            Step(
                "settle",
                "settle the text | 定稿",
                "discussed",
                "settled",
                member,
                guards=(reviewed,),
                does=(TellRequester("settled", "“{title}” goes to the vote | “{title}”定稿付表决"),),
            ),
            Step(
                "refer",
                "send to prior review | 提请前置审议",
                "discussed",
                "major",
                member,
                guards=(major,),
                does=(TellRequester("referred", "“{title}” goes to prior review | “{title}”提请前置审议"),),
            ),
            reminds("discussed", who=member, text="“{title}” is not settled | “{title}”尚未定稿"),
            Step(
                "lapse",
                "never settled | 逾期未定稿",
                "discussed",
                "lapsed",
                BY_CLOCK,
                does=(Tell(member, "lapsed", "“{title}” lapsed | “{title}”逾期失效"),),
            ),
        ),
    )
