"""A query's plan as SQL. Texts compare by code point since their columns say so; NULL is put where None belongs."""

from __future__ import annotations

from civicflow.plugins.storage.contract import Filter, Scalar
from civicflow.plugins.storage.postgresql.session import Value
from civicflow.plugins.storage.queries import Plan, past


def conditions(plan: Plan, values: list[Value]) -> str:
    """What the rows of ``cases c`` must be, the place to go on from included; its values are appended."""
    parts = [_condition(one, values) for one in plan.where]
    if plan.after is not None:
        parts.append(_beyond(plan, values))
    return " AND ".join(parts) or "true"


def order(plan: Plan) -> str:
    """The order of the rows; None counts as less than every value."""
    directions = {False: "ASC NULLS FIRST", True: "DESC NULLS LAST"}
    return ", ".join(f"{_column(one.field)} {directions[one.descending]}" for one in plan.order)


def _column(field: str) -> str:
    return "c.case_id" if field == "case" else f'c."{field}"'


def _condition(condition: Filter, values: list[Value]) -> str:
    column, value = _column(condition.field), condition.value
    if condition.op == "eq":
        return _equal(column, value, values)  # type: ignore[arg-type]  # a plan holds only sound filters
    if condition.op == "in":
        return _among(column, value, values)  # type: ignore[arg-type]
    low, high = (value, past(value)) if isinstance(value, str) else value  # type: ignore[misc]
    parts = [f"{column} IS NOT NULL"]
    for sign, bound in ((">=", low), ("<", high)):
        if bound is not None:
            parts.append(f"{column} {sign} %s")
            values.append(bound)
    return " AND ".join(parts)


def _equal(column: str, value: Scalar, values: list[Value]) -> str:
    if value is None:
        return f"{column} IS NULL"
    values.append(value)
    if column == 'c."matter"':
        # A root is found by its key, its children by the index that holds only children.
        values.extend((value, value))
        return "((c.case_id = %s AND c.matter = %s) OR (c.matter = %s AND c.matter <> c.case_id))"
    return f"{column} = %s"


def _among(column: str, wanted: tuple[Scalar, ...], values: list[Value]) -> str:
    there = [value for value in wanted if value is not None]
    values.extend(there)
    parts = [f"{column} IN ({', '.join(['%s'] * len(there))})"] if there else ["false"]
    if len(there) < len(wanted):
        parts.append(f"{column} IS NULL")
    return f"({' OR '.join(parts)})"


def _beyond(plan: Plan, values: list[Value]) -> str:
    """What comes after a place: greater in the first field, or equal there and greater in the second, and so on."""
    cases: list[str] = []
    equal: list[str] = []
    equal_values: list[Value] = []
    for one, last in zip(plan.order, plan.after or (), strict=True):
        column = _column(one.field)
        if last is None:
            further = "false" if one.descending else f"{column} IS NOT NULL"
            cases.append(" AND ".join([*equal, further]))
            values.extend(equal_values)
            equal.append(f"{column} IS NULL")
            continue
        further = f"({column} < %s OR {column} IS NULL)" if one.descending else f"{column} > %s"
        cases.append(" AND ".join([*equal, further]))
        values.extend([*equal_values, last])
        equal.append(f"{column} = %s")
        equal_values.append(last)
    return f"({' OR '.join(f'({one})' for one in cases)})"
