"""How a standing duty was kept over a period: how many of its occasions were held, how many missed, how many are open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import attrs

from civicflow.ledger.facts import CaseFacts
from civicflow.workflows.routines.occasion import OCCASION


@attrs.frozen(kw_only=True)
class Keeping:
    """The occasions of a period.

    Attributes:
        held: how many were held, in time or late.
        missed: how many were missed.
        open: how many are ahead, or due and not recorded yet.
    """

    held: int = 0
    missed: int = 0
    open: int = 0

    @property
    def rate(self) -> Fraction | None:
        """The share that was held, of all that were held or missed; None where none was."""
        decided = self.held + self.missed
        return Fraction(self.held, decided) if decided else None


def keeping(facts: Iterable[CaseFacts], since: date, until: date, *, category: str = "") -> Keeping:
    """What became of the occasions whose days lie in a period; those that were dropped do not count.

    >>> from civicflow.ledger.facts import CaseFacts
    >>> one = CaseFacts(flow="occasion", state="held", outcome="held", key="2026-04-10", opened=0)
    >>> keeping([one], date(2026, 4, 1), date(2026, 4, 30))
    Keeping(held=1, missed=0, open=0)

    Args:
        facts: of cases, as `office.ledger.facts(under=…)` gives them; those of other flows are left out.
        since: the first day.
        until: the last day.
        category: only these, and those of its lower levels: ``inspection`` means ``inspection/landslide``, too.
    """
    states = {"held": 0, "missed": 0, "": 0}
    for one in facts:
        if one.flow != OCCASION.name or one.key is None or not since <= date.fromisoformat(one.key) <= until:
            continue
        if not category or f"{one.category}/".startswith(f"{category}/"):
            outcome = one.outcome or ""
            states[outcome] = states.get(outcome, 0) + 1
    return Keeping(held=states["held"], missed=states["missed"], open=states[""])
