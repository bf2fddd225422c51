"""Points of an agenda (议题): what waits at a council for its next sitting, and what becomes of each at it.

None disappears: a point waits at the council until a sitting takes it, and leaves the sitting with an outcome or for the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from civicflow.texts import Text
from civicflow.workflows.engine.validators import said

OUTCOMES: Final[Mapping[str, Text]] = {
    "resolved": Text("resolved", "形成决议"),
    "vote": Text("handed to its vote", "转付表决"),
    "ticket": Text("becomes a ticket", "转为工单"),
    "postponed": Text("postponed to the next sitting", "延至下次会议"),
    "dropped": Text("taken off", "撤销议题"),
}
"""What may become of a point at a sitting."""


@attrs.frozen
class Item:
    """One point.

    Attributes:
        title: its headline, public.
        matter: the id of the matter that it is about (a proposal, a ticket), or empty.
    """

    title: str = attrs.field(validator=said)
    matter: str = ""


def items(given: Iterable[Item | Mapping[str, Any] | str]) -> tuple[Item, ...]:
    """Points, also as a ledger's entry spells them; a word alone is a headline."""
    return tuple(
        one
        if isinstance(one, Item)
        else Item(one)
        if isinstance(one, str)
        else Item(one["title"], one.get("matter", ""))
        for one in given
    )


def kept(points: Iterable[Item]) -> list[dict[str, str]]:
    """Points as a council keeps them while they wait."""
    return [{"title": point.title, "matter": point.matter} for point in points]


def numbered(points: Sequence[Item]) -> list[dict[str, Any]]:
    """Points as a sitting keeps them: numbered from 1, without an outcome yet.

    >>> numbered([Item("a gate")])
    [{'no': 1, 'title': 'a gate', 'matter': '', 'outcome': '', 'text': ''}]
    """
    return [{"no": no, **point, "outcome": "", "text": ""} for no, point in enumerate(kept(points), 1)]


def unfinished(agenda: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """The points of a sitting that go on to the next one: postponed, or without an outcome."""
    return tuple(Item(one["title"], one["matter"]) for one in agenda if one["outcome"] in ("", "postponed"))
