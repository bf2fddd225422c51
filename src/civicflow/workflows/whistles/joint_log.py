"""The joint log (联办记录): what everybody did on site, read from the ledger as one list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from civicflow.hierarchy.authority import Actor
from civicflow.ledger.entries import Entry
from civicflow.texts import Text
from civicflow.workflows.whistles.report_in import REPORT_IN
from civicflow.workflows.whistles.whistle import WHISTLE

_TEXTS: Final[dict[str, Text]] = {
    step.name: step.text for flow in (WHISTLE, REPORT_IN) for step in flow.steps if step.name not in {"remind", "drop"}
}
_SAYS: Final = ("text", "note", "because", "reason", "tried")


@attrs.frozen(kw_only=True)
class Line:
    """A line of the log.

    Attributes:
        at: when it happened (UTC).
        by: who did it, for which body; the clock where it rang.
        step: what was done.
        text: the words that were written with it, or empty.
    """

    at: datetime
    by: Actor
    step: Text
    text: str


def joint_log(entries: Iterable[Entry]) -> tuple[Line, ...]:
    """The log of one matter, in the order of its entries.

    Args:
        entries: of a whistle, as ``office.ledger.entries(whistle)`` gives them; entries beside the flow are passed over.
    """
    return tuple(
        Line(
            at=entry.happened,
            by=entry.by,
            step=_TEXTS[entry.step],
            text=next((str(entry.data[name]) for name in _SAYS if entry.data.get(name)), ""),
        )
        for entry in entries
        if entry.step in _TEXTS
    )
