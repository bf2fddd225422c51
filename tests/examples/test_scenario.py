"""The demo's story, on every storage: what it tells is what the ledger holds, and playing it again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import beiyuan
import boston
import civicflow
import scenario
import shangjie
from civicflow import Money, Office
from civicflow.testing import FrozenClock
from civicflow.workflows.funds.fund import available, reserved


@pytest.fixture(params=["memory", "sqlite"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Office, FrozenClock]]:
    """An office on each storage, with a clock that a scene may set."""
    clock = FrozenClock()
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'story.db'}"
    with civicflow.open(url, clock=clock) as office:
        yield office, clock


def test_playing_the_story_again_changes_nothing(stage: tuple[Office, FrozenClock]) -> None:
    """Started again from its beginning, the whole scenario ends with the same ledger: no entry more, no case moved."""
    office, clock = stage
    first = scenario.run(office, clock)
    entries = list(office.ledger.feed())

    again = scenario.run(office, clock)

    assert list(office.ledger.feed()) == entries
    assert (again.hall.ticket, again.lamp, again.funds) == (first.hall.ticket, first.lamp, first.funds)
    assert (again.proposals, list(again.requests)) == (first.proposals, list(first.requests))
    found = office.ledger.verify()
    assert found
    assert found.unsealed == 0


def test_time_follows_from_the_story_alone(stage: tuple[Office, FrozenClock]) -> None:
    """Every entry is recorded at an instant that the scenario set, from its beginning to its end, never by the machine."""
    office, clock = stage
    scenario.run(office, clock, requests=boston.read()[:3])

    recorded = [entry.recorded for _, entry in office.ledger.feed()]
    assert recorded == sorted(recorded)
    assert recorded[0] == scenario.BEGIN
    assert recorded[-1] <= scenario.END


class TestShangjie:
    """Sanwan Street's two tickets."""

    @pytest.fixture
    def town(self, stage: tuple[Office, FrozenClock]) -> tuple[Office, FrozenClock]:
        """The office with the district's register."""
        office, clock = stage
        clock.set(scenario.BEGIN)
        office.register.load(shangjie.REGISTER)
        return office, clock

    def test_sixteen_organisations_accept_and_complete(self, town: tuple[Office, FrozenClock]) -> None:
        """One order is dispatched to all 16 partners; each accepts and completes its share, one of them as the lead."""
        office, clock = town
        hall = shangjie.order_a_hall(office, clock)

        shares = office.shares(hall.ticket)
        assert [share.outcome for share in shares] == ["completed"] * 16
        assert [share.key for share in shares if share.slot == "lead"] == ["emergency"]
        steps = [entry.step for entry in office.ledger.entries(hall.ticket)]
        assert steps.count("accept") == steps.count("complete") == 16
        assert hall.ticket.outcome == "resolved"

    def test_a_refusal_gives_its_reasons_in_both_languages(self, town: tuple[Office, FrozenClock]) -> None:
        """An officer who tries to dispatch learns, in English and Chinese, who could; and nothing is recorded."""
        office, clock = town
        hall = shangjie.order_a_hall(office, clock)

        assert hall.refusal.rules == ("authority",)
        assert "secretary of" in hall.refusal.say("en")
        assert "三湾街社区书记" in hall.refusal.say("zh")
        assert [e.by.person for e in office.ledger.entries(hall.ticket) if e.step == "dispatch"] == ["secretary-1"]

    def test_the_clock_reminds_and_then_supervises(self, town: tuple[Office, FrozenClock]) -> None:
        """A share that nobody heeds is reminded of, then put under supervision, by the clock; it ends late, and says so."""
        office, clock = town
        lamp = shangjie.let_a_share_lie(office, clock)

        share = office.shares(lamp)[0]
        by_clock = [(e.step, e.target) for e in office.ledger.entries(share) if e.by.kind == "clock"]
        assert by_clock == [("remind", "offered"), ("escalate", "supervised")]
        assert (office.ledger.rates(flow="share").on_time.n, office.ledger.rates().on_time.n) == (0, 0)

    def test_contacts_stay_private(self, town: tuple[Office, FrozenClock]) -> None:
        """How to reach the resident stands in a private part, in no entry."""
        office, clock = town
        hall = shangjie.order_a_hall(office, clock)

        order = office.ledger.entries(hall.ticket)[0]
        assert set(order.data) == {"title", "category"}
        assert "Mrs Li" in str(office.ledger.private(order)["contact"])


class TestBeiyuan:
    """24 of 37 fail, 25 pass."""

    @pytest.fixture
    def compound(self, stage: tuple[Office, FrozenClock]) -> tuple[Office, FrozenClock]:
        """The office with the community's register."""
        office, clock = stage
        clock.set(scenario.BEGIN)
        office.register.load(beiyuan.REGISTER)
        return office, clock

    def test_24_of_37_fail_and_leave_the_funds_alone(self, compound: tuple[Office, FrozenClock]) -> None:
        """Two thirds of all 37 seats are 25: with 24 the proposal is refused and no yuan is reserved."""
        office, clock = compound
        funds = beiyuan.open_funds(office, clock)
        proposal = beiyuan.attempt(office, clock, funds, beiyuan.FIRST)

        council = proposal.data["council"]
        assert (council["yes"], council["no"], council["seats"], council["needed"]) == (24, 13, 37, 25)
        assert not council["carried"]
        assert proposal.outcome == "refused"
        assert [reserved(office.case(fund)) for fund in funds] == [Money(0), Money(0)]

    def test_25_of_37_pass_and_reserve_half_in_each_fund(self, compound: tuple[Office, FrozenClock]) -> None:
        """With 25 it is carried, and 18,000 yuan are reserved in each of the two funds."""
        office, clock = compound
        funds = beiyuan.open_funds(office, clock)
        proposal = beiyuan.attempt(office, clock, funds, beiyuan.SECOND)

        council = proposal.data["council"]
        assert (council["yes"], council["no"], council["seats"]) == (25, 12, 37)
        assert council["carried"]
        assert proposal.state == "quoting.due"
        assert [reserved(office.case(fund)) for fund in funds] == [Money("18000")] * 2
        assert [available(office.case(fund)) for fund in funds] == [Money(0)] * 2

    def test_the_objection_is_answered_while_the_notice_hangs(self, compound: tuple[Office, FrozenClock]) -> None:
        """One resident objects during the week of public notice, and is answered before it is over."""
        office, clock = compound
        proposal = beiyuan.attempt(office, clock, beiyuan.open_funds(office, clock), beiyuan.SECOND)

        (objection,) = office.councils.objections(proposal)
        assert objection.outcome == "answered"
        when = {entry.step: entry.recorded for entry in office.ledger.entries(proposal)}
        assert when["group.count"] < when["notice.object"] < when["answer"] < when["notice.end"]
        assert when["answer"] - when["group.count"] < timedelta(days=7) <= when["notice.end"] - when["group.count"]

    def test_a_notice_over_national_day_with_one_objection(self, compound: tuple[Office, FrozenClock]) -> None:
        """It hangs for seven days, holidays or not; the answer of the second working day after them still is in time."""
        office, clock = compound
        proposal = beiyuan.attempt(office, clock, beiyuan.open_funds(office, clock), beiyuan.OVER_THE_HOLIDAY)

        (objection,) = office.councils.objections(proposal)
        steps = [(entry.step, entry.happened.date().isoformat()) for entry in office.ledger.entries(proposal)]
        assert ("notice.end", "2026-10-05") in steps
        assert [day for step, day in steps if step in ("answer", "notice.clear")] == ["2026-10-09", "2026-10-09"]
        assert "escalate" not in dict(steps)
        assert (objection.outcome, proposal.data["council"]["yes"]) == ("answered", 25)
