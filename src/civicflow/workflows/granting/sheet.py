"""A sheet (评分表): the points that one voter gives, or one member of a panel; a matter of its own, so a thousand may vote at once.

Rules
-----
- One sheet each, in one's own name; it is never changed.
- Where the call names a panel, its members score, and nobody else. A member who has an interest in a project does not score it, and
  scores all others, so that nobody is helped or harmed by silence.
- Elsewhere every resident votes. Points are whole numbers up to what the call says; 1 means that one approves.

Source: Chengdu and Longshan, where a panel with residents' delegates reviews, or residents vote. Ours: that whoever has an interest is
left out of one project and not of the panel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import ANYONE
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, Flow, Guard, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.granting.oneself import ONESELF


@attrs.frozen
class CastSheet:
    """The points of one voter.

    Attributes:
        points: by the id of the application; what is not named gets none.
    """

    points: dict[str, int]


def _call(situation: Situation) -> Mapping[str, Any]:
    return situation.parent.data


def _barred(situation: Situation) -> set[str]:
    """The projects that whoever votes has an interest in."""
    return set(_call(situation).get("conflicts", {}).get(situation.actor.person, ()))


def _scores_all(situation: Situation) -> bool:
    call = _call(situation)
    return not call["panel"] or set(situation.data.points) >= set(call["candidates"]) - _barred(situation)


def _within(situation: Situation) -> bool:
    call = _call(situation)
    return all(
        id in call["candidates"] and type(points) is int and 0 <= points <= call["points"]
        for id, points in situation.data.points.items()
    )


ON_THE_PANEL: Final = Guard(
    "on-the-panel",
    lambda s: not _call(s)["panel"] or s.actor.person in _call(s)["panel"],
    "only members of the panel score | 仅评审组成员可评分",
)
WITHIN: Final = Guard(
    "within",
    _within,
    "points are whole numbers up to what the call says, for projects that take part | 评分须为规定范围内的整数，且仅限参评项目",
    asks_data=True,
)
NO_CONFLICT: Final = Guard(
    "no-interest",
    lambda s: not _barred(s) & set(s.data.points),
    "whoever has an interest in a project does not score it | 与项目有利害关系者须回避",
    asks_data=True,
)
SCORES_ALL: Final = Guard(
    "scores-all",
    _scores_all,
    "a member of the panel scores every project without a conflict of interest | 评审组成员须对无须回避的项目逐一评分",
    asks_data=True,
)

SHEET: Final = Flow(
    "sheet",
    1,
    "sheet | 评分表",
    (State("cast", "cast | 已提交", final="cast"),),
    (
        Step(
            "cast",
            "score or vote | 评分或投票",
            NEW,
            "cast",
            ANYONE,
            CastSheet,
            guards=(ONESELF, ON_THE_PANEL, WITHIN, NO_CONFLICT, SCORES_ALL),
            does=(Keep(("points",)),),
        ),
    ),
)
