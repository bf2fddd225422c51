"""One case, one responsible person (包案): a matter is in the hands of one holder of a post at one body until it ends.

Rules
-----
- Whoever hands it over names the body, and in it the one person; they hold the post there, at the case's unit or above it.
- Nobody else of that post acts in it. When the person leaves the post, whoever holds it goes on.

Source: Zhengzhou, Shangjie district, and Sichuan, Cangxi: one responsible officer for one case (包案). Ours: what becomes of a case
whose person leaves the post.
"""

from __future__ import annotations

import attrs

from civicflow.hierarchy.authority import Holder
from civicflow.workflows.engine.flow import Guard
from civicflow.workflows.engine.situation import Change, Situation


@attrs.frozen
class Entrust:
    """Hand the case to the ``body``, and to the one person in it, the ``officer``, that the actor names."""

    def apply(self, situation: Situation, change: Change) -> None:
        """Note both."""
        change.set["body"] = situation.data.body
        change.data["officer"] = situation.data.officer


@attrs.frozen
class Release:
    """Nobody is responsible any more, until somebody takes the case on anew."""

    def apply(self, situation: Situation, change: Change) -> None:
        """Note it."""
        change.set["body"] = None
        change.data["officer"] = ""


def is_on_the_line(situation: Situation, unit: str) -> bool:
    """Whether a unit stands where the case is, or above it."""
    chart, here = situation.world.chart, situation.case.unit
    return here is not None and unit in chart and chart.area_of(unit) in (here, *chart.ancestors(here))


def is_in_charge(situation: Situation, post: str) -> bool:
    """Whether the actor is the one responsible, or nobody is who still holds the post."""
    case, chart = situation.case, situation.world.chart
    officer = case.data.get("officer")
    still = case.body is not None and bool(officer) and chart.holds(str(officer), post, case.body)
    return situation.actor.person == officer or not still


def may_be_entrusted(who: Holder) -> Guard:
    """Whoever is to be responsible holds the post, at the case's unit or above."""
    return Guard(
        f"{who.post}-here",
        lambda s: is_on_the_line(s, s.data.body) and s.world.chart.holds(s.data.officer, who.post, s.data.body),
        "whoever is to be responsible has to hold the post, at the unit of the case or above | 包案人须为本级或上级在任者",
        asks_data=True,
    )


def in_charge(who: Holder) -> Guard:
    """Only the one who is responsible acts."""
    return Guard(
        f"{who.post}-in-charge",
        lambda s: is_in_charge(s, who.post),
        "somebody else is responsible for it | 此件由他人包案",
    )
