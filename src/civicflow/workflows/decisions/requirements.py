"""What a rule requires of a count: a share in favour, a quorum, an absolute number, all of several, any of several.

Each has ``.text``, the requirement in words, and ``.of(count)``, which says whether it is met, in a sentence for the minutes.

Source for the values: LiquidFeedback's policies (numerator, denominator, strict, an absolute ``positive`` and
``non_negative``); the laws that `presets` cites. Nothing is ever a share of nothing: with an empty base nothing is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias, get_args

import attrs

from civicflow.errors import InvalidInput
from civicflow.texts import Catalogue, Text
from civicflow.workflows.decisions.counts import BASES, OF, PARTS, WHOSE, Base, Count, Part
from civicflow.workflows.decisions.policies import PLAIN, Policies
from civicflow.workflows.decisions.shares import HEADS, Amount, Measure, Share

SENTENCES: Final = Catalogue(
    {
        "majority": "{share} of {of} | {share}的{of}赞成",
        "quorum": "{share} of {of} {counted} | {share}的{of}{counted}",
        "measured": "{measure} of {of} | {of}的{measure}",
        "heads.yes": "{part} of {base} {of} in favour | {base}{of}中{part}票赞成",
        "heads.counted": "{part} of {base} {of} {counted} | {base}{of}中{part}{counted}",
        "measure.yes": "{part} of {base} {of} in favour | {of}{base}中{part}赞成",
        "measure.counted": "{part} of {base} {of} {counted} | {of}{base}中{part}{counted}",
        "needed": "{said}; at least {needed} needed | {said}，至少需{needed}",
        "needed.missing": "{said}; at least {needed} needed, {missing} missing | {said}，至少需{needed}，尚缺{missing}",
        "more": "{said}; more than {needed} needed | {said}，须超过{needed}",
        "more.missing": (
            "{said}; more than {needed} needed, more than {missing} missing | {said}，须超过{needed}，尚缺超过{missing}"
        ),
        "counted.present": "present | 出席",
        "counted.cast": "took part | 参与表决",
        "counted.valid": "voted validly | 投有效票",
        "counted.yes-no": "voted for or against | 投赞成或反对票",
        "counted.yes-no-abstain": "voted for or against or abstained | 投赞成、反对或弃权票",
        "counted.filled": "in office | 在任",
        "counted.entitled": "on the roll | 列入名册",
        "least": "at least {least} {kind} | {kind}至少{least}",
        "most": "at most {most} {kind} | {kind}至多{most}",
        "had": "{part} {kind} | {kind}{part}",
        "allowed": "{said}; at most {most} allowed | {said}，至多允许{most}",
        "allowed.more": "{said}; at most {most} allowed, {missing} too many | {said}，至多允许{most}，超出{missing}",
        "kind.yes": "in favour | 赞成",
        "kind.no": "against | 反对",
        "kind.abstain": "abstaining | 弃权",
        "kind.not-no": "not against | 未反对",
        "kind.seats": "seats | 席位",
        "kind.filled": "in office | 在任",
        "kind.entitled": "entitled to vote | 有表决权",
        "kind.present": "present | 出席",
        "kind.cast": "ballots cast | 已投票",
        "kind.valid": "valid ballots | 有效票",
        "kind.yes-no": "for or against | 赞成或反对",
        "kind.yes-no-abstain": "for, against or abstaining | 赞成、反对或弃权",
        "kind.first": "in the first count | 首次参加表决",
        "and": "; | ；",
        "or": "; or | ；或",
    }
)


@attrs.frozen
class Result:
    """What a requirement, or a whole rule, says of a count.

    Attributes:
        reached: whether it is met; of a rule, whether the question is carried.
        counted: what was counted of the base: for a majority, the votes in favour.
        base: how much they are a share of.
        needed: the least that meets it; where nothing is whole and the share is strict, what has to be exceeded.
        missing: how much was missing, of the same base; 0 where it is met. Of several requirements: in heads wherever
            heads were missing, else in the measure that was.
        text: the sentence for the minutes.
        parts: the results of the parts of a compound one.
        tied: as many for as against, and one vote more would have carried it.
        quorate: whether there was a quorum, wherever one is required.
        again: whether a second vote by an easier rule may follow.
    """

    reached: bool
    counted: Amount
    base: Amount
    needed: Amount
    missing: Amount
    text: Text
    parts: tuple[Result, ...] = ()
    tied: bool = attrs.field(default=False, kw_only=True)
    quorate: bool = attrs.field(default=True, kw_only=True)
    again: bool = attrs.field(default=False, kw_only=True)


def _of(base: str, measure: Measure) -> Text:
    return OF[base] if measure.name == HEADS.name else SENTENCES.say("measured", measure=measure.text, of=WHOSE[base])


def _known_base(_: object, __: object, value: str) -> None:
    if value not in BASES:
        msg = f"a base is one of {', '.join(BASES)}; got {value!r}"
        raise InvalidInput(msg)


def _countable(_: object, __: object, value: str) -> None:
    if value not in (*PARTS, *BASES):
        msg = f"what is counted is one of {', '.join((*PARTS, *BASES))}; got {value!r}"
        raise InvalidInput(msg)


def _share_of(share: Share, part: Amount, base: Amount, said: Text, measure: Measure) -> Result:
    """Whether a part is a share of a base, and the sentence."""
    needed = share.needed(base, whole=measure.whole)
    if measure.whole:
        needed = max(1, needed)
    reached = share.holds(part, base)
    missing = 0 if reached else max(int(measure.whole), needed - part)
    more = share.strict and not measure.whole
    sentence = SENTENCES.say(
        f"{'more' if more else 'needed'}{'' if reached else '.missing'}",
        said=said,
        needed=measure.say(needed),
        missing=measure.say(missing),
    )
    return Result(reached, part, base, needed, missing, sentence)


@attrs.frozen
class Majority:
    """A share in favour of a base.

    Attributes:
        num, den: the share as a fraction, for instance 2 and 3.
        base: of whom.
        strict: more than the share, not just as much.
        citation: where it stands.
        measure: what is added up.

    Raises:
        InvalidInput: if it is no share of at most all, or of no base that there is.
    """

    num: int
    den: int
    base: Base = attrs.field(validator=_known_base)
    strict: bool = False
    citation: str = ""
    measure: Measure = attrs.field(default=HEADS, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _ = self.share

    @property
    def share(self) -> Share:
        """The share."""
        return Share(self.num, self.den, self.strict)

    @property
    def text(self) -> Text:
        """The rule in words.

        >>> Majority(2, 3, "seats").text
        Text(en='at least 2/3 of seats', zh='至少2/3的席位赞成')
        """
        return SENTENCES.say("majority", share=self.share.text, of=_of(self.base, self.measure))

    def needed(self, base: Amount) -> Amount:
        """The least that carries a question, of a base of that size.

        >>> Majority(2, 3, "seats").needed(37), Majority(1, 2, "seats", strict=True).needed(37)
        (25, 19)
        """
        return self.share.needed(base, whole=self.measure.whole)

    def of(self, count: Count, policies: Policies = PLAIN) -> Result:
        """What the rule says of a count. With an empty base nothing is carried.

        >>> Majority(2, 3, "seats").of(Count(24, 10, 3, 37, 37)).text.en
        '24 of 37 seats in favour; at least 25 needed, 1 missing'
        """
        yes, base = count.of("yes", self.measure), count.of(self.base, self.measure, policies)
        say = self.measure.say
        said = SENTENCES.say(
            "heads.yes" if self.measure.name == HEADS.name else "measure.yes",
            part=say(yes),
            base=say(base),
            of=_of(self.base, self.measure),
        )
        return _share_of(self.share, yes, base, said, self.measure)


@attrs.frozen
class Quorum:
    """A share of a base that has to take part, whatever it says.

    Attributes:
        num, den, strict: the share.
        base: of whom.
        counts: what is counted: ``present`` at the sitting, ``cast`` ballots, ``valid`` or ``yes-no`` ones.
        measure: what is added up.

    Raises:
        InvalidInput: if it is no share of at most all, of no base, or counts what there is not.
    """

    num: int
    den: int
    base: Base = attrs.field(validator=_known_base)
    counts: Base = attrs.field(default="present", validator=_known_base)
    strict: bool = attrs.field(default=False, kw_only=True)
    measure: Measure = attrs.field(default=HEADS, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _ = self.share
        if f"counted.{self.counts}" not in SENTENCES:
            names = ", ".join(name for name in get_args(Base) if f"counted.{name}" in SENTENCES)
            msg = f"a quorum counts one of {names}; got {self.counts!r}"
            raise InvalidInput(msg)

    @property
    def share(self) -> Share:
        """The share."""
        return Share(self.num, self.den, self.strict)

    @property
    def text(self) -> Text:
        """The quorum in words.

        >>> Quorum(1, 2, "filled", strict=True).text.en
        'more than 1/2 of filled seats present'
        """
        counted = SENTENCES[f"counted.{self.counts}"]
        return SENTENCES.say("quorum", share=self.share.text, of=_of(self.base, self.measure), counted=counted)

    def of(self, count: Count, policies: Policies = PLAIN) -> Result:
        """Whether there is a quorum.

        >>> Quorum(1, 3, "entitled", "cast").of(Count(8, 2, 1, 37, 37)).text.en
        '11 of 37 entitled to vote took part; at least 13 needed, 2 missing'
        """
        part = count.of(self.counts, self.measure, policies, quorum=True)
        base = count.of(self.base, self.measure, policies, quorum=True)
        say = self.measure.say
        said = SENTENCES.say(
            "heads.counted" if self.measure.name == HEADS.name else "measure.counted",
            part=say(part),
            base=say(base),
            of=_of(self.base, self.measure),
            counted=SENTENCES[f"counted.{self.counts}"],
        )
        return _share_of(self.share, part, base, said, self.measure)


@attrs.frozen
class AtLeast:
    """An absolute least number, whatever the share (LiquidFeedback's ``positive`` and ``non_negative``).

    Attributes:
        least: the number.
        counts: of what: ``yes``, ``not-no``, or any base.
        measure: what is added up.

    Raises:
        InvalidInput: for less than 1, or what cannot be counted.
    """

    least: int = attrs.field(validator=attrs.validators.instance_of(int))
    counts: Base | Part = attrs.field(default="yes", validator=_countable)
    measure: Measure = attrs.field(default=HEADS, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.least < 1:
            msg = f"a least number is at least 1; got {self.least}"
            raise InvalidInput(msg)

    @property
    def text(self) -> Text:
        """The requirement in words.

        >>> AtLeast(10).text.en
        'at least 10 in favour'
        """
        return SENTENCES.say("least", least=self.measure.say(self.least), kind=SENTENCES[f"kind.{self.counts}"])

    def of(self, count: Count, policies: Policies = PLAIN) -> Result:
        """Whether there are as many."""
        part = count.of(self.counts, self.measure, policies)
        say, missing = self.measure.say, max(0, self.least - part)
        said = SENTENCES.say("had", part=say(part), kind=SENTENCES[f"kind.{self.counts}"])
        sentence = SENTENCES.say(
            "needed.missing" if missing else "needed", said=said, needed=say(self.least), missing=say(missing)
        )
        return Result(not missing, part, part, self.least, missing, sentence)


@attrs.frozen
class AtMost:
    """An absolute most number: a consensus bears so many objections and no more.

    Attributes:
        most: the number; 0 for none at all.
        counts: of what.

    Raises:
        InvalidInput: for less than 0, or what cannot be counted.
    """

    most: int = attrs.field(validator=attrs.validators.instance_of(int))
    counts: Base | Part = attrs.field(default="no", validator=_countable)

    def __attrs_post_init__(self) -> None:
        if self.most < 0:
            msg = f"a most number is at least 0; got {self.most}"
            raise InvalidInput(msg)

    @property
    def text(self) -> Text:
        """The requirement in words.

        >>> AtMost(1).text.en
        'at most 1 against'
        """
        return SENTENCES.say("most", most=self.most, kind=SENTENCES[f"kind.{self.counts}"])

    def of(self, count: Count, policies: Policies = PLAIN) -> Result:
        """Whether there are no more; what is missing is how many are too many."""
        part = count.of(self.counts, HEADS, policies)
        over = max(0, part - self.most)
        said = SENTENCES.say("had", part=HEADS.say(part), kind=SENTENCES[f"kind.{self.counts}"])
        sentence = SENTENCES.say("allowed.more" if over else "allowed", said=said, most=self.most, missing=over)
        return Result(not over, part, part, self.most, over, sentence)


Requirement: TypeAlias = "Majority | Quorum | AtLeast | AtMost | AllOf | EitherOf"
"""What a count has to meet."""


def _joined(texts: Iterable[Text], by: str) -> Text:
    said, mark = tuple(texts), SENTENCES[by]
    return Text(f"{mark.en} ".join(text.en for text in said), mark.zh.join(text.zh for text in said))


def _several(_: object, __: object, value: tuple[object, ...]) -> None:
    if not value:
        msg = "several requirements are at least one"
        raise InvalidInput(msg)


@attrs.frozen(init=False)
class AllOf:
    """All of several: a double majority, by area and by headcount.

    >>> AllOf(Majority(1, 2, "cast", strict=True), AtMost(1)).text.en
    'more than 1/2 of ballots cast; at most 1 against'
    """

    parts: tuple[Requirement, ...] = attrs.field(validator=_several)

    def __init__(self, *parts: Requirement) -> None:
        self.__attrs_init__(parts)

    @property
    def text(self) -> Text:
        """All of them in words."""
        return _joined((part.text for part in self.parts), "and")

    def of(self, count: Count, policies: Policies = PLAIN) -> Result:
        """Whether each is met."""
        parts = tuple(part.of(count, policies) for part in self.parts)
        unmet = [(_in_heads(part), said) for part, said in zip(self.parts, parts, strict=True) if not said.reached]
        return _together(parts, not unmet, _joined((said.text for said in parts), "and"), unmet, max)


@attrs.frozen(init=False)
class EitherOf:
    """One of several is enough: more than half of the villagers, or two thirds of the households' delegates.

    >>> EitherOf(AtLeast(3), AtMost(0)).text.en
    'at least 3 in favour; or at most 0 against'
    """

    parts: tuple[Requirement, ...] = attrs.field(validator=_several)

    def __init__(self, *parts: Requirement) -> None:
        self.__attrs_init__(parts)

    @property
    def text(self) -> Text:
        """All of them in words."""
        return _joined((part.text for part in self.parts), "or")

    def of(self, count: Count, policies: Policies = PLAIN) -> Result:
        """Whether one is met; the sentence tells of that one, or of all."""
        parts = tuple(part.of(count, policies) for part in self.parts)
        met = next((said for said in parts if said.reached), None)
        if met is not None:
            return attrs.evolve(met, parts=parts)
        unmet = [(_in_heads(part), said) for part, said in zip(self.parts, parts, strict=True)]
        return _together(parts, reached=False, text=_joined((said.text for said in parts), "or"), unmet=unmet, pick=min)


def _in_heads(requirement: Requirement) -> bool:
    return not isinstance(requirement, AllOf | EitherOf | AtMost) and requirement.measure.name == HEADS.name


def _together(
    parts: tuple[Result, ...],
    reached: bool,  # noqa: FBT001  # the answer itself
    text: Text,
    unmet: list[tuple[bool, Result]],
    pick: Callable[..., Result],
) -> Result:
    """The result of several: its numbers are those of the part that decided, heads before other measures."""
    heads = [said for in_heads, said in unmet if in_heads] or [said for _, said in unmet] or list(parts[:1])
    one = pick(heads, key=lambda said: said.missing)
    return Result(reached, one.counted, one.base, one.needed, one.missing, text, parts)
