"""A naive storage: lists and dicts, slow and plainly right. What a real one answers is compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

import attrs
from hypothesis import strategies as st

from civicflow.plugins.storage.contract import FIELDS, Filter, Query, Scalar, StoredCase

_TEXTS = ("", "A", "a", "ab", "b", "区", "区b", "𠮷")
_NUMBERS = (-1, 0, 1, 2, 2**53 + 1)
_TEXT_FIELDS = ("unit", "state", "brood")
_NUMBER_FIELDS = ("opened", "closed")


def rows() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Facts of some cases, with many ties and Nones."""
    text = st.none() | st.sampled_from(_TEXTS)
    number = st.none() | st.sampled_from(_NUMBERS)
    row = st.fixed_dictionaries(
        {**dict.fromkeys(_TEXT_FIELDS, text), **dict.fromkeys(_NUMBER_FIELDS, number)},
    )
    return st.lists(row, max_size=8)


def queries() -> st.SearchStrategy[Query]:
    """Queries with any operator and order."""
    fields = (*_TEXT_FIELDS, *_NUMBER_FIELDS, "case", "matter")
    orders = st.sampled_from([sign + field for field in fields for sign in ("", "-")])
    return st.builds(
        lambda where, order: Query(where=tuple(where), order=tuple(order)),
        st.lists(_filters(), max_size=2),
        st.lists(orders, max_size=3),
    )


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


def answer(cases: Sequence[StoredCase], query: Query) -> list[str]:
    """The ids that a query finds among these cases, in its order."""
    found = [case for case in cases if all(_holds(one, case) for one in query.where)]

    def compare(one: StoredCase, other: StoredCase) -> int:
        for name in (*query.order, "case"):
            field, sign = name.removeprefix("-"), -1 if name.startswith("-") else 1
            a, b = _value(one, field), _value(other, field)
            if a != b:
                return -sign if _less(a, b) else sign
        return 0

    return [case.case for case in sorted(found, key=cmp_to_key(compare))]


def _value(case: StoredCase, field: str) -> Scalar:
    if field in {"case", "matter"}:
        return case.case if field == "case" else case.matter
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
    private: set[tuple[str, int]] = attrs.field(factory=set)
    heads: int = 0
    series: dict[str, int] = attrs.field(factory=dict)

    def version(self, matter: str) -> int:
        """The version of a matter, 0 where there is none."""
        return self.cases[matter].version if matter in self.cases else 0

    def due(self, now: int) -> list[tuple[str, int]]:
        """Deadlines at or before an instant."""
        ripe = [(case.due, case.case) for case in self.cases.values() if case.due is not None and case.due <= now]
        return [(case, due) for due, case in sorted(ripe)]
