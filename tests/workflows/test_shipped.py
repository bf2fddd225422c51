"""The flows that every office has are loaded when they are first asked for."""

from __future__ import annotations

import subprocess
import sys

import attrs
import pytest

from civicflow.errors import InvalidInput, NotFound
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.shipped import BY_NAME, SHIPPED, WHERE
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE


def test_each_bears_the_name_that_it_is_listed_under() -> None:
    """So that what a case names is found."""
    assert [flow.name for flow in SHIPPED] == list(WHERE)
    for number, flow in enumerate(SHIPPED):
        children = {*flow.slots.values(), *flow.broods.values()}
        assert children <= {before.name for before in SHIPPED[:number]}, flow.name


class TestByName:
    """A flow is taken into use, with those of its children, the first time that it is named."""

    def test_a_name_loads_what_it_needs_and_no_more(self) -> None:
        """Who handles tickets alone never loads the councils."""
        program = (
            "import sys; from civicflow.workflows.engine.flows import Flows\n"
            "from civicflow.workflows.shipped import BY_NAME\n"
            "flows = Flows((), BY_NAME); flows.latest('four-part-ticket'); flows.latest('share')\n"
            "print('civicflow.workflows.councils.proposal' in sys.modules)"
        )
        out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
        assert out.stdout.split() == ["False"]

    def test_a_case_finds_its_rules(self) -> None:
        """Whether it names them by reference, by name and version, or by name alone."""
        assert Flows((), BY_NAME).rules(SHARE.ref).flow is SHARE
        assert Flows((), BY_NAME).version("share", 1).flow is SHARE
        assert Flows((), BY_NAME).latest("share").flow is SHARE
        assert "share" in Flows((), BY_NAME)
        assert {flow.name for flow in Flows((), BY_NAME)} == set(WHERE)

    def test_a_later_version_of_a_city_stands_before_it(self) -> None:
        """New cases begin under it; a running one keeps the shipped rules."""
        later = attrs.evolve(FOUR_PART_TICKET, version=2)
        flows = Flows((later,), BY_NAME)
        assert flows.latest("four-part-ticket").flow is later
        assert flows.rules(FOUR_PART_TICKET.ref).flow is FOUR_PART_TICKET

    def test_other_rules_under_a_shipped_name_and_version_are_refused(self) -> None:
        """Also where nobody has asked for the shipped flow yet."""
        other = attrs.evolve(SHARE, text="another | 其他")
        with pytest.raises(InvalidInput, match="share@1 is in use with other rules; raise its version to 2"):
            Flows((other,), BY_NAME)

    def test_an_unknown_name_says_which_there_are(self) -> None:
        """Those that were loaded, and those that could be."""
        with pytest.raises(NotFound, match=r"no flow is called 'shares'; in use: .*council-proposal.*share"):
            Flows((), BY_NAME).latest("shares")
        with pytest.raises(NotFound, match="none of that name"):
            Flows((), BY_NAME).rules("shares@1#0")
