"""Reading a matter by the map of any day: from when it belongs to its unit, where it lies, and whose it was then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import attrs

from civicflow.calendars import WorkingCalendar, from_micros
from civicflow.hierarchy.attribution import Attributed, Unresolved, attribute
from civicflow.hierarchy.register import Register
from civicflow.ids import UnitId
from civicflow.ledger.facts import CaseFacts
from civicflow.workflows.engine.records import Case


@attrs.frozen
class Remapping:
    """Rows of facts as one day's map shows them; what many cases share is looked up once."""

    register: Register
    calendar: WorkingCalendar
    on: date
    _known: dict[tuple[str, date], str | None] = attrs.field(init=False, factory=dict)

    def of(self, facts: CaseFacts) -> CaseFacts:
        """The facts, under the unit and the body that they belong to on that map; None where nobody knows."""
        if facts.opened is None:
            return facts
        opened = self.calendar.local_date(from_micros(facts.opened))
        unit = self._then(facts.home or facts.unit, opened)
        body = self._then(facts.home_body or facts.body, opened)
        return facts if (unit, body) == (facts.unit, facts.body) else attrs.evolve(facts, unit=unit, body=body)

    def _then(self, unit: str | None, opened: date) -> str | None:
        if unit is None or unit not in self.register.rows:
            return unit
        key = (unit, opened)
        if key not in self._known:
            raised = raised_on(self.register, UnitId(unit), opened)
            answer = attribute(self.register, UnitId(unit), raised=raised, on=self.on)
            self._known[key] = None if isinstance(answer, Unresolved) else largest(answer).unit
        return self._known[key]


def largest(answer: tuple[Attributed, ...]) -> Attributed:
    """One case goes to one unit: by shares, to the one that took most, the first named where two took as much."""
    return max(answer, key=lambda one: one.share)


def place_of(case: Case) -> UnitId | None:
    """The unit within which a case lies, if its place names one."""
    place = case.data.get("place")
    return UnitId(place["unit"]) if isinstance(place, Mapping) and place.get("unit") else None


def raised_on(register: Register, unit: UnitId, opened: date) -> date:
    """The day on which a matter is taken to have been raised for its unit: the first, from its own, on which that was."""
    if register.row(unit, opened) is not None:
        return opened
    later = [row.since for row in register.rows[unit] if row.since > opened]
    return min(later) if later else last_day(register, unit, opened)


def last_day(register: Register, unit: UnitId, today: date) -> date:
    """The last day before another on which a unit was."""
    ends = [row.until for row in register.rows[unit] if row.until is not None and row.until <= today]
    return max(ends, default=register.rows[unit][0].since + timedelta(days=1)) - timedelta(days=1)
