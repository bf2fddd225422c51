"""Strategies for what an actor gives with a step, made of the step's data class."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

from civicflow.calendars import Recurrence, TimeLimit
from civicflow.errors import InvalidInput
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.money import Money
from civicflow.workflows.engine.flow import Step

LIMITS: Final = st.sampled_from(["0 hours", "1 workday", "2 days", "20 workdays"]).map(TimeLimit.of)
"""Time limits as flows have them."""

WORDS: Final = st.sampled_from(["", "a lamp is broken", "路灯坏了", "𠮷 emoji 🏮", "a " * 40])
"""Texts as people write them, and as they do not."""

_INSTANTS: Final = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside
_SIMPLE: Final[Mapping[Any, st.SearchStrategy[Any]]] = {
    str: WORDS,
    int: st.sampled_from([-1, 0, 1, 3, 5, 500, 501, 10**6]),
    bool: st.booleans(),
    type(None): st.none(),
    object: st.none(),
    Any: st.none(),
    Decimal: st.decimals(0, 10**6, places=2),
    Fraction: st.fractions(0, 1, max_denominator=99),
    date: st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    datetime: _INSTANTS,
    TimeLimit: LIMITS,
    Money: st.sampled_from(["1", "60", "100", "36000.50"]).map(Money),
    Recurrence: st.just(Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1))),
    PersonId: st.sampled_from(["resident-1", "resident-2"]),
}

_COLLECTIONS: Final[Mapping[Any, Any]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    tuple: tuple,
    Sequence: tuple,
    Iterable: tuple,
}


def given_with(step: Step, *, units: Sequence[UnitId] = (), cases: Sequence[CaseId] = ()) -> st.SearchStrategy[Any]:
    """What somebody may give with a step, as its data class; None where it asks for nothing.

    A field is made by its type. What its class refuses is never given: a validator is heeded by trying again.

    Args:
        step: the step.
        units: what a unit's id may be.
        cases: what another case's id may be.
    """
    if step.data is None:
        return st.none()
    return _values(step.data, units, cases)


def _values(data: type[Any], units: Sequence[UnitId], cases: Sequence[CaseId]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(data)
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for field in attrs.fields(data):
        values = _by_type(hints[field.name], units, cases)
        left_out = attrs.NOTHING if isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]  # attrs types it as a function
        fields[field.alias or field.name] = values if left_out is attrs.NOTHING else st.just(left_out) | values
    return st.fixed_dictionaries(fields).map(lambda given: _made(data, given)).filter(lambda made: made is not None)


def _made(data: type[Any], given: Mapping[str, Any]) -> Any:
    try:
        return data(**given)
    except (ValueError, TypeError):  # a validator said no
        return None


def _by_type(kind: Any, units: Sequence[UnitId], cases: Sequence[CaseId]) -> st.SearchStrategy[Any]:
    ids: dict[Any, Sequence[Any]] = {UnitId: units, CaseId: cases}
    origin, inner = get_origin(kind), get_args(kind)
    if kind in ids:
        return st.sampled_from(ids[kind]) if ids[kind] else st.nothing()
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if isinstance(kind, type) and attrs.has(kind):
        return _values(kind, units, cases)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in _COLLECTIONS:
        return st.lists(_by_type(inner[0], units, cases), max_size=3, unique_by=repr).map(_COLLECTIONS[origin])
    if origin in (Union, types.UnionType):
        return st.one_of([_by_type(one, units, cases) for one in inner])
    msg = f"nothing is known to give for {kind}; name a strategy for the step in `samples`"
    raise InvalidInput(msg)
