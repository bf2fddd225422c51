"""One row of facts for each case: what lists are filtered by and what figures are computed from.

A flow says how its cases fill the row; the row is written in the commit that changed the case. Figures need no flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

Scalar = str | int | None


@attrs.frozen(kw_only=True)
class CaseFacts:
    """What figures and lists need to know of one case. Instants are microseconds since 1970 UTC.

    Attributes:
        flow: the flow's name, without its version.
        state: where it stands.
        outcome: why it ended, as the flow names it; None while it is open.
        unit: the area whose matter it is.
        body: the body that has to act on it, where one is named (a share's department).
        home: the area whose matter it was before the map was re-drawn; None where nothing was.
        home_body: the body that had to act on it before the map was re-drawn; None where nothing was.
        requester: the pseudonymous person who raised it.
        category: what it is about, in the integrator's own vocabulary.
        slot: which of its parent's slots it fills, for instance ``lead``; None for a root.
        brood: for a child with a matter of its own: ``PARENT#ROUND``.
        key: its key within the slot or brood, for instance the body's code or the voter.
        number: its human number, for instance ``410106-2026-000123``; None where it has none.
        title: its public headline.
        latitude: where it is, in ten-millionths of a degree of WGS 84; None where no point is known.
        longitude: the same.
        opened: when it happened that it began.
        promise: by when its handling was promised, or None where nothing was promised.
        handled: when handling ended, or None.
        closed: when it reached a final state, or None.
        resolved: 1 or 0 as whoever raised it said, None without an answer.
        satisfied: 1 to 5 as whoever raised it said, None without an answer.
        evaluated: when they said so, or None.
        excluded: why figures may leave it out, for instance ``duplicate`` or ``out-of-scope``; None where they may not.
    """

    flow: str
    state: str
    outcome: str | None = None
    unit: str | None = None
    body: str | None = None
    home: str | None = None
    home_body: str | None = None
    requester: str | None = None
    category: str | None = None
    slot: str | None = None
    brood: str | None = None
    key: str | None = None
    number: str | None = None
    title: str | None = None
    latitude: int | None = None
    longitude: int | None = None
    opened: int | None = None
    promise: int | None = None
    handled: int | None = None
    closed: int | None = None
    resolved: int | None = None
    satisfied: int | None = None
    evaluated: int | None = None
    excluded: str | None = None

    @classmethod
    def columns(cls) -> Mapping[str, type[str | int]]:
        """The fields in order, each with the type of its values."""
        return _COLUMNS

    @classmethod
    def from_row(cls, row: Sequence[Scalar]) -> CaseFacts:
        """The facts whose values stand in the order of `columns`."""
        return cls(**dict(zip(_COLUMNS, row, strict=True)))  # type: ignore[arg-type]  # the columns have their types

    def row(self) -> tuple[Scalar, ...]:
        """The values in the order of `columns`."""
        return tuple([getattr(self, name) for name in _COLUMNS])


_INTEGERS = frozenset(
    {"latitude", "longitude", "opened", "promise", "handled", "closed", "resolved", "satisfied", "evaluated"}
)
_COLUMNS: dict[str, type[str | int]] = {
    field.name: int if field.name in _INTEGERS else str for field in attrs.fields(CaseFacts)
}
