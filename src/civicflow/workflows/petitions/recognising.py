"""Repeats and skipped levels: recognised with their reason and counted, never refused.

Rules
-----
- A petition **repeats** (重复信访) where the same people have petitioned on the same matter within a year before. Who and what are the
  same says whoever accepts it, from what `civicflow.workflows.likeness` suggests; what shares exact keys is taken without asking.
- It **skips a level** (越级信访) where it is lodged above the level that is responsible, and the level below was not asked, or was asked
  and is still within its limit. Where the level below has answered, or has let its time pass, going up is no skip.

Source: Regulations on the Work of Petitions (信访工作条例, 2022): petitioners turn to the level that has the power to act or the one above
it (art. 20); Sichuan, Cangxi, counts both. Ours: the year, and that a level whose time has passed may be left behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.likeness import Record, What, Who, words_of

WINDOW: Final = timedelta(days=365)
"""How long before an earlier petition may lie that is repeated."""

NONE: Final = timedelta(0)

WITHIN: Final = frozenset({"received", "handling"})
"""The states in which a level still has time."""


def recognised(situation: Situation) -> dict[str, Any]:
    """What a petition is to be counted as: ``repeats`` an earlier one, by its id, and ``skip``, the reason; each may be empty."""
    previous = [matter.root for matter in situation.read("previous")]
    return {"repeats": _repeated(situation.case, previous), "skip": _skipped(situation, previous)}


def _repeated(case: Case, previous: Sequence[Case]) -> str:
    within = [
        (one.opened, one.id)
        for one in previous
        if one.opened is not None and case.opened is not None and NONE <= case.opened - one.opened <= WINDOW
    ]
    return str(min(within)[1]) if within else ""


def _skipped(situation: Situation, previous: Sequence[Case]) -> str:
    case, chart = situation.case, situation.world.chart
    origin = case.data.get("origin")
    if origin is None or origin not in chart or case.unit is None:
        return ""
    line = (origin, *chart.ancestors(origin))
    below = line[: line.index(case.unit)] if case.unit in line else ()
    asked = [one for one in previous if one.unit in below]
    if not below:
        return ""
    if not asked:
        return "not-asked"
    return "within-limit" if any(not one.outcome and one.state in WITHIN for one in asked) else ""


def record_of(case: Case, hidden: Mapping[str, object]) -> Record:
    """A petition as `likeness` compares it: who by person and telephone, what by its words, category and place together.

    Args:
        case: the petition.
        hidden: the private part of its first entry; what was erased is not compared.
    """
    phone, names = str(hidden.get("phone", "")), hidden.get("names", ())
    keys = [*([f"person:{case.requester}"] if case.requester else []), *([f"phone:{phone}"] if phone else [])]
    who = Who(
        names=names if isinstance(names, list | tuple) else (), keys=frozenset(keys), door=str(hidden.get("door", ""))
    )
    category, place = str(case.data.get("category", "")), str(case.data.get("origin") or case.unit or "")
    exact = f"words:{category} {place} {words_of(case.title)}"
    what = What(title=case.title, category=category, place=place, keys=frozenset({exact}))
    return Record(id=case.id, who=None if case.data.get("anonymous") else who, what=what)
