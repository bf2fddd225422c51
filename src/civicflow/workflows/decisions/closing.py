"""Whether a vote is decided before its time: whatever the ballots that are left say, the result is the same.

A requirement is a bound on a sum of votes, so it holds for every way in which the rest may vote if it holds in the few in
which they all do alike: all for, all against, all abstaining, all staying away, all invalid. It is never called decided wrongly;
of a requirement with alternatives it may be called undecided though it is not.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from civicflow.workflows.decisions.counts import Count
from civicflow.workflows.decisions.policies import Policies
from civicflow.workflows.decisions.requirements import AllOf, EitherOf, Requirement
from civicflow.workflows.decisions.rules import Rule
from civicflow.workflows.decisions.shares import Amount


def _endings(count: Count, left: Amount) -> Iterator[Count]:
    """The ways in which all that are left may do alike; who does, is in every measure."""
    for kind in ("yes", "no", "abstain", "invalid"):
        others = {
            name: other.plus(**{kind: other.of("entitled") - other.of("cast")}) for name, other in count.others.items()
        }
        yield attrs.evolve(count.plus(**{kind: left}), others=others)
    yield count


def settled(rule: Rule, count: Count, left: Amount) -> bool | None:
    """What is decided already: True it is carried, False it is not, None it is open.

    >>> from civicflow.workflows.decisions.presets import TWO_THIRDS_OF_ALL_SEATS
    >>> from civicflow.workflows.decisions.rules import rule_of
    >>> rule = rule_of(TWO_THIRDS_OF_ALL_SEATS)
    >>> [settled(rule, Count(yes, no, 0, 37, 37), 37 - yes - no) for yes, no in ((25, 0), (24, 12), (20, 13))]
    [True, None, False]

    Args:
        rule: the rule.
        count: the ballots that were cast.
        left: how many may still be cast.
    """
    endings = tuple(_endings(count, left))
    required = (rule.requires, *rule.minima, *(() if rule.quorum is None else (rule.quorum,)))
    if all(_sure(one, endings, rule.policies) for one in required):
        return True
    # A tie that still may come has an answer of its own; whoever closes must not take it away.
    apart = endings if rule.policies.tie in {"fails", "status-quo"} else tuple(one.plus(yes=1) for one in endings)
    if any(_lost(one, apart, rule.policies) for one in required) and _second_settled(rule, endings):
        return False
    return None


def _second_settled(rule: Rule, endings: tuple[Count, ...]) -> bool:
    """Whether it is clear if a second vote may follow."""
    when = None if rule.second is None else rule.second.when
    return when is None or _sure(when, endings, rule.policies) or _lost(when, endings, rule.policies)


def _sure(one: Requirement, endings: tuple[Count, ...], policies: Policies) -> bool:
    """Whether it is met however the rest vote."""
    match one:
        case AllOf():
            return all(_sure(part, endings, policies) for part in one.parts)
        case EitherOf():
            return any(_sure(part, endings, policies) for part in one.parts)
    return all(one.of(ending, policies).reached for ending in endings)


def _lost(one: Requirement, endings: tuple[Count, ...], policies: Policies) -> bool:
    """Whether it is missed however the rest vote."""
    match one:
        case AllOf():
            return any(_lost(part, endings, policies) for part in one.parts)
        case EitherOf():
            return all(_lost(part, endings, policies) for part in one.parts)
    return not any(one.of(ending, policies).reached for ending in endings)
