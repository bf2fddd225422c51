"""The same work paid twice (重复资助): found by exact keys first, then suggested by likeness, and decided by a person.

Rules
-----
- Only works that different departments pay are compared: one department paying by instalments is no double funding.
- **Exact keys first**: works that share one (a contract, a tender, a file number) are the same wherever and whenever.
- **Then scores**: works at one place whose times overlap, by their titles and categories (`civicflow.workflows.likeness`). The same
  work done again in another year is none.
- **A suggestion decides nothing.** It gives its reasons; the secretary confirms it, saying which department pays, or rejects it. What
  was rejected is not suggested again.
- The secretary is reminded after a working day, and supervised after ten.

Source: Chengdu names overlapping money from departments as a failing that community funds are to end. Ours: what is compared, `LIKE`,
and the days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import AnyOf, Holder
from civicflow.money import Money
from civicflow.texts import Catalogue
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.flow import NEW, Flow, Guard, State, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.funds.fund import TREASURER
from civicflow.workflows.likeness import Likeness, Record, Suggestion, What, exact_key, suggest
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits
from civicflow.workflows.reasons import HAS_REASON

LIKE: Final = Fraction(3, 5)
"""How like two works have to be at least to be suggested."""

_SENTENCES: Final = Catalogue(
    {
        "key": "both have the {key} | {key}相同",
        "times": "both are under way from {start} to {end} | 二者在{start}至{end}期间重叠",
        "payers": "{one} pays one, {other} the other | 分别由{one}、{other}出资",
    }
)


def _keys(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in (exact_key(key) for key in keys) if key)


@attrs.frozen(kw_only=True)
class Work:
    """A work that a department pays, as its record says.

    Attributes:
        id: of its case or record, one among all that are compared.
        title: in the department's words.
        place: the code of the unit or place.
        department: who pays.
        begins: its first day.
        ends: its last day, that day included.
        amount: what is paid.
        category: levels apart by ``/``; empty where unknown.
        keys: exact ones, ``KIND:VALUE``, for instance ``contract:2024-17``.

    Raises:
        InvalidInput: it ends before it begins.
    """

    id: str
    title: str
    place: str
    department: str
    begins: date
    ends: date
    amount: Money
    category: str = ""
    keys: frozenset[str] = attrs.field(default=frozenset(), converter=_keys)

    def __attrs_post_init__(self) -> None:
        if self.ends < self.begins:
            msg = f"a work ends on the day it begins, or later; {self.id} is from {self.begins} to {self.ends}"
            raise InvalidInput(msg)

    def overlaps(self, other: Work) -> bool:
        """Whether both are under way on one day at least."""
        return self.begins <= other.ends and other.begins <= self.ends


def doubles(
    works: Iterable[Work], *, rejected: Iterable[tuple[str, str]] = (), at_least: Fraction = LIKE
) -> tuple[Suggestion, ...]:
    """Which works may be one that two departments pay: the likest first, then by their ids.

    Args:
        works: of all departments, in any order, each id once.
        rejected: pairs of ids of which a person said that they are two works; see `pair_of`.
        at_least: how like; not below `civicflow.workflows.likeness.suggesting.ENOUGH`.
    """
    by_id = {work.id: work for work in works}
    no = {tuple(sorted(pair)) for pair in rejected}
    found: dict[tuple[str, str], Suggestion] = {}
    for pair, keys in _by_keys(by_id.values()).items():
        reasons = tuple(_SENTENCES.say("key", key=key) for key in sorted(keys))
        found[pair] = Suggestion(one=pair[0], other=pair[1], likeness=Likeness(Fraction(1), reasons))
    # Who pays is no part of what a work is: whoever pays it, titles and categories are compared.
    records = [
        Record(id=work.id, what=What(title=work.title, category=work.category), pool=work.place)
        for work in by_id.values()
    ]
    for one in suggest(records, at_least=at_least):
        if by_id[one.one].overlaps(by_id[one.other]):
            found.setdefault(one.pair, one)
    kept = (_told(one, by_id[one.one], by_id[one.other]) for pair, one in found.items() if pair not in no)
    of_two = (one for one in kept if by_id[one.one].department != by_id[one.other].department)
    return tuple(sorted(of_two, key=lambda one: (-one.likeness.score, one.pair)))


def _by_keys(works: Iterable[Work]) -> dict[tuple[str, str], set[str]]:
    with_key: dict[str, list[str]] = {}
    for work in works:
        for key in work.keys:
            with_key.setdefault(key, []).append(work.id)
    found: dict[tuple[str, str], set[str]] = {}
    for key, ids in with_key.items():
        for one, other in combinations(sorted(ids), 2):
            found.setdefault((one, other), set()).add(key)
    return found


def _told(found: Suggestion, one: Work, other: Work) -> Suggestion:
    reasons = [*found.likeness.reasons]
    if one.overlaps(other):
        start, end = max(one.begins, other.begins), min(one.ends, other.ends)
        reasons.append(_SENTENCES.say("times", start=start, end=end))
    reasons.append(_SENTENCES.say("payers", one=one.department, other=other.department))
    return attrs.evolve(found, likeness=attrs.evolve(found.likeness, reasons=tuple(reasons)))


@attrs.frozen(kw_only=True)
class Suspect:
    """Two works that may be one.

    Attributes:
        title: the public headline.
        one: the id of one.
        other: the id of the other.
        reasons: why, as `doubles` says it or in words of one's own.
        amount: what is paid twice, if they are one.
    """

    title: str
    one: str = attrs.field(validator=said)
    other: str = attrs.field(validator=said)
    reasons: tuple[str, ...] = ()
    amount: Money | None = None


@attrs.frozen
class Confirm:
    """That they are one.

    Attributes:
        payer: the department that pays it; the others do not, or get back what they paid.
        reason: public.
    """

    payer: str = attrs.field(validator=said)
    reason: str


@attrs.frozen
class Reject:
    """That they are two.

    Attributes:
        reason: public.
    """

    reason: str


def pair_of(case: Case) -> tuple[str, str]:
    """The two works of a case of double funding, the lesser id first."""
    first, second = sorted((str(case.data["one"]), str(case.data["other"])))
    return first, second


TWO_WORKS: Final = Guard(
    "two-works",
    lambda s: s.data.one != s.data.other,
    "a work is not its own double; name two | 请填写两个不同的项目",
    asks_data=True,
)
SECRETARY: Final = Holder("secretary", "unit")

DOUBLE_FUNDING: Final = Flow(
    "double-funding",
    1,
    "double funding | 重复资助核查",
    (
        State("suspected", "suspected | 疑似", waits("1 workday", "10 workdays")),
        SUPERVISED,
        State("confirmed", "confirmed | 已确认", final="confirmed"),
        State("rejected", "rejected | 已排除", final="rejected"),
    ),
    (
        Step(
            "suspect",
            "suspect | 登记疑似",
            NEW,
            "suspected",
            AnyOf(TREASURER, Holder("clerk", "unit")),
            Suspect,
            (TWO_WORKS,),
            (
                Keep(("title", "one", "other", "reasons", "amount")),
                Tell(SECRETARY, "suspected", "two departments may pay for “{title}” | “{title}”疑似重复资助，请核查"),
            ),
        ),
        Step(
            "confirm",
            "confirm | 确认重复",
            ("suspected", SUPERVISED.name),
            "confirmed",
            SECRETARY,
            Confirm,
            (HAS_REASON,),
            (
                Keep(("payer", "reason")),
                Stamp(),
                TellRequester("confirmed", "“{title}” was paid twice | “{title}”已确认为重复资助"),
                Tell(Holder("secretary", "above"), "confirmed", "“{title}” was paid twice | “{title}”已确认为重复资助"),
            ),
        ),
        Step(
            "reject",
            "reject | 排除",
            ("suspected", SUPERVISED.name),
            "rejected",
            SECRETARY,
            Reject,
            (HAS_REASON,),
            (
                Keep(("reason",)),
                Stamp(),
                TellRequester("rejected", "“{title}”: these are two works | “{title}”不属于重复资助"),
            ),
        ),
        reminds(
            "suspected",
            SUPERVISED.name,
            who=SECRETARY,
            text="say whether “{title}” was paid twice | 请核实“{title}”是否重复资助",
        ),
        escalates("suspected", text="nobody has said whether “{title}” was paid twice | “{title}”的重复资助核查逾期"),
    ),
)
