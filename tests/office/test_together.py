"""A group of commands: kept together or not at all, and nothing of it leaves the house before it is kept."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import REGISTER, Pigeons

import civicflow
from civicflow import Conflict, InvalidInput, Office, Plugins, Refused, StorageError
from civicflow.ids import CaseId, matter_of
from civicflow.plugins.hookspecs import Committed, hookimpl
from civicflow.testing import FrozenClock
from civicflow.testing.storage.together import together

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow.plugins.storage.contract import Storage


class Ear:
    """An observer that keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[Committed] = []

    @hookimpl
    def civicflow_committed(self, event: Committed) -> None:
        """Hear it."""
        self.heard.append(event)


@pytest.fixture
def town(open_town: OpenTown, storage: Storage) -> Town:
    """The town, on each of the built-in storages."""
    return open_town(storage)


class _Stop(Exception):
    """An error of the caller's own."""


def _spoilt(office: Office, *works: Any) -> None:
    """Do some work in a group that an error leaves."""
    with office.together() as group:
        for work in works:
            work(group)
        raise _Stop


def _order(office: Office, title: str = "a lamp", **more: Any) -> CaseId:
    return office.tickets.order(title, unit="community", by=office.act_as("resident-1"), **more).id


def test_all_commands_of_a_group_are_kept_at_its_end(town: Town) -> None:
    """Nobody else sees one of them before; the ledger holds them all."""
    with town.office.together() as group:
        ticket = _order(group)
        group.tickets.dispatch(ticket, to=["health"], by=town.secretary())
        assert group.case(ticket).state == "dispatched"
        assert [case.id for case in group.find(flow="four-part-ticket").cases if "/" not in case.id] == [ticket]
        assert together([lambda: list(town.office.find(flow="four-part-ticket").cases)]) == [[]]
    assert town.office.case(ticket).state == "dispatched"
    assert town.office.ledger.verify().ok


def test_an_error_takes_all_of_them_back(town: Town) -> None:
    """Cases, entries, keys, notices; the same commands can be given again."""
    before = town.storage.feed()
    with pytest.raises(_Stop):
        _spoilt(town.office, lambda group: _order(group, key="form-1"))
    assert town.storage.feed() == before
    assert town.office.relay().claimed == 0
    assert town.office.case(_order(town.office, key="form-1")).version == 1
    assert town.office.ledger.verify().ok


def test_a_refusal_in_a_group_is_taken_back_alone(town: Town) -> None:
    """As is a command that loses; whoever asked may go on."""
    with town.office.together() as group:
        first = _order(group)
        with pytest.raises(Refused):
            group.tickets.dispatch(first, to=["health"], by=group.act_as("resident-1"))
        with pytest.raises(Conflict):
            group.tickets.dispatch(first, to=["health"], by=town.secretary(), seen=7)
        second = _order(group)
    assert {town.office.case(first).state, town.office.case(second).state} == {"ordered"}


def test_observers_hear_of_what_was_kept(open_town: OpenTown, storage: Storage) -> None:
    """When it is, in order; of what was taken back they never hear."""
    plugins, ear = Plugins(), Ear()
    plugins.register(ear, name="ear")
    town = open_town(storage, plugins=plugins)
    ear.heard.clear()
    with town.office.together() as group:
        tickets = [_order(group) for _ in range(3)]
        with pytest.raises(_Stop):
            _spoilt(group, _order)
        with group.together() as inner:
            tickets.append(_order(inner))
        assert ear.heard == []
    assert [matter for event in ear.heard for matter in event.matters] == [matter_of(ticket) for ticket in tickets]
    assert [event.position for event in ear.heard] == sorted(event.position for event in ear.heard)
    with pytest.raises(_Stop):
        _spoilt(town.office, _order)
    assert len(ear.heard) == len(tickets)


def test_notices_wait_for_the_end(open_town: OpenTown, storage: Storage) -> None:
    """A group sends nothing; what was kept is sent afterwards."""
    pigeons = Pigeons()
    town = open_town(storage, notify=(pigeons,))

    def busy(group: Office) -> None:
        group.tickets.dispatch(_order(group), to=["health"], by=town.secretary())
        with pytest.raises(InvalidInput, match="relay when it has ended"):
            group.relay()

    with pytest.raises(_Stop):
        _spoilt(town.office, busy)
    town.office.relay()
    assert pigeons.carried == []
    with town.office.together() as group:
        busy(group)
    town.office.relay()
    assert pigeons.carried


def test_a_register_that_was_taken_back_is_not_known(open_town: OpenTown, storage: Storage) -> None:
    """Nor is another one taken for it that came in its place, with the same version."""
    office = open_town(storage, load=False).office
    other = json.loads(json.dumps(REGISTER).replace("Community", "Commune"))

    def load(register: dict[str, Any]) -> Any:
        return lambda group: group.register.read(json.dumps(register), source="town.json", format="json")

    with pytest.raises(_Stop):
        _spoilt(office, load(REGISTER), _order)
    assert office.register.history.version == 0
    with office.together() as group:
        load(other)(group)
        assert group.register.history.version == 1
    assert office.register.history.version == 1
    assert office.chart().area(office.unit("community")).name.en == "Commune"


def test_rules_are_filed_with_the_first_case_that_is_kept(town: Town) -> None:
    """Those of a case that was taken back are filed again, by whoever needs them next."""
    with pytest.raises(_Stop):
        _spoilt(town.office, _order)
    with town.office.together() as group:
        flow = group.case(_order(group)).flow
    assert town.storage.filed(town.office.flows.flow(flow).digest) is not None
    with pytest.raises(_Stop):
        _spoilt(town.office, _order)
    assert town.office.case(_order(town.office)).flow == flow


def test_the_office_itself_waits_for_the_end_of_the_group(town: Town) -> None:
    """In the same thread it says so at once; closing the group ends nothing else."""
    with town.office.together() as group:
        _order(group)
        with pytest.raises(StorageError, match="write through the group"):
            _order(town.office)
        group.close()
    assert _order(town.office)
    with pytest.raises(StorageError, match="ended"):
        _order(group)


def test_a_group_may_tick_and_seal(town: Town) -> None:
    """What the clock does is part of it; the head covers at least what was kept before."""
    ticket = town.ordered()
    town.clock.advance(days=2)
    with pytest.raises(_Stop):
        _spoilt(town.office, lambda group: group.tick())
    assert town.office.ledger.entries(ticket)[-1].step == "order"
    with town.office.together() as group:
        assert group.tick().rung == 1
    town.office.seal()
    assert town.office.ledger.entries(ticket)[-1].step == "remind"
    assert town.office.ledger.verify().ok


@pytest.fixture
def connection() -> Any:
    """A connection of the host's."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


class TestHosted:
    """What an office on the host's connection has learnt is forgotten when the host undoes it."""

    def _open(self, connection: sqlite3.Connection) -> Office:
        return civicflow.open(connection=connection, clock=FrozenClock(), plugins=Plugins())

    def test_another_register_of_the_same_version_is_not_mistaken(self, connection: sqlite3.Connection) -> None:
        """The host rolled back between the two."""
        office = self._open(connection)
        other = json.dumps(REGISTER).replace("Community", "Commune")
        connection.execute("BEGIN")
        office.register.read(json.dumps(REGISTER), source="town.json", format="json")
        assert office.chart().area(office.unit("community")).name.en == "Community"
        connection.execute("ROLLBACK")
        stranger = self._open(connection)
        stranger.register.read(other, source="town.json", format="json")
        assert office.chart().area(office.unit("community")).name.en == "Commune"

    def test_rules_are_filed_again_after_a_rollback(self, connection: sqlite3.Connection) -> None:
        """Or the next case would keep rules that nobody has on file."""
        office = self._open(connection)
        office.register.read(json.dumps(REGISTER), source="town.json", format="json")
        connection.execute("BEGIN")
        flow = office.case(_order(office)).flow
        connection.execute("ROLLBACK")
        with office.together() as group:
            _order(group)
        digest = office.flows.flow(flow).digest
        assert connection.execute("SELECT count(*) FROM filed WHERE digest = ?", (digest,)).fetchone() == (1,)
        assert office.ledger.verify().ok
