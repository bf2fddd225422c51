"""WHEN: time limits, working calendars and the instants on which limits fall.

>>> from datetime import UTC, datetime
>>> calendar = china()
>>> due = calendar.due(working_days(5), datetime(2026, 9, 30, 2, tzinfo=UTC))
>>> calendar.local_date(due.at).isoformat(), due.provisional
('2026-10-13', False)

Importing this loads neither pendulum nor holidays; each is loaded by the first call that needs it.
"""

from civicflow.calendars.china import china
from civicflow.calendars.deferred import deferred
from civicflow.calendars.instants import check_aware, from_micros, instant, span, to_micros
from civicflow.calendars.limits import LimitUnit, TimeLimit, days, hours, time_limit, working_days
from civicflow.calendars.plain import from_days, weekdays
from civicflow.calendars.recurrence import Occurrence, Recurrence, Roll
from civicflow.calendars.schedules import Schedule, day, falls, recurring, schedule
from civicflow.calendars.working import Due, WorkingCalendar
from civicflow.calendars.zones import last_instant, zone_named

__all__ = [
    "Due",
    "LimitUnit",
    "Occurrence",
    "Recurrence",
    "Roll",
    "Schedule",
    "TimeLimit",
    "WorkingCalendar",
    "check_aware",
    "china",
    "day",
    "days",
    "deferred",
    "falls",
    "from_days",
    "from_micros",
    "hours",
    "instant",
    "last_instant",
    "recurring",
    "schedule",
    "span",
    "time_limit",
    "to_micros",
    "weekdays",
    "working_days",
    "zone_named",
]
