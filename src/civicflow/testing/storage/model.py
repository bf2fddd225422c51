"""A naive storage: lists and dicts, slow and plainly right. What a real one answers is compared with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cmp_to_key
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from civicflow.plugins.storage.contract import FIELDS, Filter, Query, Scalar, StoredCase

Named = Mapping[str, AbstractSet[str]]
"""Addresses, by the matter that concerns them or the case in which they are asked."""

PARTIES: Final = ("person:P-1", "unit:U-1", "unit:区")
ASKED: Final = ("person:P-1", "post:head@U-1")
_TEXTS = ("", "A", "a", "ab", "b", "区", "区b", "𠮷")
_NOBODY: Final[Named] = {}
_NUMBERS = (-1, 0, 1, 2, 2**53 + 1)
_TEXT_FIELDS = ("unit", "body", "state", "brood")
_NUMBER_FIELDS = ("opened", "closed", "due")


def rows() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Facts and deadlines of some cases, with many ties and Nones."""
    text = st.none() | st.sampled_from(_TEXTS)
    number = st.none() | st.sampled_from(_NUMBERS)
    row = st.fixed_dictionaries(
        {**dict.fromkeys(_TEXT_FIELDS, text), **dict.fromkeys(_NUMBER_FIELDS, number)},
    )
    return st.lists(row, max_size=8)


def queries() -> st.SearchStrategy[Query]:
    """Queries with any operator, list and order."""
    fields = (*_TEXT_FIELDS, *_NUMBER_FIELDS, "case", "matter")
    orders = st.sampled_from([sign + field for field in fields for sign in ("", "-")])
    return st.builds(
        lambda where, lists, order: Query(where=tuple(where), **dict(lists), order=tuple(order)),
        st.lists(_filters(), max_size=2),
        st.lists(_named(), max_size=2),
        st.lists(orders, max_size=3),
    )


def _named() -> st.SearchStrategy[tuple[str, tuple[str, ...]]]:
    """One of the lists of a query by its name: few of these, one of them perhaps twice."""
    values = {"within": ("a", "区", "U-1"), "parties": (*PARTIES, "unit:U-9"), "asked": (*ASKED, "post:head@U-9")}
    lists = [
        st.tuples(st.just(name), st.lists(st.sampled_from(of), max_size=3).map(tuple)) for name, of in values.items()
    ]
    return st.one_of(lists)


def _filters() -> st.SearchStrategy[Filter]:
    texts, numbers = st.sampled_from((*_TEXTS, "T-1", "T-2")), st.sampled_from(_NUMBERS)
    text_fields = st.sampled_from((*_TEXT_FIELDS, "case", "matter"))
    return st.one_of(
        _any_op(text_fields, texts),
        _any_op(st.sampled_from(_NUMBER_FIELDS), numbers),
        st.builds(Filter, text_fields, st.just("prefix"), texts),
    )


def _any_op(fields: st.SearchStrategy[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Filter]:
    some = st.none() | values
    return st.one_of(
        st.builds(Filter, fields, st.just("eq"), some),
        st.builds(Filter, fields, st.just("in"), st.lists(some, max_size=3).map(tuple)),
        st.builds(Filter, fields, st.just("range"), st.tuples(some, some)),
    )


def answer(cases: Sequence[StoredCase], query: Query, parties: Named = _NOBODY, asked: Named = _NOBODY) -> list[str]:
    """The ids that a query finds among these cases, in its order."""
    found = [case for case in cases if all(_holds(one, case) for one in query.where)]
    if query.within is not None:
        found = [case for case in found if {_value(case, "unit"), _value(case, "body")} & {*query.within}]
    if query.parties is not None:
        found = [case for case in found if parties.get(case.matter, set()) & {*query.parties}]
    if query.asked is not None:
        found = [case for case in found if asked.get(case.case, set()) & {*query.asked}]

    def compare(one: StoredCase, other: StoredCase) -> int:
        for name in (*query.order, "case"):
            field, sign = name.removeprefix("-"), -1 if name.startswith("-") else 1
            a, b = _value(one, field), _value(other, field)
            if a != b:
                return -sign if _less(a, b) else sign
        return 0

    return [case.case for case in sorted(found, key=cmp_to_key(compare))]


def _value(case: StoredCase, field: str) -> Scalar:
    if field in {"case", "matter", "due"}:
        value: Scalar = getattr(case, field)
        return value
    return dict(zip(FIELDS, case.facts, strict=True))[field]


def _less(a: Any, b: Any) -> bool:
    return b is not None and (a is None or a < b)


def _holds(condition: Filter, case: StoredCase) -> bool:
    value, wanted = _value(case, condition.field), condition.value
    match condition.op, wanted:
        case "eq", _:
            return value == wanted
        case "in", tuple():
            return any(value == one for one in wanted)
        case "range", (low, high):
            above = low is None or not _less(value, low)
            return value is not None and above and (high is None or _less(value, high))
        case "prefix", str():
            return isinstance(value, str) and value.startswith(wanted)
    raise AssertionError(condition)


@attrs.define
class Model:
    """What a storage should hold: everything in plain containers."""

    cases: dict[str, StoredCase] = attrs.field(factory=dict)
    feed: list[tuple[str, int]] = attrs.field(factory=list)
    keys: dict[str, bytes] = attrs.field(factory=dict)
    asked: dict[str, set[str]] = attrs.field(factory=dict)
    parties: dict[str, set[str]] = attrs.field(factory=dict)
    private: set[tuple[str, int]] = attrs.field(factory=set)
    heads: int = 0
    series: dict[str, int] = attrs.field(factory=dict)

    def version(self, matter: str) -> int:
        """The version of a matter, 0 where there is none."""
        return self.cases[matter].version if matter in self.cases else 0

    def answer(self, query: Query) -> list[str]:
        """The ids that a query finds, in its order."""
        return answer(list(self.cases.values()), query, self.parties, self.asked)

    def due(self, now: int) -> list[tuple[str, int]]:
        """Deadlines at or before an instant."""
        ripe = [(case.due, case.case) for case in self.cases.values() if case.due is not None and case.due <= now]
        return [(case, due) for due, case in sorted(ripe)]
