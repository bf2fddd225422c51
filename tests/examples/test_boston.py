"""Boston's 100 requests: recorded as they were, judged as the city judged them, imported once however often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import boston
import civicflow
import scenario
from civicflow import Case, IdempotencyMismatch, Office
from civicflow.calendars import instant, to_micros
from civicflow.ledger.figures import is_on_time
from civicflow.office.codec import facts_of
from civicflow.testing import FrozenClock
from civicflow.workflows.places import Box, place

AS_OF = instant("2022-07-02T00:00", boston.ZONE)
DATA = Path(boston.__file__).parent / "data"


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that the import may set."""
    return FrozenClock(scenario.BEGIN)


@pytest.fixture
def office(clock: FrozenClock) -> Iterator[Office]:
    """An office with the city's register."""
    with civicflow.open("memory://", clock=clock) as office:
        office.register.load(boston.REGISTER)
        yield office


def _verdicts(office: Office, clock: FrozenClock) -> list[tuple[boston.Request, bool | None]]:
    """Each request with the ledger's verdict as of the day."""
    requests = boston.read()
    cases = boston.bring_in(office, clock, requests)
    return [(r, is_on_time(facts_of(case), to_micros(AS_OF))) for r, case in zip(requests, cases, strict=True)]


def test_nothing_is_invented(office: Office, clock: FrozenClock) -> None:
    """100 cases with the times of the file: no promise where there was no target, no end where there was none."""
    requests = boston.read()
    cases = boston.bring_in(office, clock, requests)

    assert len({case.id for case in cases}) == len(requests) == 100
    for request, case in zip(requests, cases, strict=True):
        assert (case.opened, case.promise, case.closed) == (request.opened, request.target, request.closed)
        assert case.handled == request.closed
        assert case.requester is None
        assert case.data["category"] == request.category
        assert place(case.data["place"]) == request.place


def test_a_map_shows_what_lies_on_it(office: Office, clock: FrozenClock) -> None:
    """The North End's requests, by the coordinates of the file."""
    requests = boston.read()
    boston.bring_in(office, clock, requests)
    box = Box(south="42.3600", west="-71.0600", north="42.3680", east="-71.0480")
    points = [(request, request.place.point) for request in requests]
    inside = [
        r for r, p in points if p and box.south <= p.latitude <= box.north and box.west <= p.longitude <= box.east
    ]

    assert 0 < len(inside) < 20
    assert sorted(case.title for case in office.find(box=box).cases) == sorted(request.title for request in inside)


def test_on_time_as_the_file_says(office: Office, clock: FrozenClock) -> None:
    """For all 77 closed rows with a target the ledger's verdict is the file's."""
    closed = [(r, verdict) for r, verdict in _verdicts(office, clock) if r.closed and r.target]

    assert len(closed) == 77
    assert [verdict for _, verdict in closed] == [request.on_time for request, _ in closed]


def test_open_requests_as_of_the_day(office: Office, clock: FrozenClock) -> None:
    """As of 2022-07-02 the 12 open ones with a target are late, and the 11 without a target are not."""
    verdicts = _verdicts(office, clock)

    assert [verdict for r, verdict in verdicts if r.target and not r.closed] == [False] * 12
    assert [verdict for r, verdict in verdicts if not r.target] == [None] * 11
    assert office.ledger.rates(under=boston.CITY, at=AS_OF).overdue == 12


def test_importing_again_changes_nothing(office: Office, clock: FrozenClock) -> None:
    """The same file again adds no entry and no case."""
    cases = boston.bring_in(office, clock, boston.read())
    entries = list(office.ledger.feed())

    assert boston.bring_in(office, clock, boston.read()) == cases
    assert list(office.ledger.feed()) == entries


def test_a_request_that_was_closed_meanwhile_is_settled_by_the_next_import(office: Office, clock: FrozenClock) -> None:
    """A later edition of the file, in which a request is closed, adds its end and nothing else."""
    request = next(request for request in boston.read() if request.closed)
    (open_still,) = boston.bring_in(office, clock, [attrs.evolve(request, closed=None, closure="")])
    (settled,) = boston.bring_in(office, clock, [request])

    assert (open_still.state, settled.state, settled.id) == ("recorded", "settled", open_still.id)
    assert [entry.step for entry in office.ledger.entries(settled)] == ["record", "settle"]


def test_a_number_that_means_another_request_is_an_error(office: Office, clock: FrozenClock) -> None:
    """One number with two headlines is not taken for one request."""
    request = boston.read()[0]
    boston.bring_in(office, clock, [request])

    with pytest.raises(IdempotencyMismatch):
        boston.bring_in(office, clock, [attrs.evolve(request, title="Something else")])


def test_results_are_the_citys_own_words(office: Office, clock: FrozenClock) -> None:
    """Resolved, Noted, Duplicate and Invalid are read from the closure text; else its first words stand."""
    counted = Counter(case.data.get("result") for case in boston.bring_in(office, clock, boston.read()))

    assert counted == {"Resolved": 50, "Noted": 24, "Duplicate": 4, "Invalid": 3, "Bulk Item Automation": 4, None: 15}


@pytest.mark.parametrize(
    ("closure", "result"),
    [
        ("Case Closed. Closed date : Wed Jan 19 11:42:16 EST 2022 Resolved Removed df", "Resolved"),
        ("Case Closed. Closed date : 2022-01-03 10:06:33.717 Case Noted area inspector", "Noted"),
        ("Case Closed Case Resolved  NEW CART", "Resolved"),
        ("Case Closed. Closed date : 2022-01-03 06:44:23.4 Duplicate of Existing Case", "Duplicate"),
        ("sent to another office", "sent to another office"),
        ("word " * 40, "word word word word word word word word word word word …"),
        ("", "Closed"),
    ],
)
def test_a_result_is_read_from_the_closure(closure: str, result: str) -> None:
    """The usual words are recognised behind either date; other words are shortened; none at all says only: closed."""
    assert attrs.evolve(boston.read()[0], closure=closure).result == result


def test_free_words_stay_private(office: Office, clock: FrozenClock) -> None:
    """What the city wrote stands in private parts, in no entry."""
    requests = boston.read()
    cases = boston.bring_in(office, clock, requests)

    for request, case in zip(requests, cases, strict=True):
        record, *settle = office.ledger.entries(case)
        assert office.ledger.private(record) == {}
        assert [office.ledger.private(entry)["details"] for entry in settle] == [request.closure] * len(settle)
        assert not any("details" in entry.data for entry in (record, *settle))


def test_letters_outside_ascii_change_nothing_else(office: Office, clock: FrozenClock) -> None:
    """The edition with non-ASCII text gives the same cases, letter by letter as it was written."""
    plain, other = boston.read(), boston.read(DATA / "boston311-100-with-nonascii.csv")
    assert [(a.number, a.opened, a.result) for a in plain] == [(b.number, b.opened, b.result) for b in other]

    cases: list[Case] = list(boston.bring_in(office, clock, other))
    kept = [str(office.ledger.private(entry)) for case in cases for entry in office.ledger.entries(case)]
    assert any("Dëad rat" in text for text in kept)
    assert any("Sàratoga" in case.data["place"]["address"] for case in cases)
