"""A whole rule: what it requires, its quorum and minima, its policies, where it stands, and from when to when it is in force.

A rule is data: it stands in a flow's digest whole, and can be written and read. `Rule.of` explains itself in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import attrs

from civicflow.errors import InvalidInput, NotFound
from civicflow.texts import Catalogue, Text
from civicflow.workflows.decisions.choosing import Plurality
from civicflow.workflows.decisions.counts import Count
from civicflow.workflows.decisions.policies import PLAIN, Policies
from civicflow.workflows.decisions.requirements import (
    AllOf,
    AtLeast,
    AtMost,
    EitherOf,
    Majority,
    Quorum,
    Requirement,
    Result,
)
from civicflow.workflows.decisions.shares import HEADS

SENTENCES: Final = Catalogue(
    {
        "carried": "carried: {said} | 通过：{said}",
        "not-carried": "not carried: {said} | 未通过：{said}",
        "no-quorum": "not carried, there was no quorum: {said} | 未通过，未达法定人数：{said}",
        "tied": "not carried, a tie: {said} | 未通过，票数相等：{said}",
        "again": "{said}; a second vote may follow: {rule} | {said}；可再次表决：{rule}",
        "quorum": "{said}; quorum: {quorum} | {said}；法定人数：{quorum}",
    }
)


@attrs.frozen
class Second:
    """A second vote by an easier rule, where the first did not carry.

    Attributes:
        when: what the first vote has to have reached for it; None where any will do.
        rule: by which the second is decided.
        within: how long after the first at most, for instance ``"3 months"``; empty where it follows at once.
    """

    when: Requirement | None
    rule: Rule
    within: str = ""


@attrs.frozen(kw_only=True)
class Rule:
    """A decision rule.

    Attributes:
        name: its symbol, as refusals and drawings name it.
        requires: what carries a question.
        quorum: who has to take part, or None.
        minima: absolute numbers beside the shares.
        policies: what becomes of who abstains, is recused, comes late, and so on.
        second: a second vote by an easier rule, or None.
        citation: where it stands: law and article.
        since, until: the first and the last day on which it is in force; None where that is open.

    Raises:
        InvalidInput: if it ends before it begins.
    """

    name: str
    requires: Requirement
    quorum: Requirement | None = None
    minima: tuple[AtLeast, ...] = ()
    policies: Policies = PLAIN
    second: Second | None = None
    citation: str = ""
    since: date | None = None
    until: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            msg = f"a rule is in force from its first day to its last; got {self.since} to {self.until}"
            raise InvalidInput(msg)

    @property
    def text(self) -> Text:
        """The rule in words.

        >>> from civicflow.workflows.decisions.presets import RESIDENTS_MEETING
        >>> RESIDENTS_MEETING.text.en
        'more than 1/2 of present; quorum: more than 1/2 of entitled to vote present'
        """
        required = AllOf(self.requires, *self.minima).text
        return required if self.quorum is None else SENTENCES.say("quorum", said=required, quorum=self.quorum.text)

    def is_in_force(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    def of(self, count: Count) -> Result:
        """What the rule says of a count: numbers of what carries, and one sentence for the minutes.

        >>> rule = Rule(name="two-thirds", requires=Majority(2, 3, "filled"))
        >>> rule.of(Count(24, 11, 0, 37, 35)).text.en
        'carried: 24 of 35 filled seats in favour; at least 24 needed'
        """
        quorum = None if self.quorum is None else self.quorum.of(count, self.policies)
        if quorum is not None and not quorum.reached:
            said = SENTENCES.say("no-quorum", said=quorum.text)
            return self._second(count, attrs.evolve(quorum, text=said, parts=(quorum,), quorate=False))
        required = self.requires.of(count, self.policies)
        minima = tuple(least.of(count, self.policies) for least in self.minima)
        every = (*(() if quorum is None else (quorum,)), required, *minima)
        unmet = next((one for one in (required, *minima) if not one.reached), required)
        tied = not unmet.reached and self._is_tied(count)
        word = "carried" if unmet.reached else "tied" if tied else "not-carried"
        said = SENTENCES.say(word, said=_in_one(every))
        return self._second(count, attrs.evolve(unmet, text=said, parts=every, tied=tied))

    def _is_tied(self, count: Count) -> bool:
        """As many for as against, and one more in favour would carry it."""
        if count.yes != count.no or not count.yes:
            return False
        more = count.plus(yes=1)
        return all(one.of(more, self.policies).reached for one in (self.requires, *self.minima))

    def _second(self, count: Count, result: Result) -> Result:
        second = self.second
        if result.reached or second is None:
            return result
        if second.when is not None and not second.when.of(count, self.policies).reached:
            return result
        said = SENTENCES.say("again", said=result.text, rule=second.rule.text)
        return attrs.evolve(result, text=said, again=True)


def _in_one(results: Iterable[Result]) -> Text:
    said = tuple(result.text for result in results)
    return Text("; ".join(text.en for text in said), "；".join(text.zh for text in said))


def rule_of(given: Rule | Majority | Requirement) -> Rule:
    """A whole rule: a requirement alone is one with the plainest policies, named by its words."""
    if isinstance(given, Rule):
        return given
    citation = given.citation if isinstance(given, Majority) else ""
    return Rule(name=_symbol(given), requires=given, citation=citation)


def _symbol(requirement: Requirement) -> str:
    match requirement:
        case Majority() | Quorum():
            return f"{'more than ' * requirement.strict}{requirement.num}/{requirement.den} of {requirement.base}"
        case _:
            return requirement.text.en


def in_force(rules: Iterable[Rule], on: date) -> Rule:
    """The one of several versions of a rule that is in force on a day.

    >>> from civicflow.workflows.decisions.presets import OWNERS_MAJOR
    >>> in_force(OWNERS_MAJOR, date(2020, 12, 31)).name, in_force(OWNERS_MAJOR, date(2021, 1, 1)).name
    ('property-regulation-12-major', 'civil-code-278-major')

    Args:
        rules: the versions.
        on: the day of the vote.

    Raises:
        NotFound: if none is in force then.
        InvalidInput: if several are.
    """
    versions = tuple(rules)
    found = [rule for rule in versions if rule.is_in_force(on)]
    if len(found) > 1:
        msg = f"on {on} more than one rule is in force: {', '.join(rule.name for rule in found)}"
        raise InvalidInput(msg)
    if not found:
        msg = f"on {on} none of these rules is in force: {', '.join(rule.name for rule in versions)}"
        raise NotFound(msg)
    return found[0]


def bases_of(rule: Rule | Plurality) -> frozenset[str]:
    """Every base and kind of ballots that a rule, and its second vote, counts.

    >>> from civicflow.workflows.decisions.presets import RESIDENTS_MEETING
    >>> sorted(bases_of(RESIDENTS_MEETING))
    ['entitled', 'present', 'yes']
    """
    return frozenset(name for one in _leaves(rule) for name in _counted(one))


def measures_of(rule: Rule | Plurality) -> frozenset[str]:
    """The names of every measure in which a rule counts.

    >>> from civicflow.workflows.decisions.presets import OWNERS_MAJOR
    >>> sorted(measures_of(OWNERS_MAJOR[-1]))
    ['area', 'heads']
    """
    return frozenset(HEADS.name if isinstance(one, AtMost) else one.measure.name for one in _leaves(rule))


Leaf = Majority | Quorum | AtLeast | AtMost


def _leaves(rule: Rule | Plurality) -> Iterator[Leaf]:
    required = (rule.least,) if isinstance(rule, Plurality) else (rule.requires, *rule.minima)
    second = rule.second if isinstance(rule, Rule) else None
    for one in (*required, rule.quorum, None if second is None else second.when):
        if one is not None:
            yield from _flat(one)
    if second is not None:
        yield from _leaves(second.rule)


def _flat(requirement: Requirement) -> Iterator[Leaf]:
    if isinstance(requirement, AllOf | EitherOf):
        for part in requirement.parts:
            yield from _flat(part)
    else:
        yield requirement


def _counted(one: Leaf) -> tuple[str, ...]:
    match one:
        case Majority():
            return ("yes", one.base)
        case Quorum():
            return (one.counts, one.base)
    return (one.counts,)
