"""The suite for flows, on projects of needs: random walks, replay, authority, the clock alone, drawings."""

from __future__ import annotations

from hypothesis import strategies as st

from civicflow import Office
from civicflow.testing import FlowContract
from civicflow.testing.flows.place import BODIES, HERE
from civicflow.testing.flows.walking import Samples
from civicflow.workflows.coordination.meeting import MEETING
from civicflow.workflows.needs.need import NEED
from civicflow.workflows.needs.parts import HandOut, Part, TakeUp
from civicflow.workflows.needs.project import LISTED_PROJECT, AddNeeds, ListProject, Release
from civicflow.workflows.needs.visit import VISIT
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE


class TestListedProject(FlowContract):
    """Taken up in parts, of needs that wait."""

    flow = LISTED_PROJECT
    beside = (MEETING, SHARE, NEED, VISIT, FOUR_PART_TICKET)

    def samples(self, office: Office) -> Samples:
        """Three needs, and a project of three lamps."""
        by = office.act_as("resident-1")
        needs = [office.needs.voice(f"lamp {n}", unit=HERE, by=by).id for n in range(3)]
        some = st.lists(st.sampled_from(needs), min_size=1, max_size=3)
        quantity = st.sampled_from([None, 1, 1, 2, 4])
        lamps = (Part(name="lamps", quantity=3),)
        bodies = st.sampled_from([office.unit(body) for body in BODIES])
        return {
            "list": st.builds(ListProject, title=st.just("lamps"), needs=some, parts=st.sampled_from([(), lamps])),
            "add": st.builds(AddNeeds, some),
            "release": st.builds(Release, st.sampled_from(needs), st.just("another")),
            "take-up": st.builds(TakeUp, part=st.sampled_from(["lamps", "", "whole"]), quantity=quantity),
            "dispatch": st.builds(HandOut, to=bodies, part=st.sampled_from(["lamps", "", "whole"]), quantity=quantity),
        }
