"""One-stop services on a durable store: the figures follow from catalogue and ledger, and change with a record."""

from __future__ import annotations

from pathlib import Path

import pytest

import one_stop
from civicflow import Money
from civicflow.testing import FrozenClock


@pytest.fixture(scope="module")
def centres(tmp_path_factory: pytest.TempPathFactory) -> one_stop.Centres:
    """Leshan's centres, in full."""
    return one_stop.leshan(tmp_path_factory.mktemp("centres"), FrozenClock())


class TestLeshan:
    """168 approvals + 30 livelihood services delegated to 5 centres, 1,200+ requests at one, application and pick-up."""

    def test_the_figures(self, centres: one_stop.Centres) -> None:
        """Counted from catalogue and ledger."""
        assert (centres.approvals, len(centres.requests)) == (168, 5)
        assert centres.livelihood > 30
        assert centres.requests[one_stop.TONGJIANG] > 1_200
        assert sum(centres.requests.values()) == 1_230 + 4 * 40

    def test_every_request_is_somewhere(self, centres: one_stop.Centres) -> None:
        """Handed over, refused, or open; those in time are of those decided, and somebody was late or is."""
        assert sum(centres.outcomes.values()) == centres.requests[one_stop.TONGJIANG]
        assert set(centres.outcomes) == {"granted", "refused", ""}
        assert centres.outcomes["granted"] <= centres.picked_up
        in_time, of = centres.on_time
        assert 0 < in_time < of
        assert centres.paid > Money(0)
        assert centres.rerouted > 0

    def test_one_request_more(self, tmp_path: Path) -> None:
        """Is one more at that centre, and none elsewhere."""
        for name in ("few", "more"):
            tmp_path.joinpath(name).mkdir()
        few = one_stop.leshan(tmp_path / "few", FrozenClock(), tongjiang=9, others=1)
        more = one_stop.leshan(tmp_path / "more", FrozenClock(), tongjiang=10, others=1)
        assert (few.requests[one_stop.TONGJIANG], more.requests[one_stop.TONGJIANG]) == (9, 10)
        assert sum(more.requests.values()) == sum(few.requests.values()) + 1


class TestChengdu:
    """An app of 147 services of 37 departments, some free."""

    def test_the_figures(self, tmp_path: Path) -> None:
        """Each service reaches the department that owns it."""
        app = one_stop.chengdu(tmp_path, FrozenClock())
        assert (app.services, app.departments, app.reached) == (147, 37, 37)
        assert 0 < app.free < 147

    def test_fewer_services_are_fewer_departments(self, tmp_path: Path) -> None:
        """36 services in turn are owned by 36 departments."""
        app = one_stop.chengdu(tmp_path, FrozenClock(), services=36)
        assert (app.services, app.departments, app.reached) == (36, 36, 36)
