"""Join rules: when the children of a case together bring it on. Data, so that a flow's digest holds them."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen
class Every:
    """Every child has ended, in whatever way."""

    def holds(self, tally: Mapping[str, int], finals: frozenset[str]) -> bool:
        return bool(tally) and tally.keys() <= finals


@attrs.frozen
class All:
    """Every child has ended, all of them in this state."""

    state: str

    def holds(self, tally: Mapping[str, int], finals: frozenset[str]) -> bool:
        return tally.keys() == {self.state}


@attrs.frozen
class First:
    """One child has come to this state."""

    state: str

    def holds(self, tally: Mapping[str, int], finals: frozenset[str]) -> bool:
        return tally.get(self.state, 0) > 0


@attrs.frozen
class AtLeast:
    """As many children as this have come to a state."""

    n: int
    state: str

    def holds(self, tally: Mapping[str, int], finals: frozenset[str]) -> bool:
        return tally.get(self.state, 0) >= self.n
