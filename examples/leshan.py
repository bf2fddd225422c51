"""Shizhong district of Leshan, 2019 to 2020: a map that was re-drawn, read from two published lists.

32 subdistricts, towns and townships became 17, and 259 villages and communities 195. The lists are real (see
``data/README.md``) and say what there was, not who came after whom. So the library proposes it; what it is sure of is accepted here
in one commit, open tickets go to the successors, and the rest is listed for somebody who knows the place. The tickets
are synthetic.

``python examples/leshan.py`` tells it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import attrs

import civicflow
from civicflow import Case, Office
from civicflow.calendars import instant
from civicflow.hierarchy.accepting import TRUSTED, Acceptance
from civicflow.hierarchy.document import Document
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.naming import ENDINGS
from civicflow.hierarchy.proposing import ProposedChange
from civicflow.office.redrawing import CarriedOver
from civicflow.testing import FrozenClock
from tables import table

DATA = Path(__file__).parent / "data"
ZONE = "Asia/Shanghai"
FIRST, SECOND = date(2019, 10, 31), date(2020, 6, 30)
"""The days as of which the lists were published."""

BAIYANG, TONGJIANG = "511102007", "511102006"
COMMUNITIES = {"511102007004": "牛耳桥", "511102007002": "茶坊", "511102007003": "高墩子", "511102007001": "柏杨"}
"""Niu'erqiao, Chafang, Gaodunzi and Baiyang, by their codes of 2019, when they were under Baiyang subdistrict."""


@attrs.frozen(kw_only=True)
class Redrawn:
    """What came of it.

    Attributes:
        tickets: the tickets that were open on the day, by the unit's code of 2019.
        proposals: all that was proposed.
        acceptance: what was accepted, and what could not be.
        carried: the tickets that went to a successor.
        figures: how many tickets each subdistrict, town or township of 2019 had by the map of 2019, before and after.
    """

    tickets: Mapping[str, Case]
    proposals: Sequence[ProposedChange]
    acceptance: Acceptance
    carried: CarriedOver
    figures: Mapping[str, tuple[int, int]]

    @property
    def undecided(self) -> Sequence[ProposedChange]:
        """What somebody who knows the place has to decide."""
        return [one for one in self.proposals if one.confidence <= TRUSTED]


def edition(name: str) -> Document:
    """One of the two lists; the levels are told by the ends of the names, the parents by the codes."""
    file = DATA / f"leshan-shizhong-{name}.csv"
    return read(
        file.read_text(encoding="utf-8"),
        source=file.name,
        format="csv",
        register="shizhong",
        scheme="leshan",
        since=FIRST,
        parents_by_prefix=True,
        endings=ENDINGS,
    )


def redraw(office: Office, clock: FrozenClock) -> Redrawn:
    """Load the first list, let residents order, and re-draw the map to what is sure of the second.

    Args:
        office: an office that was opened with this clock.
        clock: is set to the instant of each command.
    """
    clock.set(instant("2019-12-02T09:00", ZONE))
    office.register.load(edition("2019-10"))
    tickets = _order(office)
    streets = [office.chart().code(street) for street in office.chart().children(office.unit("511102"))]
    figures = {street: _tickets_of(office, street) for street in streets}

    clock.set(instant("2020-07-01T09:00", ZONE))
    proposals = office.register.propose(edition("2020-06"))
    acceptance = office.register.accepted(proposals, on=SECOND, basis="list of 30 June 2020")
    office.register.apply(*acceptance.changes)
    carried = office.register.carry_over()
    return Redrawn(
        tickets={code: office.case(ticket) for code, ticket in tickets.items()},
        proposals=proposals,
        acceptance=acceptance,
        carried=carried,
        figures={street: (before, _tickets_of(office, street)) for street, before in figures.items()},
    )


def _order(office: Office) -> dict[str, Case]:
    """A ticket for each of the four communities, for their subdistrict, and for each other unit of that level."""
    chart, resident = office.chart(), office.act_as("resident-1")
    streets = [chart.code(street) for street in chart.children(office.unit("511102"))]
    return {
        code: office.tickets.order("A lamp is broken", unit=code, by=resident, key=f"lamp:{code}")
        for code in [*COMMUNITIES, *streets]
    }


def _tickets_of(office: Office, street: str) -> int:
    """How many tickets a unit of 2019 has, by the map of 2019."""
    return office.ledger.rates(under=street, on=FIRST).cases


def tell(office: Office, redrawn: Redrawn) -> str:
    """What happened, in words and figures."""
    chart = office.chart()
    sure = Counter(one.kind for one in redrawn.proposals if one.confidence > TRUSTED)
    unsure = Counter(one.kind for one in redrawn.undecided)
    kinds = [(kind, sure[kind], unsure[kind]) for kind in sorted({*sure, *unsure})]
    where = [
        (name, code, chart.code(ticket.unit), chart.name(chart.ancestors(ticket.unit)[0]))
        for code, name in COMMUNITIES.items()
        if (ticket := redrawn.tickets[code]).unit is not None
    ]
    return "\n\n".join(
        [
            table(("proposed | 建议", "sure | 采信", "to decide | 待定"), kinds),
            table(("community | 社区", "code then | 原代码", "code now | 现代码", "under | 所属"), where),
            f"  {len(redrawn.acceptance.changes)} acts in one commit, {len(redrawn.carried.moved)} tickets carried over",
            *(one.say("en") for one in redrawn.undecided[:3]),
        ]
    )


def main() -> None:
    """Tell the story, in a store that is gone afterwards."""
    clock = FrozenClock()
    with civicflow.open("memory://", clock=clock) as office:
        print(tell(office, redraw(office, clock)))


if __name__ == "__main__":
    main()
