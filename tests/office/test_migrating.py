"""Migration: told first, then done; who cannot move is named with every reason, and nobody's rules change by themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civicflow import InvalidInput, NotFound, Refused
from civicflow.calendars import TimeLimit, time_limit, weekdays
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_JOIN, AnyOf, Holder
from civicflow.workflows.engine.children import Drop, Opening, Spawn
from civicflow.workflows.engine.effects import Lift, PutOnHold
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Join, Limit, Named, Span, State, Step
from civicflow.workflows.engine.joins import Every
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.tickets.share import SHARE

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

SECRETARY = Holder("secretary", "unit")


@attrs.frozen
class Within:
    """For how long."""

    within: TimeLimit = attrs.field(converter=time_limit)


DROP = Drop(("desk",), "dropped")

PERMIT = Flow(
    "permit",
    1,
    "permit | 许可",
    (
        State("filed", "filed | 已申请", (Limit("2 workdays", "nudge"), Limit("5 workdays", "lapse"))),
        State("shared", "shared | 会办", (Limit("9 workdays", "lapse"),), (Join(("desk",), Every(), "meet"),)),
        State("met", "met | 已会办", (Limit("5 workdays", "lapse"),)),
        State("granted", "granted | 准予", final="granted"),
        State("lapsed", "lapsed | 逾期", final="lapsed"),
    ),
    (
        Step("file", "file | 申请", NEW, "filed", ANYONE),
        Step(
            "share",
            "share | 会办",
            "filed",
            "shared",
            SECRETARY,
            does=(
                Spawn(
                    "desk", Named("desks", lambda s: [Opening("health", s.world.chart.resolve("health"))]), "offered"
                ),
            ),
        ),
        Step("meet", "all have answered | 会办完成", "shared", "met", BY_JOIN),
        Step("grant", "grant | 准予", ("filed", "met"), "granted", SECRETARY, does=(DROP,)),
        Step(
            "hold",
            "hold | 挂",
            ("filed", "met"),
            STAY,
            SECRETARY,
            Within,
            does=(PutOnHold("rest", "resume"),),
            asks=False,
        ),
        Step(
            "resume",
            "resume | 续",
            ("filed", "met"),
            STAY,
            AnyOf(SECRETARY, BY_CLOCK),
            does=(Lift("rest"),),
            while_held=True,
            asks=False,
        ),
        Step("nudge", "nudge | 催", "filed", STAY, BY_CLOCK, does=(Tell(SECRETARY, "n", "n | 催"),)),
        Step("lapse", "lapse | 逾期", ("filed", "shared", "met"), "lapsed", BY_CLOCK, does=(DROP,)),
    ),
    slots={"desk": "share"},
)


def version(number: int = 2, **changes: Any) -> Flow:
    """The permit's next version; ``states`` and ``steps`` are changed by name, None removes one."""
    states = {state.name: state for state in PERMIT.states} | changes.pop("states", {})
    steps = {step.name: step for step in PERMIT.steps} | changes.pop("steps", {})
    return attrs.evolve(
        PERMIT,
        version=number,
        states=tuple(state for state in states.values() if state is not None),
        steps=tuple(step for step in steps.values() if step is not None),
        **changes,
    )


def renamed(flow: Flow, old: str, new: str) -> Flow:
    """The flow with a state under another name."""
    steps = tuple(
        attrs.evolve(
            step,
            of=tuple(new if name == old else name for name in step.of),
            to=tuple(attrs.evolve(branch, to=new if branch.to == old else branch.to) for branch in step.to),
        )
        for step in flow.steps
    )
    states = tuple(attrs.evolve(state, name=new) if state.name == old else state for state in flow.states)
    return attrs.evolve(flow, states=states, steps=steps)


def unjoined() -> Flow:
    """A version that grants what was shared without waiting for the shares."""
    shared = attrs.evolve(PERMIT.state("shared"), joins=())
    two = version(states={"shared": shared, "met": None}, steps={"meet": None})
    steps = (attrs.evolve(s, of=tuple(dict.fromkeys("shared" if n == "met" else n for n in s.of))) for s in two.steps)
    return attrs.evolve(two, steps=tuple(steps))


def permit(town: Town) -> Any:
    """A permit that was applied for."""
    return town.office.begin("permit", "file", None, by=town.resident, unit="community")


class TestPlans:
    """A plan says what would happen, and changes nothing."""

    def test_who_can_move_and_who_cannot(self, open_town: OpenTown) -> None:
        """The one that waits for its share stays, since the new version does not wait for it; one that ended is left."""
        two = unjoined()
        town = open_town(flows=(PERMIT,))
        moves, waits, ended = permit(town), permit(town), permit(town)
        town.office.take(waits, "share", by=town.secretary())
        town.office.take(ended, "grant", by=town.secretary())
        town.office.flows.add(two)
        before = town.position()
        plan = town.office.plan_migration("permit", to=2)
        assert [(m.case, m.of, m.source, m.target) for m in plan.moving] == [(moves.id, 1, "filed", "filed")]
        (stays,) = plan.staying
        assert (stays.case, stays.state, [r.rule for r in stays.reasons]) == (waits.id, "shared", ["shares"])
        assert str(plan).splitlines()[0] == "permit to version 2: 1 would move, 1 stay"
        assert "事项在等待分项（desk）" in plan.say("zh")
        assert town.position() == before
        assert town.now(moves).flow == PERMIT.ref

    def test_a_state_without_a_counterpart_is_named(self, open_town: OpenTown) -> None:
        """Until the mapping says what it becomes; a mapping to nowhere is an error, one to an end a reason."""
        two = renamed(version(), "filed", "received")
        town = open_town(flows=(PERMIT,))
        case = permit(town)
        town.office.flows.add(two)
        (stays,) = town.office.plan_migration("permit", to=2).staying
        assert [reason.rule for reason in stays.reasons] == ["unmapped"]
        (stays,) = town.office.plan_migration("permit", to=2, states={"filed": "granted"}).staying
        assert [reason.rule for reason in stays.reasons] == ["final"]
        (moves,) = town.office.plan_migration("permit", to=2, states={"filed": "received"}).moving
        assert (moves.case, moves.target) == (case.id, "received")
        with pytest.raises(InvalidInput, match="has no state nowhere"):
            town.office.plan_migration("permit", to=2, states={"filed": "nowhere"})
        with pytest.raises(NotFound, match="version 3 of flow 'permit' is not in use here, there is 1, 2"):
            town.office.plan_migration("permit", to=3)

    def test_a_hold_that_nothing_would_end_stays(self, open_town: OpenTown) -> None:
        """The new version knows no resuming."""
        two = version(steps={"hold": None, "resume": None})
        town = open_town(flows=(PERMIT,))
        held = town.office.take(permit(town), "hold", {"within": "9 days"}, by=town.secretary())
        town.office.flows.add(two)
        (stays,) = town.office.plan_migration("permit", to=2).staying
        assert (stays.case, [reason.rule for reason in stays.reasons]) == (held.id, ["hold"])

    def test_a_post_whose_unit_the_case_does_not_name_stays(self, open_town: OpenTown) -> None:
        """Nobody could act any more."""
        grant = next(step for step in PERMIT.steps if step.name == "grant")
        two = version(steps={"grant": attrs.evolve(grant, by=Holder("chair", "council"))}, anchors=("council",))
        town = open_town(flows=(PERMIT,))
        permit(town)
        town.office.flows.add(two)
        (stays,) = town.office.plan_migration("permit", to=2).staying
        assert [reason.rule for reason in stays.reasons] == ["anchor"]

    def test_shares_of_another_flow_stay_with_their_parent(self, open_town: OpenTown) -> None:
        """They would end in states that the new join does not know."""
        other = attrs.evolve(SHARE, name="other-share")
        town = open_town(flows=(PERMIT, other))
        case = town.office.take(permit(town), "share", by=town.secretary())
        town.office.flows.add(version(slots={"desk": "other-share"}))
        (stays,) = town.office.plan_migration("permit", to=2).staying
        assert (stays.case, [reason.rule for reason in stays.reasons]) == (case.id, ["slot"])


class TestMigrations:
    """Done, it is an entry of each case that moved, and the case goes on by its new rules."""

    def test_a_case_goes_on_by_its_new_rules(self, open_town: OpenTown) -> None:
        """From then on; the ledger says who ordered it and why, verifies, and replays to the same records."""
        grant = next(step for step in PERMIT.steps if step.name == "grant")
        two = version(steps={"grant": attrs.evolve(grant, by=ANYONE)})
        town = open_town(flows=(PERMIT,))
        case, other = permit(town), permit(town)
        town.office.flows.add(two)
        with pytest.raises(Refused):
            town.office.take(case, "grant", by=town.resident)
        done = town.office.migrate(town.office.plan_migration("permit", to=2), by=town.secretary(), why="ordinance 12")
        assert (done.done, len(done.moving), done.staying) == (True, 2, ())
        assert str(done) == "permit to version 2: 2 moved, 0 stay"
        entry = town.office.ledger.entries(case)[-1]
        assert (entry.step, entry.why, entry.flow, entry.data["from"]) == (
            "migrate",
            "ordinance 12",
            two.ref,
            PERMIT.ref,
        )
        assert town.office.take(case, "grant", by=town.resident).outcome == "granted"
        town.check(case.id)
        town.check(other.id)
        assert town.office.ledger.verify().ok
        assert town.office.plan_migration("permit", to=2).moving == ()
        with pytest.raises(InvalidInput, match="was carried out"):
            town.office.migrate(done, by=town.secretary(), why="again")

    def test_who_is_asked_follows_the_new_rules(self, open_town: OpenTown) -> None:
        """What waits for somebody waits for whom the new version asks."""
        grant, share = (next(step for step in PERMIT.steps if step.name == name) for name in ("grant", "share"))
        clerk = Holder("clerk", "unit")
        two = version(steps={"grant": attrs.evolve(grant, by=clerk), "share": attrs.evolve(share, by=clerk)})
        town = open_town(flows=(PERMIT,))
        case = permit(town)
        assert {actor.post for actor in town.office.asked(case)} == {"secretary"}
        town.office.flows.add(two)
        town.office.migrate(town.office.plan_migration("permit", to=2), by=town.secretary(), why="ordinance 12")
        assert {actor.post for actor in town.office.asked(case)} == {"clerk"}

    def test_a_case_that_moved_on_meanwhile_is_looked_at_again(self, open_town: OpenTown) -> None:
        """It moves from where it is then, stays if it cannot, and one that ended is left alone."""
        town = open_town(flows=(PERMIT,))
        ended, waits = permit(town), permit(town)
        town.office.flows.add(version())
        plan = town.office.plan_migration("permit", to=2)
        town.office.take(ended, "grant", by=town.secretary())
        town.office.take(waits, "share", by=town.secretary())
        done = town.office.migrate(plan, by=town.secretary(), why="ordinance 12")
        assert [(m.case, m.source) for m in done.moving] == [(waits.id, "shared")]
        assert town.now(ended).flow == PERMIT.ref

    def test_shares_are_migrated_like_roots(self, open_town: OpenTown) -> None:
        """Each on its own; the ticket's tally follows, and the join still fires."""
        two = attrs.evolve(renamed(SHARE, "accepted", "working"), version=2, opened_in=("offered",))
        (span,) = SHARE.spans
        two = attrs.evolve(two, spans=(attrs.evolve(span, over="working"),))
        town = open_town()
        ticket = town.dispatched("health", "emergency", within="3 workdays")
        share = town.office.tickets.accept(ticket, by=town.officer("health"))
        # Tickets open shares in the state `accepted`, which this version does not have: it is only for those there are.
        town.office.flows.add(two)
        plan = town.office.plan_migration("share", to=2, states={"accepted": "working"})
        town.office.migrate(plan, by=town.secretary(), why="ordinance 12")
        assert town.now(ticket).tally == {"lead": {"working": 1, "offered": 1}}
        assert town.now(share).due == share.due
        for body in ("health", "emergency"):
            if body == "emergency":
                town.office.tickets.accept(ticket, by=town.officer(body))
            town.office.tickets.complete(ticket, by=town.officer(body))
        assert town.now(ticket).state == "handled"
        town.check(ticket.id)


class TestClocks:
    """A limit that both versions have counts on from when it began; what rang does not ring again; a new one begins."""

    def test_a_longer_limit_counts_from_when_it_began(self, open_town: OpenTown) -> None:
        """Filed on Monday 2 March: five working days end on the 9th, eight on the 12th."""
        two = version(
            states={"filed": State("filed", "f | 申", (Limit("2 workdays", "nudge"), Limit("8 workdays", "lapse")))}
        )
        town = open_town(flows=(PERMIT,))
        case = permit(town)
        town.clock.advance(days=3)
        town.office.tick()
        town.office.flows.add(two)
        town.office.migrate(town.office.plan_migration("permit", to=2), by=town.secretary(), why="ordinance 12")
        (clock,) = town.now(case).clocks  # the reminder rang, and does not come back
        assert (clock.limit, weekdays("Asia/Shanghai").local_date(clock.due)) == (1, date(2026, 3, 12))
        town.clock.advance(days=30)
        town.office.tick()
        assert [step for step in town.steps(case) if step != "migrate"] == ["file", "nudge", "lapse"]

    def test_a_new_limit_counts_from_the_migration(self, open_town: OpenTown) -> None:
        """A reminder that the first version did not have."""
        filed = PERMIT.state("filed")
        one = attrs.evolve(
            PERMIT,
            states=(attrs.evolve(filed, limits=filed.limits[1:]), *PERMIT.states[1:]),
            steps=tuple(step for step in PERMIT.steps if step.name != "nudge"),
        )
        town = open_town(flows=(one,))
        case = permit(town)
        town.clock.advance(days=3)
        town.office.flows.add(version())
        town.office.migrate(town.office.plan_migration("permit", to=2), by=town.secretary(), why="ordinance 12")
        day = weekdays("Asia/Shanghai").local_date
        due = {clock.limit: day(clock.due) for clock in town.now(case).clocks}
        assert due == {0: date(2026, 3, 9), 1: date(2026, 3, 9)}

    def test_a_span_stands_still_or_runs_as_the_new_state_says(self, open_town: OpenTown) -> None:
        """What was running stops where the new version pauses it, and runs on where it does not."""
        span = Span("all", "all | 全程", ("filed", "met"), (Limit("9 workdays", "lapse"),))
        one = attrs.evolve(PERMIT, spans=(span,))
        two = attrs.evolve(version(2), spans=(attrs.evolve(span, over="met", paused="filed"),))
        three = attrs.evolve(version(3), spans=(span,))
        town = open_town(flows=(one,))
        case = permit(town)
        for flow in (two, three):
            town.office.flows.add(flow)
        before = {clock.limit: clock for clock in case.clocks}["all/0"]
        town.office.migrate(town.office.plan_migration("permit", to=2), by=town.secretary(), why="pause")
        stopped = {clock.limit: clock for clock in town.now(case).clocks}["all/0"]
        assert stopped.stopped == town.clock()
        town.clock.advance(days=2)
        town.office.migrate(town.office.plan_migration("permit", to=3), by=town.secretary(), why="run on")
        runs = {clock.limit: clock for clock in town.now(case).clocks}["all/0"]
        assert (runs.stopped, runs.left, runs.due - before.due) == (None, 9, timedelta(days=4))  # a weekend between
        town.check(case.id)

    @given(days=st.integers(0, 9), longer=st.integers(1, 20))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
    def test_migrated_is_as_if_it_had_begun_so(self, open_town: OpenTown, days: int, longer: int) -> None:
        """Whenever it is migrated before its end, a case falls due when one does that began under the new version."""
        two = version(
            states={
                "filed": State("filed", "f | 申", (Limit("2 workdays", "nudge"), Limit(f"{longer} workdays", "lapse")))
            }
        )
        if longer < 3:
            return
        town = open_town(flows=(PERMIT,))
        old = permit(town)
        town.office.flows.add(two)
        new = permit(town)
        town.clock.advance(days=min(days, 4))
        town.office.tick()
        town.office.migrate(town.office.plan_migration("permit", to=2), by=town.secretary(), why="ordinance 12")
        town.clock.advance(days=60)
        town.office.tick()
        ended = [town.now(case).closed for case in (old, new)]
        assert ended[0] == ended[1]
