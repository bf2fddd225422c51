"""Figures over facts: how many on time, resolved, satisfied; what is open and overdue. Exact, with declared denominators.

A rate without its denominator is a number that anybody may read as they like, so a `Rate` carries both and says what
was counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from typing import Literal

import attrs

from civicflow.ledger.facts import CaseFacts
from civicflow.texts import Catalogue, Language, Text

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


Over = Literal["said", "handled"]
"""Of whom the answers are a share: of those who gave one, or of all whose matter was handled, silence counting as no."""

_WORDS = Catalogue(
    {
        "on-time": "cases with a promise that were handled or whose promise passed before they ended"
        " | 有承诺时限且已办理、或终结前承诺时限已过的事项",
        "settled": "all cases | 全部事项",
        "resolved.said": "cases whose requester said whether they are resolved | 已由诉求人评价是否解决的事项",
        "resolved.handled": "cases that were handled, those without an answer counting as unresolved"
        " | 已办理的事项（未评价的按未解决计）",
        "satisfied.said": "cases whose requester said how satisfied they are (4 or 5 of 5)"
        " | 已由诉求人评价满意度的事项（5分中的4、5分）",
        "satisfied.handled": "cases that were handled, those without an answer counting as not satisfied (4 or 5 of 5)"
        " | 已办理的事项（未评价的按不满意计；5分中的4、5分）",
        "without": "{counted}; left out: {reasons} | {counted}；已剔除：{reasons}",
    }
)


@attrs.frozen(kw_only=True)
class Rates:
    """The figures of some cases at one instant.

    Attributes:
        cases: how many were begun by then and are counted.
        on_time: handled by the instant promised, of those that were handled or whose promise passed before they ended.
        resolved: resolved, of those evaluated.
        satisfied: satisfied, of those who said.
        open: how many had not ended.
        overdue: how many had not been handled although their promise had passed.
        settled: ended by then, in whatever way, of all that are counted.
        excluded: how many were left out, by the reason.
    """

    cases: int
    on_time: Rate
    resolved: Rate
    satisfied: Rate
    open: int
    overdue: int
    settled: Rate
    excluded: Mapping[str, int] = attrs.field(factory=dict)

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


def rates(cases: Iterable[CaseFacts], at: int, *, exclude: Collection[str] = (), over: Over = "said") -> Rates:
    """The figures of these cases at an instant.

    Args:
        cases: the cases; those begun later are left out.
        at: the instant in microseconds.
        exclude: the reasons for which cases are left out of every figure, for instance ``duplicate``.
        over: of whom resolved and satisfied are a share.
    """
    begun = [facts for facts in cases if facts.opened is not None and facts.opened <= at]
    excluded = Counter(facts.excluded for facts in begun if facts.excluded in exclude and facts.excluded is not None)
    counted = [facts for facts in begun if facts.excluded is None or facts.excluded not in exclude]
    kept = [verdict for facts in counted if (verdict := is_on_time(facts, at)) is not None]
    said = [facts for facts in counted if facts.evaluated is not None and facts.evaluated <= at]
    handled = sum(facts.handled is not None and facts.handled <= at for facts in counted)
    resolved = [facts.resolved for facts in said if facts.resolved is not None]
    satisfied = [facts.satisfied >= SATISFIED_FROM for facts in said if facts.satisfied is not None]
    still_open = sum(facts.closed is None or facts.closed > at for facts in counted)

    def rate(n: int, of: int, name: str) -> Rate:
        return Rate(n, of, _counted(name, excluded))

    return Rates(
        cases=len(counted),
        on_time=rate(sum(kept), len(kept), "on-time"),
        resolved=rate(sum(resolved), len(resolved) if over == "said" else handled, f"resolved.{over}"),
        satisfied=rate(sum(satisfied), len(satisfied) if over == "said" else handled, f"satisfied.{over}"),
        open=still_open,
        overdue=sum(is_overdue(facts, at) for facts in counted),
        settled=rate(len(counted) - still_open, len(counted), "settled"),
        excluded=dict(sorted(excluded.items())),
    )


def is_overdue(facts: CaseFacts, at: int) -> bool:
    """Whether a case had not been handled at an instant (in microseconds) although its promise had passed."""
    waits = all(ended is None or ended > at for ended in (facts.handled, facts.closed))
    return waits and facts.promise is not None and facts.promise < at


def lateness(facts: CaseFacts, at: int) -> Fraction | None:
    """How many times over the time promised has run: 1 on the instant promised, 3 when three times as long has passed.

    It counts from when the case was raised, in the time that passes on the clock on the wall, until it was handled or ended.
    None where nothing was promised.

    Args:
        facts: the case.
        at: as of this instant, in microseconds.
    """
    if facts.promise is None or facts.opened is None or facts.promise <= facts.opened:
        return None
    until = min(ended for ended in (at, facts.handled, facts.closed) if ended is not None)
    return Fraction(max(until - facts.opened, 0), facts.promise - facts.opened)


def _counted(name: str, excluded: Mapping[str, int]) -> Text:
    counted = _WORDS[name]
    if not excluded:
        return counted
    reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(excluded.items()))
    return _WORDS.say("without", counted=counted, reasons=reasons)


def grouped(
    cases: Iterable[CaseFacts],
    key: Callable[[CaseFacts], str | None],
    at: int,
    *,
    exclude: Collection[str] = (),
    over: Over = "said",
) -> Mapping[str | None, Rates]:
    """The figures of each group of cases, the groups in order; each case is counted in one group. See `rates`."""
    groups: defaultdict[str | None, list[CaseFacts]] = defaultdict(list)
    for facts in cases:
        groups[key(facts)].append(facts)
    return {
        name: rates(groups[name], at, exclude=exclude, over=over)
        for name in sorted(groups, key=lambda name: name or "")
    }
