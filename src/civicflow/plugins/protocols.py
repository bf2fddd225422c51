"""Does an object keep a Protocol? `isinstance` compares names only; here the parameters are compared too."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter

_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def shortcomings(candidate: object, protocol: type) -> tuple[str, ...]:
    """Everything in which an object falls short of a Protocol's attributes and methods; empty when it keeps it."""
    return tuple(_shortcomings(candidate, protocol))


def _shortcomings(candidate: object, protocol: type) -> Iterator[str]:
    for name in inspect.get_annotations(protocol):
        if not hasattr(candidate, name):
            yield f"it has no attribute {name}"
    for name, wanted in vars(protocol).items():
        if name.startswith("_") or not inspect.isfunction(wanted):
            continue
        found = getattr(candidate, name, None)
        if not callable(found):
            yield f"it has no method {name}()"
        elif inspect.iscoroutinefunction(found):
            yield f"{name}() is async, the contract is not"
        else:
            yield from _refusals(name, found, tuple(inspect.signature(wanted).parameters.values())[1:])


def _refusals(name: str, found: Callable[..., object], wanted: tuple[Parameter, ...]) -> Iterator[str]:
    """Every call that the contract allows and the method found would refuse."""
    try:
        has = dict(inspect.signature(found).parameters)
    except (ValueError, TypeError):  # written in C without a signature; nothing can be known
        return
    kinds = {parameter.kind for parameter in has.values()}
    by_position = [parameter for parameter in has.values() if parameter.kind in _BY_POSITION]
    for place, parameter in enumerate(wanted):
        if parameter.kind in _BY_POSITION:
            at_place = by_position[place].name if place < len(by_position) else ""
            by_any_name = parameter.kind is Parameter.POSITIONAL_ONLY
            same = by_any_name or at_place == parameter.name
            taken = same if at_place else Parameter.VAR_POSITIONAL in kinds
        else:
            named = has.get(parameter.name)
            taken = (named is not None and named.kind in _BY_NAME) or Parameter.VAR_KEYWORD in kinds
        if not taken:
            yield f"{name}() does not take {parameter.name!r} as the contract has it"
        elif (
            parameter.default is not Parameter.empty
            and parameter.name in has
            and has[parameter.name].default is Parameter.empty
        ):
            yield f"{name}() demands {parameter.name!r}, which the contract leaves out at will"
    filled = by_position[: sum(parameter.kind in _BY_POSITION for parameter in wanted)]
    known = {parameter.name for parameter in (*wanted, *filled)}
    for parameter in has.values():
        demanded = parameter.default is Parameter.empty and parameter.kind in {*_BY_POSITION, *_BY_NAME}
        if parameter.name not in known and demanded:
            yield f"{name}() demands {parameter.name!r}, which the contract does not know"
