"""Leshan's district on a durable store: what is sure is done in one commit, tickets go along, and old figures read the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import civicflow
import leshan
from civicflow import Office
from civicflow.hierarchy.accepting import TRUSTED
from civicflow.hierarchy.attribution import Attributed
from civicflow.testing import FrozenClock


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, leshan.Redrawn]]:
    """The district after it was re-drawn, in a store that was closed and opened again."""
    url = f"sqlite:///{tmp_path_factory.mktemp('leshan') / 'district.db'}"
    clock = FrozenClock()
    with civicflow.open(url, clock=clock) as office:
        told = leshan.redraw(office, clock)
    with civicflow.open(url, clock=clock) as office:
        yield office, told


@pytest.mark.parametrize("code", leshan.COMMUNITIES)
def test_the_four_communities_are_under_tongjiang_with_their_tickets(
    redrawn: tuple[Office, leshan.Redrawn], code: str
) -> None:
    """Niu'erqiao, Chafang, Gaodunzi and Baiyang moved; each keeps its id, and its open ticket is found under Tongjiang."""
    office, told = redrawn
    chart, ticket = office.chart(), office.case(told.tickets[code])
    assert ticket.unit is not None
    assert leshan.COMMUNITIES[code] in chart.name(ticket.unit).zh
    assert chart.code(chart.ancestors(ticket.unit)[0]) == leshan.TONGJIANG
    assert not ticket.outcome
    assert ticket.id in {case.id for case in office.find(under=leshan.TONGJIANG, open=True).cases}
    assert office.register.chart(leshan.FIRST).code(ticket.unit) == code


def test_a_ticket_of_what_is_gone_goes_to_the_successor(redrawn: tuple[Office, leshan.Redrawn]) -> None:
    """Baiyang subdistrict went into Tongjiang; its ticket is there, by an entry that says so, and can be read by the old map."""
    office, told = redrawn
    ticket = office.case(told.tickets[leshan.BAIYANG])
    assert ticket.id in told.carried.moved
    assert office.chart().code(str(ticket.unit)) == leshan.TONGJIANG
    assert office.ledger.entries(ticket)[-1].step == "carry-over"
    (then,) = office.register.attribute(ticket, on=leshan.FIRST)  # type: ignore[misc]  # it is resolved
    assert isinstance(then, Attributed)
    assert office.register.chart(leshan.FIRST).code(then.unit) == leshan.BAIYANG
    assert told.carried.asked == ()


def test_figures_of_2019_read_the_same_by_the_old_map(redrawn: tuple[Office, leshan.Redrawn]) -> None:
    """Each of the 32 units of that level has the tickets that it had; Baiyang its own and those of its four communities."""
    _, told = redrawn
    assert len(told.figures) == 32
    assert told.figures[leshan.BAIYANG] == (5, 5)
    assert {street: figures for street, figures in told.figures.items() if figures[0] != figures[1]} == {}


def test_it_is_one_entry_with_its_basis_and_the_ledger_holds(redrawn: tuple[Office, leshan.Redrawn]) -> None:
    """163 acts in one commit; nothing that was accepted had to be left, and nothing else was done."""
    office, told = redrawn
    assert told.acceptance.left == ()
    redrawings = [entry for _, entry in office.ledger.feed() if entry.step == "redraw"]
    assert [len(entry.data["changes"]) for entry in redrawings] == [len(told.acceptance.changes)]
    assert {change.basis for change in told.acceptance.changes} == {"list of 30 June 2020"}
    assert office.ledger.verify()
    undecided = {area.code for one in told.undecided if one.kind == "dissolve" for area in one.originals}
    today = {office.chart().code(unit) for unit in office.chart().units}
    assert undecided <= today
    assert all(one.confidence <= TRUSTED for one in told.undecided)


def test_what_is_not_sure_is_proposed_again(redrawn: tuple[Office, leshan.Redrawn]) -> None:
    """Against the register as it is now, exactly what somebody has to decide remains."""
    office, told = redrawn
    again = office.register.propose(leshan.edition("2020-06"))
    assert {one.results for one in again if one.results} == {one.results for one in told.undecided if one.results}


def test_it_is_told(redrawn: tuple[Office, leshan.Redrawn]) -> None:
    """The example prints what was sure and what is to be decided."""
    office, told = redrawn
    text = leshan.tell(office, told)
    assert "牛耳桥     511102007004  511102006013  通江街道" in text
    assert "163 acts in one commit, 17 tickets carried over" in text
