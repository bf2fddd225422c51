"""A name for a compound in Leshan on a durable store: five names, one chosen, worked out from the ledger."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

import civicflow
import naming
from civicflow.testing import FrozenClock


def lived(folder: Path, given: tuple[naming.Voter, ...]) -> naming.Named:
    """The choice in a fresh store."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'naming.db'}?synchronous=off", clock=clock) as office:
        named = naming.live_through(office, clock, given)
        assert office.ledger.verify().ok
        return named


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> naming.Named:
    """The choice as the example tells it."""
    return lived(tmp_path_factory.mktemp("naming"), naming.residents())


class TestNaming:
    """Five names, one chosen: Jiading Courtyard."""

    def test_the_figures(self, named: naming.Named) -> None:
        """Five names stood, none had more than half, the leading two went on, and one is chosen."""
        first, second = named.rounds
        assert set(first.votes) == set(naming.NAMES)
        assert len(first.votes) == 5
        assert named.name == "嘉定院子"
        assert 2 * max(first.votes.values()) <= sum(first.votes.values())
        assert set(second.votes) == set(list(first.votes)[:2])
        assert second.votes[named.name] > sum(second.votes.values()) / 2

    def test_every_ballot_is_counted_once(self, named: naming.Named) -> None:
        """Those on screen and those on paper, as many as the residents who vote; nobody's is left readable."""
        for one in named.rounds:
            likes = {voter.person: voter for voter in naming.residents() if voter.likes}
            assert (one.took_part, sum(one.votes.values())) == (len(likes), len(likes))
            assert one.on_paper == sum(voter.paper for voter in likes.values()) > 0
        assert named.shredded == sum(one.took_part - one.on_paper for one in named.rounds)

    def test_changed_ballots_change_the_result(self, tmp_path: Path) -> None:
        """If those who like it most stay away, another name is chosen, in the same way."""
        given = tuple(
            attrs.evolve(voter, likes=()) if voter.likes[:1] == (naming.CHOSEN,) else voter
            for voter in naming.residents(many=60)
        )
        other = lived(tmp_path, given)
        assert other.name in naming.NAMES
        assert other.name != naming.CHOSEN
