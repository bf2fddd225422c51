"""The whistles of the examples on a durable store: their figures follow from the ledger, and change with a record."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

import civicflow
import whistles
from civicflow import Money
from civicflow.testing import FrozenClock


def played(folder: Path, given: tuple[whistles.Problem, ...]) -> whistles.Lanes:
    """The lanes in a fresh store."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'leshan.db'}?synchronous=off", clock=clock) as office:
        lanes = whistles.renew_lanes(office, clock, given)
        assert office.ledger.verify().ok
        return lanes


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> whistles.Lanes:
    """Niu'erqiao's lanes."""
    return played(tmp_path_factory.mktemp("lanes"), whistles.problems())


class TestNiuerqiao:
    """33 problems in 6 categories, 8 lanes, over 5 million yuan."""

    def test_the_figures(self, lanes: whistles.Lanes) -> None:
        """Each counted from the ledger; every problem ends as settled, some at the second whistle."""
        assert (sum(lanes.by_category.values()), len(lanes.by_category), len(lanes.lanes)) == (33, 6, 8)
        assert lanes.by_outcome == {"settled": 33}
        assert lanes.spent > Money(5_000_000)
        given = whistles.problems()
        assert lanes.again == sum(not problem.resolved for problem in given)
        assert lanes.spent == sum((cost for one in given for cost in one.cost.values()), Money(0))

    def test_punctuality_is_what_was_given(self, lanes: whistles.Lanes) -> None:
        """A department is late as often as its problems say, with as many report-ins as it was whistled for."""
        for body, found in lanes.arrivals.items():
            mine = [one for one in whistles.problems() if body in one.cost]
            times = sum(1 if one.resolved else 2 for one in mine)
            late = sum((1 if one.resolved else 2) for one in mine if body in one.late)
            assert (found.on_time.n, found.on_time.of, found.rated) == (times - late, times, times)

    def test_one_record_changed_changes_the_figures(self, lanes: whistles.Lanes, tmp_path: Path) -> None:
        """A department that comes in time after all, and spends less."""
        given = list(whistles.problems())
        number, body = next((n, body) for n, one in enumerate(given) for body in one.late if one.resolved)
        former = given[number]
        given[number] = attrs.evolve(former, late=former.late - {body}, cost={**former.cost, body: Money(1)})
        changed = played(tmp_path, tuple(given))
        assert changed.spent == lanes.spent - former.cost[body] + Money(1)
        assert changed.arrivals[body].on_time.n == lanes.arrivals[body].on_time.n + 1


def test_a_market_is_cleared_from_the_whistle(tmp_path: Path) -> None:
    """Zhongxin Road is its own caller; who did not come is rated 1, and the matter ends as settled nevertheless."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{tmp_path / 'shangjie.db'}", clock=clock) as office:
        market = whistles.clear_the_market(office, clock)
        assert market.matter.outcome == "settled"
        assert market.matter.anchors["caller"] == market.matter.unit
    ratings = {body: (str(one.on_time), one.mean and str(one.mean)) for body, one in market.arrivals.items()}
    assert ratings == {
        "market-supervision": ("100.0% (1/1)", "5"),
        "traffic-police": ("0.0% (0/1)", "1"),
        "urban-management": ("100.0% (1/1)", "5"),
    }


def test_it_tells_both(tmp_path: Path) -> None:
    """As a reader sees it."""
    told = "\n".join(whistles.tell(tmp_path))
    assert "33 problems, 6 categories, 8 lanes" in told
    assert "0.0% (0/1)" in told
