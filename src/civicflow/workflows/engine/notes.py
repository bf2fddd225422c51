"""Notes: what somebody wrote down beside a case, in an entry that leaves it in its state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId
from civicflow.ledger.entries import Entry

NOTE: Final = "note"
"""The step of an entry that holds a note."""


@attrs.frozen(kw_only=True)
class Note:
    """What somebody wrote down beside a case.

    Attributes:
        case: the case that it was written to.
        version: the number of its entry in the matter.
        text: what was written; empty once it was erased.
        public: whether it stands in the public part, for ever.
        by: who wrote it.
        at: when it was recorded (UTC).
        why: their reason, where one was given.
    """

    case: CaseId
    version: int
    text: str
    public: bool
    by: Actor
    at: datetime
    why: str = ""

    @property
    def ref(self) -> str:
        """Its entry, ``CASE:VERSION``."""
        return f"{self.case}:{self.version}"

    @property
    def erased(self) -> bool:
        """Whether it was erased."""
        return not self.text


def note_parts(text: str, *, public: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The public and the private part of a note's entry.

    Raises:
        InvalidInput: if nothing is written.
    """
    if not text.strip():
        msg = f"a note says something; got {text!r}"
        raise InvalidInput(msg)
    return ({"text": text}, {}) if public else ({}, {"text": text})


def note_of(entry: Entry, hidden: Mapping[str, Any]) -> Note:
    """The note that an entry holds.

    Args:
        entry: of the step ``note``.
        hidden: its private part; empty where there is none (any more).
    """
    return Note(
        case=entry.case,
        version=entry.version,
        text=str(entry.data.get("text") or hidden.get("text") or ""),
        public="text" in entry.data,
        by=entry.by,
        at=entry.recorded,
        why=entry.why,
    )
