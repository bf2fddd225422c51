"""Majorities: an exact share of a named base. Integers only; ``>= 0.67`` is wrong where this is right.

A rule says how large a share (``strict``: more than it) and of whom. "Two thirds" alone is no rule: of 37 seats with two
vacant, two thirds of all seats are 25, of the filled seats 24.
"""

from __future__ import annotations

from typing import Final, Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.texts import Text

Base = Literal["seats", "filled", "cast", "yes-no"]
"""``seats`` all seats, vacant ones too; ``filled`` the seats that had a holder when the roll was frozen; ``cast`` every
ballot; ``yes-no`` the ballots that say yes or no."""

_OF: Final = {
    "seats": Text("seats", "席位"),
    "filled": Text("filled seats", "在任席位"),
    "cast": Text("ballots cast", "已投票"),
    "yes-no": Text("ballots for or against", "赞成与反对票"),
}


@attrs.frozen
class Count:
    """How a vote came out.

    Attributes:
        yes, no, abstain: ballots.
        seats: all seats when the roll was frozen.
        filled: those that had a holder then.
    """

    yes: int
    no: int
    abstain: int
    seats: int
    filled: int

    def of(self, base: Base) -> int:
        """How large a base is."""
        match base:
            case "seats":
                return self.seats
            case "filled":
                return self.filled
            case "cast":
                return self.yes + self.no + self.abstain
            case "yes-no":
                return self.yes + self.no


@attrs.frozen
class Result:
    """What a majority rule says of a count.

    Attributes:
        reached: whether the question is carried.
        yes: votes in favour.
        base: how many they are a share of.
        needed: the least number of votes in favour that carries it.
        text: the sentence for the minutes.
    """

    reached: bool
    yes: int
    base: int
    needed: int
    text: Text

    @property
    def missing(self) -> int:
        """How many votes in favour were missing; 0 when it is carried."""
        return max(0, self.needed - self.yes)


def _whole(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        msg = f"{attribute.name} of a share is at least 1; got {value}"
        raise InvalidInput(msg)


@attrs.frozen
class Majority:
    """A majority rule.

    Attributes:
        num, den: the share as a fraction, for instance 2 and 3.
        base: of whom.
        strict: more than the share, not just as much (过半数; 以上 includes the number, Civil Code art. 1259).
        citation: where the rule stands.
    """

    num: int = attrs.field(validator=_whole)
    den: int = attrs.field(validator=_whole)
    base: Base
    strict: bool = False
    citation: str = ""

    def __attrs_post_init__(self) -> None:
        if self.num > self.den or (self.strict and self.num == self.den):
            msg = f"a majority is a share of at most all; got {'more than ' * self.strict}{self.num}/{self.den}"
            raise InvalidInput(msg)
        if self.base not in _OF:
            msg = f"a base is one of {', '.join(_OF)}; got {self.base!r}"
            raise InvalidInput(msg)

    @property
    def text(self) -> Text:
        """The rule in words.

        >>> Majority(2, 3, "seats").text
        Text(en='at least 2/3 of seats', zh='达到席位的2/3')
        """
        least = Text("more than", "超过") if self.strict else Text("at least", "达到")
        of, share = _OF[self.base], f"{self.num}/{self.den}"
        return Text(f"{least.en} {share} of {of.en}", f"{least.zh}{of.zh}的{share}")

    def needed(self, base: int) -> int:
        """The least number of votes that carries a question, of a base of that size.

        >>> Majority(2, 3, "seats").needed(37), Majority(1, 2, "seats", strict=True).needed(37)
        (25, 19)
        """
        return self.num * base // self.den + 1 if self.strict else -(-self.num * base // self.den)

    def of(self, count: Count) -> Result:
        """What the rule says of a count. With an empty base nothing is carried.

        >>> Majority(2, 3, "seats").of(Count(24, 10, 3, 37, 37)).text.en
        '24 of 37 seats in favour; at least 25 needed, 1 missing'
        """
        base = count.of(self.base)
        needed = max(1, self.needed(base))
        reached = base > 0 and count.yes >= needed
        missing = needed - count.yes
        gaps = {"yes": count.yes, "base": base, "of": _OF[self.base], "needed": needed, "missing": missing}
        sentence = (
            Text(
                "{yes} of {base} {of} in favour; at least {needed} needed", "{base}{of}中{yes}票赞成，至少需{needed}票"
            )
            if reached
            else Text(
                "{yes} of {base} {of} in favour; at least {needed} needed, {missing} missing",
                "{base}{of}中{yes}票赞成，至少需{needed}票，尚缺{missing}票",
            )
        )
        return Result(reached, count.yes, base, needed, sentence.fill(**gaps))


TWO_THIRDS_OF_ALL_SEATS: Final = Majority(
    2, 3, "seats", citation="Chengdu, residents' councils: two thirds or more of all members"
)
MORE_THAN_HALF_OF_ALL_SEATS: Final = Majority(1, 2, "seats", strict=True)
