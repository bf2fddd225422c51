"""Areas from CSV (RFC 4180): one row an area, in any order, as administrative codes are published."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.checking import at, finished
from civicflow.hierarchy.columns import ListedRows
from civicflow.hierarchy.consequences import Unread
from civicflow.hierarchy.document import Document, ListedArea, Place, as_day
from civicflow.hierarchy.naming import ending
from civicflow.hierarchy.scheme import LevelScheme, near
from civicflow.hierarchy.units import as_name
from civicflow.texts import Text

_NEEDED = ("code", "name", "level")
_COLUMNS = (*_NEEDED, "parent", "since")
_KIND = "kind"
_IDENTIFIER = "identifier:"
"""Before the name of a scheme: a column of its codes."""

_STRIDE = 16_384
"""After so many rows it is told how far it is."""


def read_table(
    lines: Iterable[str],
    source: str,
    register: str,
    scheme: LevelScheme,
    since: date | None,
    *,
    by_prefix: bool,
    endings: Mapping[str, str],
    progress: Callable[[int], object] | None = None,
    on_fault: Callable[[Fault], object] | None = None,
) -> Document:
    """The document that a table says; the arguments are those of `civicflow.hierarchy.importing.read`.

    Raises:
        InvalidInput: with every fault, by line and column name.
    """
    table = _Table(source, register, scheme, since, by_prefix=by_prefix, endings=endings)
    return table.read(lines, progress or _nobody, on_fault)


class _Table:
    """Turns rows into listed areas, noting every fault and going on."""

    def __init__(
        self,
        source: str,
        register: str,
        scheme: LevelScheme,
        since: date | None,
        *,
        by_prefix: bool,
        endings: Mapping[str, str],
    ) -> None:
        self.source, self.register, self.scheme, self.since = source, register, scheme, since
        self.by_prefix, self.endings = by_prefix, endings
        self.known = (*_COLUMNS, _KIND) if endings else _COLUMNS
        self.unread = Unread()
        self.found = self.unread.faults
        self.days: dict[str, date | None] = {}
        self.words: dict[str, str] = {}
        self.places: list[int] = []
        self.schemes: list[str] = []

    def read(
        self, lines: Iterable[str], progress: Callable[[int], object], on_fault: Callable[[Fault], object] | None
    ) -> Document:
        rows = self._rows(lines)
        columns = self._columns(next(rows, (1, [])))
        listed, coded = ListedRows(), []
        seen = 0
        for line, row in rows if columns else ():
            seen += 1
            if not self._plain(line, row, listed):
                area = self._area(line, dict(zip(columns, row, strict=False)))
                if area is not None and self.schemes:
                    coded.append(area)
                elif area is not None:
                    listed.add(area.code, row[self.places[1]].strip(), area.level, area.parent, area.since, line)
            if not seen % _STRIDE:
                progress(seen)
        progress(seen)
        self.words.clear()
        if self.by_prefix:
            listed.hung()
            coded = _hung(coded)
        areas = tuple(coded) if self.schemes else listed
        document = Document(
            register=self.register, scheme=self.scheme, since=self.since, areas=areas, source=self.source
        )
        return finished(document, self.unread, on_fault if columns else None)

    def _rows(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """The rows that hold something, each with the line on which it begins."""
        reader = csv.reader(lines, strict=True)
        width = 0
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._note(line, "", f"this is not CSV: {error}")
                if not width:
                    return
                continue
            if not any(row) or not any(cell.strip() for cell in row):
                continue
            width = width or len(row)
            if len(row) != width:
                self._note(line, "", f"the row has {len(row)} cells, its header {width}; quote a name with a comma")
                self._spoilt(row[self.places[0]] if self.places and self.places[0] < len(row) else "")
                continue
            yield line, row

    def _columns(self, header: tuple[int, list[str]]) -> list[str]:
        line, cells = header[0], [cell.strip() for cell in header[1]]
        needed = ("code", "name") if self.endings else _NEEDED
        wanted = needed if self.by_prefix else (*needed, "parent")
        before = len(self.found)
        for i, cell in enumerate(cells):
            if cell not in self.known and not cell.removeprefix(_IDENTIFIER) != cell != _IDENTIFIER:
                self._note(line, cell, f"there is no such column{near(cell, self.known)}", cell)
            elif cell in cells[:i]:
                self._note(line, cell, "the column stands twice", cell)
        for column in wanted:
            if column not in cells and not any(near(cell, [column]) for cell in cells if cell not in self.known):
                self._note(line, column, "the column is missing")
        if len(self.found) > before:
            return []
        self.places = [cells.index(column) if column in cells else -1 for column in _COLUMNS]
        self.schemes = [cell.removeprefix(_IDENTIFIER) for cell in cells if cell.startswith(_IDENTIFIER)]
        return cells

    def _plain(self, line: int, row: list[str], listed: ListedRows) -> bool:
        """Take one of the many rows with which nothing is wrong; the others are left to `_area`."""
        at_code, at_name, at_level, at_parent, at_since = self.places
        code, name = row[at_code].strip(), row[at_name].strip()
        level = row[at_level].strip() if at_level >= 0 else ""
        if not level and self.endings:
            level = self._told(name)
        written = row[at_since].strip() if at_since >= 0 else ""
        since = self._since(written) if written else None
        if not code or not name or not level or "|" in name or self.schemes or (written and since is None):
            return False
        one, parent = self.words.setdefault, row[at_parent].strip() if at_parent >= 0 else ""
        # Names, levels and parents come again and again.
        listed.add(code, one(name, name), one(level, level), one(parent, parent) if parent else None, since, line)
        return True

    def _since(self, written: str) -> date | None:
        if written not in self.days:
            self.days[written] = as_day(written)
        return self.days[written]

    def _told(self, name: str) -> str:
        """The level that the end of a name tells; empty where it tells none."""
        return self.endings.get(ending(name, self.endings), "")

    def _spoilt(self, code: str) -> None:
        """The record of that code cannot be read, because of the fault noted last."""
        if code.strip():
            self.unread.codes.setdefault(code.strip(), self.found[-1])

    def _area(self, line: int, row: Mapping[str, str]) -> ListedArea | None:
        before = len(self.found)
        cells = {column: value.strip() for column, value in row.items() if column != _KIND}
        if self.endings and not cells.get("level"):
            cells["level"] = self._told(cells["name"])
        missing = [column for column in _NEEDED if not cells[column]]
        for column in missing:
            silent = cells["name"] if self.endings and column == "level" else ""
            told = "no ending tells the level of this name; add one, or a column `level`"
            self._note(line, column, told if silent else f"the {column} is missing", silent)
        since, written = None, cells.get("since", "")
        if written:
            since = as_day(written)
            if since is None:
                self._note(line, "since", "a day is written as in 2020-01-31", written)
        name = self._name(line, cells["name"]) if cells["name"] else None
        if name is None or missing or (written and since is None):
            self._spoilt(cells["code"])
            if not cells["code"]:
                self.unread.nameless.append((self.found[before], cells["level"], cells.get("parent") or None))
            return None
        parent = cells.get("parent") or None
        listed = ListedArea(
            code=cells["code"], name=name, level=cells["level"], parent=parent, since=since, places=line
        )
        codes = {scheme: code for scheme in self.schemes if (code := cells[_IDENTIFIER + scheme])}
        return attrs.evolve(listed, identifiers=codes) if codes else listed

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
    codes = {area.code: area.code for area in areas}
    hung = []
    for area in areas:
        if area.parent is None:
            shorter = (area.code[:n] for n in range(len(area.code) - 1, 0, -1))
            parent = next((codes[code] for code in shorter if code in codes), None)
            area = attrs.evolve(area, parent=parent) if parent is not None else area  # noqa: PLW2901 - it is hung now
        hung.append(area)
    return hung


def _nobody(_: int) -> None:
    """Nobody wants to know how far it is."""
