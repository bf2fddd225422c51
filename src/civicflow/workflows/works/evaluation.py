"""Evaluation of a work by those for whom it was built (居民评价) as a stage.

Rules
-----
- Whoever asked for it, its delegates and any resident say once whether it does what it was to do, and how satisfied they are (see
  `civicflow.workflows.evaluating`). It is closed when its time is over.
- The answers are counted, never averaged: a figure is computed of the counts by whoever shows it.

Ours, after the evaluation of tickets; the source ends with what was built.
"""

from __future__ import annotations

from typing import Any, Final

from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_RULE, AnyOf, Holder
from civicflow.workflows.engine.effects import Compute, Stamp
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.evaluating import FULL_RANGE, Evaluate

_NONE: Final[dict[str, Any]] = {"answers": 0, "resolved": 0, "satisfied": {str(n): 0 for n in range(1, 6)}, "by": []}


def _counted(situation: Situation) -> dict[str, Any]:
    given: Evaluate = situation.data
    so_far = situation.case.data.get("evaluation", _NONE)
    satisfied = dict(so_far["satisfied"])
    if given.satisfied is not None:
        satisfied[str(given.satisfied)] += 1
    counted = {
        "answers": so_far["answers"] + 1,
        "resolved": so_far["resolved"] + given.resolved,
        "satisfied": satisfied,
        "by": [*so_far["by"], situation.actor.person],
    }
    return {"evaluation": counted}


ANSWERS_ONCE: Final = Guard(
    "answers-once",
    lambda s: s.actor.person not in s.case.data.get("evaluation", _NONE)["by"],
    "each evaluates once | 每人只评价一次",
)
SOME_ANSWER: Final = Guard(
    "some-answer",
    lambda s: "evaluation" in s.case.data,
    "nobody evaluated it | 无人评价",
)


def evaluating(*, at: str, post: str = "delegate", within: str = "10 workdays") -> Flow:
    """Residents evaluate. Its outcomes: ``evaluated``, or ``unevaluated`` where nobody did.

    It keeps ``evaluation``: how many answered, how many said that it is resolved, how many chose each satisfaction, and who.

    Args:
        at: the anchor of the body that asked for the work.
        post: whose holders are asked.
        within: how long they have.
    """
    delegate = Holder(post, at)
    return Flow(
        "evaluating",
        1,
        "evaluation | 居民评价",
        (
            State("open", "to be evaluated | 评价中", (Limit("5 workdays", "remind"), Limit(within, "close"))),
            State("evaluated", "evaluated | 已评价", final="evaluated"),
            State("unevaluated", "not evaluated | 无人评价", final="unevaluated"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "open", BY_RULE),
            Step(
                "evaluate",
                "evaluate | 评价",
                "open",
                STAY,
                AnyOf(delegate, ANYONE),
                Evaluate,
                (FULL_RANGE, ANSWERS_ONCE),
                (Compute(Named("count-answers", _counted)),),
            ),
            Step(
                "remind",
                "remind | 催办",
                "open",
                STAY,
                BY_CLOCK,
                does=(
                    Tell(delegate, "reminder", "please evaluate “{title}” | 请评价“{title}”"),
                    TellRequester("reminder", "please evaluate “{title}” | 请评价“{title}”"),
                ),
            ),
            Step(
                "close",
                "close the evaluation | 评价截止",
                "open",
                (Branch(SOME_ANSWER, "evaluated", (Stamp("evaluated"),)), Branch(ELSE, "unevaluated")),
                BY_CLOCK,
                does=(TellRequester("evaluated", "the evaluation of “{title}” is closed | “{title}”评价已截止"),),
            ),
        ),
        anchors=(at,),
    )
