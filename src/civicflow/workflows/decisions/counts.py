"""How a vote came out, and how large each base is of which a rule asks a share.

"Two thirds" alone is no rule: of 37 seats with two vacant, two thirds of all seats are 25, of the filled seats 24; with
three members recused, who leave the base, 23.

Source for the bases: OpenSlides, whose polls count 100 % as yes+no, yes+no+abstain, valid, cast, entitled at a snapshot, or
entitled and present; the laws that `presets` cites for seats, for those present and for areas.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

import attrs

from civicflow.errors import InvalidInput
from civicflow.texts import Text
from civicflow.workflows.decisions.policies import PLAIN, Policies
from civicflow.workflows.decisions.shares import HEADS, Amount, Measure, exact, exact_or_none

Base = Literal["seats", "filled", "entitled", "present", "cast", "valid", "yes-no", "yes-no-abstain", "first"]
"""``seats`` all seats, vacant ones too; ``filled`` the seats that had a holder when the roll was frozen; ``entitled`` those
on the roll; ``present`` those at the sitting; ``cast`` every ballot of somebody entitled, invalid ones too; ``valid`` the
valid ones, blank ones too; ``yes-no`` those for or against; ``yes-no-abstain`` these and the abstentions; ``first`` those who
took part in a first count, where this is a second one."""

Part = Literal["yes", "no", "abstain", "not-no"]
"""What else may be counted: ``not-no`` every ballot that is not against."""

BASES: Final[tuple[Base, ...]] = get_args(Base)
PARTS: Final[tuple[Part, ...]] = get_args(Part)

OF: Final[Mapping[str, Text]] = {
    "seats": Text("seats", "席位"),
    "filled": Text("filled seats", "在任席位"),
    "entitled": Text("entitled to vote", "有表决权人"),
    "present": Text("present", "出席人"),
    "cast": Text("ballots cast", "已投票"),
    "valid": Text("valid ballots", "有效票"),
    "yes-no": Text("ballots for or against", "赞成与反对票"),
    "yes-no-abstain": Text("ballots for, against or abstaining", "赞成、反对与弃权票"),
    "first": Text("who took part in the first count", "首次表决参加人"),
}
"""What heads are counted of."""

WHOSE: Final[Mapping[str, Text]] = {
    "seats": Text("all", "全体"),
    "filled": Text("those in office", "在任者"),
    "entitled": Text("those entitled to vote", "有表决权人"),
    "present": Text("those present", "出席人"),
    "cast": Text("those who took part", "参与表决者"),
    "valid": Text("those who voted validly", "有效投票者"),
    "yes-no": Text("those for or against", "赞成与反对者"),
    "yes-no-abstain": Text("those for, against or abstaining", "赞成、反对与弃权者"),
    "first": Text("those who took part in the first count", "首次表决参加人"),
}
"""Whose measure is added up."""

_ROLLS: Final = frozenset({"seats", "filled", "entitled"})
"""The bases in which those who are recused have a place."""


@attrs.frozen
class Count:
    """How a vote came out, in one measure and, where a rule asks for them, in others beside it.

    Attributes:
        yes, no, abstain: ballots.
        seats: all seats when the roll was frozen.
        filled: those that had a holder then.
        blank: valid ballots that say nothing.
        invalid: ballots of people entitled that do not count as valid.
        entitled: those on the roll; ``filled`` where nothing else is said.
        present: those at the sitting, or None where nobody noted them.
        recused: those on the roll who may not vote on this matter.
        recused_present: those of them who are present.
        first: those who took part in the first count, or None where this is the first.
        others: the same vote in other measures, by their names.

    Raises:
        InvalidInput: for an amount that is no exact number of at least zero.
    """

    yes: Amount = attrs.field(converter=exact)
    no: Amount = attrs.field(converter=exact)
    abstain: Amount = attrs.field(converter=exact)
    seats: Amount = attrs.field(converter=exact)
    filled: Amount = attrs.field(converter=exact)
    blank: Amount = attrs.field(default=0, converter=exact, kw_only=True)
    invalid: Amount = attrs.field(default=0, converter=exact, kw_only=True)
    entitled: Amount | None = attrs.field(default=None, converter=exact_or_none, kw_only=True)
    present: Amount | None = attrs.field(default=None, converter=exact_or_none, kw_only=True)
    recused: Amount = attrs.field(default=0, converter=exact, kw_only=True)
    recused_present: Amount = attrs.field(default=0, converter=exact, kw_only=True)
    first: Amount | None = attrs.field(default=None, converter=exact_or_none, kw_only=True)
    others: Mapping[str, Count] = attrs.field(factory=dict, kw_only=True)

    def of(
        self, what: Base | Part, measure: Measure = HEADS, policies: Policies = PLAIN, *, quorum: bool = False
    ) -> Amount:
        """How large a base is, or how many ballots are of a kind.

        >>> Count(24, 10, 0, 37, 35, recused=3).of("seats"), Count(24, 10, 0, 37, 35).of("filled")
        (37, 35)
        >>> Count(24, 10, 0, 37, 37, recused=3).of("seats", policies=Policies(recusal="leaves"))
        34

        Args:
            what: the base, or the kind of ballots.
            measure: in which measure.
            policies: what becomes of those who abstain or are recused.
            quorum: it is the base of a quorum.

        Raises:
            InvalidInput: if the count does not hold it.
        """
        if measure.name != HEADS.name:
            return self._in(measure).of(what, HEADS, policies, quorum=quorum)
        if what in PARTS:
            return self.of("cast") - self.no if what == "not-no" else self._said(what)
        size = self._said(what)
        if policies.recusal == "leaves-quorum" or (policies.recusal == "leaves" and not quorum):
            size -= self.recused_present if what == "present" else self.recused if what in _ROLLS else 0
        if policies.abstention == "leaves" and what not in {"yes-no", "first"} and not quorum:
            size -= self.abstain + (0 if what == "yes-no-abstain" else self.blank)
        return max(0, size)

    def _in(self, measure: Measure) -> Count:
        try:
            return self.others[measure.name]
        except KeyError:
            msg = (
                f"the count holds no {measure.name!r}; give it in others, which has {', '.join(self.others) or 'none'}"
            )
            raise InvalidInput(msg) from None

    def _said(self, what: str) -> Amount:
        yes_no = self.yes + self.no
        valid = yes_no + self.abstain + self.blank
        said: dict[str, Amount | None] = {
            "yes": self.yes,
            "no": self.no,
            "abstain": self.abstain,
            "seats": self.seats,
            "filled": self.filled,
            "entitled": self.filled if self.entitled is None else self.entitled,
            "present": self.present,
            "cast": valid + self.invalid,
            "valid": valid,
            "yes-no": yes_no,
            "yes-no-abstain": yes_no + self.abstain,
            "first": self.first,
        }
        size = said[what]
        if size is None:
            who = "who was present" if what == "present" else "who took part in the first count"
            msg = f"the rule asks for a share of {what!r}, and the count does not say {who}; give {what}=…"
            raise InvalidInput(msg)
        return size

    def plus(self, **more: Amount) -> Count:
        """The count with more ballots of some kinds, for instance ``yes=1``."""
        return attrs.evolve(self, **{name: getattr(self, name) + amount for name, amount in more.items()})
