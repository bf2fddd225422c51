"""Small values for each field of a step's data, by its type."""

from __future__ import annotations

import itertools
import typing
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union

import attrs

from civicflow.calendars import Recurrence, TimeLimit
from civicflow.errors import CivicflowError
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.money import Money
from civicflow.workflows.engine.exploring.town import DAWN, OFFICES

MOST: Final = 12
"""How many different things may be given with one step."""

_PLAIN: Final[dict[Any, tuple[Any, ...]]] = {
    bool: (True, False),
    int: (1, 0),
    str: ("x",),
    Decimal: (Decimal(1),),
    Fraction: (Fraction(1, 2),),
    date: (DAWN.date(),),
    datetime: (DAWN,),
    TimeLimit: (TimeLimit(1, "workdays"),),
    Recurrence: (Recurrence(rule="FREQ=WEEKLY", first=DAWN.date(), roll="none"),),
    Money: (Money(1),),
    UnitId: OFFICES,
    PersonId: (PersonId("requester"),),
    CaseId: (CaseId("main"),),
    object: (None,),
    Any: ("x",),
    NoneType: (None,),
}


def samples(data: type[Any] | None, telling: Mapping[str, Iterable[Any]] | None = None) -> tuple[Any, ...]:
    """What may be given with a step: each required field takes small values of its type, the others their default.

    Args:
        data: the step's data class.
        telling: further values by field, such as a rule makes a difference at: each is tried beside the first of the others.

    Raises:
        LookupError: if nothing is known of a field's type.
    """
    if data is None:
        return (None,)
    hints = typing.get_type_hints(data)
    required = [field.name for field in attrs.fields(data) if field.default is attrs.NOTHING]
    offered = [values(hints.get(name, object)) for name in required]
    made = _made(data, (dict(zip(required, chosen, strict=True)) for chosen in itertools.product(*offered)))
    small = tuple(itertools.islice(made, MOST))
    first = {name: one[0] for name, one in zip(required, offered, strict=True) if one}
    told = [{**first, name: value} for name in hints for value in (telling or {}).get(name, ())]
    return (*small, *(one for one in _made(data, told) if one not in small))


def _made(data: type[Any], given: Iterable[dict[str, Any]]) -> Iterator[Any]:
    """Those that the data class takes; it may refuse some by itself."""
    for fields in given:
        try:
            yield data(**fields)
        except (CivicflowError, TypeError, ValueError, ArithmeticError):
            continue


def values(of: Any) -> tuple[Any, ...]:
    """Small values of a type.

    >>> values(bool), values(int | None)
    ((True, False), (1, 0, None))

    Raises:
        LookupError: if nothing is known of it.
    """
    if of in _PLAIN:
        return _PLAIN[of]
    origin, arguments = typing.get_origin(of), typing.get_args(of)
    if origin in (Union, UnionType):
        return tuple(dict.fromkeys(value for one in arguments for value in values(one)))
    if origin is Literal:
        return tuple(arguments)
    if origin in (tuple, list, frozenset, set):
        several = values(arguments[0])
        return tuple(origin(chosen) for chosen in (several[:1], *((several[:2],) if len(several) > 1 else ())))
    if isinstance(of, type) and issubclass(of, Enum):
        return tuple(of)
    if isinstance(of, type) and attrs.has(of):
        return samples(of)
    msg = f"nothing is known of the type {of!r}; give samples of it in the scene"
    raise LookupError(msg)
