"""Queries as every storage reads them: checked once, then a plan of filters, orders and the place to go on from.

A cursor holds the values of the last record that was seen, with a digest of the query it came from. It is a place in
the order and not a row number, so it stays good while others write.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import attrs

from civicflow.errors import UnsupportedQuery
from civicflow.plugins.storage.batches import fits, within
from civicflow.plugins.storage.contract import FIELDS, Filter, Query, Scalar, StoredCase

COLUMNS: dict[str, type[str | int]] = {"case": str, "matter": str, "due": int, **FIELDS}
"""Everything a query may name, with the type of its values."""

_FACT = {name: index for index, name in enumerate(FIELDS)}


@attrs.frozen
class Order:
    """One field to order by; None counts as less than every value."""

    field: str
    descending: bool


@attrs.frozen(kw_only=True)
class Plan:
    """A query that was found to be sound.

    Attributes:
        where: its conditions.
        within, parties, asked: its lists; None where one is left open.
        order: its orders, the tie-break by ``case`` always last.
        limit: how many records at most, or None for all.
        after: the values of `order` in the last record seen, or None for the beginning.
        digest: what the cursors of this query carry.
    """

    where: tuple[Filter, ...]
    within: tuple[str, ...] | None
    parties: tuple[str, ...] | None
    asked: tuple[str, ...] | None
    order: tuple[Order, ...]
    limit: int | None
    after: tuple[Scalar, ...] | None
    digest: str

    def cursor(self, last: StoredCase) -> str:
        """The opaque cursor that goes on after this record."""
        values = [reader(order.field)(last) for order in self.order]
        from civicflow.plugins.storage import cursors

        return cursors.spell([self.digest, *values])


def plan(query: Query, *, everything: bool = False) -> Plan:
    """Check a query; with ``everything``, its limit and cursor are not looked at.

    Raises:
        UnsupportedQuery: an unknown field or filter, a value of the wrong type, a cursor of another query.
    """
    for condition in query.where:
        _check(condition)
    for name, listed in _lists(query):
        if listed is not None and not (type(listed) is tuple and fits(*listed)):
            raise UnsupportedQuery(f"{name} is a tuple of texts or None; got {listed!r:.200}")
    order = _order(query.order)
    digest = _digest(query)
    limit, after = None, None
    if not everything:
        if query.limit < 1:
            raise UnsupportedQuery(f"a page holds at least one record; got a limit of {query.limit}")
        limit, after = query.limit, _place(query.after, digest, order) if query.after else None
    lists = dict(_lists(query))
    return Plan(where=query.where, **lists, order=order, limit=limit, after=after, digest=digest)


def _lists(query: Query) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
    return ("within", query.within), ("parties", query.parties), ("asked", query.asked)


def _digest(query: Query) -> str:
    """What tells this query's cursors from another's: everything but the limit and the place to go on from."""
    # Values are part of it by their repr, which is the same in every process.
    content = repr(([(f.field, f.op, f.value) for f in query.where], _lists(query), query.order))
    return f"{zlib.crc32(content.encode('utf-8', 'backslashreplace')):08x}"


def reader(field: str) -> Callable[[StoredCase], Scalar]:
    """A function that reads a field from a record."""
    if field == "case":
        return lambda stored: stored.case
    if field == "matter":
        return lambda stored: stored.matter
    if field == "due":
        return lambda stored: stored.due
    index = _FACT[field]
    return lambda stored: stored.facts[index]


def past(prefix: str) -> str | None:
    r"""The least text that is greater than every text with this prefix, or None where there is none.

    >>> past("4101"), past("区\U0010ffff"), past("")
    ('4102', '医', None)
    """
    for index in range(len(prefix) - 1, -1, -1):
        point = ord(prefix[index])
        if point < 0x10FFFF:
            following = 0xE000 if point == 0xD7FF else point + 1  # no text holds a surrogate
            return prefix[:index] + chr(following)
    return None


def _check(condition: Filter) -> None:
    kind, value = _kind(condition.field), condition.value
    match condition.op:
        case "eq":
            values: tuple[object, ...] = (value,)
        case "in" if isinstance(value, tuple):
            values = value
        case "range" if isinstance(value, tuple) and len(value) == 2:
            values = value
        case "prefix" if kind is str and isinstance(value, str):
            values = (value,)
        case _:
            msg = f"no filter {condition.op!r} on {condition.field} takes {value!r}; see Filter for the shapes"
            raise UnsupportedQuery(msg)
    for one in values:
        if one is not None and not (fits(one) if kind is str else within(one)):
            raise UnsupportedQuery(f"{condition.field} holds values of type {kind.__name__}; got {one!r}")


def _kind(field: str) -> type[str | int]:
    try:
        return COLUMNS[field]
    except KeyError:
        msg = f"there is no field {field!r} to find by; there are {', '.join(COLUMNS)}"
        raise UnsupportedQuery(msg) from None


def _order(names: tuple[str, ...]) -> tuple[Order, ...]:
    orders = [Order(name.removeprefix("-"), name.startswith("-")) for name in names]
    for order in orders:
        _kind(order.field)
    return (*orders, Order("case", descending=False))


def _place(cursor: str, digest: str, order: tuple[Order, ...]) -> tuple[Scalar, ...]:
    from civicflow.plugins.storage import cursors

    try:
        theirs, *values = cursors.read(cursor)
    except (ValueError, TypeError):
        raise UnsupportedQuery(f"{cursor!r} is no cursor; pass Page.next as it was given") from None
    sound = theirs == digest and len(values) == len(order)
    if not sound or any(v is not None and type(v) is not COLUMNS[o.field] for v, o in zip(values, order, strict=True)):
        raise UnsupportedQuery("the cursor belongs to another query; keep filters and order while you turn pages")
    return tuple(values)
