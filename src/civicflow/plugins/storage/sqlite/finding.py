"""How SQLite spells a query. It holds NULL to be less than every value, and compares texts by code point: as we do."""

from __future__ import annotations

import json
from typing import Final

from civicflow.plugins.storage.conditions import Dialect, Value, conditions, order
from civicflow.plugins.storage.queries import Plan

DIALECT: Final = Dialect(
    mark="?",
    # Texts of a cursor are bound as bytes: one that was read from a damaged row cannot be bound as text.
    seen="CAST(? AS TEXT)",
    again=lambda text: text.encode("utf-8", "surrogateescape"),
    # SQLite binds some thousands of values at most; a list is one, as JSON.
    among="{column} IN (SELECT value FROM json_each(?))",
    pack=lambda wanted: json.dumps(wanted, ensure_ascii=False),
)


def statement(plan: Plan) -> tuple[str, list[Value]]:
    """Everything after ``FROM cases c``, and its values; one row more than a page, to see whether there is another."""
    values: list[Value] = []
    said = f"WHERE {conditions(DIALECT, plan, values)} ORDER BY {order(DIALECT, plan)}"
    if plan.limit is None:
        return said, values
    return f"{said} LIMIT ?", [*values, plan.limit + 1]
