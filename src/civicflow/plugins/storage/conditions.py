"""A query's plan as SQL, written once for every storage that keeps tables; a `Dialect` says what each spells differently.

Databases that we speak to compare texts by code point in our columns, and put NULL where None belongs once they are told
to. However many values a list has, it is bound as one.
"""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from civicflow.plugins.storage.contract import Filter, Scalar
from civicflow.plugins.storage.queries import Plan, past

Value = str | int | bytes | None | list[str] | list[int]
"""What is bound."""


@attrs.frozen(kw_only=True)
class Dialect:
    """How one database spells what all of them can say.

    Attributes:
        mark: where a value stands.
        seen: where a text of a cursor stands.
        among: that ``{column}`` is one of a list; the list is one value.
        tables: what stands in front of a table's name.
        ascending: an order in which NULL comes first.
        descending: an order in which NULL comes last.
        pack: makes a list the one value that `among` takes.
        again: makes a text of a cursor what `seen` takes.
    """

    mark: str
    seen: str
    among: str
    tables: str = ""
    ascending: str = ""
    descending: str = " DESC"
    pack: Callable[[Sequence[Any]], Value]
    again: Callable[[str], Value] = str


def conditions(dialect: Dialect, plan: Plan, values: list[Value]) -> str:
    """What the rows of ``cases c`` must be, the place to go on from included; its values are appended."""
    said = _Conditions(dialect, values)
    parts = [said.holds(one) for one in plan.where]
    if plan.within is not None:
        parts.append(f"({said.among('c.unit', plan.within)} OR {said.among('c.body', plan.within)})")
    if plan.asked is not None:
        parts.append(
            f"c.case_id IN (SELECT case_id FROM {dialect.tables}awaits WHERE {said.among('address', plan.asked)})"
        )
    if plan.parties is not None:
        parts.append(said.concerns(plan.parties))
    if plan.after is not None:
        parts.append(said.beyond(plan))
    return " AND ".join(parts) or "TRUE"


def order(dialect: Dialect, plan: Plan) -> str:
    """The order of the rows; None counts as less than every value."""
    directions = {False: dialect.ascending, True: dialect.descending}
    return ", ".join(f"{_column(one.field)}{directions[one.descending]}" for one in plan.order)


def _column(field: str) -> str:
    return "c.case_id" if field == "case" else f'c."{field}"'


@attrs.frozen
class _Conditions:
    """Conditions in one dialect; each appends what it binds."""

    dialect: Dialect
    values: list[Value]

    def holds(self, condition: Filter) -> str:
        column, value = _column(condition.field), condition.value
        if condition.op == "eq":
            return self._equal(column, value)  # type: ignore[arg-type]  # a plan holds only sound filters
        if condition.op == "in":
            return self._one_of(column, value)  # type: ignore[arg-type]  # as above
        low, high = (value, past(value)) if isinstance(value, str) else value  # type: ignore[misc]  # as above
        parts = [f"{column} IS NOT NULL"]
        for sign, bound in ((">=", low), ("<", high)):
            if bound is not None:
                parts.append(f"{column} {sign} {self.dialect.mark}")
                self.values.append(bound)
        return " AND ".join(parts)

    def among(self, column: str, wanted: Sequence[Scalar]) -> str:
        self.values.append(self.dialect.pack(wanted))
        return self.dialect.among.replace("{column}", column)

    def concerns(self, addresses: tuple[str, ...]) -> str:
        """A matter's root is found by its key, its children by the index that holds only children."""
        tables = self.dialect.tables
        return (
            f"c.case_id IN (WITH near AS (SELECT DISTINCT matter FROM {tables}parties "
            f"WHERE {self.among('address', addresses)}) SELECT matter FROM near UNION ALL "
            f"SELECT k.case_id FROM near JOIN {tables}cases k ON k.matter = near.matter AND k.matter <> k.case_id)"
        )

    def _equal(self, column: str, value: Scalar) -> str:
        if value is None:
            return f"{column} IS NULL"
        mark = self.dialect.mark
        self.values.append(value)
        if column == 'c."matter"':
            self.values.extend((value, value))
            return f"((c.case_id = {mark} AND c.matter = {mark}) OR (c.matter = {mark} AND c.matter <> c.case_id))"
        return f"{column} = {mark}"

    def _one_of(self, column: str, wanted: tuple[Scalar, ...]) -> str:
        there = [value for value in wanted if value is not None]
        if len(there) == len(wanted):
            return self.among(column, there)
        return f"({self.among(column, there)} OR {column} IS NULL)"

    def beyond(self, plan: Plan) -> str:
        """What comes after a place: greater in the first field, or equal there and greater in the second, and so on."""
        cases: list[str] = []
        equal: list[str] = []
        equal_values: list[Value] = []
        for one, last in zip(plan.order, plan.after or (), strict=True):
            column = _column(one.field)
            if last is None:
                further = "FALSE" if one.descending else f"{column} IS NOT NULL"
                cases.append(" AND ".join([*equal, further]))
                self.values.extend(equal_values)
                equal.append(f"{column} IS NULL")
                continue
            place = self.dialect.seen if isinstance(last, str) else self.dialect.mark
            bound = self.dialect.again(last) if isinstance(last, str) else last
            further = f"({column} < {place} OR {column} IS NULL)" if one.descending else f"{column} > {place}"
            cases.append(" AND ".join([*equal, further]))
            self.values.extend([*equal_values, bound])
            equal.append(f"{column} = {place}")
            equal_values.append(bound)
        return f"({' OR '.join(f'({one})' for one in cases)})"
