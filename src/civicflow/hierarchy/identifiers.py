"""What others call a unit: the codes of other schemes beside the register's own (FHIR, Popolo: identifier with its scheme).

A statistical code, the code of civil affairs, and a city's own number are given by different offices, change at different
times, and are used again. Within one scheme a value means one unit at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from civicflow.errors import InvalidInput


class Identifier(NamedTuple):
    """A code of a scheme.

    Attributes:
        scheme: who gives it, by a short name, for instance ``nbs`` for the statistical codes of China.
        value: the code.
    """

    scheme: str
    value: str


def as_identifiers(given: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> tuple[Identifier, ...]:
    """Identifiers in the order of their schemes, from a mapping or from pairs.

    >>> as_identifiers({"nbs": "511102", "city": "7"})
    (Identifier(scheme='city', value='7'), Identifier(scheme='nbs', value='511102'))

    Raises:
        InvalidInput: if one is empty or no text, or a scheme comes twice.
    """
    if not given:
        return ()
    parts: list[tuple[Any, Any]] = list(given.items() if isinstance(given, Mapping) else given)
    for pair in parts:
        if not all(isinstance(part, str) and part.strip() == part != "" for part in pair):
            msg = f"an identifier is a scheme and a value, both texts without blanks around them; got {tuple(pair)!r}"
            raise InvalidInput(msg)
    pairs = [Identifier(*pair) for pair in parts]
    if len({pair.scheme for pair in pairs}) < len(pairs):
        msg = f"a unit has one identifier of each scheme at a time; got {[tuple(pair) for pair in pairs]!r}"
        raise InvalidInput(msg)
    return tuple(sorted(pairs))
