"""Who comes after whom: when a unit is re-drawn, what it was goes on in other units, in whole or in shares.

Rules
-----
- Of a unit that ends, every successor is named with its share; the shares of one act sum to one. Where nobody knows them
  they are left out, all of them.
- At most one successor is the primary one: to whom work goes where nothing else decides.
- A unit that goes on beside others (a part of it was given away) is named among its own successors.
- A later act never changes what an earlier one said.

The norm is the change event of W3C ORG: `original` is its ``originalOrganization``, `result` its ``resultingOrganization``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import attrs

from civicflow.errors import Fault
from civicflow.ids import UnitId


def _fraction(value: Fraction | int | str | None) -> Fraction | None:
    return None if value is None else Fraction(value)


@attrs.frozen(kw_only=True)
class Succession:
    """What one unit is from an act on: in part or in whole another one.

    Attributes:
        original: the unit before.
        result: the unit after; the original itself where it goes on.
        share: how much of the original goes there (of whatever the act divides: households, area), more than 0 and at
            most 1; None where nobody knows.
        primary: whether work goes there where nothing else decides.
    """

    original: UnitId
    result: UnitId
    share: Fraction | None = attrs.field(default=None, converter=_fraction)
    primary: bool = False

    def to_builtins(self) -> dict[str, Any]:
        """The succession as JSON-safe values, without what is empty; a share as ``1/2``."""
        data: dict[str, Any] = {"original": self.original, "result": self.result}
        if self.share is not None:
            data["share"] = f"{self.share.numerator}/{self.share.denominator}"
        if self.primary:
            data["primary"] = True
        return data

    @classmethod
    def from_builtins(cls, data: dict[str, Any]) -> Succession:
        """The succession that `to_builtins` wrote."""
        return cls(
            original=UnitId(data["original"]),
            result=UnitId(data["result"]),
            share=data.get("share"),
            primary=data.get("primary", False),
        )


def faults(successions: Iterable[Succession]) -> Iterator[Fault]:
    """What is wrong with the successions of one act, by the rules at the top of this module."""
    of: dict[UnitId, list[Succession]] = {}
    for one in successions:
        of.setdefault(one.original, []).append(one)
    for original, found in of.items():
        results = [one.result for one in found]
        for result in sorted({result for result in results if results.count(result) > 1}):
            yield Fault(reason="a successor is named twice; name it once", value=result, path=original)
        if sum(one.primary for one in found) > 1:
            yield Fault(reason="there is at most one primary successor", value=str(len(found)), path=original)
        shares = [one.share for one in found]
        known = [share for share in shares if share is not None]
        if not known:
            continue
        if len(known) < len(shares):
            yield Fault(reason="name the share of every successor, or of none", value=str(len(known)), path=original)
        elif sum(known) != 1 or min(known) <= 0:
            given = ", ".join(map(str, known))
            yield Fault(
                reason="shares are parts of a whole, each more than 0, and sum to 1", value=given, path=original
            )
