"""An instant has one spelling in the ledger, whichever way it comes there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from civicflow.ledger.canonical import encode, plain

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=ZONES)


class TestInstants:
    """One value has one spelling (civicflow.ledger.canonical)."""

    @given(INSTANTS)
    def test_plain_and_the_encoder_agree(self, at: datetime) -> None:
        """What an actor gave and what the engine computed are spelled alike when they are the same instant."""
        assert encode(plain(at)) == encode(at.astimezone(UTC))

    @given(INSTANTS, ZONES)
    def test_the_zone_does_not_matter(self, at: datetime, zone: timezone) -> None:
        """The same instant told in two zones is one text."""
        assert plain(at) == plain(at.astimezone(zone))

    @given(INSTANTS)
    def test_nothing_is_lost(self, at: datetime) -> None:
        """The text leads back to the instant, to the microsecond."""
        assert datetime.fromisoformat(plain(at)) == at
