"""Figures of mediation: how many disputes were handled, and how they ended.

Rules
-----
- *Handled* is a dispute in which the parties came to an agreement, or were referred elsewhere, or which was withdrawn; counted is
  every dispute that was raised. One whose agreement was broken is handled again only by a new one.
- *Agreed* is one that ended agreed and kept, or whose agreement is being visited; counted are those that came to an agreement or were
  referred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from civicflow.ledger.facts import CaseFacts
from civicflow.ledger.figures import Rate
from civicflow.texts import Text
from civicflow.workflows.mediation.dispute import DISPUTE

_RAISED: Final = Text("disputes that were raised", "已提出的纠纷")
_MEDIATED: Final = Text(
    "disputes in which an agreement was reached or the parties were referred", "已达成协议或调解不成已引导的纠纷"
)


@attrs.frozen(kw_only=True)
class Mediated:
    """How some disputes stand at an instant.

    Attributes:
        raised: how many were raised by then.
        handled: handled, of those raised.
        agreed: with an agreement, of those that came to one or were referred.
        open: how many had not ended.
        ends: how many ended in which way: ``agreed``, ``referred``, ``withdrawn``.
    """

    raised: int
    handled: Rate
    agreed: Rate
    open: int
    ends: Mapping[str, int]


def mediated(facts: Iterable[CaseFacts], at: int) -> Mediated:
    """The figures of some disputes.

    Args:
        facts: rows of any flows; others than disputes are left out.
        at: the instant, in microseconds; what happened later is not looked at.
    """
    rows = [row for row in facts if row.flow == DISPUTE.name and row.opened is not None and row.opened <= at]
    ended = Counter(str(row.outcome) for row in rows if row.closed is not None and row.closed <= at)
    reached = sum(row.handled is not None and row.handled <= at and row.outcome != "referred" for row in rows)
    without = sum(
        row.outcome == "withdrawn" and row.handled is None and row.closed is not None and row.closed <= at
        for row in rows
    )
    return Mediated(
        raised=len(rows),
        handled=Rate(reached + ended["referred"] + without, len(rows), _RAISED),
        agreed=Rate(reached, reached + ended["referred"], _MEDIATED),
        open=len(rows) - ended.total(),
        ends=dict(sorted(ended.items())),
    )
