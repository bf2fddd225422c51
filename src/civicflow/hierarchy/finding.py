"""Who bears a code, and who ever bore it: codes are used again, so that a code without a day may mean several units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.histories import Histories
from civicflow.hierarchy.identifiers import Identifier
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Area, Body, Row
from civicflow.ids import UnitId


def find(register: Register, code: str, *, scheme: str = "", on: date | None = None) -> UnitId:
    """The unit that bears a code on a day; without a day, the one that bears it or ever bore it.

    Args:
        register: the whole history.
        code: the code.
        scheme: whose code it is, for instance ``nbs``; the register's own (with aliases, where a day is given) where left out.
        on: the day.

    Raises:
        NotFound: if none bears it then, or none ever bore it.
        InvalidInput: if several do, or did one after the other and no day is given; the message names each with its days.
    """
    if on is not None:
        chart = register.chart(on)
        return chart.identified(scheme, code) if scheme else chart.resolve(code)
    stretches = list(_borne(register.rows, code, scheme))
    found = dict.fromkeys(UnitId(row.id) for row in stretches)
    if len(found) == 1:
        return next(iter(found))
    called = f"{scheme} {code!r}" if scheme else repr(code)
    if not found:
        msg = f"no unit bears or ever bore the code {called}; load it into the register first"
        raise NotFound(msg)
    days = "; ".join(
        f"{row.id} ({row.name.zh}) from {row.since}{f' until {row.until}' if row.until else ''}" for row in stretches
    )
    msg = f"the code {called} was borne by several units: {days}; say on which day"
    raise InvalidInput(msg)


def _borne(rows: Histories, code: str, scheme: str) -> Iterator[Area | Body]:
    """The stretches of time in which a unit bears a code, the earliest first."""
    histories: Iterable[tuple[str, tuple[Row, ...]]] = rows.laid.items()
    if not scheme:
        histories = chain(histories, rows.areas_bearing([code]))
    units = (row for _, history in histories for row in history if isinstance(row, (Area, Body)))
    wanted = Identifier(scheme, code)
    bearing = (row for row in units if (wanted in row.identifiers if scheme else row.code == code))
    yield from sorted(bearing, key=lambda row: (row.since, row.id))
