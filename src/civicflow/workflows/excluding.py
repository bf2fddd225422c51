"""Leaving a matter out of figures (剔除): what nobody can be measured by, said openly and with its reason.

Rules
-----
- The level above decides, never whoever is measured; the reason is public, and what is left out stays in the ledger and in
  every list. It can be taken back.
- Figures leave nothing out by themselves: whoever asks for them names the reasons, and the answer says how many that were.

Source: hotlines strike matters that are out of scope or whose requester cannot be reached from their assessment, and their
press quarrels about it; see the research on the field. That the level above decides, and in these words, is ours.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.hierarchy.authority import Who
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.flow import STAY, Guard, Named, Step
from civicflow.workflows.pressing import SUPERVISOR

DUPLICATE: Final = "duplicate"
"""The reason that a merged matter bears by itself."""

OUT_OF_SCOPE: Final = "out-of-scope"
UNREACHABLE: Final = "unreachable"


@attrs.frozen
class Exclude:
    """Why figures may leave a matter out.

    Attributes:
        excluded: a symbol: ``out-of-scope``, ``unreachable``, or one of your own.
        note: the reason in words, public.
    """

    excluded: str
    note: str = ""


COUNTED: Final = Compute(Named("counted", lambda _: {"excluded": ""}))
"""Figures count it again."""

AS_DUPLICATE: Final = Compute(Named("is-duplicate", lambda _: {"excluded": DUPLICATE}))
"""Figures may leave it out: it is another one's duplicate."""

NAMES_REASON: Final = Guard(
    "names-reason",
    lambda s: bool(s.data.excluded.strip()),
    "say why it is left out | 请说明剔除理由",
    asks_data=True,
)
IS_EXCLUDED: Final = Guard("is-excluded", lambda s: bool(s.case.data.get("excluded")), "it is counted | 未被剔除")


def excluding(*of: str, by: Who = SUPERVISOR) -> tuple[Step, Step]:
    """The steps that leave a matter out of figures, and that take this back.

    Args:
        of: the states in which it may be done.
        by: who decides: the secretary one level up, unless a flow says otherwise.
    """
    return (
        Step(
            "exclude",
            "leave out of figures | 剔除",
            of,
            STAY,
            by,
            Exclude,
            guards=(NAMES_REASON,),
            does=(Keep(("excluded",)),),
            while_held=True,
            asks=False,
        ),
        Step(
            "include",
            "count again | 恢复统计",
            of,
            STAY,
            by,
            guards=(IS_EXCLUDED,),
            does=(COUNTED,),
            while_held=True,
            asks=False,
        ),
    )
