"""Figures along either axis: whatever is dispatched to whom, a matter counts once on each."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import civicflow
from civicflow.testing import FrozenClock

CHENGDU = Path(__file__).parents[2] / "examples" / "registers" / "chengdu.yaml"
LINES = {
    "cd-police": {"ex-police-station", "wh-police"},
    "cd-civil-affairs": {"ex-social-station", "wh-civil-affairs"},
    "cd-housing": {"ex-property-station", "wh-housing"},
}
BODIES = sorted(body for line in LINES.values() for body in line)


@settings(max_examples=10)
@given(st.lists(st.sets(st.sampled_from(BODIES), min_size=1), min_size=1, max_size=4))
def test_a_matter_counts_once_on_each_axis(dispatched: list[set[str]]) -> None:
    """Law: a line counts the tickets of which one of its bodies had a share; the block counts every ticket once."""
    with civicflow.open("memory://", clock=FrozenClock()) as office:
        office.register.load(CHENGDU)
        secretary = office.act_as("ex-1", post="secretary", unit="wuhou-example")
        for bodies in dispatched:
            ticket = office.tickets.order("A matter", unit="wuhou-example", by=office.act_as("resident-1"))
            office.tickets.dispatch(ticket, to=sorted(bodies), by=secretary)

        for line, own in LINES.items():
            assert office.ledger.rates(line=line).cases == sum(bool(own & bodies) for bodies in dispatched)
            assert office.ledger.rates(line=line, under="510107").cases == office.ledger.rates(line=line).cases
            shares = sum(len(own & bodies) for bodies in dispatched)
            assert office.ledger.rates(line=line, flow="share").cases == shares
            grouped = office.ledger.rates_by("body", line=line, flow="share")
            assert sum(rates.cases for rates in grouped.values()) == shares
        assert office.ledger.rates(under="510100").cases == len(dispatched)
        assert office.ledger.rates(under="510104").cases == 0
