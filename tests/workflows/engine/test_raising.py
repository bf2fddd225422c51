"""A step that begins matters of another flow: in the same commit, tied both ways, each with its number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import civicflow
from civicflow import InvalidInput, Numbers
from civicflow.errors import InternalError
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_RULE
from civicflow.workflows.engine.exploring import explore
from civicflow.workflows.engine.exploring.scene import Scene
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Raise, Raising
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.parts import Order

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town


@attrs.frozen
class Found:
    """What a walk found.

    Attributes:
        lamps: how many lamps are out.
    """

    lamps: int = 1


def _orders(situation: Any) -> list[Raising]:
    return [Raising(data=Order(title=f"lamp {number}")) for number in range(situation.data.lamps)]


def _late(_: Any) -> Raising:
    return Raising(data=Order(title="nobody walked"), requester=civicflow.ids.PersonId(""))


WALK = Flow(
    "walk",
    1,
    "walk | 巡查",
    (
        State("due", "due | 待巡查", (Limit("2 days", "miss"),)),
        State("done", "done | 已巡查", final="done"),
    ),
    (
        Step("begin", "begin | 开始", NEW, "due", ANYONE),
        Step(
            "find",
            "find | 发现",
            "due",
            STAY,
            ANYONE,
            Found,
            does=(Raise("four-part-ticket", "order", Named("orders", _orders), "orders"),),
            asks=False,
        ),
        Step("finish", "finish | 完成", "due", "done", ANYONE),
        Step(
            "miss",
            "nobody walked | 未巡查",
            "due",
            "done",
            BY_CLOCK,
            does=(Raise("four-part-ticket", "order", Named("late", _late), "orders"),),
        ),
    ),
)


@pytest.fixture
def walking(open_town: OpenTown, tmp_path: Path) -> Town:
    """A town with walks and numbers, in a file."""
    storage = civicflow.plugins.backends.open_storage(f"sqlite:///{tmp_path / 'town.db'}")
    return open_town(storage, flows=[WALK], numbers=Numbers(level="district"))


def _walk(town: Town) -> civicflow.Case:
    return town.office.begin("walk", "begin", None, by=town.resident, unit="community")


class TestRaise:
    """*Begin matters of another flow in the same commit, each tied to this case, and this case to it*."""

    def test_they_are_tied_both_ways_and_belong_to_whoever_raised_the_first(self, walking: Town) -> None:
        """From each the other is found; the unit and whoever raised it are those of the case."""
        walk, before = _walk(walking), walking.position()
        walk = walking.office.take(walk, "find", Found(2), by=walking.secretary())
        assert walking.position() == before + 3
        raised = [walking.office.case(case) for case in walk.links["orders"]]
        assert [case.title for case in raised] == ["lamp 0", "lamp 1"]
        for case in raised:
            assert case.links == {"origin": (walk.id,)}
            assert (case.state, case.unit, case.requester) == ("ordered", walk.unit, walking.resident.person)
            (entry,) = walking.office.ledger.entries(case.id)
            assert (entry.by.kind, entry.cause) == ("rule", f"{walk.id}:{walk.version}")
            walking.check(case)
        walking.check(walk)

    def test_more_are_laid_over_the_former_ties(self, walking: Town) -> None:
        """A second find adds to the first, and each has an id of its own."""
        walk = _walk(walking)
        walking.office.take(walk, "find", Found(1), by=walking.secretary(), key="a")
        walk = walking.office.take(walk, "find", Found(2), by=walking.secretary(), key="b")
        assert len(set(walk.links["orders"])) == 3

    def test_nothing_to_begin_begins_nothing(self, walking: Town) -> None:
        """And ties nothing."""
        walk = walking.office.take(_walk(walking), "find", Found(0), by=walking.secretary())
        assert walk.links == {}

    def test_each_has_a_human_number(self, walking: Town) -> None:
        """Numbers are drawn for all that one step begins; a retried command draws none."""
        walk = _walk(walking)
        for _ in range(2):
            walk = walking.office.take(walk, "find", Found(2), by=walking.secretary(), key="once")
        raised = [walking.office.case(case).number for case in walk.links["orders"]]
        assert raised == [walk.number[:-1] + last for last in "23"]
        assert _walk(walking).number == walk.number[:-1] + "4"

    def test_the_clock_raises_them_too(self, walking: Town) -> None:
        """What nobody did by its day is a matter of its own, which nobody in particular raised."""
        walk = _walk(walking)
        walking.clock.advance(days=3)
        assert walking.office.tick().rung == 1
        walk = walking.now(walk)
        (ticket,) = (walking.office.case(case) for case in walk.links["orders"])
        assert (walk.outcome, ticket.title, ticket.requester) == ("done", "nobody walked", None)
        assert ticket.number == walk.number[:-1] + "2"
        assert walking.asked(ticket) == {walking.secretary().person}
        walking.office.seal()
        assert walking.office.ledger.verify().ok

    def test_a_first_step_that_refuses_is_a_fault_of_the_flow(self, open_town: OpenTown) -> None:
        """Nothing is entered, neither here nor there."""
        never = Guard("never", lambda _: False, "never | 绝不")
        other = Flow(
            "share-out",
            1,
            "share out | 分发",
            WALK.states,
            (Step("order", "order | 点单", NEW, "due", BY_RULE, Order, (never,)), *WALK.steps[2:]),
        )
        found = attrs.evolve(WALK.steps[1], does=(Raise("share-out", "order", Named("orders", _orders), "orders"),))
        broken = attrs.evolve(WALK, steps=(WALK.steps[0], found, *WALK.steps[2:]))
        town = open_town(flows=[other, broken])
        walk, before = _walk(town), town.position()
        with pytest.raises(InternalError, match=r"was to raise a matter by share-out\.order, which was refused"):
            town.office.take(walk, "find", by=town.secretary())
        assert town.position() == before


def test_exploration_sees_an_end() -> None:
    """However many matters a case begins, one situation is like another."""
    explored = explore(WALK, SHIPPED, scene=Scene(data={"find": (Found(1), Found(2))}))
    assert not explored.findings
    assert not explored.bounds
    assert len(explored.graph) < 10


def test_an_office_without_the_other_flow_says_so(town: Town) -> None:
    """Before it is taken into use."""
    wrong = attrs.evolve(
        WALK,
        steps=(
            *WALK.steps[:3],
            attrs.evolve(WALK.steps[3], does=(Raise("tikcet", "order", Named("late", _late), "orders"),)),
        ),
    )
    with pytest.raises(InvalidInput, match="raises a matter of the flow 'tikcet', which is not in use here"):
        town.office.flows.add(wrong)
