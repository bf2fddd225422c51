"""The suite for flows, on requests for services: random walks, replay, authority, the clock alone, drawings."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from civicflow import Money, Office
from civicflow.calendars import TimeLimit
from civicflow.testing import FlowContract
from civicflow.testing.flows.place import BODIES
from civicflow.testing.flows.walking import Samples
from civicflow.workflows.services.request import SERVICE_REQUEST, Apply, HandOver, Reroute

KEPT = Path(__file__).parents[1] / "golden" / "service-request.txt"


class TestServiceRequest(FlowContract):
    """At a desk whose delegation ends, or does not; free of charge, or for a fee."""

    flow = SERVICE_REQUEST
    golden = KEPT

    def samples(self, office: Office) -> Samples:
        """Requests at one of the town's bodies."""
        bodies = st.sampled_from([office.unit(body) for body in BODIES])
        last_day = st.none() | st.dates(date(2026, 3, 1), date(2026, 5, 1))
        fee = st.sampled_from([None, Money(5)])
        return {
            "apply": st.builds(
                Apply,
                title=st.just("stall permit"),
                service=st.just("stall"),
                desk=bodies,
                within=st.sampled_from([TimeLimit(1, "workdays"), TimeLimit(20, "days")]),
                fee=fee,
                last_day=last_day,
                missing=st.sampled_from([(), ("id",)]),
            ),
            "reroute": st.builds(Reroute, desk=bodies, because=st.just("delegated"), last_day=last_day),
            "hand-over": st.builds(HandOver, paid=fee),
        }
