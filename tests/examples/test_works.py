"""Beiyuan's three works on a durable store: 36,000 half and half, 34,500 paid, 750 back to each, all from the ledger."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

import civicflow
import works
from civicflow import Money
from civicflow.money import total
from civicflow.testing import FrozenClock


def lived(folder: Path, offers: tuple[works.Offer, ...]) -> works.Account:
    """The works in a fresh store."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'works.db'}?synchronous=off", clock=clock) as office:
        account = works.live_through(office, clock, offers)
        assert office.ledger.verify().ok
        return account


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> works.Account:
    """What came of them."""
    return lived(tmp_path_factory.mktemp("beiyuan"), works.OFFERS)


class TestBeiyuan:
    """Three works; 36,000 yuan, half and half; five sittings; 34,500 instead of 36,000; the saving goes back in proportion."""

    def test_the_figures(self, account: works.Account) -> None:
        """Each counted from the ledger. What bidders asked for, and the milestones, are ours."""
        assert (account.budget, account.award) == (Money("36000"), Money("34500"))
        assert account.gave == {"budget": Money("18000"), "residents": Money("18000")}
        assert total(account.paid.values()) == Money("34500")
        assert account.back == {"budget": Money("750"), "residents": Money("750")}
        assert account.saved == Money("1500")
        assert account.sittings == 5
        assert len(account.paid) == 3 + 1  # the three works, and what was retained
        assert account.award == min(account.quotes.values())

    def test_one_record_changed_changes_the_figures(self, tmp_path: Path, account: works.Account) -> None:
        """The smiths ask for 33,000.01: what is saved is halved, and the left-over fen is not lost."""
        cheaper = tuple(
            attrs.evolve(offer, amount=Money("33000.01")) if offer.amount == account.award else offer
            for offer in works.OFFERS
        )
        after = lived(tmp_path, cheaper)
        assert after.saved == Money("2999.99")
        assert after.back == {"budget": Money("1500.00"), "residents": Money("1499.99")}
        assert total(after.paid.values()) + after.saved == after.budget
