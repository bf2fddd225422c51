"""What an actor gives with a step: typed on the way in, builtins once it is recorded, private fields kept apart."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.ledger.canonical import plain
from civicflow.workflows.engine.fields import is_private
from civicflow.workflows.engine.flow import Step


def typed(step: Step, data: Any) -> Any:
    """What the actor gave as the step's data class; a mapping is read into it.

    Raises:
        InvalidInput: if it is of another type, lacks a field or has one too many; every fault at once.
    """
    wanted = step.data
    if wanted is None:
        if data is not None:
            msg = f"step {step.name!r} takes no data; got {type(data).__name__}"
            raise InvalidInput(msg)
        return None
    if isinstance(data, wanted):
        return data
    if isinstance(data, Mapping):
        return _read(step.name, wanted, data)
    if data is None and not any(f.default is attrs.NOTHING for f in attrs.fields(wanted)):
        return wanted()
    msg = f"step {step.name!r} needs {wanted.__name__}({_shape(wanted)}); got {type(data).__name__}"
    raise InvalidInput(msg)


def _read(step: str, wanted: type[Any], data: Mapping[str, Any]) -> Any:
    fields = {field.name: field for field in attrs.fields(wanted)}
    faults = [Fault(reason=_unknown(name, fields), path=f"{step}.{name}") for name in data if name not in fields]
    faults += [
        Fault(reason="is missing", path=f"{step}.{name}")
        for name, field in fields.items()
        if field.default is attrs.NOTHING and name not in data
    ]
    if faults:
        msg = f"step {step!r} needs {_shape(wanted)}"
        raise InvalidInput(msg, faults)
    try:
        return wanted(**data)
    except (TypeError, AttributeError, ArithmeticError) as error:
        msg = f"step {step!r} needs {_shape(wanted)}; what was given does not fit: {error}"
        raise InvalidInput(msg) from error


def _unknown(name: str, fields: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, fields, 1)
    return f"no such field; did you mean {near[0]!r}?" if near else f"no such field; there are {', '.join(fields)}"


def _shape(wanted: type[Any]) -> str:
    return ", ".join(f.name if f.default is attrs.NOTHING else f"{f.name}=…" for f in attrs.fields(wanted))


def parts(data: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The public and the private part of what an actor gave, as builtins without what was left empty.

    Raises:
        InvalidInput: for values that have no exact plain form.
    """
    public: dict[str, Any] = {}
    hidden: dict[str, Any] = {}
    if data is None:
        return public, hidden
    for name, hide in _fields(type(data)):  # type: ignore[arg-type]  # a class is hashable
        value = getattr(data, name)
        if value is None or value in ((), ""):
            continue
        (hidden if hide else public)[name] = plain(value, path=name)
    return public, hidden


@cache
def _fields(data: type[Any]) -> tuple[tuple[str, bool], ...]:
    """The fields of a step's data, and whether each is private."""
    return tuple((field.name, is_private(field)) for field in attrs.fields(data))
