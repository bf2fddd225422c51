"""Plain tables that line up in a terminal, where a Chinese character is as wide as two Latin letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

from civicflow import Text

_FIGURES = (*"0123456789", "–")


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with headings in both languages; words are flush left, and columns of figures flush right.

    Args:
        headings: one for each column, as ``"overdue | 逾期"``.
        rows: the cells, shown as `shown` shows them.
    """
    heads = [Text.of(heading) for heading in headings]
    cells = [[shown(cell) for cell in row] for row in rows]
    lines = [[head.en for head in heads], [head.zh for head in heads], *cells]
    columns = []
    for column in range(len(heads)):
        wide = max(width(line[column]) for line in lines)
        right = column > 0 and all(row[column].startswith(_FIGURES) for row in cells)
        column_of_lines = [_padded(line[column], wide, right=right) for line in lines]
        columns.append([*column_of_lines[:2], "─" * wide, *column_of_lines[2:]])
    return "\n".join("  ".join(["", *line]).rstrip() for line in zip(*columns, strict=True))


def shown(cell: object) -> str:
    """A cell as the table shows it: a name that both languages write alike is written once."""
    return cell.en if isinstance(cell, Text) and cell.en == cell.zh else str(cell)


def _padded(text: str, wide: int, *, right: bool) -> str:
    blanks = " " * (wide - width(text))
    return blanks + text if right else text + blanks
