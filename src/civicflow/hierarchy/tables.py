"""Areas from CSV (RFC 4180): one row an area, in any order, as administrative codes are published."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.checking import at, faults_of, finished
from civicflow.hierarchy.document import Document, ListedArea, Place, as_day
from civicflow.hierarchy.scheme import LevelScheme, near
from civicflow.hierarchy.units import as_name
from civicflow.texts import Text

_NEEDED = ("code", "name", "level")
_COLUMNS = (*_NEEDED, "parent", "since")


def read_table(
    text: str, source: str, register: str, scheme: LevelScheme, since: date | None, *, by_prefix: bool
) -> Document:
    """The document that a table says; the arguments are those of `civicflow.hierarchy.importing.read`.

    Raises:
        InvalidInput: with every fault, by line and column name.
    """
    return _Table(source, register, scheme, since, by_prefix=by_prefix).read(text)


class _Table:
    """Turns rows into listed areas, noting every fault and going on."""

    def __init__(self, source: str, register: str, scheme: LevelScheme, since: date | None, *, by_prefix: bool) -> None:
        self.source, self.register, self.scheme, self.since = source, register, scheme, since
        self.by_prefix = by_prefix
        self.found: list[Fault] = []
        self.broken: set[str] = set()

    def read(self, text: str) -> Document:
        rows = self._rows(text)
        columns = self._columns(next(rows, (1, [])))
        areas = [self._area(line, dict(zip(columns, row, strict=False))) for line, row in rows] if columns else []
        listed = [area for area in areas if area is not None]
        if self.by_prefix:
            listed = _hung(listed)
        document = Document(
            register=self.register, scheme=self.scheme, since=self.since, areas=tuple(listed), source=self.source
        )
        if columns:
            self.found.extend(faults_of(document, self.broken))
        return finished(document, self.found)

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The rows that hold something, each with the line on which it begins."""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        width = 0
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._note(line, "", f"this is not CSV: {error}")
                return
            if not any(cell.strip() for cell in row):
                continue
            width = width or len(row)
            if len(row) != width:
                self._note(line, "", f"the row has {len(row)} cells, its header {width}; quote a name with a comma")
                self.broken.add(row[0].strip())
                continue
            yield line, row

    def _columns(self, header: tuple[int, list[str]]) -> list[str]:
        line, cells = header[0], [cell.strip() for cell in header[1]]
        wanted = _NEEDED if self.by_prefix else (*_NEEDED, "parent")
        before = len(self.found)
        for i, cell in enumerate(cells):
            if cell not in _COLUMNS:
                self._note(line, cell, f"there is no such column{near(cell, _COLUMNS)}", cell)
            elif cell in cells[:i]:
                self._note(line, cell, "the column stands twice", cell)
        for column in wanted:
            if column not in cells and not any(near(cell, [column]) for cell in cells if cell not in _COLUMNS):
                self._note(line, column, "the column is missing")
        return cells if len(self.found) == before else []

    def _area(self, line: int, row: Mapping[str, str]) -> ListedArea | None:
        cells = {column: value.strip() for column, value in row.items()}
        missing = [column for column in _NEEDED if not cells[column]]
        for column in missing:
            self._note(line, column, f"the {column} is missing")
        since, written = None, cells.get("since", "")
        if written:
            since = as_day(written)
            if since is None:
                self._note(line, "since", "a day is written as in 2020-01-31", written)
        name = self._name(line, cells["name"]) if cells["name"] else None
        if name is None or missing or (written and since is None):
            self.broken.add(cells["code"])
            return None
        places = {"": Place(line), **{column: Place(line, 0, column) for column in cells}}
        parent = cells.get("parent") or None
        return ListedArea(
            code=cells["code"], name=name, level=cells["level"], parent=parent, since=since, places=places
        )

    def _name(self, line: int, name: str) -> Text | None:
        try:
            return as_name(name)
        except InvalidInput as error:
            self._note(line, "name", str(error), name)
            return None

    def _note(self, line: int, column: str, reason: str, value: str = "") -> None:
        self.found.append(at(self.source, Place(line, 0, column), reason, value))


def _hung(areas: list[ListedArea]) -> list[ListedArea]:
    """The areas, each without a parent now under the longest code that its own code begins with."""
    codes = {area.code for area in areas}
    hung = []
    for area in areas:
        shorter = (area.code[:n] for n in range(len(area.code) - 1, 0, -1))
        parent = area.parent or next((code for code in shorter if code in codes), None)
        hung.append(area if parent == area.parent else attrs.evolve(area, parent=parent))
    return hung
