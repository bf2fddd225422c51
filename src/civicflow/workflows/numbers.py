"""Human numbers: what a clerk reads over the telephone, ``410106-2026-000123``.

A number says whose matter it is (the code of a unit), in which year it was recorded, and which one of that year it is.
Codes are used again and years end, the case's id stays: the number is a name for people, never a key.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.scheme import near
from civicflow.ids import UnitId

_GAP: Final = re.compile(r"\{(?P<name>[^{}:]*)(?::(?P<width>[^{}]*))?\}")
_WIDTH: Final = re.compile(r"0[1-9]\d?")
_KNOWN: Final = ("code", "year", "number")


@attrs.frozen
class _Gap:
    """A place in a form where something is filled in.

    Attributes:
        name: ``code``, ``year`` or ``number``.
        width: the number of digits that a shorter one is filled up to, with zeros; 0 for as it is.
    """

    name: str
    width: int = 0


@attrs.frozen(kw_only=True)
class Numbers:
    """How new cases are numbered.

    >>> Numbers(level="district").spell(code="410106", year=2026, number=123)
    '410106-2026-000123'
    >>> Numbers(form="〔{year}〕{number}号").spell(code="", year=2026, number=7)
    '〔2026〕7号'

    Attributes:
        level: the level of the unit whose code stands in the number; of a case with nothing of that level above it, the
            topmost one's does.
        form: with ``{code}``, ``{year}`` and ``{number}``, each once at most; the last two have to be there.
            ``{number:06}`` fills up to six digits with zeros; larger ones grow. Between two gaps stands something that is
            no digit, or two numbers could read alike.
        nowhere: stands for the code of a case that has no unit.

    Raises:
        InvalidInput: with every fault of the form.
    """

    level: str = ""
    form: str = "{code}-{year}-{number:06}"
    nowhere: str = "0"
    _parts: tuple[str | _Gap, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        parts = _parsed(self.form, faults)
        if faults:
            msg = f"cases cannot be numbered in the form {self.form!r}"
            raise InvalidInput(msg, faults)
        object.__setattr__(self, "_parts", parts)

    @property
    def has_code(self) -> bool:
        """Whether the form names a unit; without it there is one series for all of them."""
        return any(isinstance(part, _Gap) and part.name == "code" for part in self._parts)

    def code(self, unit: UnitId | None, chart: Chart) -> str:
        """The code that stands in the number of a unit's case; empty where the form names none.

        Raises:
            InvalidInput: if no scheme of the chart has the level.
        """
        if not self.has_code:
            return ""
        if unit is None:
            return self.nowhere
        if self.level and chart.levels and self.level not in chart.levels:
            hint = near(self.level, chart.levels)
            msg = f"cases are to be numbered by the level {self.level!r}, which no scheme here has{hint}"
            raise InvalidInput(msg)
        line = (unit, *chart.ancestors(unit))
        areas = [one for one in line if chart.area_of(one) == one]
        named = [area for area in areas if chart.area(area).level == self.level]
        return chart.code((named or areas or line)[0 if named else -1])

    def series(self, code: str, year: int) -> str:
        """The name of the series from which a number is drawn: one for each code and year."""
        return f"number:{year}:{code}"

    def spell(self, *, code: str, year: int, number: int) -> str:
        """The whole number."""
        values = {"code": code, "year": f"{year:04}", "number": str(number)}
        return "".join(p if isinstance(p, str) else values[p.name].rjust(p.width, "0") for p in self._parts)


def spellings(number: str) -> tuple[str, ...]:
    """A number as somebody typed it, and as it is meant: without blanks around it, and without full-width letters.

    >>> spellings(" ４１０１０６－2026－000123")
    ('４１０１０６－2026－000123', '410106-2026-000123')
    """
    typed = number.strip()
    return tuple(dict.fromkeys((typed, unicodedata.normalize("NFKC", typed))))


def _parsed(form: str, faults: list[Fault]) -> tuple[str | _Gap, ...]:
    """The parts of a form, texts and gaps in turn."""
    parts: list[str | _Gap] = []
    at = 0
    for found in _GAP.finditer(form):
        parts += [form[at : found.start()], _gap(found["name"], found["width"], faults)]
        at = found.end()
    parts.append(form[at:])
    names = [part.name for part in parts if isinstance(part, _Gap)]
    for text in parts[::2]:
        if isinstance(text, str) and not {"{", "}"}.isdisjoint(text):
            faults.append(Fault(reason="a brace that belongs to no gap; gaps are {code}, {year}, {number}", value=text))
    for text in parts[2:-1:2]:
        if isinstance(text, str) and (not text or any(letter.isdigit() for letter in text)):
            faults.append(
                Fault(reason="between two gaps stands something that is no digit, such as -", value=repr(text))
            )
    for name in _KNOWN:
        if names.count(name) > 1 or (name != "code" and name not in names):
            faults.append(Fault(reason=f"{{{name}}} stands in it once", value=f"{names.count(name)} times"))
    if not form.isprintable():
        faults.append(Fault(reason="holds a character that cannot be seen", value=repr(form)))
    return tuple(parts)


def _gap(name: str, width: str | None, faults: list[Fault]) -> _Gap:
    if name not in _KNOWN:
        faults.append(Fault(reason="no such gap; there are {code}, {year}, {number}", value=name))
    if width is None:
        return _Gap(name)
    if name != "number" or not _WIDTH.fullmatch(width):
        faults.append(Fault(reason="only a number is filled up, as in {number:06}", value=f"{name}:{width}"))
        return _Gap(name)
    return _Gap(name, int(width))
