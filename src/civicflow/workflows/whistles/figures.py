"""Figures of report-ins: who comes, who comes in time, how they are rated, and what the work cost.

Rules
-----
- A department is *on time* if it reported in before its arrival clock ran out; counted is each report-in whose clock ran out or
  that has come. One that was released before was not late and is not counted.
- The mean rating is over all ratings, those of departments that never came among them.
- Report-ins say that they were promised and handled: the promise is the arrival clock, handled is the arrival. So
  ``office.ledger.rates_by("body", flow="report-in")`` says the same in general words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

import attrs

from civicflow.ledger.facts import CaseFacts
from civicflow.ledger.figures import Rate, is_on_time
from civicflow.money import Money, total
from civicflow.texts import Text
from civicflow.workflows.engine.records import Case
from civicflow.workflows.whistles.report_in import REPORT_IN

_COUNTED: Final = Text(
    "report-ins that came or whose arrival clock ran out before they were released",
    "已到场、或解除前已逾报到时限的报到",
)


@attrs.frozen(kw_only=True)
class Arrivals:
    """How the report-ins of a department, or of several, went.

    Attributes:
        whistled: how often it was whistled for.
        arrived: how often it came.
        on_time: came in time, of those that came or were due.
        rated: how many ratings there are.
        score: their sum; divided by `rated` it is the mean.
    """

    whistled: int
    arrived: int
    on_time: Rate
    rated: int
    score: int

    @property
    def mean(self) -> Fraction | None:
        """The mean rating from 1 to 5, exact; None without a rating."""
        return Fraction(self.score, self.rated) if self.rated else None


def arrivals(facts: Iterable[CaseFacts], at: int) -> Mapping[str, Arrivals]:
    """The arrivals of each department.

    Args:
        facts: for instance ``office.ledger.facts(flow="report-in", under="subdistrict")``; other flows' are passed over.
        at: as of this instant, in microseconds since 1970 UTC.

    Returns:
        By the department's id, in order; one that was never whistled for is missing.
    """
    found: defaultdict[str, list[CaseFacts]] = defaultdict(list)
    for fact in facts:
        if fact.flow == REPORT_IN.name and fact.body is not None and fact.opened is not None and fact.opened <= at:
            found[fact.body].append(fact)
    return {body: _arrivals(found[body], at) for body in sorted(found)}


def _arrivals(reports: list[CaseFacts], at: int) -> Arrivals:
    due = [verdict for fact in reports if (verdict := is_on_time(fact, at)) is not None]
    scores = [
        fact.satisfied
        for fact in reports
        if fact.satisfied is not None and fact.evaluated is not None and fact.evaluated <= at
    ]
    return Arrivals(
        whistled=len(reports),
        arrived=sum(fact.handled is not None and fact.handled <= at for fact in reports),
        on_time=Rate(sum(due), len(due), _COUNTED),
        rated=len(scores),
        score=sum(scores),
    )


def spent(reports: Iterable[Case], currency: str = "CNY") -> Money:
    """What departments spent, in all; a report-in that said nothing adds nothing.

    Args:
        reports: report-ins, for instance ``office.shares(whistle)``.
        currency: ISO 4217, of all of them.

    Raises:
        InvalidInput: if there are amounts in another currency.
    """
    kept = (case.data["spent"] for case in reports if "spent" in case.data)
    return total([Money(one["amount"], one["currency"]) for one in kept], currency)
