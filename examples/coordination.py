"""A coordination meeting inside a ticket: power, water and telecom lines of Zhong'an Street, and one plan.

Zhong'an Street community (中安街社区) of Shangjie, Zhengzhou, convenes; Jiyuan Road subdistrict coordinates; the providers and the
residents' delegates take part, and whoever raised the matter throughout. Real are the areas and that power, water and telecom
came to one plan; the providers' officers, the residents, the options and the days are made up.

``python examples/coordination.py`` tells it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs

import civicflow
from civicflow import Actor, Case, Office
from civicflow.calendars import instant
from civicflow.testing import FrozenClock

REGISTER = Path(__file__).parent / "registers" / "shangjie.yaml"
ZONE = "Asia/Shanghai"
COMMUNITY, SUBDISTRICT = "410106001001", "410106001"
BEGIN = instant("2026-03-02T09:00", ZONE)
RAISED_BY, DELEGATES = "resident-7", ("resident-8", "resident-9")

PROVIDERS: Final = """
register: shangjie-providers
scheme: shangjie
since: 2020-01-01
elsewhere: ["410106"]
bodies:
  - {code: power, name: "Power Supply | 供电公司", kind: partner, area: "410106", posts: {officer: line-officer-1}}
  - {code: water, name: "Water Supply | 供水公司", kind: partner, area: "410106", posts: {officer: line-officer-2}}
  - {code: telecom, name: "Telecom | 通信公司", kind: partner, area: "410106", posts: {officer: line-officer-3}}
"""

OPTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "one trench": ("power", "all three lines in one trench, opened once"),
    "three trenches": ("water", "each digs for itself"),
    "on poles": ("telecom", "lines on new poles, pipes as they are"),
}
"""The options by name, each with who puts it on the table, and what it is."""

FELL: Final = {"three trenches": "the lane would be opened three times", "on poles": "the fire engine cannot pass"}
SHARES: Final = {"power": "open and close the trench", "water": "lay the pipe", "telecom": "lay the ducts"}


@attrs.frozen(kw_only=True)
class Lines:
    """What came of it, from the ledger.

    Attributes:
        ticket: how it ended.
        options: the names of the options that were on the table.
        plans: the names of those that were minuted.
        fell: by the name of each other one, why it fell.
        shares: by the code of each provider, how its share of the plan ended.
        sittings: how many sittings there were.
        with_raiser: at how many of them whoever raised the matter was.
    """

    ticket: Case
    options: Sequence[str]
    plans: Sequence[str]
    fell: Mapping[str, str]
    shares: Mapping[str, str]
    sittings: int
    with_raiser: int


def secretary(office: Office, area: str) -> Actor:
    """The secretary of an area."""
    (person,) = office.chart().holders("secretary", office.unit(area))
    return office.act_as(person, post="secretary", unit=area)


def officer(office: Office, body: str) -> Actor:
    """The officer of a provider."""
    (person,) = office.chart().holders("officer", office.unit(body))
    return office.act_as(person, post="officer", unit=body)


def lay_lines(office: Office, clock: FrozenClock, *, present: Sequence[str] = (RAISED_BY, *DELEGATES)) -> Lines:
    """A resident orders, three providers meet twice and agree on one plan, each does its share, and the resident evaluates.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        present: the residents who come to the second sitting.
    """
    office.register.load(REGISTER)
    office.register.read(PROVIDERS, source="providers", format="yaml")
    clock.set(BEGIN)
    community, subdistrict, resident = (
        secretary(office, COMMUNITY),
        secretary(office, SUBDISTRICT),
        office.act_as(RAISED_BY),
    )
    meetings = office.coordination
    ticket = office.tickets.order("Lines over and under the lane", unit=COMMUNITY, category="wires", by=resident)
    meetings.coordinate(ticket, "power, water and telecom would each open the lane", by=community)

    _invite(office, ticket, by=community, in_days=3)
    for name, (body, text) in OPTIONS.items():
        meetings.put_option(ticket, name, text, by=officer(office, body))
    clock.advance(days=3)
    meetings.adjourn(
        ticket, "telecom asks what the ducts cost", bodies=list(SHARES), people=[RAISED_BY, *DELEGATES], by=subdistrict
    )
    _invite(office, ticket, by=community, in_days=4)
    clock.advance(days=4)
    meetings.minute(
        ticket,
        "one trench",
        because="the lane is opened once",
        fell=FELL,
        shares=SHARES,
        within=dict.fromkeys(SHARES, "15 workdays"),
        lead="power",
        people=present,
        by=subdistrict,
    )
    clock.advance(days=10)
    for body in sorted(SHARES, key=lambda one: one == "power"):
        office.tickets.complete(ticket, note="done as minuted", by=officer(office, body))
    office.tickets.answer(ticket, "The lines lie in one trench.", by=community)
    office.tickets.evaluate(ticket, resolved=True, satisfied=5, by=resident)
    return figures(office, ticket)


def _invite(office: Office, ticket: Case, *, by: Actor, in_days: int) -> None:
    on = office.now().date() + timedelta(days=in_days)
    office.coordination.invite(
        ticket, on=on, time="15:00", where="community hall", bodies=list(SHARES), delegates=DELEGATES, by=by
    )


def figures(office: Office, ticket: Case) -> Lines:
    """The figures, from the entries of the ticket alone."""
    chart = office.chart()
    met = [entry for entry in office.ledger.entries(ticket) if entry.step in {"minute", "adjourn"}]
    plans: list[Mapping[str, Any]] = [entry.data for entry in met if entry.step == "minute"]
    options = [entry.data["name"] for entry in office.ledger.entries(ticket) if entry.step == "put-option"]
    return Lines(
        ticket=office.case(ticket),
        options=options,
        plans=[plan["option"] for plan in plans],
        fell={fell["option"]: fell["reason"] for plan in plans for fell in plan["fell"]},
        shares={
            chart.code(str(case.body)): case.outcome or case.state
            for case in office.shares(ticket)
            if case.slot != "meeting"
        },
        sittings=len(met),
        with_raiser=sum(RAISED_BY in entry.data["people"] for entry in met),
    )


def tell(folder: Path) -> str:
    """The scene, in a store under a folder."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'shangjie.db'}", clock=clock) as office:
        lines = lay_lines(office, clock)
        fell = "; ".join(f"{name}: {reason}" for name, reason in lines.fell.items())
        return (
            f"Zhong'an Street: {len(lines.options)} options, {len(lines.plans)} plan ({lines.plans[0]}; {fell}), "
            f"{lines.sittings} sittings, whoever raised it at {lines.with_raiser}; "
            f"shares {dict(lines.shares)}; {lines.ticket.outcome}"
        )


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        print(tell(Path(folder)))


if __name__ == "__main__":
    main()
