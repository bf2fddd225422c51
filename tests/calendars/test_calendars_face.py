"""What importing the calendars costs, and what they offer."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import civicflow.calendars

_LOADED: Final = """
import sys
from datetime import UTC, date, datetime
from civicflow.calendars import *
heavy = lambda: sorted({"pendulum", "holidays"} & set(sys.modules))
print(heavy())
calendar, since = china(), datetime(2026, 4, 30, tzinfo=UTC)
calendar.due(hours(2), since), calendar.due(days(2), since), calendar.local_date(since)
weekdays("Asia/Shanghai").due(working_days(2), since), to_micros(check_aware(since)), from_micros(0)
print(heavy())
calendar.is_working(date(2026, 5, 1))
print(heavy())
instant("2026-05-01T00:00Z")
print(heavy())
"""


def test_heavy_libraries_are_loaded_by_the_call_that_needs_them() -> None:
    """Neither pendulum nor holidays on import, nor for what plain arithmetic answers."""
    shown = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == ["[]", "[]", "['holidays']", "['holidays', 'pendulum']"]


def test_the_face_names_what_is_there() -> None:
    """Every public name exists once, in alphabetical order."""
    names = civicflow.calendars.__all__
    assert len(set(names)) == len(names)
    assert names == sorted(names)
    assert all(hasattr(civicflow.calendars, name) for name in names)
