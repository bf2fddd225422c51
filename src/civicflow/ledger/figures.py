"""Figures over facts: how many on time, resolved, satisfied; what is open and overdue. Exact, with declared denominators.

A rate without its denominator is a number that anybody may read as they like, so a `Rate` carries both and says what
was counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

import attrs

from civicflow.ledger.facts import CaseFacts
from civicflow.texts import Language, Text

SATISFIED_FROM = 4
"""From which of the five answers on somebody counts as satisfied (4 satisfied, 5 fully satisfied)."""


@attrs.frozen
class Rate:
    """A share of what was counted.

    Attributes:
        n: how many fulfil it.
        of: how many were counted.
        counted: who was counted.
    """

    n: int
    of: int
    counted: Text

    @property
    def share(self) -> Fraction | None:
        """The exact share, or None where nothing was counted."""
        return Fraction(self.n, self.of) if self.of else None

    @property
    def percent(self) -> str:
        """The share to one decimal of a per cent, rounded half up, for reading; ``–`` where nothing was counted."""
        if not self.of:
            return "–"
        tenths = (self.n * 2000 + self.of) // (2 * self.of)
        return f"{tenths // 10}.{tenths % 10}%"

    def __str__(self) -> str:
        return f"{self.percent} ({self.n}/{self.of})"


_ON_TIME = Text(
    "cases with a promise that were handled or whose promise passed before they ended",
    "有承诺时限且已办理、或终结前承诺时限已过的事项",
)
_RESOLVED = Text("cases whose requester said whether they are resolved", "已由诉求人评价是否解决的事项")
_SATISFIED = Text(
    "cases whose requester said how satisfied they are (4 or 5 of 5)", "已由诉求人评价满意度的事项（5分中的4、5分）"
)


@attrs.frozen(kw_only=True)
class Rates:
    """The figures of some cases at one instant.

    Attributes:
        cases: how many were begun by then.
        on_time: handled by the instant promised, of those that were handled or whose promise passed before they ended.
        resolved: resolved, of those evaluated.
        satisfied: satisfied, of those who said.
        open: how many had not ended.
        overdue: how many had not been handled although their promise had passed.
    """

    cases: int
    on_time: Rate
    resolved: Rate
    satisfied: Rate
    open: int
    overdue: int

    def say(self, language: Language = "en") -> str:
        """The figures as a readable line in one language."""
        names = (
            ("cases", "on time", "resolved", "satisfied", "open", "overdue")
            if language == "en"
            else ("事项", "按时办理", "已解决", "满意", "未办结", "逾期")
        )
        values = (self.cases, self.on_time, self.resolved, self.satisfied, self.open, self.overdue)
        return " · ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))

    def __str__(self) -> str:
        return self.say()


def is_on_time(facts: CaseFacts, at: int) -> bool | None:
    """Whether a case kept its promise by an instant.

    None where it had none, where the promise still runs, and where the case ended before it without being handled
    (withdrawn, no longer needed): nobody was late.

    Args:
        facts: the case.
        at: the instant in microseconds; what happened later is not looked at.
    """
    if facts.promise is None:
        return None
    if facts.handled is not None and facts.handled <= at:
        return facts.handled <= facts.promise
    ran_until = at if facts.closed is None else min(facts.closed, at)
    return False if facts.promise < ran_until else None


def rates(cases: Iterable[CaseFacts], at: int) -> Rates:
    """The figures of these cases at an instant in microseconds; cases begun later are left out."""
    begun = [facts for facts in cases if facts.opened is not None and facts.opened <= at]
    kept = [verdict for facts in begun if (verdict := is_on_time(facts, at)) is not None]
    said = [facts for facts in begun if facts.evaluated is not None and facts.evaluated <= at]
    resolved = [facts.resolved for facts in said if facts.resolved is not None]
    satisfied = [facts.satisfied for facts in said if facts.satisfied is not None]
    return Rates(
        cases=len(begun),
        on_time=Rate(sum(kept), len(kept), _ON_TIME),
        resolved=Rate(sum(resolved), len(resolved), _RESOLVED),
        satisfied=Rate(sum(s >= SATISFIED_FROM for s in satisfied), len(satisfied), _SATISFIED),
        open=sum(facts.closed is None or facts.closed > at for facts in begun),
        overdue=sum(
            (facts.handled is None or facts.handled > at)
            and (facts.closed is None or facts.closed > at)
            and facts.promise is not None
            and facts.promise < at
            for facts in begun
        ),
    )


def grouped(cases: Iterable[CaseFacts], key: Callable[[CaseFacts], str | None], at: int) -> Mapping[str | None, Rates]:
    """The figures of each group of cases, the groups in order; each case is counted in one group."""
    groups: defaultdict[str | None, list[CaseFacts]] = defaultdict(list)
    for facts in cases:
        groups[key(facts)].append(facts)
    return {name: rates(groups[name], at) for name in sorted(groups, key=lambda name: name or "")}
