"""A query's plan as SQL. SQLite holds NULL to be less than every value, and compares texts by code point: as we do."""

from __future__ import annotations

from civicflow.plugins.storage.contract import Filter, Scalar
from civicflow.plugins.storage.queries import Plan, past

Bound = str | int | bytes | None


def statement(plan: Plan) -> tuple[str, list[Bound]]:
    """Everything after ``FROM cases c``, and its values; one row more than a page, to see whether there is another."""
    values: list[Bound] = []
    conditions = [_condition(one, values) for one in plan.where]
    if plan.after is not None:
        conditions.append(_beyond(plan, values))
    orders = ", ".join(f"{_column(one.field)}{' DESC' if one.descending else ''}" for one in plan.order)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    limit = ""
    if plan.limit is not None:
        limit = " LIMIT ?"
        values.append(plan.limit + 1)
    return f"{where}ORDER BY {orders}{limit}", values


def _column(field: str) -> str:
    return "c.case_id" if field == "case" else f'c."{field}"'


def _condition(condition: Filter, values: list[Bound]) -> str:
    column, value = _column(condition.field), condition.value
    if condition.op == "eq":
        return _equal(column, value, values)  # type: ignore[arg-type]  # a plan holds only sound filters
    if condition.op == "in":
        return _among(column, value, values)  # type: ignore[arg-type]
    low, high = (value, past(value)) if isinstance(value, str) else value  # type: ignore[misc]
    parts = [f"{column} IS NOT NULL"]
    for sign, bound in ((">=", low), ("<", high)):
        if bound is not None:
            parts.append(f"{column} {sign} ?")
            values.append(bound)
    return " AND ".join(parts)


def _equal(column: str, value: Scalar, values: list[Bound]) -> str:
    if value is None:
        return f"{column} IS NULL"
    values.append(value)
    if column == 'c."matter"':
        # A root is found by its key, its children by the index that holds only children.
        values.extend((value, value))
        return "((c.case_id = ? AND c.matter = ?) OR (c.matter = ? AND c.matter <> c.case_id))"
    return f"{column} = ?"


def _among(column: str, wanted: tuple[Scalar, ...], values: list[Bound]) -> str:
    there = [value for value in wanted if value is not None]
    values.extend(there)
    parts = [f"{column} IN ({', '.join('?' * len(there))})"]
    if len(there) < len(wanted):
        parts.append(f"{column} IS NULL")
    return f"({' OR '.join(parts)})"


def _beyond(plan: Plan, values: list[Bound]) -> str:
    """What comes after a place: greater in the first field, or equal there and greater in the second, and so on."""
    cases: list[str] = []
    equal: list[str] = []
    equal_values: list[Bound] = []
    for order, last in zip(plan.order, plan.after or (), strict=True):
        column, bound = _column(order.field), _bound(last)
        if last is None:
            further = "0" if order.descending else f"{column} IS NOT NULL"
            cases.append(" AND ".join([*equal, further]))
            values.extend(equal_values)
            equal.append(f"{column} IS NULL")
            continue
        place = "CAST(? AS TEXT)" if isinstance(bound, bytes) else "?"
        further = f"({column} < {place} OR {column} IS NULL)" if order.descending else f"{column} > {place}"
        cases.append(" AND ".join([*equal, further]))
        values.extend([*equal_values, bound])
        equal.append(f"{column} = {place}")
        equal_values.append(bound)
    return f"({' OR '.join(f'({one})' for one in cases)})"


def _bound(value: Scalar) -> Bound:
    """Texts of a cursor are bound as bytes: one that was read from a damaged row cannot be bound as text."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
