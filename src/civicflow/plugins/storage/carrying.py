"""The statements of moving, the same for every storage that keeps our tables in SQL."""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

from collections.abc import Iterable

from civicflow.plugins.storage.moving import TABLES, Cell, Key, Portion, Table


def quoted(names: Iterable[str]) -> str:
    """Names of columns as a list.

    >>> quoted(["key", "until"])
    '"key", "until"'
    """
    return ", ".join(f'"{name}"' for name in names)


def selected(name: str, after: Key | None, upto: Key | None, *, mark: str, tables: str = "") -> tuple[str, list[Cell]]:
    """The rows of a table between two keys, by key, and the values of the statement.

    >>> selected("private", ("T-1", 2), None, mark="?")[0]
    'SELECT "matter", "version", "salt", "body" FROM private WHERE ("matter", "version") > (?, ?) ORDER BY "matter", "version"'
    """
    table = TABLES[name]
    condition, values = between(table, after, upto, mark=mark)
    return (
        f"SELECT {quoted(table.columns)} FROM {tables}{name} WHERE {condition} ORDER BY {quoted(table.key)}",
        values,
    )


def between(table: Table, after: Key | None, upto: Key | None, *, mark: str) -> tuple[str, list[Cell]]:
    """A condition that holds for the keys after one up to another."""
    key, marks = quoted(table.key), ", ".join([mark] * len(table.key))
    bounds = [(">", after), ("<=", upto)]
    conditions = [f"({key}) {sign} ({marks})" for sign, bound in bounds if bound is not None]
    values = [cell for _, bound in bounds if bound is not None for cell in bound]
    return " AND ".join(conditions) or "true", values


def stored(portion: Portion, *, mark: str, tables: str = "") -> tuple[str, list[Cell]]:
    """The rows that lie where a portion is to lie."""
    return selected(portion.table, portion.after, portion.upto, mark=mark, tables=tables)


def holding(*, tables: str = "") -> str:
    """A statement that says whether there is any row at all."""
    some = " OR ".join(f"EXISTS (SELECT 1 FROM {tables}{name})" for name in TABLES)
    return f"SELECT {some}"
