"""Boston's 311 line: requests that another system handled, recorded with their own times.

Nothing is invented to fit: a request without a target has no promise, one that is open stays open, and what the city
wrote when closing is kept in the private part of the entry. Where it is, a point and an address, is public, as the city
publishes it. Importing the file again changes nothing, since each request has a key of its own; a request that was
closed meanwhile is settled then.

An office counts time limits in one calendar. That does no harm here: what is recorded from elsewhere has its own
deadlines, and only tickets that the office handles itself have due dates to count.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import Final

import attrs

from civicflow import Case, Office
from civicflow.calendars import instant
from civicflow.testing import FrozenClock
from civicflow.workflows.places import Place, Point

REGISTER = Path(__file__).parent / "registers" / "boston.yaml"
REQUESTS = Path(__file__).parent / "data" / "boston311-100.csv"
CITY = "boston"
ZONE = "America/New_York"

_CLOSURE: Final = re.compile(
    r"Case Closed"
    r"(?:\. Closed date : (?:[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} [\d:]{8} [A-Z]{3} \d{4}|[\d-]{10} [\d:.]+))?"
    r"\s+(?:Case )?(?P<words>.*)",
    re.DOTALL,
)
_RESULTS: Final = ("Resolved", "Noted", "Duplicate", "Invalid")
_LONGEST_RESULT: Final = 60


@attrs.frozen(kw_only=True)
class Request:
    """One request, as the city published it.

    Attributes:
        number: the city's own number.
        title: its headline.
        category: the city's type of service.
        opened: when it was raised (UTC).
        target: by when the city promised to handle it (UTC), or None.
        closed: when it was closed (UTC), or None while it is open.
        place: where it is: the point, and the address where there is one.
        closure: what the city wrote when closing it; free text.
        on_time: the file's own verdict.
    """

    number: str
    title: str
    category: str
    opened: datetime
    target: datetime | None
    closed: datetime | None
    place: Place
    closure: str
    on_time: bool

    @property
    def result(self) -> str:
        """How it ended: the first word of the closure text where it is one of the usual ones, else its first words."""
        found = _CLOSURE.fullmatch(self.closure)
        words = found["words"] if found else self.closure
        usual = next((result for result in _RESULTS if words.startswith(result)), "")
        return usual or shorten(words, _LONGEST_RESULT, placeholder=" …") or "Closed"


def read(path: Path = REQUESTS) -> tuple[Request, ...]:
    """The requests of a file of the city."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_request({name: value.strip() for name, value in row.items()}) for row in csv.DictReader(file))


def _request(row: dict[str, str]) -> Request:
    return Request(
        number=row["case_enquiry_id"],
        title=row["case_title"],
        category=row["type"],
        opened=instant(row["open_dt"].replace(" ", "T"), ZONE),
        target=_maybe(row["target_dt"]),
        closed=_maybe(row["closed_dt"]),
        place=Place(point=Point(row["latitude"], row["longitude"]), address=" ".join(row["location"].split())),
        closure=row["closure_reason"],
        on_time=row["ontime"] == "ONTIME",
    )


def _maybe(text: str) -> datetime | None:
    return instant(text.replace(" ", "T"), ZONE) if text else None


def bring_in(office: Office, clock: FrozenClock, requests: Iterable[Request]) -> Sequence[Case]:
    """Record every request and settle those that were closed; again as often as one likes."""
    clock.set(instant("2026-06-08T09:00", ZONE))
    clerk = office.act_as("clerk-311", post="clerk", unit="boston-311")
    cases = []
    for request in requests:
        case = office.tickets.record(
            request.title,
            unit=CITY,
            by=clerk,
            origin=f"Boston 311, case {request.number}",
            opened=request.opened,
            promise=request.target,
            category=request.category,
            place=request.place,
            key=f"boston:{request.number}",
        )
        if request.closed is not None:
            case = office.tickets.settle(
                case,
                request.result,
                closed=request.closed,
                by=clerk,
                details=request.closure,
                key=f"boston:{request.number}:settle",
            )
        cases.append(case)
    return cases
